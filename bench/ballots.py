"""1,300 people vote within a minute, by the pages; then what the database and its journal tell of the order.

On SQLite and on PostgreSQL (from a wheel), each in a process of its own, sixteen at once: everybody opens the ballot
and looks at it once more, then all lay it in. Every ballot says by its marks whose it is, so that the tally can be
compared to the last mark and the places in the box with the order of voting. Before, one person presses 500 times,
32 at once. Beside it stands the box that suggests itself, a row for each ballot under a random key. Exits 1 where a
tally is not exact, a press too many counts, or an order is told.

    python -m bench.ballots [--voters 1300] [--presses 500]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench.live import database

SECONDS, MOST_CORRELATION = 60.0, 0.1
OPTIONS, AT_ONCE, PRESSED_AT_ONCE = 12, 16, 32
PHRASE = "three quiet harbors"
DAY = dt.date(2026, 11, 23)


def order_told(places: Sequence[int]) -> float:
    """Pearson's r between the order of voting (0, 1, 2 …) and the places at which the ballots lie."""
    return statistics.correlation(range(len(places)), places)


def prepare(voters: int) -> tuple[Any, list[Any], dict[Any, Any]]:
    from django.conf import settings
    from django.core.management import call_command

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.ballots.actions import preparing
    from zhibu.apps.ballots.actions.ending import BroughtKey
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.models import Account, Membership, Person
    from zhibu.domain.terms import OrganizationKind, Standing
    from zhibu.web.shell import clock

    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    branch = Organization.objects.create(
        code="B", name="支部", kind=OrganizationKind.BRANCH, began=DAY, path="001", depth=1
    )
    people = [Person(staff_number=f"{number:05}", name=f"人{number}") for number in range(voters)]
    Person.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(person=person, organization=branch, standing=Standing.FULL, since=DAY) for person in people
    )
    accounts = [Account(login=person.staff_number, name=person.name, person=person) for person in people]
    for account in accounts:
        account.set_unusable_password()
    Account.objects.bulk_create(accounts)
    done = {"actor": OPERATOR, "at": clock.now()}
    asked = preparing.Asked(
        question="第几个",
        options=[f"第{bit}位" for bit in range(OPTIONS)],
        most=OPTIONS,
        closes_at=clock.now() + dt.timedelta(hours=1),
    )
    ballot = preparing.prepare(branch, asked, people[:2], by=None, **done)
    keys = {
        teller.pk: BroughtKey(preparing.make_teller_key(ballot, teller.person, PHRASE, **done), PHRASE)
        for teller in ballot.tellers.all()
    }
    return preparing.open_ballot(ballot, **done), accounts, keys


def marks_of(number: int) -> list[int]:
    return [bit for bit in range(OPTIONS) if number >> bit & 1]


def vote_all(ballot: Any, accounts: Sequence[Any]) -> tuple[float, float, list[int]]:
    """Seconds for the pages before the vote, seconds for the votes themselves, and who voted in which order."""
    from django.test import Client

    clients = []
    for account in accounts:
        clients.append(Client(headers={"Accept-Language": "zh-hans"}))
        clients[-1].force_login(account)
    here = f"/ballots/{ballot.pk}/vote/"
    ready: dict[int, dict[str, object]] = {}
    finished: list[int] = []

    def look(number: int) -> None:
        page = clients[number].get(here).content.decode()
        code = re.search(r'name="code" value="([A-Z2-7-]+)"', page)
        assert code is not None
        ready[number] = {"code": code[1], "marks": [str(mark) for mark in marks_of(number)]}
        assert clients[number].post(here, ready[number]).status_code == 200

    def vote(number: int) -> None:
        answer = clients[number].post(here, ready[number] | {"sure": "1"})
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:  # the same once more, as it says
            time.sleep(float(answer["Retry-After"]))
            answer = clients[number].post(here, ready[number] | {"sure": "1"})
        assert str(ready[number]["code"]) in answer.content.decode(), answer.status_code
        finished.append(number)

    numbers = list(range(len(accounts)))
    random.Random(9).shuffle(numbers)
    looking, voting = (at_once(each, numbers) for each in (look, vote))
    return looking, voting, finished


