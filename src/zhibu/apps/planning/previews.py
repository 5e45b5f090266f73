"""What a session of a plan would break, and cost, at another time or in another room; asking changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from zhibu.apps.people.models import Person
from zhibu.apps.planning.facts import gather, room_of
from zhibu.apps.planning.models import PlanItem, PlanSession, Room
from zhibu.apps.planning.outcome import counted, in_words, of_planned, plan_of, way_of, with_standing
from zhibu.domain.roster import FaultCode, Obstacle, faults


@dataclass(frozen=True, slots=True)
class Preview:
    """``absent``: who could not be there then, and why. ``broken``: what else no longer holds.

    ``dearer``: by so much the plan costs more than now, those who can not come counted as missing it; negative: less.
    """

    absent: Sequence[tuple[Person, Obstacle]]
    broken: Sequence[dict[str, str]]
    dearer: int

    @property
    def holds(self) -> bool:
        return not self.absent and not self.broken


def moved(session: PlanSession, starts_at: dt.datetime, room: Room | None, today: dt.date) -> Preview:
    """The plan with this one session elsewhere, everything else as it is; who can not come then stays away.

    Raises ``PlanningRefusal`` where nothing of the plan lies ahead.
    """
    plan = session.item.plan
    gathered = gather(plan, today, pins=False)
    items = list(PlanItem.objects.filter(plan=plan).prefetch_related("sessions__seats"))
    before = with_standing(gathered, plan_of(gathered, [(item, item) for item in items]))
    name, was = str(session.item_id), gathered.slot(session.starts_at)
    start = gathered.slot(starts_at)
    place = room_of(room.pk if room else None, session.item, gathered.problem)
    now = next(one for one in before.sessions if one.item == name and one.start == was)
    ways = {person: way_of(gathered, name, start, place, person) for person in now.in_person}
    absent = {person: way for person, way in ways.items() if isinstance(way, Obstacle)}
    there = tuple(person for person in now.in_person if person not in absent)
    then = replace(now, start=start, room=place, in_person=there)
    after = replace(before, sessions=tuple(then if one is now else one for one in before.sessions))
    known = Person.objects.in_bulk([UUID(str(person)) for person in absent])
    broken = [
        fault
        for fault in of_planned(faults(gathered.problem, after))
        # Who stays away is told by name; that the chair does is told by the fault.
        if fault.code is not FaultCode.CAN_NOT_ATTEND
    ]
    return Preview(
        sorted(
            ((known[UUID(str(person))], way) for person, way in absent.items()), key=lambda pair: pair[0].staff_number
        ),
        in_words(broken, gathered),
        counted(gathered, after)["total"] - counted(gathered, before)["total"],
    )
