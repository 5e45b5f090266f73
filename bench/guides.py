"""How long it takes to answer somebody's words out of 100,000 guides, as the public page and the account ask.

The same guides and questions on SQLite and on PostgreSQL (from a wheel), each in a process of its own: parts of the
texts of two to eight characters, as they stand, with spaces in between, in traditional characters, wrapped as people
ask, and two words from different places. Prints percentiles and a checksum of all answers; exits 1 above the figure
to hold, or where the two databases do not answer the same.

    python -m bench.guides [--guides 100000] [--questions 400]
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.live import database
from bench.search import DAY, PROMISED, sentence

SECTIONS = 5

#: How somebody types what is looked for.
WAYS = ("as it stands", "with spaces", "traditional", "wrapped", "two words")


def texts(count: int) -> list[tuple[str, str]]:
    """Title and text of each guide."""
    chance = random.Random(20261123)
    return [
        (sentence(chance, chance.randint(6, 20)).replace("\n", ""), sentence(chance, chance.randint(60, 600)))
        for _number in range(count)
    ]


def make(count: int) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from zhibu.apps.guides.actions.indexing import texts as to_index
    from zhibu.apps.guides.models import Guide, GuideVersion
    from zhibu.apps.guides.queries import GUIDE
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.models import Person
    from zhibu.apps.search.actions import index_all
    from zhibu.apps.windows.models import Section
    from zhibu.domain.terms import GuideAudience, GuideState, OrganizationKind

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    at = dt.datetime.combine(DAY, dt.time(9), dt.UTC)
    Organization.objects.create(
        code="B", name="局党组", kind=OrganizationKind.LEADING_GROUP, began=DAY, path="0001", depth=1
    )
    one, other = (Person.objects.create(staff_number=str(number), name=f"人{number}") for number in (1, 2))
    sections = [Section.objects.create(name=f"科{number}") for number in range(SECTIONS)]
    chance = random.Random(5)
    audiences = list(GuideAudience)
    guides = [
        Guide(
            number=number + 1,
            section=sections[number % SECTIONS],
            audience=audiences[number % 10 if number % 10 < len(audiences) else 0].value,
            read_again_by=DAY,
        )
        for number in range(count)
    ]
    versions = [
        GuideVersion(
            guide=guide,
            number=1,
            state=GuideState.PUBLISHED.value,
            title=title,
            text=text,
            writer=one,
            reviewer=other,
            written_at=at,
            reviewed_at=at,
            since=DAY - dt.timedelta(days=chance.randrange(2000)),
        )
        for guide, (title, text) in zip(guides, texts(count), strict=True)
    ]
    with connection.cursor() as cursor:
        quickly = ["DROP INDEX search_indexed_title_grams, search_indexed_grams"]
        after = [
            "CREATE INDEX search_indexed_title_grams ON search_indexed USING gin (title_grams)",
            "CREATE INDEX search_indexed_grams ON search_indexed USING gin (grams)",
            "VACUUM ANALYZE",
        ]
        if connection.vendor == "sqlite":
            quickly, after = ["PRAGMA synchronous=OFF", "PRAGMA cache_size=-400000"], ["PRAGMA cache_size=-20000"]
        for statement in quickly:
            cursor.execute(statement)
        with transaction.atomic():
            Guide.objects.bulk_create(guides, batch_size=2000)
            GuideVersion.objects.bulk_create(versions, batch_size=2000)
            index_all(GUIDE, to_index(versions))
        for statement in after:
            cursor.execute(statement)
    print(f"{connection.vendor}: {count} guides in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def asked(count: int, questions: int) -> list[tuple[str, str]]:
    """What is typed, and in which of ``WAYS``."""
    from opencc import OpenCC

    traditional = OpenCC("s2t").convert
    chance = random.Random(7)
    whole = [f"{title}{text}".replace("\n", "") for title, text in texts(min(count, 2000))]
    found = []
    for number in range(questions):
        text, length, way = chance.choice(whole), 2 + number // len(WAYS) % 7, WAYS[number % len(WAYS)]

        def part(text: str, length: int) -> str:
            begin = chance.randrange(len(text) - length)
            return text[begin : begin + length]

        typed = part(text, length)
        match way:
            case "with spaces":
                typed = " ".join(typed)
            case "traditional":
                typed = traditional(typed)
            case "wrapped":
                typed = f"请问{typed}怎么办理？"
            case "two words":
                typed = f"{typed[:4]} {part(text, 2)}"
        found.append((typed, way))
    return found


def measure(count: int, questions: int) -> dict[str, object]:
    from zhibu.apps.guides.queries import answers
    from zhibu.domain.terms import GuideAudience

    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    answered = dict.fromkeys(WAYS, 0)
    slowest = (0.0, "")
    seen = hashlib.sha256()
    for typed, way in asked(count, questions):
        began = time.perf_counter()
        found = answers(typed, on=DAY, audience=GuideAudience.PUBLIC)
        taken[way].append((time.perf_counter() - began) * 1000)
        answered[way] += bool(found)
        slowest = max(slowest, (taken[way][-1], typed))
        seen.update(repr((typed, [(answer.title, answer.excerpt, answer.path) for answer in found])).encode())
    return {"checksum": seen.hexdigest(), "taken": taken, "answered": answered, "slowest": slowest}


def child(count: int, questions: int) -> None:
    import django

    django.setup()
    make(count)
    print(json.dumps(measure(count, questions)))


def run(count: int, questions: int, *, postgres: bool) -> tuple[str, bool]:
    folder = Path(tempfile.mkdtemp(prefix="zhibu-guides-"))
    (folder / "static").mkdir()
    try:
        with database(postgres=postgres) as where:
            env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhibu.config.settings"}
            command = [sys.executable, "-m", "bench.guides", "--child"]
            command += ["--guides", str(count), "--questions", str(questions)]
            told = subprocess.run(command, env=env | where, check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        shutil.rmtree(folder)
    found = json.loads(told)
    of_all = sorted(time for taken in found["taken"].values() for time in taken)
    p95 = of_all[int(len(of_all) * 0.95)]
    name = "PostgreSQL" if postgres else "SQLite"
    for way, taken in found["taken"].items():
        ordered = sorted(taken)
        print(
            f"{name:<11} {way:<13} p50 {statistics.median(ordered):6.1f} ms  p95 "
            f"{ordered[int(len(ordered) * 0.95)]:6.1f} ms  answered {found['answered'][way]} of {len(ordered)}"
        )
    print(
        f"{name:<11} {'all':<13} p50 {statistics.median(of_all):6.1f} ms  p95 {p95:6.1f} ms  "
        f"max {found['slowest'][0]:.1f} ms for {found['slowest'][1]!r}"
    )
    return found["checksum"], p95 <= PROMISED


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guides", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.guides, given.questions)
        return 0
    (one, first), (other, second) = (run(given.guides, given.questions, postgres=each) for each in (False, True))
    print(
        f"answers of SQLite {one[:16]}, of PostgreSQL {other[:16]}: {'the same' if one == other else 'NOT the same'}"
    )
    print(
        f"p95 at most {PROMISED:.0f} ms: {'held' if first and second else 'NOT held'}  load {os.getloadavg()[0]:.1f}"
    )
    return 0 if first and second and one == other else 1


if __name__ == "__main__":
    sys.exit(main())
