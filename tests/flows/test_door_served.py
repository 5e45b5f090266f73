"""The callback of a real server: delivered four times at once, a database that is busy, the server killed."""

from __future__ import annotations

import http.client
import itertools
import os
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bench.live import Server

from tests.official import APP, KEY, TOKEN, Caller, Sent, text

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

#: The platform waits so many seconds for an answer.
PATIENCE = 5.0

#: A server; what a fault replaces can be imported once it has begun.
_RUN = """
from zhibu.web.operator import serve
started = serve.start
def start(data):
    started(data)
    from zhibu.apps.account_content import queue
{fault}
serve.start = start
from zhibu.web.operator.main import run
run()
"""

#: What a server would do wrong: it acknowledges first and writes down later.
ACKNOWLEDGED_FIRST = """
    put = queue.Queue.put
    def early(self, row, *, seconds):
        import threading
        threading.Timer(0.2, put, (self, row), {"seconds": seconds}).start()
        return queue.Kept.NEW
    queue.Queue.put = early
"""


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: bytes
    seconds: float


class Served:
    def __init__(self, folder: Path, *, sealed: bool = True, fault: str = "") -> None:
        self.database = folder / "zhibu.sqlite3"
        ours = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.server = Server(
            ours
            | {
                "ZHIBU_DATA_DIR": str(folder),
                "ZHIBU_WECHAT_PROFILE": "full",
                "ZHIBU_WECHAT_APP_ID": APP,
                "ZHIBU_WECHAT_SECRET": "s",
                "ZHIBU_WECHAT_TOKEN": TOKEN,
                "ZHIBU_WECHAT_AES_KEY": KEY if sealed else "",
            }
        )
        run = _RUN.format(fault=fault)
        self.server.command = [
            *(sys.executable, "-c", run, "serve", "--port", str(self.server.port)),
            "--no-worker",
        ]
        self.caller = Caller(sealed=sealed)

    def call(self, sent: Sent) -> Answered:
        """Status 0 where there was no answer."""
        began, line = time.monotonic(), http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            line.request("POST", f"{self.caller.path}?{urlencode(sent.query)}", sent.body)
            answer = line.getresponse()
            return Answered(answer.status, answer.read(), time.monotonic() - began)
        except (OSError, http.client.HTTPException):
            return Answered(0, b"", time.monotonic() - began)
        finally:
            line.close()

    def signed(self, number: int) -> Sent:
        return self.caller.signed(text(f"第{number}", number=str(number)), at=time.time())

    def at_once(self, calls: Sequence[Sent]) -> list[Answered]:
        """All of them let go in the same moment."""
        gate = threading.Barrier(len(calls))

        def one(sent: Sent) -> Answered:
            gate.wait()
            return self.call(sent)

        with ThreadPoolExecutor(len(calls)) as crowd:
            return list(crowd.map(one, calls))

    def kept(self) -> Counter[str]:
        """How often each text stands in the queue."""
        with closing(sqlite3.connect(self.database)) as database:
            return Counter(row[0] for row in database.execute("SELECT text FROM account_content_incoming"))


@contextmanager
def served(folder: Path, *, sealed: bool = True, fault: str = "") -> Iterator[Served]:
    running = Served(folder, sealed=sealed, fault=fault)
    running.server.start()
    try:
        yield running
    finally:
        running.server.kill()


MESSAGES = 20


def four_times_at_once(running: Served) -> list[Answered]:
    """Each message: the same call twice and two that are signed anew, all at once; asked again where it said 503."""
    answers = []
    for number in range(MESSAGES):
        same = running.signed(number)
        four = running.at_once([same, same, running.signed(number), running.signed(number)])
        answers += four
        if not any(answer.status == 200 for answer in four):
            answers.append(running.call(running.signed(number)))
    return answers


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
def test_a_message_that_is_delivered_four_times_at_once_comes_in_once(installed: Path, sealed: bool) -> None:
    with served(installed, sealed=sealed) as running:
        answers = four_times_at_once(running)
        assert {(answer.status, answer.body) for answer in answers} <= {(200, b"success"), (503, b"")}
        assert (200, b"success") in {(answer.status, answer.body) for answer in answers}
        assert max(answer.seconds for answer in answers) < PATIENCE
        assert running.kept() == {f"第{number}": 1 for number in range(MESSAGES)}


def test_without_the_unique_columns_the_same_test_finds_messages_twice(installed: Path) -> None:
    with served(installed) as running:
        with closing(sqlite3.connect(running.database)) as database:
            name = "account_content_incoming"
            (made,) = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
            database.execute(f"DROP TABLE {name}")
            database.execute(made.replace(" UNIQUE", ""))
        four_times_at_once(running)
        assert max(running.kept().values()) > 1


def test_while_the_database_is_busy_the_platform_is_asked_to_come_again_in_time_and_nothing_is_lost(
    installed: Path,
) -> None:
    with served(installed) as running:
        assert running.call(running.signed(0)).status == 200
        with closing(sqlite3.connect(running.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answers = running.at_once([running.signed(number) for number in (1, 1, 2, 2, 3, 3)])
            other.execute("ROLLBACK")
        assert {(answer.status, answer.body) for answer in answers} == {(503, b"")}
        assert max(answer.seconds for answer in answers) < PATIENCE
        again = [running.call(running.signed(number)).status for number in (1, 2, 3)]
        assert again == [200, 200, 200]
        assert running.kept() == {f"第{number}": 1 for number in range(4)}


def acknowledged_until_killed(running: Served) -> set[str]:
    """The texts that were acknowledged before the server was killed in the middle."""
    numbers, acknowledged = itertools.count(1), set[str]()

    def deliver() -> None:
        while True:
            number = next(numbers)
            answer = running.call(running.signed(number))
            if answer.status != 200:
                return
            acknowledged.add(f"第{number}")

    crowd = [threading.Thread(target=deliver) for _one in range(8)]
    for each in crowd:
        each.start()
    while len(acknowledged) < 100:
        time.sleep(0.005)
    running.server.kill()
    for each in crowd:
        each.join()
    return acknowledged


def test_what_was_acknowledged_is_there_when_the_server_is_killed(installed: Path) -> None:
    running = Served(installed)
    for _round in range(2):
        running.server.start()
        acknowledged = acknowledged_until_killed(running)
        kept = running.kept()
        assert len(acknowledged) >= 100
        assert acknowledged <= kept.keys()
        assert set(kept.values()) == {1}


def test_a_server_that_acknowledges_first_is_found_out(installed: Path) -> None:
    running = Served(installed, fault=ACKNOWLEDGED_FIRST)
    running.server.start()
    acknowledged = acknowledged_until_killed(running)
    assert acknowledged - running.kept().keys()
