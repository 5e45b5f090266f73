"""The drill: 1,300 people sign in at once through the JSON API of a real server, then spread over half a minute.

Makes a demo folder, serves it, hands out tokens as an operator would, and drives the contract's calls. Prints
acknowledgements, errors, the time to the last one and percentiles; exits 1 where one is missing.

    python -m bench.drill [--people 1300] [--data DIR] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.live import Answer, convene, everybody, run, server, tokens, whole_house


def report(name: str, answers: list[Answer], took: float) -> bool:
    seconds = sorted(answer.seconds for answer in answers)
    good = sum(answer.status == httpx.codes.OK for answer in answers)
    p95 = seconds[int(len(seconds) * 0.95) - 1]
    print(
        f"{name:22} acknowledged {good}/{len(answers)}  last after {took:6.2f} s  "
        f"median {statistics.median(seconds) * 1000:7.1f} ms  p95 {p95 * 1000:7.1f} ms  "
        f"{good / took:6.0f} a second  load {os.getloadavg()[0]:.1f}"
    )
    return good == len(answers)


def count(address: str, session: str, convener: str) -> int:
    roll = httpx.get(
        f"{address}/api/v1/sessions/{session}/roll", headers={"Authorization": f"Bearer {convener}"}, timeout=60
    ).json()
    return sum(line["status"] in {"present", "observer"} for line in roll["people"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1300)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    folder = asked.data or Path(tempfile.mkdtemp(prefix="zhibu-drill-"))
    env = {**os.environ, "ZHIBU_DATA_DIR": str(folder)} | ({"DATABASE_URL": asked.database} if asked.database else {})
    run("demo", "--data", str(folder), "--no-serve", "--json", env=env)
    staff = [row["token"] for row in tokens("staff", env)][: asked.people]
    convener = tokens("committee", env)[0]["token"]
    well = True
    with server(env) as address:
        root = whole_house(address, convener)
        for name, over in (("all at once", 0.0), ("spread over 30 s", 30.0)):
            session = convene(address, convener, root)
            began = time.perf_counter()
            answers = asyncio.run(everybody(address, session, staff, convener, over))
            well &= report(name, answers, time.perf_counter() - began)
            well &= count(address, session, convener) == len(staff)
    if asked.data is None:
        shutil.rmtree(folder)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
