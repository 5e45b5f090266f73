"""An acknowledged sign-in is never lost, never doubled: the process group is killed again and again under load.

Each round: a new lesson for the whole house, everybody signs in over a few seconds and retries with the same nonce,
the server is SIGKILLed five times meanwhile and started again. In the end the roll must hold everybody who was told
"signed in", once, with the instant they were told.

    python -m bench.faults.kill [--rounds 10] [--kills 5] [--people 1300] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from bench.live import Server, convene, run, tokens, whole_house

#: Over how many seconds a round's sign-ins begin.
SPREAD = 12.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a person was told in the end."""

    staff_number: str
    recorded_at: str


async def persist(
    client: httpx.AsyncClient, session: str, row: dict[str, str], convener: str, wait: float
) -> Told | None:
    """One person who does not give up: a new code where the old one has turned, always the same nonce."""
    await asyncio.sleep(wait)
    nonce, mine = uuid4().hex, {"Authorization": f"Bearer {row['token']}"}
    for _attempt in range(200):
        try:
            shown = await client.get(f"/sessions/{session}/code", headers={"Authorization": f"Bearer {convener}"})
            if shown.status_code == httpx.codes.OK:
                body = {"code": shown.json()["code"], "nonce": nonce}
                answer = await client.post(f"/sessions/{session}/sign-in", json=body, headers=mine)
                if answer.status_code == httpx.codes.OK:
                    return Told(row["staff_number"], answer.json()["recorded_at"])
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.3)
    return None


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
) -> tuple[list[Told | None], list[float]]:
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=f"{server.address}/api/v1", timeout=20, limits=limits) as client:
        killing = asyncio.create_task(kill_now_and_then(server, kills))
        waits = [SPREAD * i / len(staff) for i in range(len(staff))]
        told = await asyncio.gather(
            *(persist(client, session, row, convener, wait) for row, wait in zip(staff, waits, strict=True))
        )
        return told, await killing


def compare(server: Server, session: str, convener: str, told: list[Told | None]) -> tuple[int, int, int]:
    """How many were never told anything, lost, or stand there with another instant than they were told."""
    people = httpx.get(
        f"{server.address}/api/v1/sessions/{session}/roll",
        headers={"Authorization": f"Bearer {convener}"},
        timeout=60,
    ).json()["people"]
    kept = {line["staff_number"]: line["recorded_at"] for line in people if line["status"] in {"present", "observer"}}
    assert len(people) == len({line["staff_number"] for line in people}), "somebody stands on the roll twice"
    known = [answer for answer in told if answer is not None]
    lost = sum(answer.staff_number not in kept for answer in known)
    other = sum(kept.get(answer.staff_number, answer.recorded_at) != answer.recorded_at for answer in known)
    return len(told) - len(known), lost, other


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--people", type=int, default=1300)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="zhibu-kill-")
    env = {**os.environ, "ZHIBU_DATA_DIR": folder} | ({"DATABASE_URL": asked.database} if asked.database else {})
    run("demo", "--data", folder, "--no-serve", "--json", env=env)
    staff = tokens("staff", env)[: asked.people]
    convener = tokens("committee", env)[0]["token"]
    server = Server(env)
    server.start()
    total = [0, 0, 0, 0]
    try:
        root = whole_house(server.address, convener)
        for number in range(1, asked.rounds + 1):
            session = convene(server.address, convener, root)
            told, back = asyncio.run(one_round(server, session, staff, convener, asked.kills))
            untold, lost, other = compare(server, session, convener, told)
            total = [total[0] + len(told) - untold, total[1] + untold, total[2] + lost, total[3] + other]
            print(
                f"round {number}: {len(told) - untold} acknowledged, {untold} without an answer, {lost} lost, "
                f"{other} with another instant; back after at most {max(back):.1f} s",
                flush=True,
            )
    finally:
        server.kill()
        shutil.rmtree(Path(folder))
    print(f"in all: {total[0]} acknowledged, {total[1]} without an answer, {total[2]} lost, {total[3]} changed")
    return 0 if total[1:] == [0, 0, 0] else 1


if __name__ == "__main__":
    sys.exit(main())
