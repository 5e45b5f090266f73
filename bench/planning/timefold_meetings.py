"""Meetings planned by Timefold, in the environment that ``beside_timefold`` makes for it: a file in, a file out.

python timefold_meetings.py IN.json OUT.json SECONDS
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from timefold.solver import SolverFactory
from timefold.solver.config import Duration, ScoreDirectorFactoryConfig, SolverConfig, TerminationConfig
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import ConstraintFactory, HardMediumSoftScore, Joiners, constraint_provider


@dataclass
class Room:
    id: Annotated[str, PlanningId]


@dataclass
class Start:
    """``id`` counts grains through all days; ``grain`` is that of its ``day``, which no meeting may run out of."""

    id: Annotated[int, PlanningId]
    day: int
    grain: int


@planning_entity
@dataclass
class Held:
    id: Annotated[str, PlanningId]
    lasts: int = 0
    starts: Annotated[Start | None, PlanningVariable] = field(default=None)
    room: Annotated[Room | None, PlanningVariable] = field(default=None)

    def begins(self) -> int:
        return self.starts.id if self.starts is not None else 0

    def ends(self) -> int:
        return self.begins() + self.lasts

    def overtime(self) -> int:
        return max(0, self.starts.grain + self.lasts - GRAINS) if self.starts is not None else 0


@dataclass
class Both:
    """Two meetings that share people: ``required`` of both, ``preferred`` by at least one."""

    id: Annotated[str, PlanningId]
    one: str
    other: str
    required: int
    preferred: int


@planning_solution
@dataclass
class Timetable:
    rooms: Annotated[list[Room], ProblemFactCollectionProperty, ValueRangeProvider]
    starts: Annotated[list[Start], ProblemFactCollectionProperty, ValueRangeProvider]
    pairs: Annotated[list[Both], ProblemFactCollectionProperty]
    meetings: Annotated[list[Held], PlanningEntityCollectionProperty]
    score: Annotated[HardMediumSoftScore | None, PlanningScore] = field(default=None)


GRAINS = 40


def overlap(one: Held, other: Held) -> int:
    return max(0, min(one.ends(), other.ends()) - max(one.begins(), other.begins()))


@constraint_provider
def rules(factory: ConstraintFactory) -> list[object]:
    in_one_room = factory.for_each_unique_pair(
        Held,
        Joiners.equal(lambda held: held.room),
        Joiners.overlapping(lambda held: held.begins(), lambda held: held.ends()),
    )
    together = (
        factory.for_each(Both)
        .join(Held, Joiners.equal(lambda both: both.one, lambda held: held.id))
        .join(Held, Joiners.equal(lambda both, _one: both.other, lambda held: held.id))
        .filter(lambda _both, one, other: overlap(one, other) > 0)
    )
    return [
        in_one_room.penalize(HardMediumSoftScore.ONE_HARD, overlap).as_constraint("one room"),
        factory.for_each(Held)
        .filter(lambda held: held.overtime() > 0)
        .penalize(HardMediumSoftScore.ONE_HARD, lambda held: held.overtime())
        .as_constraint("within the day"),
        together.filter(lambda both, _one, _other: both.required > 0)
        .penalize(HardMediumSoftScore.ONE_HARD, lambda both, one, other: both.required * overlap(one, other))
        .as_constraint("required of both"),
        together.filter(lambda both, _one, _other: both.preferred > 0)
        .penalize(HardMediumSoftScore.ONE_MEDIUM, lambda both, one, other: both.preferred * overlap(one, other))
        .as_constraint("wished by one"),
    ]


def main() -> None:
    asked, out, seconds = sys.argv[1:]
    facts = json.loads(Path(asked).read_bytes())
    meetings = facts["meetings"]
    pairs = []
    for number, one in enumerate(meetings):
        for other in meetings[number + 1 :]:
            required = set(one["required"]) & set(other["required"])
            everybody = {*one["required"], *one["preferred"]} & {*other["required"], *other["preferred"]}
            if everybody:
                pairs.append(
                    Both(
                        f"{one['id']} {other['id']}", one["id"], other["id"], len(required), len(everybody - required)
                    )
                )
    table = Timetable(
        rooms=[Room(room) for room in facts["rooms"]],
        starts=[Start(day * GRAINS + grain, day, grain) for day in range(facts["days"]) for grain in range(GRAINS)],
        pairs=pairs,
        meetings=[Held(one["id"], one["lasts"]) for one in meetings],
    )
    config = SolverConfig(
        solution_class=Timetable,
        entity_class_list=[Held],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
        termination_config=TerminationConfig(spent_limit=Duration(seconds=int(seconds))),
    )
    found = SolverFactory.create(config).build_solver().solve(table)
    made = {
        held.id: [held.begins(), held.room.id]
        for held in found.meetings
        if held.starts is not None and held.room is not None
    }
    Path(out).write_text(json.dumps({"score": str(found.score), "held": made}))


if __name__ == "__main__":
    main()
