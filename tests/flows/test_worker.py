"""The worker as a process of its own: killed at any moment, stopped, started twice, beside the server.

The mail server has it killed before it takes a letter, and after it took one and before that could be written down.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings

from tests.mail_server import MailServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
#: A start of Python on a machine that is busy.
PATIENCE = 240.0

_SEED = """
import datetime as dt, sys
from zhibu.web.operator.terminal import start
start()
from tests import world
from zhibu.apps.notices.actions.telling import Message, set_wishes, tell
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.people.models import Person
from zhibu.domain.terms import Occasion
from zhibu.web.shell import clock
at = clock.now()
far = dt.timedelta(hours=11)
for number in range(int(sys.argv[1])):
    person = world.person(f"人{number}")
    world.account(person)
    set_wishes(person, starts=(at - far).time(), ends=(at + far).time(), by_mail=True,
               email=f"{person.staff_number}@example.cn", actor=OPERATOR, at=at)
tell(Person.objects.values_list("pk", flat=True), Message(Occasion.CHANGED, "x", "会议有变"), key=sys.argv[2], at=at)
"""

#: How many letters wait, how many are written down as sent, and whether the day is open.
_LEFT = (
    "SELECT (SELECT count(*) FROM notices_notice WHERE mail_at IS NOT NULL), "
    "(SELECT count(*) FROM notices_notice WHERE mailed_at IS NOT NULL), (SELECT count(*) FROM oversight_window)"
)

#: What a worker would do wrong: it writes a letter down before it hands it over, or gives each try an id of its own.
_FAULTS = {
    "": "",
    "written down first": """
    send = mailing._send
    def early(letter, server, now):
        mailing.note_mailed(letter.id, at=now())
        send(letter, server, now)
    mailing._send = early
""",
    "another id each time": """
    import uuid
    plain = mailing.message_of
    def anew(letter, server=None):
        made = plain(letter, server)
        made.extra_headers["Message-ID"] = f"<{uuid.uuid4()}@x>"
        return made
    mailing.message_of = anew
""",
}

_RUN = """
from zhibu.web.operator import worker
started = worker.start
def start(data):
    started(data)
    import zhibu.web.operator.mailing as mailing
{fault}
worker.start = start
from zhibu.web.operator.main import run
run()
"""


class Place:
    """A folder, or on PostgreSQL a database of its own, and the processes that work there."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.mail = "smtp://127.0.0.1:1"
        self._folder, self._database = folder, database
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "ZHIBU_DATA_DIR": str(folder),
        } | ({"DATABASE_URL": database} if database else {})

    @property
    def environment(self) -> dict[str, str]:
        return self._environment | {"ZHIBU_MAIL_URL": self.mail}

    def seed(self, people: int, key: str) -> None:
        """So many more people who wish mail; everybody is told what ``key`` names."""
        command = [sys.executable, "-c", _SEED, str(people), key]
        subprocess.run(command, env=self.environment, cwd=ROOT, check=True)

    def left(self) -> list[int]:
        if self._database:
            import psycopg

            with psycopg.connect(self._database) as session:
                return list(session.execute(_LEFT).fetchone() or ())
        with closing(sqlite3.connect(self._folder / "zhibu.sqlite3")) as session:
            return list(session.execute(_LEFT).fetchone())

    def start(self, *arguments: str, fault: str = "") -> subprocess.Popen[bytes]:
        run = _RUN.format(fault=_FAULTS[fault])
        return subprocess.Popen(
            [sys.executable, "-c", run, *(arguments or ("worker",))], env=self.environment, cwd=ROOT
        )


#: People who wait for a letter each.
PEOPLE = 4


