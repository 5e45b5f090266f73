"""How long the library takes with 10,000 units: its first page, a later one, by topic, and by words of two to six.

Whole pages as a member of one branch gets them, from request to last byte, on SQLite and on PostgreSQL (a wheel),
each in a process of its own, in milliseconds of the processor (of PostgreSQL without its server's); statements are
counted. Prints percentiles and a checksum of all pages; exits 1 above
the figure to hold, with more than eight statements, or where the two databases do not show the same.

    python -m bench.learning [--units 10000] [--asked 200]
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid5

from bench.live import database
from bench.search import _OF_THIS_BENCH, DAY, ORGANIZATIONS, PROMISED, sentence

TOPICS = [f"主题{number}" for number in range(40)]
MOST_STATEMENTS = 8


def texts(count: int) -> list[tuple[str, str]]:
    chance = random.Random(20261123)
    return [
        (sentence(chance, chance.randint(6, 20)).replace("\n", ""), sentence(chance, chance.randint(200, 900)))
        for _number in range(count)
    ]


def make(count: int) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from zhibu.apps.archive.models import Document
    from zhibu.apps.learning.actions.unit_index import rebuild_units
    from zhibu.apps.learning.models import Unit, UnitVersion
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.models import Account, Membership, Person
    from zhibu.domain.learning import UnitReach
    from zhibu.domain.terms import Affiliation, OrganizationKind, Standing

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    began = time.perf_counter()
    chance = random.Random(5)
    at = dt.datetime.combine(DAY, dt.time(9), dt.UTC)
    facts = {"began": DAY, "founded": DAY}
    root = Organization(code="R", name="党组", kind=OrganizationKind.LEADING_GROUP, path="0001", depth=1, **facts)
    places = [
        Organization(
            code=f"B{i}", name=f"第{i}支部", kind=OrganizationKind.BRANCH, path=f"0001{i:04}", depth=2, **facts
        )
        for i in range(1, ORGANIZATIONS)
    ]
    Organization.objects.bulk_create([root, *places])
    writer = Person.objects.create(
        staff_number="1", name="江北", initials="jb", pinyin="jiangbei", affiliation=Affiliation.NONE
    )
    Membership.objects.create(person=writer, organization=places[6], standing=Standing.FULL, since=DAY)
    Account.objects.create(person=writer, login="1", name="江北")
    seal = Document.objects.create(sha256="0" * 64, text="{}")
    reaches = (UnitReach.PRESCRIBED, UnitReach.OFFERED, UnitReach.HOUSE)
    units, versions = [], []
    for number, (title, text) in enumerate(texts(count)):
        when = at - dt.timedelta(minutes=chance.randrange(1_000_000))
        unit = Unit(
            id=uuid5(_OF_THIS_BENCH, f"unit {number}"),
            organization=chance.choice([root, *places]),
            topic=chance.choice(TOPICS),
            reach=chance.choices(reaches, (1, 2, 3))[0].value,
            title=title,
            made_at=when,
            published_at=when,
        )
        units.append(unit)
        versions.append(
            UnitVersion(
                unit=unit,
                number=1,
                title=title,
                text=text,
                writer=writer,
                written_at=when,
                published_at=when,
                sealed=seal,
            )
        )
    with transaction.atomic():
        Unit.objects.bulk_create(units, batch_size=500)
        UnitVersion.objects.bulk_create(versions, batch_size=500)
        rebuild_units()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {count} units in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def asked(count: int, number: int) -> dict[str, list[str]]:
    chance = random.Random(7)
    whole = [f"{title}{text}".replace("\n", "") for title, text in texts(min(count, 2000))]
    words = []
    for place in range(number):
        text, length = chance.choice(whole), 2 + place % 5
        begin = chance.randrange(len(text) - length)
        words.append(text[begin : begin + length])
    return {
        "first page": ["/learn/"] * number,
        "later page": [f"/learn/?page={chance.randrange(2, 100)}" for _each in range(number)],
        "topic": [f"/learn/?topic={chance.choice(TOPICS)}" for _each in range(number)],
        "words": [f"/learn/?q={word}" for word in words],
    }


def measure(count: int, number: int) -> dict[str, object]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from zhibu.apps.people.models import Account

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Account.objects.get(login="1"), backend=settings.AUTHENTICATION_BACKENDS[0])
    taken: dict[str, list[float]] = {}
    statements, seen = 0, hashlib.sha256()
    for name, paths in asked(count, number).items():
        client.get(paths[0])
        for path in paths:
            began = time.process_time()
            answer = client.get(path)
            taken.setdefault(name, []).append((time.process_time() - began) * 1000)
            assert answer.status_code == 200, path
            seen.update("".join(re.findall(r"/learn/units/[0-9a-f-]{36}/", answer.content.decode())).encode())
        with CaptureQueriesContext(connection) as counted:
            client.get(paths[-1])
        statements = max(statements, len(counted))
    return {"checksum": seen.hexdigest(), "taken": taken, "statements": statements}


def child(count: int, number: int) -> None:
    import django

    django.setup()
    make(count)
    print(json.dumps(measure(count, number)))


def run(count: int, number: int, *, postgres: bool) -> tuple[str, bool]:
    folder = Path(tempfile.mkdtemp(prefix="zhibu-learning-"))
    (folder / "static").mkdir()
    try:
        with database(postgres=postgres) as where:
            env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhibu.config.settings"}
            command = [
                sys.executable,
                "-m",
                "bench.learning",
                "--child",
                "--units",
                str(count),
                "--asked",
                str(number),
            ]
            told = subprocess.run(command, env=env | where, check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        shutil.rmtree(folder)
    found = json.loads(told)
    is_held = found["statements"] <= MOST_STATEMENTS
    for name, taken in found["taken"].items():
        p95 = sorted(taken)[int(len(taken) * 0.95)]
        is_held &= p95 <= PROMISED
        print(
            f"{'PostgreSQL' if postgres else 'SQLite':<11} {name:<11} p50 {statistics.median(taken):6.1f} ms  "
            f"p95 {p95:6.1f} ms  max {max(taken):6.1f} ms"
        )
    print(f"{'':<11} at most {found['statements']} statements")
    return found["checksum"], is_held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.units, given.asked)
        return 0
    (one, first), (other, second) = (run(given.units, given.asked, postgres=each) for each in (False, True))
    print(f"pages on SQLite {one[:16]}, on PostgreSQL {other[:16]}: {'the same' if one == other else 'NOT the same'}")
    held = first and second
    print(f"p95 at most {PROMISED:.0f} ms: {'held' if held else 'NOT held'}  load {os.getloadavg()[0]:.1f}")
    return 0 if held and one == other else 1


if __name__ == "__main__":
    sys.exit(main())
