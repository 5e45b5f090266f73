"""The branch whose term is about to end elects anew: the superior agreed to that, and has its list of candidates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

from zhibu.apps.archive.actions import Actor
from zhibu.apps.elections.actions import running
from zhibu.apps.elections.actions.running import Begun, Given
from zhibu.apps.elections.models import TermElection
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.elections import Contest, Letter, Way
from zhibu.domain.terms import PostKind, Standing
from zhibu.web.operator.demo.days import Days, workday_before, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.posts import ENDING_UNIT
from zhibu.web.operator.demo.standing import Standings

#: So many more than there are seats stand for the committee.
_MORE = 1

_MORNING = dt.time(9, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionDeed(MeetingDeed):
    """Around the election of an organization, of which one is told here; ``meeting`` names none."""

    meeting: str = ""
    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginElection(ElectionDeed):
    seats: int
    planned_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveLetter(ElectionDeed):
    letter: Letter
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutUp(ElectionDeed):
    """By staff numbers."""

    contest: Contest
    people: tuple[str, ...]


def elections(days: Days, standings: Standings) -> Iterator[ElectionDeed]:
    """Five weeks of it, until the day before the served one."""
    last = workday_before(days.today)
    began = workdays_later(last, -24)
    committee = list(standings.committee(ENDING_UNIT, began))
    secretary = standings.holder(ENDING_UNIT, PostKind.SECRETARY, began)
    assert secretary is not None
    others = [
        number
        for number, standing in standings.members(ENDING_UNIT, last).items()
        if standing is Standing.FULL and number not in committee
    ]
    done: dict[str, Any] = {"organization": ENDING_UNIT, "by": secretary, "time": _MORNING}
    yield BeginElection(on=began, seats=len(committee), planned_on=workdays_later(last, 15), **done)
    letters = (
        (1, Letter.REQUEST, f"检管支〔{began.year}〕5号"),
        (7, Letter.REPLY, f"机一委〔{began.year}〕18号"),
        (23, Letter.CANDIDATES, f"检管支〔{last.year}〕8号"),
    )
    stand = (*committee, *others[:_MORE])
    put_up = workdays_later(began, 18)
    for after, letter, reference in letters:
        if letter is Letter.CANDIDATES:
            yield PutUp(on=put_up, contest=Contest.MEMBERS, people=stand, **done)
            later = dt.time(9, 50)
            yield PutUp(on=put_up, contest=Contest.SECRETARY, people=(secretary,), **done | {"time": later})
        yield GiveLetter(on=workdays_later(began, after), letter=letter, reference=reference, **done)


class Electing:
    """Does these deeds."""

    def __init__(self, organizations: Mapping[str, Organization], people: Mapping[str, Person]) -> None:
        self._organizations, self._people = organizations, people

    def _election(self, deed: ElectionDeed) -> TermElection:
        return TermElection.objects.get(organization=self._organizations[deed.organization])

    @singledispatchmethod
    def do(self, deed: ElectionDeed, actor: Actor, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: BeginElection, actor: Actor, at: dt.datetime) -> None:
        said = Begun(way=Way.COMMITTEE, seats=deed.seats, deputies=0, planned_on=deed.planned_on)
        running.begin(self._organizations[deed.organization], said, actor=actor, at=at)

    @do.register
    def _(self, deed: GiveLetter, actor: Actor, at: dt.datetime) -> None:
        given = Given(dated=deed.on, reference=deed.reference)
        running.give_letter(self._election(deed), deed.letter, given, actor=actor, at=at)

    @do.register
    def _(self, deed: PutUp, actor: Actor, at: dt.datetime) -> None:
        people = [self._people[number] for number in deed.people]
        running.put_up(self._election(deed), deed.contest, people, actor=actor, at=at)
