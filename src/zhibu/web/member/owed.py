"""My study and what I owe: hours by year with what the rule asks, talks. For the person alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.meetings.models import Talk
from zhibu.apps.oversight.mine import owed_by
from zhibu.domain.compliance import Cell
from zhibu.domain.requirements import Measure
from zhibu.web.member.attendance import YearForm
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import CHIPS, period_in_words
from zhibu.web.shell.rule_words import as_written, cited, strength
from zhibu.web.shell.signing import my_id
from zhibu.web.shell.templatetags.words import word

#: This year and so many before it.
_YEARS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One obligation of mine in words."""

    cell: Cell[UUID]

    @property
    def label(self) -> str:
        label = as_written(self.cell.rule.label)
        return label if self.cell.talk is None else f"{label}（{word(self.cell.talk)}）"

    @property
    def period(self) -> str:
        return period_in_words(self.cell.rule.period, self.cell.first, self.cell.last)

    @property
    def done(self) -> str:
        facts = {"done": in_hours(self.cell.reached), "needed": self.cell.needed}
        if self.cell.rule.measure is Measure.HOURS:
            return _("%(done)s of %(needed)s hours") % facts
        return _("%(done)s of %(needed)s times") % facts

    @property
    def chip(self) -> str:
        return CHIPS[self.cell.status]

    @property
    def cited(self) -> str:
        return cited(self.cell.rule)

    @property
    def strength(self) -> str:
        return strength(self.cell.rule)

    @property
    def note(self) -> str:
        return as_written(self.cell.rule.note)


def in_hours(amount: Fraction) -> str:
    """1.5, 2; a tenth at most."""
    return f"{round(float(amount), 1):g}"


@dataclass(frozen=True, slots=True)
class With:
    """A talk, and who the other one was."""

    talk: Talk
    name: str


@login_required
@require_safe
def my_owed(request: AskedRequest) -> HttpResponse:
    person = my_id(request)
    today = clock.today()
    years = list(range(today.year, today.year - _YEARS, -1))
    form = YearForm(request.GET if "year" in request.GET else {"year": today.year}, years)
    form.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]
    year = (form.cleaned_data["year"] if form.is_valid() else None) or today.year
    mine = owed_by(person, since=dt.date(year, 1, 1), until=dt.date(year, 12, 31), on=today)
    return render(
        request,
        "member/owed.html",
        {
            "form": form,
            "year": year,
            "lines": [Line(cell) for cell in mine.cells],
            "study": [(one, in_hours(one.record.amount)) for one in mine.study],
            "hours": in_hours(sum((one.record.amount for one in mine.study), Fraction(0))),
            "talks": _talks(mine.talks, person),
            "crumbs": [Crumb(_("My record"), reverse("my_record")), Crumb(_("My study and what I owe"))],
        },
    )


def _talks(talks: Sequence[Talk], me: UUID) -> list[With]:
    return [With(talk, talk.other.name if talk.one_id == me else talk.one.name) for talk in talks]
