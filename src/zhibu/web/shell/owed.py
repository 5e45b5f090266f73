"""How a cell of what is owed is said on any page: its period, its state, its article, where it opens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from zhibu.apps.oversight.facts import LEADER_LESSON, TERM_ELECTION
from zhibu.apps.oversight.models import Cell
from zhibu.apps.oversight.queries import status_of
from zhibu.domain.compliance import Calendar, Status
from zhibu.domain.requirements import Obligation, Period
from zhibu.domain.terms import HELD_BY, MeetingKind, PostKind, ReasonState

#: The form of the chip, which says the state beside the color.
CHIPS = {
    Status.UPCOMING: "quiet",
    Status.DUE: "open",
    Status.MET: "done",
    Status.LATE: "done",
    Status.MISSING: "note",
    Status.EXPLAINED: "quiet",
    Status.NOT_APPLICABLE: "quiet",
}

#: What no kind of meeting is evidence of by itself, and at which kind it is done.
_HELD_AS = {TERM_ELECTION: MeetingKind.GENERAL_MEETING, LEADER_LESSON: MeetingKind.LESSON}


@dataclass(frozen=True, slots=True)
class Owed:
    """A kept cell with its rule, as known on a day.

    ``reason`` and ``answer``: how one that was given and not accepted stands, where it was read with the cell.
    """

    cell: Cell
    rule: Obligation
    status: Status
    on: dt.date
    reason: ReasonState | None = None
    answer: str = ""

    @property
    def is_over(self) -> bool:
        """Nothing that is held from now on counts for it; what took place may still be entered."""
        return self.cell.last < self.on

    @property
    def url(self) -> str:
        return cell_url(self.cell)

    @property
    def convene_url(self) -> str:
        """Where the meeting that is owed is convened, or entered once the period is over; empty for what is none."""
        kind = min(self.rule.meetings, key=lambda kind: kind.value, default=_HELD_AS.get(self.rule.requirement))
        organization = self.cell.organization
        if kind is None or organization.word not in HELD_BY[kind]:
            return ""
        late = "&late=1" if self.is_over else ""
        return f"{reverse('convene')}?organization={organization.code}&kind={kind.value}{late}"

    @property
    def chip(self) -> str:
        return CHIPS[self.status]

    @property
    def period(self) -> str:
        return period_in_words(self.rule.period, self.cell.first, self.cell.last)

    @property
    def label(self) -> str:
        return self.rule.label

    @property
    def post(self) -> PostKind | None:
        return PostKind(self.cell.post) if self.cell.post else None


def cell_url(cell: Cell) -> str:
    way = reverse("obligation", args=[cell.organization_id, cell.rule, cell.first])
    return f"{way}?post={cell.post}" if cell.post else way


def owed(cell: Cell, calendar: Calendar, on: dt.date) -> Owed:
    read = vars(cell)
    return Owed(
        cell,
        calendar.rule_of(cell.rule, cell.first, cell.last),
        status_of(cell, on),
        on,
        ReasonState(read["reason"]) if read.get("reason") else None,
        read.get("answer", ""),
    )


def period_in_words(period: Period, first: dt.date, last: dt.date) -> str:
    match period:
        case Period.MONTH:
            return _("%(month)s %(year)s") % {"year": first.year, "month": first.month}
        case Period.QUARTER:
            return _("quarter %(quarter)s of %(year)s") % {"year": first.year, "quarter": (first.month + 2) // 3}
        case Period.HALF_YEAR:
            half = _("first half of %(year)s") if first.month == 1 else _("second half of %(year)s")
            return half % {"year": first.year}
        case Period.YEAR:
            return _("year %(year)s") % {"year": first.year}
        case Period.TERM:
            return _("term %(first)s to %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}
