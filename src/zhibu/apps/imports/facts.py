"""What a workbook says, row by row, once its cells are read. Nothing here has been compared with what is recorded.

``faulty`` names the columns of a row that could not be read; what they would have said is "" or ``None``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from zhibu.domain.terms import Affiliation, Gender, MeetingKind, OrganizationKind, PostKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    row: int
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationFact(Fact):
    code: str
    name: str
    kind: OrganizationKind | None
    superior: str
    founded: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFact(Fact):
    number: str
    name: str
    gender: Gender | None
    born: dt.date | None
    phone: str
    department: str
    work_began: dt.date | None
    affiliation: Affiliation | None
    joined: dt.date | None
    converted: dt.date | None
    branch: str
    branch_name: str
    group: str
    unit: str
    post: str

    @property
    def is_member(self) -> bool:
        return self.affiliation in {Affiliation.FULL_MEMBER, Affiliation.PROBATIONARY_MEMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFact(Fact):
    number: str
    name: str
    organization: str
    post: PostKind | None
    since: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPostFact(Fact):
    code: str
    name: str
    section: str
    site: str
    opening_hours: str
    organization: str
    least_staffing: int | None
    weekdays: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFact(Fact):
    code: str
    name: str
    starts: dt.time | None
    ends: dt.time | None
    ends_next_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFact(Fact):
    """``shifts`` are codes by day; a day without an entry is not in it."""

    number: str
    name: str
    shifts: Mapping[dt.date, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HonorFact(Fact):
    number: str
    name: str
    title: str
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFact(Fact):
    """``hours`` as ``domain.hours`` writes them. ``note``: what the ledger itself says about a late entry."""

    organization: str
    kind: MeetingKind | None
    day: dt.date | None
    hours: str
    place: str
    title: str
    chair: str
    lecturer: str
    recorder: str
    expected: int | None
    present: int | None
    absent: str
    observers: str
    resolutions: str
    note: str


F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Told(Generic[F]):
    """What one sheet says. ``columns`` are those it has: about the others it says nothing."""

    sheet: str
    header: int
    columns: frozenset[str]
    facts: list[F] = field(default_factory=list)
    #: What stands above the days of a roster.
    heads: Mapping[dt.date, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[F]:
        return iter(self.facts)


@dataclass(frozen=True, slots=True)
class Facts:
    """A workbook. ``None`` for a sheet that it does not have."""

    organizations: Told[OrganizationFact] | None = None
    people: Told[PersonFact] | None = None
    appointments: Told[AppointmentFact] | None = None
    window_posts: Told[WindowPostFact] | None = None
    shifts: Told[ShiftFact] | None = None
    roster: Told[RosterFact] | None = None
    honors: Told[HonorFact] | None = None
    ledger: Told[LedgerFact] | None = None
    #: Sheets that are there and could not be read, each with the place of the fault.
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> list[Told[Any]]:
        """The sheets that are there, in the order of the file."""
        sheets: tuple[Told[Any] | None, ...] = (
            self.organizations,
            self.people,
            self.appointments,
            self.window_posts,
            self.shifts,
            self.roster,
            self.honors,
            self.ledger,
        )
        return [told for told in sheets if told is not None]
