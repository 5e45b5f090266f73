"""My roster: the month, the next shifts, the requests that wait; and the roster of my section."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.rosters.queries import roster_of, swaps_waiting_for
from zhibu.apps.windows.queries import seat_of, seated_in
from zhibu.domain.periods import days_of_month
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import month_of, months_around
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.roster import cell, grid
from zhibu.web.shell.signing import my_id

#: So many shifts are named ahead, within so many days.
_NEXT, _WITHIN = 3, 14
#: So many colleagues stand on a page unless another number is asked for.
_USUAL = 50


def _month(request: AskedRequest) -> dt.date:
    asked = request.GET.get("month", "")
    return month_of(asked) if asked else clock.today().replace(day=1)


@login_required
@require_safe
def my_roster(request: AskedRequest) -> HttpResponse:
    """``?month=2026-11``, else the present one."""
    person, today, month = my_id(request), clock.today(), _month(request)
    days = days_of_month(month)
    ahead = [today + dt.timedelta(days=count) for count in range(_WITHIN)]
    said = roster_of([person], min(days[0], today), max(days[-1], ahead[-1])).get(person, {})
    seat = seat_of(person, today)
    before, after = months_around(month)
    return render(
        request,
        "member/roster/mine.html",
        {
            "month": month,
            "cells": [cell(day, said.get(day)) for day in days],
            "next": [(day, said[day]) for day in ahead if day in said and said[day].span][:_NEXT],
            "has_roster": any(day in said for day in days),
            "seat": seat,
            "swaps": [(swap, swap.state_on(today)) for swap in swaps_waiting_for(person, today)],
            "before": before,
            "after": after,
            "shifts": sorted({said[day] for day in days if day in said}, key=lambda shift: shift.code),
        },
    )


@login_required
@require_safe
def section_roster(request: AskedRequest) -> HttpResponse:
    """Of those who belong to a window post of one's own section; 404 for who belongs to none."""
    today, month = clock.today(), _month(request)
    seat = seat_of(my_id(request), today)
    if seat is None:
        raise Http404
    days = days_of_month(month)
    people = seated_in(seat.window_post.section, seat.window_post.organization, days[0], days[-1])
    page = page_at_once(request, people, usual=_USUAL)
    found = list(page.object_list)
    said = roster_of([person.pk for person in found], days[0], days[-1])
    before, after = months_around(month)
    return render(
        request,
        "member/roster/section.html",
        {
            "section": seat.window_post.section,
            "month": month,
            "page": page,
            "roster": grid(found, said, days),
            "before": before,
            "after": after,
            "crumbs": [Crumb(_("My roster"), reverse("my_roster")), Crumb(seat.window_post.section.name)],
        },
    )
