"""What can happen in the story, one fact each. Organizations go by code, people by staff number.

``on`` is the day on which it is recorded. Where something held before the bureau began with zhibu, ``since``
says from when, as far as known; everything else holds from ``on``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from zhibu.domain.terms import Affiliation, Gender, OrganizationKind, PostKind, Role, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    on: dt.date


# --- Organizations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Deed):
    code: str
    name: str
    kind: OrganizationKind
    parent: str | None
    since: dt.date
    began: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename(Deed):
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Deed):
    code: str
    under: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve(Deed):
    code: str
    into: str


# --- People --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Employ(Deed):
    number: str
    since: dt.date
    name: str
    gender: Gender
    born: dt.date
    phone: str
    affiliation: Affiliation
    unit: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWork(Deed):
    number: str
    to: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Deed):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit(Deed):
    number: str
    since: dt.date
    to: str
    group: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStanding(Deed):
    number: str
    to: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferMembership(Deed):
    number: str
    to: str
    group: str | None


# --- Posts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginTerm(Deed):
    code: str
    since: dt.date
    ends: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Appoint(Deed):
    number: str
    post: PostKind
    of: str
    since: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAppointment(Deed):
    number: str
    post: PostKind
    of: str


# --- Windows, rosters, honors --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWindowPost(Deed):
    code: str
    name: str
    site: str
    section: str
    organization: str
    since: dt.date
    opening_hours: str
    weekdays: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(Deed):
    number: str
    post: str
    since: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseat(Deed):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameShift(Deed):
    code: str
    name: str
    starts: dt.time | None
    ends: dt.time | None
    ends_next_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRoster(Deed):
    """``rows``: staff number → the codes of the shifts from the first day of the month to the last."""

    unit: str
    month: dt.date
    rows: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bestow(Deed):
    number: str
    title: str
    year: int


# --- Who comes in --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAdministrator(Deed):
    role: Role
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount(Deed):
    """A one-time code handed out by the branch, and redeemed for the password."""

    number: str
    branch: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole(Deed):
    number: str
    role: Role
    organization: str


#: What is done first on a day on which much happens; within a kind the order of the story holds.
ORDER: tuple[type[Deed], ...] = (
    MakeAdministrator,
    NameShift,
    Found,
    Rename,
    Move,
    Employ,
    TransferWork,
    Admit,
    ChangeStanding,
    EndAppointment,
    TransferMembership,
    BeginTerm,
    Appoint,
    OpenWindowPost,
    Seat,
    Unseat,
    Leave,
    Dissolve,
    KeepRoster,
    Bestow,
    OpenAccount,
    GrantRole,
)


def in_order(story: list[Deed]) -> list[Deed]:
    """The deeds as they are done: by day, within a day by kind."""
    rank = {kind: place for place, kind in enumerate(ORDER)}
    return sorted(story, key=lambda deed: (deed.on, rank[type(deed)]))
