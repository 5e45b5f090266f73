"""Ballots for tests: the small house with so many voters, two tellers with their keys, and voting that is open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests import world
from tests.world import AT
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.ballots import sealing
from zhibu.apps.ballots.actions.ending import BroughtKey, count
from zhibu.apps.ballots.actions.preparing import Asked, make_teller_key, open_ballot, prepare
from zhibu.apps.ballots.actions.voting import vote
from zhibu.apps.ballots.models import Ballot, Option
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
CLOSES = AT + dt.timedelta(hours=2)
OVER: dict[str, Any] = {"actor": OPERATOR, "at": CLOSES}
PHRASE = "三座安静的港口 three harbors"
QUESTION = "推荐一名先锋岗人选"


def asked(*options: str, **other: Any) -> Asked:
    facts: dict[str, Any] = {"question": QUESTION, "options": options or ("甲", "乙", "丙"), "most": 1}
    return Asked(**facts | {"closes_at": CLOSES} | other)


class Polled:
    """A ballot of the inspection branch among its members: Lin, Chen and so many more."""

    def __init__(self, more: int = 4, *, opened: bool = True, **other: Any) -> None:
        self.house = world.bureau()
        self.branch: Organization = self.house.inspection
        self.lin, self.chen = self.house.lin, self.house.chen
        self.more = [world.member(f"党员{number}", self.branch) for number in range(more)]
        self.ballot = prepare(self.branch, asked(**other), [self.lin, self.chen], by=self.lin, **DONE)
        self.keys: dict[Any, BroughtKey] = {}
        if opened:
            self.open()

    def open(self) -> None:
        for teller in self.ballot.tellers.all():
            file = make_teller_key(self.ballot, teller.person, PHRASE, **DONE)
            self.keys[teller.pk] = BroughtKey(file, PHRASE)
        self.ballot = open_ballot(self.ballot, **DONE)

    @property
    def everybody(self) -> list[Person]:
        return [line.person for line in self.ballot.roll.select_related("person").order_by("person__staff_number")]

    def voted(self, person: Person, *marks: int) -> bytes:
        """Returns the code of the receipt."""
        code = sealing.new_code()
        vote(self.ballot, person, marks, code=code, at=AT)
        return code

    def counted(self) -> Ballot:
        return count(self.ballot, self.keys, **OVER)

    def option(self, place: int) -> Option:
        return self.ballot.options.get(place=place)
