"""The demo bureau for any test: made once a run by ``zhibu demo`` itself, then copied into the test's database.

    def test_the_tree_opens(demo: Demo, desk: Opens) -> None:
        page = desk(demo.account("committee"))

``demo_folder`` is for what starts a server of its own. Both are on SQLite only: what PostgreSQL makes of a replay
is tried where the replay is.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from zhibu.apps.people.models import Account

#: On which the demo of the tests lives, as the cast does (``world.DAY``).
TODAY = dt.date(2026, 11, 23)

#: ``zhibu`` as a command of its own, whatever is on the path.
ZHIBU = [sys.executable, "-c", "from zhibu.web.operator.main import run; run()"]


def environment(**more: str) -> dict[str, str]:
    """That of a fresh terminal: nothing in it says where this run keeps its data."""
    ours = {"DATABASE_URL", "ZHIBU_DATA_DIR", "ZHIBU_URL", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours} | more


@dataclass(frozen=True, slots=True)
class Demo:
    """``document`` is the line of ``zhibu demo --json``."""

    folder: Path
    document: dict[str, Any]

    def row(self, role: str) -> dict[str, str]:
        return next(row for row in self.document["accounts"] if row["role"] == role)

    def account(self, role: str) -> Account:
        from zhibu.apps.people.models import Account

        return Account.objects.get(login=self.row(role)["login"])


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker makes the demo and tries it; the other does not wait for it."""
    for item in items:
        if {"demo", "demo_folder"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.sqlite_only)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("demo"))


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """One demo for all workers of a run, living on the day of the tests. It is read, never written to.

    It is made by a second run: the first was killed in the middle.
    """
    ours = tmp_path_factory.getbasetemp()
    shared = ours.parent if os.environ.get("PYTEST_XDIST_WORKER") else ours
    folder = shared / "bureau" / "demo"
    command = [*ZHIBU, "demo", "--no-serve", "--json", "--today", str(TODAY), "--data", str(folder)]
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _interrupt(command, folder)
        made = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return Demo(folder, json.loads(made.stdout))


def _interrupt(command: list[str], folder: Path) -> None:
    """Kills a run that has begun to write."""
    folder.parent.mkdir()
    begun = folder.with_name(".demo.being-made") / "zhibu.sqlite3-wal"
    with subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL, start_new_session=True) as run:
        deadline = time.monotonic() + 60
        while not begun.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        os.killpg(run.pid, signal.SIGKILL)
    assert begun.exists()
    assert not folder.exists()


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation on SQLite in which nothing has happened yet. It is copied, never used."""
    ours = tmp_path_factory.getbasetemp()
    shared = ours.parent if os.environ.get("PYTEST_XDIST_WORKER") else ours
    folder, half = shared / "empty-house", shared / "half-a-house"
    with (shared / "empty-house.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            started = "from zhibu.web.operator.terminal import start; start()"
            subprocess.run([sys.executable, "-c", started], env=environment(ZHIBU_DATA_DIR=str(half)), check=True)
            half.rename(folder)
    return folder


@pytest.fixture
def installed(empty_house: Path, tmp_path: Path) -> Path:
    """A copy of its own."""
    return Path(shutil.copytree(empty_house, tmp_path / "installed"))


@pytest.fixture
def demo(demo_folder: Demo, transactional_db: None, settings: SettingsWrapper) -> Iterator[Demo]:
    """The demo in the test's own database, on its own date; what the test changes is gone after it."""
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("the demo is copied from SQLite")
    settings.SERVED_DATE = TODAY
    settings.DATA_DIR = demo_folder.folder  # where its own rules lie
    connection.ensure_connection()
    with (
        closing(sqlite3.connect(":memory:")) as before,
        closing(sqlite3.connect(f"file:{demo_folder.folder / 'zhibu.sqlite3'}?immutable=1", uri=True)) as kept,
    ):
        connection.connection.backup(before)
        kept.backup(connection.connection)
        yield demo_folder
        before.backup(connection.connection)
