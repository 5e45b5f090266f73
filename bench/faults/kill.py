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
from pathlib import Path

import httpx

from bench.crowd import OK, Answer, everybody
from bench.live import Server, convene, database, run, tokens, whole_house

#: Over how many seconds a round's sign-ins begin.
SPREAD = 12.0
#: So many tries: nobody gives up before the server is back for good.
PERSISTENT = 400


async def kill_now_and_then(server: Server, kills: int) -> list[float]:
    """Kill the whole group at moments nobody chose; returns how long each came back took."""
    back = []
    for _kill in range(kills):
        await asyncio.sleep(random.uniform(0.5, SPREAD / kills))
        server.kill()
        back.append(await asyncio.to_thread(server.start))
    return back


async def one_round(
    server: Server, session: str, staff: list[dict[str, str]], convener: str, kills: int
) -> tuple[list[Answer], list[float]]:
    """Everybody signs in and does not give up, while the server is killed; and how long it took to come back."""
    killing = asyncio.create_task(kill_now_and_then(server, kills))
    people = [row["token"] for row in staff]
    told = await everybody(server.address, session, people, convener, SPREAD, tries=PERSISTENT)
    return told, await killing


def compare(server: Server, session: str, convener: str, told: Mapping[str, Answer]) -> tuple[int, int, int]:
    """How many were never told anything, are lost, or stand there with another instant than they were told."""
    people = httpx.get(
        f"{server.address}/api/v1/sessions/{session}/roll",
        headers={"Authorization": f"Bearer {convener}"},
        timeout=60,
    ).json()["people"]
    kept = {line["staff_number"]: line["recorded_at"] for line in people if line["status"] in {"present", "observer"}}
    assert len(people) == len({line["staff_number"] for line in people}), "somebody stands on the roll twice"
    known = {number: answer.recorded_at for number, answer in told.items() if answer.status == OK}
    lost = len(known.keys() - kept.keys())
    other = sum(kept.get(number, instant) != instant for number, instant in known.items())
    return len(told) - len(known), lost, other


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
        total = rounds(env, asked.rounds, asked.kills, asked.people)
    if asked.data is None:
        shutil.rmtree(folder)
    print(f"in all: {total[0]} acknowledged, {total[1]} without an answer, {total[2]} lost, {total[3]} changed")
    return 0 if total[1:] == [0, 0, 0] else 1


def rounds(env: dict[str, str], number: int, kills: int, people: int) -> list[int]:
    """Acknowledged, without an answer, lost, changed."""
    staff = tokens("staff", env)[:people]
    convener = tokens("committee", env)[0]["token"]
    server = Server(env)
    server.start()
    total = [0, 0, 0, 0]
    try:
        root = whole_house(server.address, convener)
        for turn in range(1, number + 1):
            session = convene(server.address, convener, root)
            answers, back = asyncio.run(one_round(server, session, staff, convener, kills))
            told = dict(zip((row["staff_number"] for row in staff), answers, strict=True))
            untold, lost, other = compare(server, session, convener, told)
            counted = (len(told) - untold, untold, lost, other)
            total = [before + more for before, more in zip(total, counted, strict=True)]
            print(
                f"round {turn}: {counted[0]} acknowledged in {sum(answer.tries for answer in answers)} tries, "
                f"{untold} without an answer, {lost} lost, {other} with another instant; back after at most "
                f"{max(back):.1f} s; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    finally:
        server.kill()
    return total


if __name__ == "__main__":
    sys.exit(main())
