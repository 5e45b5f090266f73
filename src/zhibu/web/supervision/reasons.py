"""Reasons for what was not done that wait for the answer of one above, each with the way to its cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Window
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.oversight.queries import calendar_kept, reasons_waiting_for
from zhibu.apps.people.access import Asker
from zhibu.domain.compliance import Calendar
from zhibu.domain.terms import PostKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import cell_url, period_in_words
from zhibu.web.shell.paging import page_at_once

#: So many stand above the map; the others on a page of their own.
ABOVE_THE_MAP = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reason that nobody has answered, with what it is for in words."""

    waiver: Waiver
    label: str
    period: str
    url: str

    @property
    def post(self) -> PostKind | None:
        return PostKind(self.waiver.post) if self.waiver.post else None


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest of those that wait, and how many there are in all."""

    lines: list[Waiting]
    number: int

    @property
    def has_more(self) -> bool:
        return self.number > len(self.lines)


def latest_waiting(asker: Asker, calendar: Calendar) -> Latest:
    """In one statement; in none for whoever has no office."""
    if not asker.offices:
        return Latest([], 0)
    found = list(reasons_waiting_for(asker).annotate(in_all=Window(Count("pk")))[:ABOVE_THE_MAP])
    return Latest(_in_words(found, calendar), vars(found[0])["in_all"] if found else 0)


def _in_words(waivers: Iterable[Waiver], calendar: Calendar) -> list[Waiting]:
    return [_one(waiver, vars(waiver)["rule"], vars(waiver)["last"], calendar) for waiver in waivers]


def _one(waiver: Waiver, rule: str, last: dt.date, calendar: Calendar) -> Waiting:
    obligation = calendar.rule_of(rule, waiver.first, last)
    cell = Cell(organization_id=waiver.organization_id, rule=rule, first=waiver.first, post=waiver.post)
    period = period_in_words(obligation.period, waiver.first, last)
    return Waiting(waiver, obligation.label, period, cell_url(cell))


@login_required
@require_safe
def reasons(request: AskedRequest) -> HttpResponse:
    """All that wait for the asker, the latest first."""
    forbid_unless(bool(request.asker.offices))
    page = page_at_once(request, reasons_waiting_for(request.asker))
    context = {
        "page": page,
        "lines": _in_words(page.object_list, calendar_kept(clock.today())),
        "crumbs": [Crumb(_("Obligations"), reverse("obligations")), Crumb(_("Reasons that wait for an answer"))],
    }
    return render(request, "supervision/obligations/reasons.html", context)
