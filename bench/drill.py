"""The drill: 1,300 people sign in at once through the JSON API of a real server, then spread over half a minute.

Makes a demo folder, serves it, hands out tokens as an operator would, and drives the contract's calls: a connection
for each person (``bench.crowd``). Prints acknowledgements, tries, the time to the last one, percentiles, and the
seconds of the processor that server and crowd took. Exits 1 where one is not acknowledged, the last one of those at
once waits longer than 10 s, or 95 of 100 of those spread wait longer than 100 ms.

    python -m bench.drill [--people 1300] [--rounds 3] [--data DIR] [--postgres]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.crowd import OK, Answer, everybody
from bench.live import Server, convene, database, run, tokens, whole_house
from bench.start import processor_seconds

#: Seconds for the last one of those at once; for 95 of 100 of those spread.
LAST, P95 = 10.0, 0.1
SPREAD = 30.0


def report(name: str, answers: list[Answer], took: float, spent: tuple[float, float]) -> None:
    seconds = sorted(answer.seconds for answer in answers)
    median, p95, p99 = (1000 * seconds[int(len(seconds) * part) - 1] for part in (0.5, 0.95, 0.99))
    good, tries = sum(answer.status == OK for answer in answers), sum(answer.tries for answer in answers)
    print(
        f"{name:17} acknowledged {good}/{len(answers)} in {tries} tries, the last after {took:5.2f} s; median "
        f"{median:6.0f} ms, p95 {p95:6.0f}, p99 {p99:6.0f}; {good / took:4.0f} a second; processor: server "
        f"{spent[0]:.1f} s, crowd {spent[1]:.1f} s; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def count(address: str, session: str, convener: str) -> int:
    roll = httpx.get(
        f"{address}/api/v1/sessions/{session}/roll", headers={"Authorization": f"Bearer {convener}"}, timeout=60
    ).json()
    return sum(line["status"] in {"present", "observer"} for line in roll["people"])


def drill(server: Server, session: str, staff: list[str], convener: str, over: float) -> bool:
    """Everybody once; whether the figure is held."""
    assert server.process is not None
    server_spent, crowd_spent, began = processor_seconds(server.process.pid), time.process_time(), time.perf_counter()
    answers = asyncio.run(everybody(server.address, session, staff, convener, over))
    took = time.perf_counter() - began
    spent = (processor_seconds(server.process.pid) - server_spent, time.process_time() - crowd_spent)
    report(f"spread over {over:.0f} s" if over else "all at once", answers, took, spent)
    seconds = sorted(answer.seconds for answer in answers)
    in_time = seconds[int(len(seconds) * 0.95) - 1] <= P95 if over else seconds[-1] <= LAST
    return in_time and count(server.address, session, convener) == len(staff)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="a demo that is there already, or is made there and kept")
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    folder = asked.data or Path(tempfile.mkdtemp(prefix="zhibu-drill-"))
    with database(postgres=asked.postgres) as where:
        env = {**os.environ, "ZHIBU_DATA_DIR": str(folder)} | where
        run("demo", "--data", str(folder), "--no-serve", "--json", env=env)
        staff = [row["token"] for row in tokens("staff", env)][: asked.people]
        convener = tokens("committee", env)[0]["token"]
        server = Server(env)
        server.start()
        try:
            root = whole_house(server.address, convener)
            held = [
                drill(server, convene(server.address, convener, root), staff, convener, over)
                for over in (*[0.0] * asked.rounds, SPREAD)
            ]
        finally:
            server.kill()
    if asked.data is None:
        shutil.rmtree(folder)
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
