"""A WeRoBot to measure beside: from the package index into a folder of its own, on the server that zhibu runs on.

PYTHONPATH=FOLDER python -m bench.beside_werobot PORT [KEY]
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import httpx

from bench.live import free_port

#: Whose messages they are; the key of sealed ones.
APP, TOKEN, KEY = "wx0zhibubench0001", "zhibubench", "bench0zhibu0bench0zhibu0bench0zhibu0bench00"
#: A text that begins so is answered in the answer to the call; at any other the robot says nothing.
ASKS = "帮助"


def install(folder: Path) -> str:
    """Returns its version; a second call finds it there."""
    if not (folder / "werobot").exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "WeRoBot"]
        subprocess.run(command, check=True)
    (found,) = distributions(name="WeRoBot", path=[str(folder)])
    return found.version


@contextmanager
def werobot(folder: Path, *, sealed: bool) -> Iterator[tuple[str, int]]:
    """Serves it until the block ends; its address and process group. No session store, no log: messages are gone."""
    port = free_port()
    command = [sys.executable, "-m", "bench.beside_werobot", str(port), *([KEY] if sealed else [])]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(folder)}, start_new_session=True)
    try:
        _wait_for(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(address, timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("WeRoBot did not start")


def robot() -> Any:
    """Its documented way of use; the key from the environment."""
    import logging

    from werobot import WeRoBot
    from werobot.config import Config

    logging.getLogger("WeRoBot").setLevel(
        logging.CRITICAL
    )  # it would write a line for each message that nobody answers
    key = os.environ.get("ROBOT_KEY")
    made = WeRoBot(config=Config(TOKEN=TOKEN, APP_ID=APP, ENCODING_AES_KEY=key, SESSION_STORAGE=False))

    @made.text  # type: ignore[untyped-decorator]  # WeRoBot has no types
    def answer(message: Any) -> str:
        return "可以发送：学习、本月、会议。" if message.content.startswith(ASKS) else ""

    return made.wsgi


if __name__ == "__main__":
    from zhibu.web.operator.serve import server_for

    os.environ["ROBOT_KEY"] = sys.argv[2] if len(sys.argv) > 2 else ""
    import bench.robot  # noqa: F401 - loaded before the server forks, as zhibu is

    gc.collect()
    gc.freeze()
    server_for("bench.robot:application", "127.0.0.1", int(sys.argv[1])).serve()
