"""An election of the inspection branch at any of its steps: ten voters, Lin is secretary. All fictional."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tests import meetings, world
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.elections.actions import counting, running
from zhibu.apps.elections.actions.running import Begun, Given
from zhibu.apps.elections.models import TermElection
from zhibu.apps.elections.queries import State, state_of
from zhibu.apps.meetings.actions import roll
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Ballots, ElectionResult, Presence
from zhibu.domain.elections import Body, Contest, Letter, TellerRole, Way
from zhibu.domain.terms import MeetingKind

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}


class Story:
    """``stand``: four for three seats, in the order of the ballot. ``rest`` neither stand nor count."""

    def __init__(self, way: Way = Way.COMMITTEE, *, deputies: int = 0, present: int = 10) -> None:
        self.house = meetings.branch(more=0)
        self.branch, self.lin = self.house.inspection, self.house.lin
        self.stand = [world.member(name, self.branch) for name in ("丁一", "王二", "李三", "张四")]
        counting_people = [world.member(name, self.branch) for name in ("监五", "计六")]
        self.overseer, self.counter = counting_people
        self.rest = [world.member(f"党员{number}", self.branch) for number in range(2)]
        self.way, self.deputies, self.present = way, deputies, present
        seats = 3 if way is Way.COMMITTEE else 0
        self.election = running.begin(
            self.branch, Begun(way=way, seats=seats, deputies=deputies, planned_on=DAY), **DONE
        )

    @property
    def state(self) -> State:
        return state_of(TermElection.objects.select_related("organization").get(pk=self.election.pk))

    def letter(self, letter: Letter, day: dt.date = DAY) -> None:
        number = f"机委〔2026〕{list(Letter).index(letter) + 1}号"
        running.give_letter(self.election, letter, Given(dated=day, reference=number), **DONE)

    def put_up(self, contest: Contest, people: Sequence[Person]) -> None:
        running.put_up(self.election, contest, people, **DONE)

    def until_candidates(self) -> Story:
        """The superior agreed, and who stands is known."""
        self.letter(Letter.REQUEST)
        self.letter(Letter.REPLY)
        if self.way is Way.COMMITTEE:
            self.put_up(Contest.MEMBERS, self.stand)
        self.put_up(Contest.SECRETARY, self.stand[:1])
        if self.deputies:
            self.put_up(Contest.DEPUTY, self.stand[1:2])
        return self

    def until_ballot(self) -> Story:
        """The general meeting is open, ``present`` of its ten voters are there."""
        self.until_candidates()
        self.letter(Letter.CANDIDATES)
        self.letter(Letter.CANDIDATES_REPLY)
        self.hold(Body.MEETING, self.present)
        running.name_tellers(
            self.election,
            Body.MEETING,
            [(self.overseer, TellerRole.OVERSEER), (self.counter, TellerRole.COUNTER)],
            **DONE,
        )
        return self

    def hold(self, body: Body, present: int) -> None:
        kind = MeetingKind.GENERAL_MEETING if body is Body.MEETING else MeetingKind.BRANCH_COMMITTEE_MEETING
        meeting = meetings.announced(self.house, kind, agenda=["选举"], title=f"换届{body.zh}")
        running.hold_at(self.election, body, meeting.agenda.get(), **DONE)
        session = meeting.sessions.get()
        roll.open_session(session, **DONE)
        voters = meeting.roll.filter(votes=True).order_by("position").values_list("person", flat=True)[:present]
        roll.mark(session, Person.objects.filter(pk__in=list(voters)), status=Presence.PRESENT, **DONE)

    def count(
        self, contest: Contest, votes: Sequence[tuple[Person, int]], *, issued: int | None = None, **papers: int
    ) -> ElectionResult[Person]:
        out = self.present if issued is None else issued
        ballots = Ballots(issued=out, returned=papers.get("returned", out), void=papers.get("void", 0))
        return counting.count(self.election, contest, ballots=ballots, votes=dict(votes), **DONE)

    def members_elected(self) -> Story:
        self.until_ballot()
        self.count(Contest.MEMBERS, list(zip(self.stand, (9, 8, 7, 3), strict=True)))
        return self

    def until_committee(self) -> Story:
        """The new committee of three sits, of whom one oversees."""
        self.members_elected()
        self.hold(Body.COMMITTEE, 3)
        running.name_tellers(self.election, Body.COMMITTEE, [(self.stand[2], TellerRole.OVERSEER)], **DONE)
        return self

    def until_approval(self) -> Story:
        self.until_committee()
        self.count(Contest.SECRETARY, [(self.stand[0], 3)], issued=3)
        if self.deputies:
            self.count(Contest.DEPUTY, [(self.stand[1], 3)], issued=3)
        self.letter(Letter.REPORT)
        self.letter(Letter.APPROVAL)
        return self