@pytest.fixture(scope="module")
def seeded(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place with letters that wait; copied by every test, for it takes long to make."""
    folder = tmp_path_factory.mktemp("seeded")
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        place = Place(Path(shutil.copytree(empty_house, folder, dirs_exist_ok=True)))
        place.seed(PEOPLE, "first")
        yield place
        return
    with _database("seeded") as url:
        place = Place(folder, url)
        place.seed(PEOPLE, "first")
        yield place


@pytest.fixture
def place(seeded: Place, tmp_path: Path) -> Iterator[Place]:
    if not seeded._database:
        shutil.copytree(seeded._folder, tmp_path, dirs_exist_ok=True)
        yield Place(tmp_path)
        return
    with _database("worker", like="seeded") as url:
        yield Place(tmp_path, url)


def _of_this_run(name: str) -> str:
    """Workers of one run share the server: each has databases of its own."""
    return f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@contextmanager
def _database(name: str, like: str = "template1") -> Iterator[str]:
    import psycopg

    server = os.environ["DATABASE_URL"]
    name, like = _of_this_run(name), like if like == "template1" else _of_this_run(like)
    with psycopg.connect(server, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        yield server.replace(f"{urlsplit(server).path}?", f"/{name}?", 1)
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def ended(*processes: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def wait_for(happened: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, f"{what} did not happen in {PATIENCE:.0f} s"
        time.sleep(0.05)


#: At the first letter that is taken, before the third that is offered: the second of them goes out in the last round.
KILLS = {("taken", 1), ("offered", 3)}


def sent_with_kills(place: Place, *, letters: int, fault: str = "") -> list[str]:
    """The ids of the ``letters`` that the mail server took in the end from a worker that was killed at ``KILLS``."""
    running: list[subprocess.Popen[bytes]] = []

    def on(what: str, number: int) -> None:
        if (what, number) in KILLS:
            running[-1].kill()

    with MailServer(on) as server:
        place.mail = server.url
        for _kill in KILLS:
            running.append(place.start(fault=fault))
            with ended(running[-1]):
                running[-1].wait(PATIENCE)
        running.append(place.start(fault=fault))
        with ended(running[-1]):
            wait_for(lambda: len(server.taken) >= letters, "the last letter")
            running[-1].send_signal(signal.SIGTERM)
            assert running[-1].wait(PATIENCE) == 0
    return server.taken


def test_killed_around_a_letter_no_notice_is_missing_and_none_is_double_by_its_id(place: Place) -> None:
    taken = sent_with_kills(place, letters=PEOPLE + 1)
    assert len(set(taken)) == PEOPLE
    assert len(taken) == PEOPLE + 1
    assert place.left() == [0, PEOPLE, 1]


@pytest.mark.sqlite_only
def test_a_worker_that_writes_down_first_is_found_out(place: Place) -> None:
    taken = sent_with_kills(place, letters=PEOPLE - 1, fault="written down first")
    assert len(set(taken)) == PEOPLE - 1
    assert place.left() == [0, PEOPLE, 1]


@pytest.mark.sqlite_only
def test_a_worker_that_gives_each_try_another_id_is_found_out(place: Place) -> None:
    taken = sent_with_kills(place, letters=PEOPLE + 1, fault="another id each time")
    assert len(set(taken)) == PEOPLE + 1


def test_of_two_workers_one_works_and_the_other_takes_over_when_it_is_killed(place: Place) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def on(what: str, number: int) -> None:
        if (what, number) == ("taken", 2):
            running[0].kill()

    with MailServer(on, slow=0.2) as server:
        place.mail = server.url
        running.append(place.start())
        wait_for(lambda: len(server.taken) >= 1, "the first letter")
        running.append(place.start())
        with ended(*running):
            wait_for(lambda: place.left()[0] == 0, "an empty outbox")
            running[1].send_signal(signal.SIGTERM)
            assert running[1].wait(PATIENCE) == 0
    assert (len(set(server.taken)), len(server.taken)) == (PEOPLE, PEOPLE + 1)


def test_a_server_has_its_worker_beside_it_starts_it_again_and_takes_it_along(place: Place) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with MailServer() as server:
        place.mail = server.url
        serving = place.start("serve", "--port", str(port))
        with ended(serving):
            wait_for(lambda: len(server.taken) == PEOPLE, "the letters of the first worker")
            first = workers_of(serving)
            os.kill(first[0], signal.SIGKILL)
            place.seed(0, "again")
            wait_for(lambda: len(server.taken) == 2 * PEOPLE, "the letters of the second worker")
            second = workers_of(serving)
            assert len(first) == len(second) == 1
            assert first != second
            with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
                assert answer.status == 200
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(PATIENCE) == 0
            assert not is_running(second[0])


@pytest.mark.sqlite_only
def test_a_worker_ends_with_its_server_even_if_that_is_killed(place: Place) -> None:
    with MailServer() as server:
        place.mail = server.url
        serving = subprocess.Popen(
            [sys.executable, "-c", _BESIDE], env=place.environment, cwd=ROOT, start_new_session=True
        )
        wait_for(lambda: len(server.taken) == PEOPLE, "the letters")
        (worker,) = workers_of(serving)
        serving.kill()
        serving.wait()
        wait_for(lambda: not is_running(worker), "the end of the worker")


#: A server that does nothing, with its worker.
_BESIDE = """
import time
from zhibu.web.operator.worker import a_worker_beside
with a_worker_beside():
    time.sleep(3600)
"""


def workers_of(process: subprocess.Popen) -> list[int]:
    """The workers that this process has started."""
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    ids = [int(number) for file in children for number in file.read_text().split()]
    return [number for number in ids if b"worker" in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")]


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.sqlite_only
def test_without_mail_the_worker_opens_the_day_and_stops_when_told(place: Place) -> None:
    place.mail = ""
    running = place.start()
    with ended(running):
        wait_for(lambda: place.left()[2] == 1, "the opened day")
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE) == 0
    assert place.left() == [PEOPLE, 0, 1]
