"""1,300 phones come back at once: each sends the answers and the declaration it kept, as the pages' script does.

Makes a demo, in it a unit for the house and a lesson that everybody missed, serves it, and lets all phones come back
in one moment: who is here, then the answers, then the declaration, a connection for each call. One in ten lost the
answer and sends the same again; of another tenth a second phone sends the same work under another nonce. 503 is tried
again when the server says. Prints the time to the last one, percentiles of a phone, and what the database then holds;
exits 1 where something is lost or doubled.

    python -m bench.offline [--people 1300] [--data DIR] [--postgres]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from bench.crowd import OK, UNAVAILABLE, Door, Reply
from bench.live import database, run, server

#: What everybody did while there was no network.
TITLE = "离线同步演练"


@dataclass(frozen=True, slots=True)
class Made:
    """What the demo was given: where the work is sent, and who is logged in on which phone."""

    unit: str
    version: str
    lesson: str
    day: str
    phones: list[tuple[str, str]]


@dataclass(slots=True)
class Phone:
    door: Door
    session: str
    account: str
    secret: str
    tries: int = 0

    def request(self, method: str, path: str, form: dict[str, str] | None = None, token: str = "") -> bytes:
        content = urlencode(form or {}).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.door.host}:{self.door.port}\r\nAccept: application/json\r\n"
            f"Cookie: sessionid={self.session}; csrftoken={self.secret}\r\nX-CSRFToken: {token}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\n"
            f"Connection: close\r\n\r\n"
        )
        return head.encode() + content

    async def until_answered(self, request: bytes) -> Reply:
        """As long as the server is busy or the line breaks, again."""
        while True:
            self.tries += 1
            try:
                reply = await self.door.call(request)
            except OSError:
                await asyncio.sleep(1 + random.random())
                continue
            if reply.status != UNAVAILABLE:
                return reply
            await asyncio.sleep(reply.retry_after + 3 * random.random())


async def come_back(phone: Phone, made: Made, nonce: str) -> list[str]:
    """What the phone heard of its two works."""
    here = (await phone.until_answered(phone.request("GET", "/account/here/"))).json()
    assert here["account"] == phone.account
    heard: list[str] = []
    for path, form in (
        (f"/learn/units/{made.unit}/answers/", {"version": made.version, "q0": "0"}),
        (f"/meetings/{made.lesson}/make-up/", {"studied_on": made.day}),
    ):
        sent = form | {"nonce": f"{nonce}{len(heard)}", "account": phone.account}
        reply = await phone.until_answered(phone.request("POST", path, sent, here["token"]))
        heard.append(reply.json()["status"] if reply.status == OK else f"{reply.status} {reply.body[:200]!r}")
    return heard


async def all_come_back(address: str, made: Made) -> tuple[list[float], list[str], int]:
    door, tries = Door(address, patience=120), 0
    seconds: list[float] = []
    heard: list[str] = []

    async def one(place: int, session: str, account: str) -> None:
        nonlocal tries
        nonces = [uuid4().hex]
        if place % 10 == 0:
            nonces.append(nonces[0])  # the answer was lost on the way
        if place % 10 == 1:
            nonces.append(uuid4().hex)  # the second phone
        began = time.perf_counter()
        calls: list[Awaitable[list[str]]] = []
        phones = [Phone(door, session, account, uuid4().hex) for _nonce in nonces]
        calls.extend(come_back(phone, made, nonce) for phone, nonce in zip(phones, nonces, strict=True))
        for told in await asyncio.gather(*calls):
            heard.extend(told)
        seconds.append(time.perf_counter() - began)
        tries += sum(phone.tries for phone in phones)

    await asyncio.gather(*(one(place, *phone) for place, phone in enumerate(made.phones)))
    return seconds, heard, tries


# --- In a process of its own, with the database --------------------------------------------------------------------


def make(people: int) -> dict[str, object]:
    import datetime as dt

    from django.conf import settings
    from django.test import Client
    from django.utils.timezone import localtime

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.learning.actions.units import UnitWords, begin_unit, publish_unit
    from zhibu.apps.learning.units import published_of
    from zhibu.apps.meetings.actions import convening, roll
    from zhibu.apps.meetings.models import RollEntry
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.models import Account, Person
    from zhibu.domain.learning import UnitReach
    from zhibu.domain.questions import read_questions
    from zhibu.domain.terms import Audience, MeetingKind, OrganizationKind
    from zhibu.web.shell import clock

    at = clock.now()
    done: dict[str, Any] = {"actor": OPERATOR, "at": at}
    root = Organization.objects.get(kind=OrganizationKind.LEADING_GROUP.value)
    writer = Person.objects.filter(account__is_active=True).order_by("staff_number")[0]
    said = UnitWords(
        title=TITLE,
        text="读。",
        questions=read_questions("读了吗？\n* 读了\n- 没有\n> 好。\n"),
        reach=UnitReach.HOUSE,
    )
    draft = begin_unit(organization=root, words=said, writer=writer, **done)
    unit = publish_unit(draft, revision=draft.revision, **done)
    lesson = convening.draft(
        organization=root,
        kind=MeetingKind.LESSON,
        title=TITLE,
        made_by=None,
        agenda=["学习"],
        convener=writer,
        chair=writer,
        recorder=writer,
        audience=Audience.STAFF,
        **done,
    )
    begins = localtime(at).replace(hour=15, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    session = convening.add_session(
        lesson.pk, starts_at=begins, ends_at=begins + dt.timedelta(hours=1), place="礼堂", **done
    )
    convening.announce(lesson.pk, **done)
    roll.open_session(session, **done)
    roll.close_session(session, **done)
    phones = []
    expected = RollEntry.objects.filter(meeting=lesson, observes=False).order_by("person__staff_number")
    for entry in expected.select_related("person")[:people]:
        login = entry.person.staff_number
        account, _made = Account.objects.get_or_create(person=entry.person, defaults={"login": login})
        client = Client()
        client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
        phones.append((client.cookies[settings.SESSION_COOKIE_NAME].value, str(account.pk)))
    version = published_of(unit)
    assert version is not None
    return {
        "unit": str(unit.pk),
        "version": str(version.pk),
        "lesson": str(lesson.pk),
        "day": clock.today().isoformat(),
        "phones": phones,
    }


def counted(unit: str, lesson: str) -> dict[str, int]:
    from zhibu.apps.archive.models import Event
    from zhibu.apps.learning.models import MakeUp, SelfStudy

    return {
        "answers": SelfStudy.objects.filter(unit=UUID(unit)).count(),
        "declarations": MakeUp.objects.filter(meeting=UUID(lesson)).count(),
        "events": Event.objects.filter(type="make_up_declared", subject=lesson).count(),
    }


def child(*arguments: str, env: dict[str, str]) -> dict[str, object]:
    command = [sys.executable, "-m", "bench.offline", "--child", *arguments]
    told = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(told))


def in_child(arguments: list[str]) -> None:
    import django

    django.setup()
    deeds: dict[str, Callable[..., object]] = {"make": lambda people: make(int(people)), "count": counted}
    print(json.dumps(deeds[arguments[0]](*arguments[1:])))


# --- Together ------------------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1300)
    parser.add_argument("--data", type=Path, help="a demo that is there already, or is made there and kept")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        in_child(asked.child)
        return 0
    with ExitStack() as stack:
        folder = (
            asked.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhibu-offline-"))) / "demo"
        )
        where = stack.enter_context(database(postgres=asked.postgres))
        env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhibu.config.settings"} | where
        run("demo", "--data", str(folder), "--no-serve", "--json", env=env)
        made = Made(**child("make", str(asked.people), env=env))
        with server(env) as address:
            began = time.perf_counter()
            seconds, heard, tries = asyncio.run(all_come_back(address, made))
            took = time.perf_counter() - began
        found = child("count", made.unit, made.lesson, env=env)
    return 0 if report(len(made.phones), seconds, heard, tries, took, found) else 1


def report(
    people: int, seconds: list[float], heard: list[str], tries: int, took: float, found: dict[str, object]
) -> bool:
    seconds.sort()
    median, p95 = (seconds[int(len(seconds) * part) - 1] for part in (0.5, 0.95))
    odd = [word for word in heard if word not in {"received", "already"}]
    print(
        f"{people} people, {len(heard)} works sent in {tries} calls: received {heard.count('received')}, already "
        f"{heard.count('already')}, other {len(odd)} {odd[:3]}; the last after {took:.1f} s, a phone's median "
        f"{median:.1f} s, p95 {p95:.1f} s; load {os.getloadavg()[0]:.1f}"
    )
    held = not odd and set(found.values()) == {people}
    print(f"on record: {found}: {'nothing lost, nothing doubled' if held else 'NOT held'}")
    return held


if __name__ == "__main__":
    sys.exit(main())
