"""What tests of the planner share: the instances and plans given to us, and the checker that was written beside them.

``tests/data/planning/check_plan.py`` shares no code with us and is kept letter for letter as it was given.
"""

from __future__ import annotations

import json
from pathlib import Path

from zhibu.documents.plans.exchange import read_plan, read_problem
from zhibu.domain.roster import Prices, Shift

#: Of half an hour.
SLOTS_OF_A_DAY = 48
SHIFTS = {
    "D": Shift("D", 16, 32, night=False),
    "E": Shift("E", 32, 48, night=False),
    "N": Shift("N", 0, 16, night=True),
    "K": Shift("K", 40, 64, night=True),
    "J": Shift("J", 16, 40, night=False),
    "P": Shift("P", 12, 28, night=False),
    "B": Shift("B", 17, 35, night=False),
}
PRICES = Prices(1000, 50, 20, 10, 5, 3, 4, 2, 15, 1)

DATA = Path(__file__).parent / "data" / "planning"

#: A hall, and branches of 24-hour crews, of three shifts, of a day on and two off, and of three shifts at two posts.
NAMES = ("S-1", "B-M-1-b05", "B-M-1-b11", "B-M-1-b29", "B-M-1-b41")
#: Nobody has planned it yet.
UNPLANNED = "S-3"


def instance(name: str) -> dict:
    return json.loads((DATA / f"{name}.json").read_bytes())


def plan_of(name: str) -> dict:
    return json.loads((DATA / f"{name}.plan.json").read_bytes())


def problem(name: str):
    return read_problem((DATA / f"{name}.json").read_bytes())


def plan(name: str):
    return read_plan((DATA / f"{name}.plan.json").read_bytes(), problem(name))
