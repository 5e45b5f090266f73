"""How many durable sign-ins a second, beside pretix's check-in redeem and beside a bare insert, in one run.

A sign-in: the token, whether they may, the line of the roll and the archive's event, acknowledged after the commit on
SQLite (WAL, FULL). Rounds in turn: rows inserted one by one and committed each with the same durability; pretix
redeems tickets (``bench.beside_pretix``: PostgreSQL, Redis, broker; made from the package index); people sign in.
The two servers are asked in the same way: so many connections at once, a new one for each request, both warmed.
Prints rates, latencies and the ratios of the medians. Exits 1 where sign-in is not 10 times pretix's redeem with a
lower p99, or less than half of the bare inserts.

    python -m bench.sign_in [--rounds 5] [--at-once 8] [--data DIR] [--pretix DIR | --without-pretix] [--postgres]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.beside_pretix import Event, pretix
from bench.crowd import Door, Room
from bench.live import convene, database, run, server, tokens, whole_house

#: Sign-in against pretix's redeem, and against the bare insert.
TIMES, OF_BARE = 10.0, 0.5
#: Rows, tickets and people of a round.
ROWS, TICKETS, PEOPLE = 300, 100, 600


@dataclass(slots=True)
class Measured:
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, seconds: Sequence[float], took: float) -> None:
        self.rates.append(len(seconds) / took)
        self.seconds += seconds

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def percentile(self, part: float) -> float:
        return 1000 * sorted(self.seconds)[int(len(self.seconds) * part) - 1]

    def told(self, name: str) -> str:
        return (
            f"{name:22} {self.rate:7.1f} a second (rounds {min(self.rates):.1f} to {max(self.rates):.1f}), median "
            f"{self.percentile(0.5):6.1f} ms, p99 {self.percentile(0.99):6.1f} ms"
        )


def insert_rows(folder: Path, into: Measured) -> None:
    """One row, one commit, one after another, in a file beside the database."""
    with closing(sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute("CREATE TABLE IF NOT EXISTS row (id TEXT PRIMARY KEY, at TEXT)")
        seconds, began = [], time.perf_counter()
        for _row in range(ROWS):
            start = time.perf_counter()
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO row VALUES (?, ?)", (uuid4().hex, "2026-11-23T15:00:00Z"))
            bare.execute("COMMIT")
            seconds.append(time.perf_counter() - start)
        into.add(seconds, time.perf_counter() - began)


async def ask(door: Door, requests: Sequence[bytes], at_once: int, good: int) -> tuple[list[float], float]:
    """Each request once, so many at a time; the seconds of each and of all. Another status than ``good`` ends it."""
    waiting, seconds = list(requests), []

    async def one_after_another() -> None:
        while waiting:
            request, start = waiting.pop(), time.perf_counter()
            reply = await door.call(request)
            seconds.append(time.perf_counter() - start)
            if reply.status != good:
                raise SystemExit(f"answered {reply.status}: {reply.body[:300]!r}")

    began = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _one in range(at_once)))
    return seconds, time.perf_counter() - began


async def redeem(event: Event, secrets: Sequence[str], at_once: int) -> tuple[list[float], float]:
    door, path = Door(event.address), "/api/v1/organizers/bureau/checkinrpc/redeem/"
    requests = [
        door.request(
            "POST", path, event.token, {"lists": [event.door], "secret": secret, "nonce": uuid4().hex}, "Token"
        )
        for secret in secrets
    ]
    return await ask(door, requests, at_once, 201)


async def sign_in(room: Room, people: Sequence[str], at_once: int) -> tuple[list[float], float]:
    await room.look()
    path = f"/api/v1/sessions/{room.session}/sign-in"
    requests = [room.door.request("POST", path, token, {"code": room.code, "nonce": uuid4().hex}) for token in people]
    return await ask(room.door, requests, at_once, 200)


@dataclass(frozen=True, slots=True)
class House:
    """A served zhibu: its address, tokens of people and of one who convenes, and where they convene."""

    address: str
    people: list[str]
    convener: str
    root: str

    def room(self) -> Room:
        return Room(Door(self.address), convene(self.address, self.convener, self.root), self.convener)


@contextmanager
def zhibu(folder: Path, where: dict[str, str]) -> Iterator[House]:
    env = {**os.environ, "ZHIBU_DATA_DIR": str(folder)} | where
    run("demo", "--data", str(folder), "--no-serve", "--json", env=env)
    people = [row["token"] for row in tokens("staff", env)]
    convener = tokens("committee", env)[0]["token"]
    with server(env) as address:
        yield House(address, people, convener, whole_house(address, convener))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--data", type=Path, help="a demo that is there already, or is made there and kept")
    parser.add_argument("--pretix", type=Path, help="where pretix is installed, or is to be and stays")
    parser.add_argument("--without-pretix", action="store_true")
    parser.add_argument("--postgres", action="store_true", help="sign in on PostgreSQL too, as pretix does")
    asked = parser.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhibu-sign-in-")))
        where = stack.enter_context(database(postgres=asked.postgres))
        house = stack.enter_context(zhibu(asked.data or scratch / "demo", where))
        event = None
        if not asked.without_pretix:
            folder = asked.pretix or scratch / "pretix"
            folder.mkdir(exist_ok=True, parents=True)
            event = stack.enter_context(pretix(folder, TICKETS * (asked.rounds + 1)))
        return 0 if compare(house, event, scratch, asked.rounds, asked.at_once) else 1


def compare(house: House, event: Event | None, scratch: Path, rounds: int, at_once: int) -> bool:
    """The rounds, a first one to warm up, which is not counted; whether the figures are held."""
    bare, theirs, ours = Measured(), Measured(), Measured()
    for turn in range(rounds + 1):
        if turn == 1:
            bare, theirs, ours = Measured(), Measured(), Measured()
        insert_rows(scratch, bare)
        if event is not None:
            theirs.add(*asyncio.run(redeem(event, event.secrets[turn * TICKETS :][:TICKETS], at_once)))
        ours.add(*asyncio.run(sign_in(house.room(), house.people[:PEOPLE], at_once)))
    print(bare.told("bare durable insert"))
    print(ours.told("sign-in"))
    held = ours.rate >= OF_BARE * bare.rate
    if event is not None:
        print(theirs.told(f"pretix {event.version} redeem"))
        print(f"sign-in : redeem {ours.rate / theirs.rate:.1f} (goal {TIMES:.0f})")
        held = held and ours.rate >= TIMES * theirs.rate and ours.percentile(0.99) < theirs.percentile(0.99)
    print(f"sign-in : insert {ours.rate / bare.rate:.2f} (goal {OF_BARE}); load {os.getloadavg()[0]:.1f}")
    return held


if __name__ == "__main__":
    sys.exit(main())
