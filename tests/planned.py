"""A branch whose people staff two window posts round the clock in four crews, and plans of its month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tests import world
from tests.gatherings import shift
from tests.world import AT, DAY, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.people.models import Person
from zhibu.apps.planning.actions import making, proposing
from zhibu.apps.planning.models import Plan
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.apps.windows.actions.posts import open_window_post
from zhibu.apps.windows.actions.seating import seat
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.terms import MeetingKind, PostKind
from zhibu.engines.planning import plan as solved

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
MONTH = dt.date(2026, 12, 1)
#: Between these days a narrowed plan lies.
FIRST, LAST = dt.date(2026, 12, 7), dt.date(2026, 12, 16)

#: Four crews in three shifts (四班三运转): each two days early, two late, two at night, two at rest.
CYCLE = "早早中中夜夜休休"


@dataclass(frozen=True, slots=True)
class Hall:
    house: Bureau
    posts: tuple[WindowPost, ...]
    people: tuple[Person, ...]
    shifts: dict[str, Shift]

    @property
    def branch(self) -> Organization:
        return self.house.inspection


def rest() -> Shift:
    return Shift.objects.get_or_create(code="休", defaults={"name": "休息"})[0]


def hall(*, members: int = 10, least: int = 1, with_roster: bool = True) -> Hall:
    """The inspection branch with ``members`` more, all of them at two posts that are never left empty."""
    house = world.bureau()
    people = [house.lin, house.chen] + [
        world.member(f"窗口{number}", house.inspection, group=(house.first_group, house.second_group)[number % 2])
        for number in range(members)
    ]
    world.appoint(people[2], house.inspection, PostKind.DEPUTY_SECRETARY)
    world.appoint(people[3], house.inspection, PostKind.ORGANIZATION_OFFICER)
    world.term(house.inspection, since=dt.date(2024, 6, 30), ends=dt.date(2027, 6, 30))
    posts = tuple(
        open_window_post(
            code=f"W0{number}",
            name=f"{number}号窗口",
            site="大厅",
            section="报检",
            organization=house.inspection,
            since=world.LONG_AGO,
            opening_hours="00:00-24:00",
            weekdays="1234567",
            least_staffing=least,
            **DONE,
        )
        for number in (1, 2)
    )
    shifts = {
        "早": shift("早", starts=8, hours=8),
        "中": shift("中", starts=16, hours=8),
        "夜": shift("夜", starts=0, hours=8),
        "休": rest(),
    }
    for number, person in enumerate(people):
        seat(person, post=posts[number % 2], on=world.LONG_AGO, **DONE)
        if with_roster:
            rotates(person, shifts, number // 2 * 2)
    live.rebuild(DAY)
    return Hall(house, posts, tuple(people), shifts)


def rotates(person: Person, shifts: dict[str, Shift], offset: int) -> None:
    first = MONTH - dt.timedelta(days=3)
    RosterDay.objects.bulk_create(
        RosterDay(person=person, day=first + dt.timedelta(days=day), shift=shifts[CYCLE[(day + offset) % len(CYCLE)]])
        for day in range(38)
    )


def asked(organization: Organization, *, is_whole: bool = False, month: dt.date = MONTH, by: Any = None) -> Plan:
    """All that is owed in the month."""
    return proposing.ask(organization, month, is_whole=is_whole, by=by, today=DAY, **DONE)


def narrowed(plan: Plan, *kinds: MeetingKind) -> Plan:
    """Of these kinds only, else the general meeting and the theme day, in ten days: quickly planned."""
    wanted = [kind.value for kind in kinds or (MeetingKind.GENERAL_MEETING, MeetingKind.THEME_DAY)]
    plan.items.exclude(kind__in=wanted).update(is_wanted=False)
    plan.items.filter(is_wanted=True).update(first=FIRST, last=LAST)
    return plan


def made(plan: Plan) -> Plan:
    """What the worker does with the plan that has waited longest, in this process and the same on every machine."""
    task = making.begin_next(AT, DAY)
    if task is not None:
        outcome = solved(task.gathered.problem, effort=1, pins=task.gathered.pins, workers=1)
        making.finish(task, outcome.plan, outcome.impossible, at=AT)
    plan.refresh_from_db()
    return plan


def planned(organization: Organization, *kinds: MeetingKind, is_whole: bool = False) -> Plan:
    """A proposal."""
    return made(narrowed(asked(organization, is_whole=is_whole), *kinds))
