"""The relay and the worker behind it as processes, both killed again and again: each message once, none lost."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
from bench.live import ZHIBU, Server, free_port

from tests.flows.test_door_served import Served
from tests.flows.test_worker import wait_for
from tests.official import APP, KEY, TOKEN, Caller, text
from zhibu.wechat.messages import message_of

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

SECRET = "a-secret-that-both-sides-have-and-no-other"
MESSAGES, KILLS = 150, 3
PATIENCE = 240.0

#: A relay that acknowledges first and writes down later.
ACKNOWLEDGES_FIRST = """
import threading
put = store.Store.put
def late(*given, **named):
    threading.Timer(0.3, put, given, named).start()
store.Store.put = late
"""
_RUN = "from zhibu.wechat.relay import store\n{fault}\nfrom zhibu.web.operator.main import run\nrun()\n"


class Relayed(Served):
    """The platform calls the relay; ``work`` starts the worker of the main server, which fetches."""

    def __init__(self, folder: Path, fault: str = "") -> None:
        self.port, self.caller, self.database = free_port(), Caller(sealed=True), folder / "inner" / "zhibu.sqlite3"
        ours = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
            "ZHIBU_WECHAT_APP_ID": APP,
            "ZHIBU_WECHAT_TOKEN": TOKEN,
            "ZHIBU_WECHAT_RELAY_SECRET": SECRET,
        }
        self.server = Server(
            ours | {"ZHIBU_DATA_DIR": str(folder / "outer"), "ZHIBU_WECHAT_API": "http://127.0.0.1:1"}
        )
        run = _RUN.format(fault=fault)
        port = str(self.server.port)
        self.server.command = [sys.executable, "-c", run, "wechat", "relay", "--port", port]
        self.inner = ours | {
            "ZHIBU_DATA_DIR": str(folder / "inner"),
            "ZHIBU_WECHAT_PROFILE": "full",
            "ZHIBU_WECHAT_SECRET": "s",
            "ZHIBU_WECHAT_AES_KEY": KEY,
            "ZHIBU_WECHAT_RELAY": self.server.address,
        }

    def work(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([ZHIBU, "worker"], env=self.inner)

    def names(self) -> Counter[str]:
        """How often each message stands in the queue of the main server."""
        if not self.database.exists():
            return Counter()
        with closing(sqlite3.connect(self.database, timeout=60)) as database:
            try:
                return Counter(row[0] for row in database.execute("SELECT once FROM account_content_incoming"))
            except sqlite3.OperationalError:  # its tables are being made
                return Counter()


def name_of(number: int) -> str:
    return message_of(text(f"第{number}", number=str(number)).encode()).once(APP)


def deliver(running: Relayed, numbers: Iterator[int], acknowledged: set[int]) -> None:
    """As the platform does, which comes again; here until it is taken."""
    while (number := next(numbers)) < MESSAGES:
        while running.call(running.signed(number)).status != 200:
            time.sleep(0.1)
        acknowledged.add(number)
        time.sleep(0.15)


@contextmanager
def delivering(running: Relayed) -> Iterator[set[int]]:
    acknowledged, numbers = set[int](), count()
    crowd = [threading.Thread(target=deliver, args=(running, numbers, acknowledged)) for _one in range(4)]
    for each in crowd:
        each.start()
    yield acknowledged
    for each in crowd:
        each.join(PATIENCE)


def test_each_message_comes_in_once_though_relay_and_worker_are_killed(tmp_path: Path) -> None:
    running = Relayed(tmp_path)
    running.server.start()
    worker = running.work()
    try:
        with delivering(running) as acknowledged:
            for turn in range(1, KILLS + 1):
                wait_for(lambda least=turn * 20: running.names().total() >= least, "messages that were fetched")
                time.sleep(random.uniform(0, 0.3))
                worker.kill()
                worker.wait()
                running.server.kill()
                running.server.start()
                worker = running.work()
        expected = {name_of(number): 1 for number in range(MESSAGES)}
        wait_for(lambda: running.names() == expected, "each message, once")
        assert acknowledged == set(range(MESSAGES))
        assert running.names() == expected
    finally:
        worker.kill()
        worker.wait()
        running.server.kill()


def held_after_a_kill(folder: Path, fault: str = "") -> int:
    """How many of twenty acknowledged calls a relay has that is killed at once."""
    running = Relayed(folder, fault)
    running.server.start()
    answers = [running.call(running.signed(number)).status for number in range(20)]
    running.server.kill()
    assert answers == [200] * 20
    with closing(sqlite3.connect(folder / "outer" / "relay.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM held").fetchone()[0])


def test_what_a_relay_acknowledged_it_has_after_a_kill(tmp_path: Path) -> None:
    assert held_after_a_kill(tmp_path) == 20


def test_a_relay_that_acknowledges_first_is_found_out(tmp_path: Path) -> None:
    assert held_after_a_kill(tmp_path, ACKNOWLEDGES_FIRST) < 20


def test_the_relay_says_which_setting_is_missing(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHIBU")}
    given = {"ZHIBU_WECHAT_APP_ID": APP, "ZHIBU_WECHAT_TOKEN": TOKEN, "ZHIBU_WECHAT_RELAY_SECRET": "short"}
    for name in given:
        told = subprocess.run(
            [ZHIBU, "wechat", "relay", "--data", str(tmp_path), "--port", str(free_port())],
            env=environment | {other: value for other, value in given.items() if other != name},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 2
        assert f"Setting {name}" in told.stderr
        assert "Traceback" not in told.stderr
