"""What the checks share: the facts, what is recorded, and how a reference is followed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from zhibu.apps.imports.checking.keys import Keys
from zhibu.apps.imports.facts import (
    AppointmentFact,
    Facts,
    HonorFact,
    OrganizationFact,
    PersonFact,
    RosterFact,
    ShiftFact,
    WindowPostFact,
)
from zhibu.apps.imports.findings import Findings
from zhibu.apps.imports.known import Known
from zhibu.documents.workbooks.layout import ORGANIZATIONS, PEOPLE, SHIFTS, WINDOW_POSTS
from zhibu.domain.terms import OrganizationKind


@dataclass(frozen=True, slots=True)
class Place:
    """An organization as it will be after the import. ``None``: the file has a fault there."""

    code: str
    name: str
    kind: OrganizationKind | None
    superior: str | None
    founded: dt.date | None


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody as they will be after the import. ``is_member`` is ``None`` where the file has a fault there."""

    number: str
    name: str
    born: dt.date | None
    joined: dt.date | None
    is_member: bool | None


class Context:
    """Where the file is silent, what is recorded counts, unless the file is said to be complete."""

    def __init__(self, facts: Facts, known: Known, findings: Findings, *, complete: bool, at: dt.datetime) -> None:
        self.facts, self.known, self.findings, self._complete, self.at = facts, known, findings, complete, at
        #: Organizations in whose own row something is wrong: the place of it, by code.
        self.faulty: dict[str, str] = {}
        called: defaultdict[str, set[str]] = defaultdict(set)
        for person in facts.people or ():
            called[person.branch].add(person.branch_name)
        self.organizations: Keys[OrganizationFact] = Keys(
            ORGANIZATIONS.name,
            "组织编码",
            facts.organizations,
            key=lambda fact: fact.code,
            name=lambda fact: fact.name,
            called=called,
            findings=findings,
            unreadable=facts.unreadable.get(ORGANIZATIONS.name),
        )
        self.people: Keys[PersonFact] = Keys(
            PEOPLE.name,
            "工号",
            facts.people,
            key=lambda fact: fact.number,
            name=lambda fact: fact.name,
            called=_called(*(facts.appointments or ()), *(facts.roster or ()), *(facts.honors or ())),
            findings=findings,
            unreadable=facts.unreadable.get(PEOPLE.name),
        )
        self.window_posts: Keys[WindowPostFact] = Keys(
            WINDOW_POSTS.name,
            "岗位编码",
            facts.window_posts,
            key=lambda fact: fact.code,
            name=lambda fact: fact.name,
            called={},
            findings=findings,
            unreadable=facts.unreadable.get(WINDOW_POSTS.name),
        )
        self.shifts: Keys[ShiftFact] = Keys(
            SHIFTS.name,
            "代码",
            facts.shifts,
            key=lambda fact: fact.code,
            name=lambda fact: fact.name,
            called={},
            findings=findings,
            unreadable=facts.unreadable.get(SHIFTS.name),
        )

    def place(self, code: str) -> Place | None:
        fact = self.organizations.rows.get(code)
        if fact is not None:
            return Place(code, fact.name, fact.kind, fact.superior or None, fact.founded)
        row = self.known.organizations.get(code)
        if row is None or row.dissolved is not None or (self._complete and self.facts.organizations is not None):
            return None
        return Place(code, row.name, row.word, self.known.superior_of(code), row.founded)

    def staff(self, number: str) -> Staff | None:
        fact = self.people.rows.get(number)
        if fact is not None:
            is_known = fact.affiliation is not None and "政治面貌" not in fact.faulty
            return Staff(number, fact.name, fact.born, fact.joined, fact.is_member if is_known else None)
        row = self.known.people.get(number)
        if row is None or (self._complete and self.facts.people is not None):
            return None
        memberships = self.known.memberships.get(row.pk, [])
        joined = memberships[0].since if memberships else None
        return Staff(number, row.name, row.born, joined, is_member=any(each.until is None for each in memberships))

    def has_window_post(self, code: str) -> bool:
        if code in self.window_posts.rows:
            return True
        row = self.known.window_posts.get(code)
        return row is not None and row.until is None and not (self._complete and self.facts.window_posts is not None)

    def has_shift(self, code: str) -> bool:
        return code in self.shifts.rows or code in self.known.shifts


def _called(*facts: AppointmentFact | RosterFact | HonorFact) -> dict[str, set[str]]:
    """By which names the other sheets call the owners of staff numbers."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        called[fact.number].add(fact.name)
    return called