def at_once(deed: Callable[[int], object], numbers: Sequence[int]) -> float:
    """The seconds that it takes, so many in parallel."""
    from django.db import connections

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(deed, numbers))
        taken = time.perf_counter() - began
        list(pool.map(lambda _number: connections.close_all(), range(AT_ONCE * 4)))
    return taken


def look_into(ballot: Any, keys: dict[Any, Any], finished: Sequence[int]) -> dict[str, Any]:
    """With all that is secret: where each ballot lies. Without the server's: how many are found in the files."""
    from django.db import connection

    from zhibu.apps.ballots import sealing
    from zhibu.apps.ballots.models import Box

    box = Box.objects.get(ballot=ballot)
    entries = list(sealing.opened(bytes(box.content), bytes(box.salt), tellers=2))
    tellers = list(ballot.tellers.order_by("pk"))
    opened = [
        sealing.opened_key(
            keys[one.pk].file, PHRASE, ballot=ballot.pk, teller=one.pk, public=bytes(one.public_key or b"")
        )
        for one in tellers
    ]
    numbers = [sum(1 << mark for mark in sealing.unsealed(entry.ballot, opened).marks) for entry in entries]
    place = {number: at for at, number in enumerate(numbers)}
    found: dict[str, Any] = {
        "whole": sorted(numbers) == list(range(len(finished))),
        "in the box": order_told([place[number] for number in finished]),
    }
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        text = Path(name).read_bytes() + Path(f"{name}-wal").read_bytes()
        found["journal"] = len(Path(f"{name}-wal").read_bytes())
        found["seen in the files"] = sum(entry.ballot[:16] in text for entry in entries)
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT p.staff_number FROM ballots_voter v JOIN people_person p ON p.id = v.person_id "
                "WHERE v.ballot_id = %s ORDER BY v.ctid",
                [ballot.pk],
            )
            lines = cursor.fetchall()
        at = {int(number): place for place, (number,) in enumerate(lines)}
        found["roll"] = order_told([at[number] for number in finished])
    return found


def press(ballot: Any, account: Any, presses: int) -> int:
    """How many of so many presses laid a ballot in the box, each with a receipt of its own."""
    from django.db import connections

    from zhibu.apps.ballots import sealing
    from zhibu.apps.ballots.actions.voting import vote
    from zhibu.apps.ballots.errors import BallotRefusal
    from zhibu.web.shell import clock

    def once(_number: int) -> bool:
        try:
            vote(ballot, account.person, [0], code=sealing.new_code(), at=clock.now())
        except BallotRefusal:
            return False
        return True

    with ThreadPoolExecutor(PRESSED_AT_ONCE) as pool:
        laid_in = sum(pool.map(once, range(presses)))
        list(pool.map(lambda _number: connections.close_all(), range(PRESSED_AT_ONCE * 4)))
    return laid_in


