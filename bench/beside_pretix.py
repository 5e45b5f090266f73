"""A pretix to measure beside: made from the package index in a folder of its own; on PostgreSQL, Redis and a broker.

Its server is gunicorn with two processes a core, as its own container starts it; no worker runs beside it, in its
favour. Redis is the one on the path, else the one of Debian's packages, unpacked into the folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.live import database, free_port

#: Redis and what it needs of Debian that a small machine may lack.
_PACKAGES = ("redis-server", "redis-tools", "libjemalloc2", "liblzf1")
_PROCESSES = 2 * (os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Event:
    """An event at a door: who may redeem, at which list, and the tickets that wait."""

    address: str
    version: str
    token: str
    door: int
    secrets: list[str]


def _install(folder: Path) -> Path:
    """The interpreter of an environment that has pretix; a second call finds it there."""
    python = folder / "environment" / "bin" / "python"
    if not (python.parent / "gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "pretix", "gunicorn"], check=True)
    return python


def _redis(folder: Path) -> tuple[str, dict[str, str]]:
    """The program and what its environment needs."""
    if found := shutil.which("redis-server"):
        return found, {}
    root = folder / "redis"
    if not root.exists():
        root.mkdir()
        subprocess.run(["apt-get", "download", *_PACKAGES], cwd=root, check=True, capture_output=True)
        for package in root.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), str(root)], check=True)
    return str(root / "usr/bin/redis-server"), {"LD_LIBRARY_PATH": str(next(root.glob("usr/lib/*-linux-gnu")))}


@contextmanager
def _running(command: list[str], address: str, env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if address:
            _wait_for(address)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            httpx.get(address, timeout=20)
        except httpx.TransportError:
            time.sleep(0.3)
        else:
            return
    raise SystemExit(f"nothing answers at {address}")


def _settings(folder: Path, address: str, broker: int, host: str) -> Path:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    file = folder / "pretix.cfg"
    file.write_text(
        f"[pretix]\ninstance_name=bench\nurl={address}\ndatadir={data}\n"
        f"[database]\nbackend=postgresql\nname=postgres\nuser=postgres\nhost={host}\n"
        f"[redis]\nlocation=redis://127.0.0.1:{broker}/0\nsessions=true\n"
        f"[celery]\nbroker=redis://127.0.0.1:{broker}/1\nbackend=redis://127.0.0.1:{broker}/2\n"
    )
    return file


@contextmanager
def pretix(folder: Path, tickets: int) -> Iterator[Event]:
    """A served pretix with so many tickets until the block ends."""
    python, (redis, needs) = _install(folder), _redis(folder)
    port, broker = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    with database(postgres=True) as where:
        host = where["DATABASE_URL"].partition("host=")[2]
        settings = _settings(folder, address, broker, host)
        env = {**os.environ, "PRETIX_CONFIG_FILE": str(settings), "PYTHONPATH": ""}
        with _running([redis, "--port", str(broker), "--save", "", "--bind", "127.0.0.1"], "", env | needs):
            subprocess.run([str(python), "-m", "pretix", "migrate"], env=env, check=True, capture_output=True)
            script = Path(__file__).with_name("pretix_event.py")
            made = subprocess.run(
                [str(python), str(script), str(tickets)], env=env, check=True, capture_output=True, text=True
            )
            event = json.loads(made.stdout.splitlines()[-1])
            command = [str(python.with_name("gunicorn")), "pretix.wsgi", "--bind", f"127.0.0.1:{port}"]
            with _running(
                [*command, "--workers", str(_PROCESSES), "--timeout", "180"], f"{address}/healthcheck/", env
            ):
                yield Event(address, event["version"], event["token"], event["list"], event["secrets"])
