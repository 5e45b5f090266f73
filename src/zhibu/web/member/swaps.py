"""To change shifts with a colleague: asked for, agreed to or not, withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhibu.apps.people.models import Person
from zhibu.apps.rosters.actions import swaps as deeds
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import Shift, SwapRequest
from zhibu.apps.rosters.queries import roster_of
from zhibu.apps.windows.models import Seat
from zhibu.apps.windows.queries import colleagues_of, seat_of
from zhibu.domain.terms import SwapState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import Unreadable, conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, my_id, signed

#: So many days ahead are offered, and so many colleagues on a page.
_AHEAD, _USUAL = 42, 50


@dataclass(frozen=True, slots=True)
class Choice:
    """A day on which the two have different shifts."""

    day: dt.date
    mine: Shift
    theirs: Shift
    is_chosen: bool


def _crumbs(last: str) -> list[Crumb]:
    return [Crumb(_("My roster"), reverse("my_roster")), Crumb(last)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AskedRequest) -> HttpResponse:
    """First with whom (``?with=``), then on which days: both on one page, without scripts."""
    person, today = me(request), clock.today()
    seat = seat_of(person.pk, today)
    if seat is None:
        raise Http404
    other = _chosen(request, seat, person, today)
    if other is None:
        page = page_of(request, colleagues_of(seat, today).exclude(pk=person.pk), usual=_USUAL)
        facts = {"page": page, "seat": seat, "crumbs": _crumbs(_("Change shifts"))}
        return render(request, "member/roster/colleagues.html", facts)
    refusal = ""
    if request.method == "POST":
        try:
            days = list(_days(request.POST))
            note = request.POST.get("note", "").strip()[: deeds.LONGEST_NOTE]
            swap = deeds.ask_swap(person, other, days=days, note=note, **signed(request))
        except RosterRefusal as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("Asked. %(name)s is told.") % {"name": other.name})
            return redirect("my_swap", swap.pk)
    return render(
        request,
        "member/roster/ask.html",
        {
            "other": other,
            "choices": list(_choices(person, other, today, request.POST)),
            "note": request.POST.get("note", ""),
            "most": deeds.MOST_DAYS,
            "longest": deeds.LONGEST_NOTE,
            "refusal": refusal,
            "crumbs": _crumbs(_("Change shifts")),
        },
        status=422 if refusal else 200,
    )


def _chosen(request: AskedRequest, seat: Seat, person: Person, today: dt.date) -> Person | None:
    """The colleague that the address names; 404 for anybody else."""
    asked = request.GET.get("with", "")
    if not asked:
        return None
    try:
        key = UUID(asked)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(colleagues_of(seat, today).exclude(pk=person.pk), pk=key)


def _days(given: QueryDict) -> Iterator[dt.date]:
    for typed in given.getlist("day"):
        try:
            yield dt.date.fromisoformat(typed)
        except ValueError as error:
            raise Unreadable(
                _("“%(given)s” is not a day. Write it as 2026-11-23.") % {"given": typed[:20]}
            ) from error


def _choices(person: Person, other: Person, today: dt.date, given: QueryDict) -> Iterator[Choice]:
    days = [today + dt.timedelta(days=count) for count in range(1, _AHEAD + 1)]
    said = roster_of([person.pk, other.pk], days[0], days[-1])
    chosen = set(given.getlist("day"))
    for day in days:
        mine, theirs = (said.get(who.pk, {}).get(day) for who in (person, other))
        if mine and theirs and mine != theirs and not mine.is_leave and not theirs.is_leave:
            yield Choice(day, mine, theirs, day.isoformat() in chosen)


@login_required
@conflict_on(RosterRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def my_swap(request: AskedRequest, swap_id: UUID) -> HttpResponse:
    """``do``: the one who asked may ``withdraw``; the other may ``agree`` or ``refuse``."""
    person = my_id(request)
    rows = SwapRequest.objects.filter(Q(asker=person) | Q(other=person)).select_related("asker", "other", "unit")
    swap = get_object_or_404(rows, pk=swap_id)
    if request.method == "POST":
        _do(request, swap, is_asker=swap.asker_id == person)
        return redirect("my_swap", swap.pk)
    state = swap.state_on(clock.today())
    return render(
        request,
        "member/roster/swap.html",
        {
            "swap": swap,
            "state": state,
            "days": list(swap.days.select_related("asker_has", "other_has")),
            "may_answer": state is SwapState.ASKED and swap.other_id == person,
            "may_withdraw": state in {SwapState.ASKED, SwapState.AGREED} and swap.asker_id == person,
            "crumbs": _crumbs(_("Change of shifts")),
        },
    )


def _do(request: AskedRequest, swap: SwapRequest, *, is_asker: bool) -> None:
    do = request.POST.get("do", "")
    if do not in {"withdraw", "agree", "refuse"}:
        raise Unreadable(_("Choose one of the buttons."))
    forbid_unless(is_asker == (do == "withdraw"))
    match do:
        case "withdraw":
            deeds.withdraw_swap(swap, **signed(request))
            messages.success(request, _("Withdrawn."))
        case "agree":
            deeds.agree_to_swap(swap, **signed(request))
            messages.success(request, _("You agree. Now the window manager decides."))
        case "refuse":
            deeds.refuse_swap(swap, **signed(request))
            messages.success(request, _("You both keep your shifts."))
