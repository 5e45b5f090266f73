"""How long a room, a thread and the search take with 100,000 posts, as the pages ask for them.

The same posts and the same questions on SQLite and on PostgreSQL (from a wheel), each in a process of its own: half
of the posts stand in the room of the house, the rest in rooms of branches. Whole pages, from the request to the
answer, with what they ask of the database. Prints percentiles by the clock and of the processor (of PostgreSQL
without its server's), statements and a checksum of what was found; exits 1 above the figure to hold, of the processor
on SQLite, or where the two databases do not find the same.

    python -m bench.forum [--posts 100000] [--asks 200]
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

from bench.live import database
from bench.search import DAY, PROMISED, sentence

BRANCHES, IN_A_THREAD, PEOPLE = 50, 12, 200
LONG_AGO = dt.date(2020, 1, 1)


def texts(count: int) -> list[str]:
    chance = random.Random(20261130)
    return [sentence(chance, chance.randint(12, 160)) for _number in range(count)]


def make(count: int) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from zhibu.apps.forum.actions.indexing import texts as to_index
    from zhibu.apps.forum.models import Post, Room, Thread
    from zhibu.apps.forum.queries import POST
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.models import Account, Membership, Person
    from zhibu.apps.search.actions import index_all
    from zhibu.domain.terms import OrganizationKind, Standing

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    began = time.perf_counter()
    at = dt.datetime.combine(DAY, dt.time(9), dt.UTC)
    root = Organization.objects.create(
        code="B", name="局党组", kind=OrganizationKind.LEADING_GROUP, began=DAY, path="001", depth=1
    )
    people = [Person(staff_number=str(number), name=f"人{number}") for number in range(PEOPLE)]
    Person.objects.bulk_create(people)
    rooms = [Room.objects.create(key="house", kind="house", home=root)]
    for number in range(BRANCHES):
        branch = Organization.objects.create(
            code=f"B{number}",
            name=f"第{number}支部",
            kind=OrganizationKind.BRANCH,
            began=DAY,
            path=f"001{number + 1:03}",
            depth=2,
        )
        rooms.append(Room.objects.create(key=f"branch-{branch.pk}", kind="branch", home=branch))
        for person in people[number::BRANCHES]:
            Membership.objects.create(
                person=person, organization=branch, standing=Standing.FULL, since=dt.date(2020, 1, 1)
            )
    Account.objects.create(login="reader", person=people[0], name="人0")
    chance = random.Random(5)
    threads: list[Thread] = []
    posts: list[Post] = []
    for number, text in enumerate(texts(count)):
        written = at - dt.timedelta(minutes=(count - number) * 7)
        if number % IN_A_THREAD == 0:
            room = rooms[0] if chance.random() < 0.5 else chance.choice(rooms[1:])
            threads.append(Thread(room=room, last_at=written, is_question=chance.random() < 0.2))
        thread = threads[-1]
        thread.last_number, thread.last_at = number % IN_A_THREAD + 1, written
        title = text.replace("\n", "")[:20] if thread.last_number == 1 else ""
        posts.append(
            Post(
                thread=thread,
                number=thread.last_number,
                writer=chance.choice(people),
                title=title,
                text=text,
                written_at=written,
            )
        )
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
            Thread.objects.bulk_create(threads, batch_size=2000)
            Post.objects.bulk_create(posts, batch_size=2000)
            for post in posts:
                if post.number == 1:
                    post.thread.first = post
            Thread.objects.bulk_update(threads, ["first"], batch_size=500)
            index_all(POST, to_index(posts))
        for statement in after:
            cursor.execute(statement)
    print(f"{connection.vendor}: {count} posts in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def addresses(asks: int) -> dict[str, list[str]]:
    """What is opened, by kind of page."""
    from urllib.parse import quote

    from zhibu.apps.forum.models import Room, Thread

    chance = random.Random(7)
    own = Room.objects.get(kind="branch", home__code="B0")
    threads = list(Thread.objects.filter(room__in=[own.pk, Room.objects.get(key="house").pk]).order_by("pk"))
    whole = [text.replace("\n", "") for text in texts(2000)]

    def part(length: int) -> str:
        text = chance.choice(whole)
        begin = chance.randrange(len(text) - length)
        return text[begin : begin + length]

    def words(number: int) -> str:
        return quote(part(2 + number % 4))

    return {
        "room of the house": [f"/forum/rooms/house/?page={chance.randint(1, 150)}" for _number in range(asks)],
        "room of a branch": [f"/forum/rooms/{own.key}/" for _number in range(asks)],
        "open questions": ["/forum/rooms/house/?show=open" for _number in range(asks)],
        "thread": [f"/forum/threads/{chance.choice(threads).pk}/" for _number in range(asks)],
        "search everywhere": [f"/forum/?q={words(number)}" for number in range(asks)],
        "search in a branch": [f"/forum/rooms/{own.key}/?q={words(number)}" for number in range(asks)],
    }


def measure(asks: int) -> dict[str, object]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from zhibu.apps.people.models import Account

    settings.ALLOWED_HOSTS.append("testserver")
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(Account.objects.get(login="reader"))
    taken: dict[str, list[tuple[float, float]]] = {}
    statements: dict[str, int] = {}
    seen = hashlib.sha256()
    for kind, pages in addresses(asks).items():
        client.get(pages[0])
        with CaptureQueriesContext(connection) as asked:
            client.get(pages[-1])
        statements[kind] = len(asked)
        for page in pages:
            began, work = time.perf_counter(), time.process_time()
            answer = client.get(page)
            both = (time.perf_counter() - began) * 1000, (time.process_time() - work) * 1000
            taken.setdefault(kind, []).append(both)
            assert answer.status_code == 200, (page, answer.status_code)
            if "q=" in page:
                seen.update("".join(re.findall(r'found-excerpt">(.*?)</p>', answer.content.decode())).encode())
    return {"checksum": seen.hexdigest(), "taken": taken, "statements": statements}


def child(count: int, asks: int) -> None:
    import django

    django.setup()
    make(count)
    print(json.dumps(measure(asks)))


def run(count: int, asks: int, *, postgres: bool) -> tuple[str, bool]:
    folder = Path(tempfile.mkdtemp(prefix="zhibu-forum-"))
    (folder / "static").mkdir()
    try:
        with database(postgres=postgres) as where:
            env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhibu.config.settings"}
            command = [sys.executable, "-m", "bench.forum", "--child", "--posts", str(count), "--asks", str(asks)]
            told = subprocess.run(command, env=env | where, check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        shutil.rmtree(folder)
    found = json.loads(told.splitlines()[-1])
    name, held = "PostgreSQL" if postgres else "SQLite", True
    for kind, taken in found["taken"].items():
        ordered, worked = (sorted(each) for each in zip(*taken, strict=True))
        p95, of_processor = (each[int(len(each) * 0.95)] for each in (ordered, worked))
        held = held and of_processor <= PROMISED
        print(
            f"{name:<11} {kind:<19} p50 {statistics.median(ordered):6.1f} ms  p95 {p95:6.1f} ms  "
            f"max {ordered[-1]:6.1f} ms  of the processor p95 {of_processor:5.1f} ms  "
            f"{found['statements'][kind]} statements"
        )
    return found["checksum"], held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--asks", type=int, default=200)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.posts, given.asks)
        return 0
    (one, held), (other, _on_postgres) = (run(given.posts, given.asks, postgres=each) for each in (False, True))
    print(f"found on SQLite {one[:16]}, on PostgreSQL {other[:16]}: {'the same' if one == other else 'NOT the same'}")
    told = "held" if held else "NOT held"
    print(f"p95 at most {PROMISED:.0f} ms of the processor on SQLite: {told}  load {os.getloadavg()[0]:.1f}")
    return 0 if held and one == other else 1


if __name__ == "__main__":
    sys.exit(main())
