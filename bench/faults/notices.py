"""Notices by the account are neither missing nor doubled: the worker is killed again and again while it tells them.

Makes a folder with so many people who wish to be told on their bound phones, one notice each, and lets
``zhibu worker`` tell them to the stand-in, which drops repeated ids as the platform does. The worker is killed
(SIGKILL) in turn when the platform is asked, before it takes a notice; when it has taken one, before it answers; and
at a moment nobody chose. In the end every notice must stand once in its chat, and in the database as sent.

    python -m bench.faults.notices [--notices 10000] [--kills 60]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhibu.domain.terms import Sending
from zhibu.wechat.stand_in.facts import DEMO
from zhibu.wechat.stand_in.platform import Platform
from zhibu.wechat.stand_in.server import StandIn

#: When the worker is killed: before the platform takes a notice, after it took one, some time after it was asked.
BEFORE, AFTER, ANY = WAYS = ("before it is taken", "after it was taken", "at any moment")
#: Seconds within which a kill at any moment comes.
_WITHIN = 0.1
#: Seconds in which nothing may come to a rest.
_PATIENCE = 120.0

#: A worker; what a fault replaces can be imported once it has begun.
_WORKER = """
from zhibu.web.operator import worker
started = worker.start
def start(data):
    started(data)
    import zhibu.web.operator.pushing as pushing
{fault}
worker.start = start
from zhibu.web.operator.main import run
run()
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What stands in the chats beside what was to be told. ``repeated``: deliveries that the platform dropped."""

    notices: int
    missing: int = 0
    doubled: int = 0
    unsettled: int = 0
    repeated: int = 0
    kills: int = 0

    @property
    def is_well(self) -> bool:
        return not (self.missing or self.doubled or self.unsettled)

    def __str__(self) -> str:
        return (
            f"{self.notices} notices, the worker killed {self.kills} times: {self.missing} missing, {self.doubled} "
            f"doubled, {self.unsettled} not written down as sent; {self.repeated} delivered again and dropped"
        )


def environment(folder: Path, platform: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "ZHIBU_DATA_DIR": str(folder),
        "ZHIBU_WECHAT_PROFILE": "full",
        "ZHIBU_WECHAT_APP_ID": DEMO.app_id,
        "ZHIBU_WECHAT_SECRET": DEMO.secret,
        "ZHIBU_WECHAT_TOKEN": DEMO.token,
        "ZHIBU_WECHAT_TEMPLATE": DEMO.template,
        "ZHIBU_WECHAT_API": platform,
    }


def seed(many: int) -> None:
    """In a process of its own, whose settings are the folder's: people with bound phones, told something each."""
    from zhibu.web.operator.terminal import start

    start()
    from zhibu.apps.account_content.models import Binding
    from zhibu.apps.notices.actions.telling import Message, tell
    from zhibu.apps.notices.models import Wishes
    from zhibu.apps.people.models import Account, Person
    from zhibu.domain.terms import AccountApp, Affiliation, Occasion
    from zhibu.web.shell import clock

    at, far = clock.now(), dt.timedelta(hours=11)
    people = Person.objects.bulk_create(
        Person(staff_number=str(number), name=f"人{number}", affiliation=Affiliation.NONE) for number in range(many)
    )
    accounts = Account.objects.bulk_create(
        Account(person=person, login=f"p{person.staff_number}", name=person.name, password="!")  # noqa: S106 - nobody can use it
        for person in people
    )
    Binding.objects.bulk_create(
        Binding(account=account, app=AccountApp.OFFICIAL.value, sender=phone_of(number), since=at)
        for number, account in enumerate(accounts)
    )
    hours = {"starts": (at - far).time(), "ends": (at + far).time()}
    Wishes.objects.bulk_create(Wishes(person=person, by_account=True, **hours) for person in people)
    tell((person.pk for person in people), Message(Occasion.CHANGED, "x", "会议有变"), key="drill", at=at)


def phone_of(number: int) -> str:
    return f"oDrill{number}"


class Killing:
    """Between the worker and the platform: kills the one that runs at the chosen calls of the other."""

    def __init__(self, platform: Platform, plan: Mapping[int, str]) -> None:
        self._take, self._plan, self._calls = platform.template, dict(plan), 0
        self._guard = threading.Lock()
        self.worker: subprocess.Popen[bytes] | None = None
        platform.template = self.template  # type: ignore[method-assign]  # stands between the two

    def template(self, given: Mapping[str, Any]) -> dict[str, Any]:
        with self._guard:
            self._calls += 1
            way = self._plan.pop(self._calls, "")
        if way == BEFORE:
            self._kill()
            return {"errcode": -1, "errmsg": "nobody hears this any more"}
        if way == ANY:
            threading.Timer(random.uniform(0, _WITHIN), self._kill).start()
        taken = self._take(given)
        if way == AFTER:
            self._kill()
        return taken

    def _kill(self) -> None:
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()


def drill(folder: Path, *, notices: int, kills: int, fault: str = "") -> Counted:
    """``fault``: indented code that plants one in the worker, to see that it is found out."""
    with StandIn(DEMO) as running:
        for number in range(notices):
            running.platform.phone(phone_of(number))
        env = environment(folder, running.url)
        command = f"from bench.faults.notices import seed; seed({notices})"
        subprocess.run([sys.executable, "-c", command], env=env, check=True)
        every = notices // (kills + 1)
        killing = Killing(running.platform, {every * turn: WAYS[turn % 3] for turn in range(1, kills + 1)})
        killed = 0
        while not _told(folder, killing, env, fault):
            killed += 1
        return _counted(running.platform, folder, notices, killed)


def _told(folder: Path, killing: Killing, env: dict[str, str], fault: str) -> bool:
    """A worker from its start to its end; whether it had nothing left to tell."""
    command = [sys.executable, "-c", _WORKER.format(fault=fault), "worker"]
    worker = killing.worker = subprocess.Popen(command, env=env)
    until, left = time.monotonic() + _PATIENCE, -1
    while worker.poll() is None:
        now_left = _waiting(folder)
        if now_left == 0:
            worker.send_signal(signal.SIGTERM)
            return worker.wait(_PATIENCE) == 0
        if now_left != left:
            until, left = time.monotonic() + _PATIENCE, now_left
        if time.monotonic() > until:
            worker.kill()
            raise SystemExit(f"the worker tells nothing more; {left} are left")
        time.sleep(0.2)
    return False


def _waiting(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "zhibu.sqlite3", timeout=60)) as database:
        asked = "SELECT count(*) FROM notices_notice WHERE account_at IS NOT NULL"
        return int(database.execute(asked).fetchone()[0])


def _counted(platform: Platform, folder: Path, notices: int, killed: int) -> Counted:
    with closing(sqlite3.connect(folder / "zhibu.sqlite3")) as database:
        asked = "SELECT person_id, account_state FROM notices_notice"
        states = Counter(state for _person, state in database.execute(asked))
    stands = [len(platform.phone(phone_of(number)).lines) for number in range(notices)]
    return Counted(
        notices=notices,
        missing=stands.count(0),
        doubled=sum(lines > 1 for lines in stands),
        unsettled=notices - states[Sending.SENT.value],
        repeated=len(platform.received) - len(set(platform.received)),
        kills=killed,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=60)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zhibu-notices-") as folder:
        counted = drill(Path(folder), notices=asked.notices, kills=asked.kills)
    print(f"{counted}; {time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f}")
    return 0 if counted.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
