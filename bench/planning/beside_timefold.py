"""Meetings of a kind that others plan: Timefold's example of meeting scheduling, by Timefold and by ours.

24 meetings of two to four hours, 20 people who are always there, three rooms, four days of ten hours in quarters:
who is required has to be there, who is wished for had better be. Numbers and their weights are those of Timefold's
meeting-scheduling quickstart (generate_demo_data, 2025); the draw is ours. Nobody works in shifts there, no post has
to stay staffed and nothing is repeated, so that of our model only rooms, people and the quorum are asked: it says how
far ours is a timetabler, not what it is for.

    python -m bench.planning.beside_timefold --at FOLDER [--seeds 1,2,3] [--seconds 30]

Timefold is made there from the package index and needs a Java of 17 or later. Prints broken rules (grains of
overlap in a room or of somebody required, meetings without a time) and, by Timefold's own measure, grains of overlap
of whom somebody wished for.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from zhibu.domain.planning import PRICES
from zhibu.domain.roster import Item, Organization, Person, Post, Problem, Room, Rules, Shift
from zhibu.engines.planning import plan

GRAINS, DAYS, MEETINGS, PEOPLE = 40, 4, 24, 20
OPENS = 32
LASTS = (8, 12, 16)
REQUIRED = {2: 0.45, 3: 0.15, 4: 0.10, 5: 0.10, 6: 0.08, 7: 0.05, 8: 0.04, 10: 0.03}
PREFERRED = {1: 0.25, 2: 0.30, 3: 0.20, 4: 0.10, 5: 0.06, 6: 0.04, 7: 0.02, 8: 0.02, 9: 0.01}
ROOMS = {"R1": 30, "R2": 20, "R3": 16}

Json = dict[str, Any]
#: Of each meeting its grain, counted through all days, and its room.
Held = Mapping[str, tuple[int, str]]


def drawn(seed: int) -> Json:
    chance = random.Random(seed)
    people = [f"p{number}" for number in range(PEOPLE)]
    meetings = []
    for number in range(MEETINGS):
        required = chance.sample(people, *chance.choices([*REQUIRED], [*REQUIRED.values()]))
        others = [person for person in people if person not in required]
        preferred = chance.sample(others, *chance.choices([*PREFERRED], [*PREFERRED.values()]))
        meetings.append(
            {"id": f"m{number}", "lasts": chance.choice(LASTS), "required": required, "preferred": preferred}
        )
    return {"days": DAYS, "rooms": [*ROOMS], "meetings": meetings}


def problem_of(facts: Json) -> Problem:
    """In our terms: a quorum of all who are required, in one sitting; everybody on duty all day."""
    shift = Shift("W", OPENS, OPENS + GRAINS, night=False)
    people = {f"p{number}": Person(f"p{number}", "o", "p", True, "W" * DAYS) for number in range(PEOPLE)}
    items: dict[Any, Item] = {
        one["id"]: Item(
            id=one["id"], organization="o", kind="meeting", duration=one["lasts"], first=0, last=DAYS - 1,
            audience=(*one["required"], *one["preferred"]), chairs=tuple(one["required"]),
            voters=tuple(one["required"]), rooms=tuple(ROOMS), max_sessions=1, quorum=len(one["required"]),
            online=False,
        )
        for one in facts["meetings"]
    }  # fmt: skip
    return Problem(
        name="timefold", start=dt.date(2026, 1, 5), days=DAYS, slot_minutes=15,
        rules=Rules(0, 0, (OPENS, OPENS + GRAINS)), prices=PRICES, shifts={"W": shift}, sites=("x",),
        travel=((0,),), organizations={"o": Organization("o", None, 0)},
        posts={"p": Post("p", "o", 0, ((),), (0,) * DAYS)},
        rooms={name: Room(name, 0, seats, OPENS, OPENS + GRAINS) for name, seats in ROOMS.items()},
        people=dict(people), items=items,
    )  # fmt: skip


def by_ours(facts: Json, seconds: float) -> Held:
    made = plan(problem_of(facts), seconds=seconds).plan
    per_day = 24 * 4
    return {
        str(one.item): (one.start // per_day * GRAINS + one.start % per_day - OPENS, str(one.room))
        for one in made.sessions
    }


def by_timefold(facts: Json, seconds: float, folder: Path) -> Held:
    python = folder / "timefold" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "timefold"], check=True)
    with tempfile.TemporaryDirectory() as place:
        asked, out = Path(place) / "in.json", Path(place) / "out.json"
        asked.write_text(json.dumps(facts))
        script = Path(__file__).with_name("timefold_meetings.py")
        called = [str(python), str(script), str(asked), str(out), str(int(seconds))]
        subprocess.run(called, check=True, capture_output=True)
        return {name: (start, room) for name, (start, room) in json.loads(out.read_bytes())["held"].items()}


def judged(facts: Json, held: Held) -> tuple[int, int, int]:
    """Meetings without a time, grains of broken rules, grains of overlap of whom somebody wished for."""
    known = {one["id"]: one for one in facts["meetings"]}
    broken = lost = 0
    for name, (start, _) in held.items():
        broken += max(0, start % GRAINS + known[name]["lasts"] - GRAINS)
    for (one, (begins, room)), (other, (starts, place)) in combinations(held.items(), 2):
        a, b = known[one], known[other]
        grains = min(begins + a["lasts"], starts + b["lasts"]) - max(begins, starts)
        if grains <= 0:
            continue
        required = set(a["required"]) & set(b["required"])
        everybody = {*a["required"], *a["preferred"]} & {*b["required"], *b["preferred"]}
        broken += grains * ((room == place) + len(required))
        lost += grains * len(everybody - required)
    return len(known) - len(held), broken, lost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", type=Path, required=True)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    asked.at.mkdir(parents=True, exist_ok=True)
    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"{'':18}{'no time':>9}{'broken':>9}{'wished for, lost':>18}")
    for seed in map(int, asked.seeds.split(",")):
        facts = drawn(seed)
        for name, held in (
            ("Timefold", by_timefold(facts, asked.seconds, asked.at)),
            ("ours", by_ours(facts, asked.seconds)),
        ):
            none, broken, lost = judged(facts, held)
            print(f"{seed:4}  {name:12}{none:9}{broken:9}{lost:18}", flush=True)


if __name__ == "__main__":
    main()