def the_box_that_suggests_itself(voters: int) -> dict[str, float]:
    """A row for each ballot, WITHOUT ROWID under a random key: what its file and its journal tell."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "naive.sqlite3"
        rows = sqlite3.connect(path, isolation_level=None)
        rows.execute("PRAGMA journal_mode=WAL")
        rows.execute("PRAGMA wal_autocheckpoint=0")
        rows.execute("CREATE TABLE box (id BLOB PRIMARY KEY, ballot BLOB) WITHOUT ROWID")
        ballots = [os.urandom(160) for _number in range(voters)]
        for ballot in ballots:
            rows.execute("INSERT INTO box VALUES (?, ?)", (os.urandom(16), ballot))
        place = {bytes(ballot): at for at, (ballot,) in enumerate(rows.execute("SELECT ballot FROM box ORDER BY id"))}
        journal = Path(f"{path}-wal").read_bytes()
        rows.close()
    return {
        "stored": order_told([place[ballot] for ballot in ballots]),
        "journal": order_told([journal.index(ballot) for ballot in ballots]),
    }


def child(voters: int, presses: int) -> None:
    import django

    django.setup()
    from django.db import connection

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.ballots.actions.ending import count, settle_due
    from zhibu.apps.ballots.models import Ballot, Box

    ballot, accounts, keys = prepare(voters + 1)
    pressed = press(ballot, accounts[-1], presses)
    Box.objects.filter(ballot=ballot).delete()
    Ballot.objects.filter(pk=ballot.pk).update(outcome="withdrawn", ended_at=ballot.opened_at)
    ballot, keys = again(ballot)
    worked = time.process_time()
    looking, taken, finished = vote_all(ballot, accounts[:-1])
    worked = time.process_time() - worked
    found = look_into(ballot, keys, finished)
    began = time.perf_counter()
    counted = count(ballot, keys, actor=OPERATOR, at=ballot.closes_at)
    found["count"] = time.perf_counter() - began
    expected = [sum(bit in marks_of(number) for number in range(voters)) for bit in range(OPTIONS)]
    found["exact"] = [one.marks for one in counted.options.all()] == expected and counted.ballots == voters
    began = time.perf_counter()
    settle_due(ballot.closes_at)
    found["erased"] = time.perf_counter() - began
    found["is erased"] = Ballot.objects.get(pk=ballot.pk).erased_at is not None
    print(
        json.dumps(
            found
            | {"looking": looking, "worked": worked, "taken": taken, "pressed": pressed, "vendor": connection.vendor}
        )
    )


def again(ballot: Any) -> tuple[Any, dict[Any, Any]]:
    """The same asked once more, of the same people."""
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.ballots.actions import preparing
    from zhibu.apps.ballots.actions.ending import BroughtKey
    from zhibu.apps.ballots.models import Voter
    from zhibu.web.shell import clock

    done = {"actor": OPERATOR, "at": clock.now()}
    asked = preparing.Asked(
        question=ballot.question,
        options=[option.text for option in ballot.options.all()],
        most=OPTIONS,
        closes_at=ballot.closes_at,
    )
    tellers = [teller.person for teller in ballot.tellers.select_related("person")]
    made = preparing.prepare(ballot.organization, asked, tellers, by=None, **done)
    keys = {
        teller.pk: BroughtKey(preparing.make_teller_key(made, teller.person, PHRASE, **done), PHRASE)
        for teller in made.tellers.all()
    }
    opened = preparing.open_ballot(made, **done)
    Voter.objects.filter(ballot=opened, person__staff_number=f"{opened.expected - 1:05}").delete()
    return opened, keys


def run(voters: int, presses: int, *, postgres: bool) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="zhibu-ballots-"))
    (folder / "static").mkdir()
    try:
        with database(postgres=postgres) as where:
            env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhibu.config.settings"}
            command = [
                sys.executable,
                "-m",
                "bench.ballots",
                "--child",
                "--voters",
                str(voters),
                "--presses",
                str(presses),
            ]
            told = subprocess.run(command, env=env | where, check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        shutil.rmtree(folder)
    found = json.loads(told.splitlines()[-1])
    name = "PostgreSQL" if postgres else "SQLite"
    print(f"{name}: {voters} votes laid in within {found['taken']:.1f} s; tally exact: {found['exact']}")
    print(
        f"{name}: the two pages before, opened by each of them, took {found['looking']:.1f} s; "
        f"both together {found['worked']:.0f} s of one processor"
    )
    print(f"{name}: {presses} presses of one person laid {found['pressed']} ballot in the box")
    print(f"{name}: order of voting and places in the box, read with every secret: r = {found['in the box']:+.3f}")
    if postgres:
        print(f"{name}: order of voting and the rows of the roll (who, not how): r = {found['roll']:+.3f}")
    else:
        print(
            f"{name}: of {voters} sealed ballots {found['seen in the files']} are found in the file and its "
            f"journal of {found['journal'] / 2**20:.1f} MiB"
        )
    print(f"{name}: counted in {found['count']:.1f} s, erased in {found['erased']:.1f} s: {found['is erased']}")
    return (
        found["exact"]
        and found["whole"]
        and found["is erased"]
        and found["pressed"] == 1
        and found["taken"] <= SECONDS
        and abs(found["in the box"]) < MOST_CORRELATION
        and not found.get("seen in the files")
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=1_300)
    parser.add_argument("--presses", type=int, default=500)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.voters, given.presses)
        return 0
    held = [run(given.voters, given.presses, postgres=postgres) for postgres in (False, True)]
    naive = the_box_that_suggests_itself(given.voters)
    print(f"a row for each ballot: r = {naive['stored']:+.3f} as stored, {naive['journal']:+.3f} in its journal")
    print(f"held: {all(held)}  load {os.getloadavg()[0]:.1f}")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
