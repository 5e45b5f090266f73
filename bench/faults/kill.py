"""An acknowledged sign-in is never lost, never doubled: the process group is killed again and again under load.

Each round: a new lesson for the whole house, everybody signs in over a few seconds and retries with the same nonce,
the server is SIGKILLed five times meanwhile and started again. In the end the roll must hold everybody who was told
"signed in", once, with the instant they were told.

    python -m bench.faults.kill [--rounds 10] [--kills 5] [--people 1300] [--data DIR] [--postgres]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

import httpx

from bench.crowd import OK, Answer, everybody
from bench.live import Server, convene, database, run, tokens, whole_house

#: Over how many seconds a round's sign-ins begin.
SPREAD = 12.0
#: So many tries: nobody gives up before the server is back for good.
PERSISTENT = 400


@dataclass(frozen=True, slots=True)
class Counted:
    """People of the rounds by what became of them, and how often they tried."""

    acknowledged: int = 0
    without_an_answer: int = 0
    lost: int = 0
    changed: int = 0
    tries: int = 0

    def __add__(self, more: Counted) -> Counted:
        return Counted(*(one + other for one, other in zip(astuple(self), astuple(more), strict=True)))

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged in {self.tries} tries, {self.without_an_answer} without an answer, "
            f"{self.lost} lost, {self.changed} with another instant"
        )

    @property
    def is_well(self) -> bool:
        return not (self.without_an_answer or self.lost or self.changed)


async def kill_now_and_then(server: Server, kills: int, spread: float) -> list[float]:
    """Kill the whole group at moments nobody chose; returns how long each came back took."""
    back = []
    for _kill in range(kills):
        await asyncio.sleep(random.uniform(0.5, spread / kills))
        server.kill()
        back.append(await asyncio.to_thread(server.start))
    return back


async def one_round(
    server: Server, session: str, people: list[str], convener: str, kills: int, spread: float
) -> tuple[list[Answer], list[float]]:
    """Everybody signs in and does not give up, while the server is killed; and how long it took to come back."""
    killing = asyncio.create_task(kill_now_and_then(server, kills, spread))
    told = await everybody(server.address, session, people, convener, spread, tries=PERSISTENT)
    return told, await killing


def compare(server: Server, session: str, convener: str, told: Mapping[str, Answer]) -> Counted:
    """The roll beside what everybody was told."""
    people = httpx.get(
        f"{server.address}/api/v1/sessions/{session}/roll",
        headers={"Authorization": f"Bearer {convener}"},
        timeout=60,
    ).json()["people"]
    kept = {line["staff_number"]: line["recorded_at"] for line in people if line["status"] in {"present", "observer"}}
    assert len(people) == len({line["staff_number"] for line in people}), "somebody stands on the roll twice"
    known = {number: answer.recorded_at for number, answer in told.items() if answer.status == OK}
    return Counted(
        acknowledged=len(known),
        without_an_answer=len(told) - len(known),
        lost=len(known.keys() - kept.keys()),
        changed=sum(kept.get(number, instant) != instant for number, instant in known.items()),
        tries=sum(answer.tries for answer in told.values()),
    )


def rounds(env: Mapping[str, str], *, number: int, kills: int, people: int, spread: float) -> Counted:
    """So many rounds on a served folder that is made already; each prints a line."""
    env = dict(env)
    staff, convener = tokens("staff", env)[:people], tokens("committee", env)[0]["token"]
    server, total = Server(env), Counted()
    server.start()
    try:
        root = whole_house(server.address, convener)
        for turn in range(1, number + 1):
            session = convene(server.address, convener, root)
            people_tokens = [row["token"] for row in staff]
            answers, back = asyncio.run(one_round(server, session, people_tokens, convener, kills, spread))
            told = dict(zip((row["staff_number"] for row in staff), answers, strict=True))
            counted = compare(server, session, convener, told)
            total += counted
            print(f"round {turn}: {counted}; back after at most {max(back):.1f} s; load {os.getloadavg()[0]:.1f}")
            sys.stdout.flush()
    finally:
        server.kill()
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--people", type=int, default=1300)
    parser.add_argument("--data", type=Path, help="a demo that is there already, or is made there and kept")
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    folder = asked.data or Path(tempfile.mkdtemp(prefix="zhibu-kill-"))
    with database(postgres=asked.postgres) as where:
        env = {**os.environ, "ZHIBU_DATA_DIR": str(folder)} | where
        run("demo", "--data", str(folder), "--no-serve", "--json", env=env)
        total = rounds(env, number=asked.rounds, kills=asked.kills, people=asked.people, spread=SPREAD)
    if asked.data is None:
        shutil.rmtree(folder)
    print(f"in all: {total}")
    return 0 if total.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
