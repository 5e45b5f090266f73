"""Changes of shifts that two people agreed on, to be approved or not by the window manager."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.rosters.access import may_decide_swap, swaps_seen_by
from zhibu.apps.rosters.actions import swaps as deeds
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import OPEN, SwapRequest
from zhibu.apps.rosters.queries import uncovered_by
from zhibu.apps.windows.access import may_manage_windows, windows_managed_by
from zhibu.domain.terms import SwapState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import Unreadable, conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import signed
from zhibu.web.windows.words import short_in_words


@login_required
@require_safe
def swaps(request: AskedRequest) -> HttpResponse:
    """Those that wait for a decision first, then all others, the latest first."""
    forbid_unless(bool(request.asker.windows))
    today = clock.today()
    waits = Q(state=SwapState.AGREED.value, first_day__gte=today)
    found = swaps_seen_by(request.asker).filter(unit__in=windows_managed_by(request.asker).values("pk"))
    order = Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = found.select_related("asker", "other", "unit").annotate(order=order).order_by("order", "-asked_at", "-pk")
    page = page_at_once(request, rows)
    return render(
        request,
        "windows/swaps.html",
        {"page": page, "rows": [(swap, swap.state_on(today)) for swap in page]},
    )


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("Reason, if it is not approved"),
        required=False,
        max_length=deeds.LONGEST_REASON,
        help_text=_lazy("Both read it."),
    )


@login_required
@conflict_on(RosterRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def swap(request: AskedRequest, swap_id: UUID) -> HttpResponse:
    """``do`` is ``approve`` or ``decline``. Hours that would run short are named; the manager decides."""
    rows = swaps_seen_by(request.asker).select_related("asker", "other", "unit")
    found = get_object_or_404(rows, pk=swap_id)
    not_found_unless(may_manage_windows(request.asker, found.unit))
    state = found.state_on(clock.today())
    may_decide = may_decide_swap(request.asker, found)
    form = DecisionForm(request.POST or None)
    if request.method == "POST":
        forbid_unless(may_decide)
        if form.is_valid():
            return _decided(request, found, form.cleaned_data["reason"])
    days = list(found.days.select_related("asker_has", "other_has"))
    uncovered = uncovered_by(found, days) if state in OPEN else []
    return render(
        request,
        "windows/swap.html",
        {
            "swap": found,
            "state": state,
            "days": days,
            "uncovered": [(each, short_in_words([each.short])) for each in uncovered],
            "may_decide": may_decide and state is SwapState.AGREED,
            "is_own": not may_decide,
            "form": form,
            "crumbs": [Crumb(_("Changes of shifts"), reverse("swaps")), Crumb(found.asker.name)],
        },
        status=422 if form.errors else 200,
    )


def _decided(request: AskedRequest, found: SwapRequest, reason: str) -> HttpResponse:
    match request.POST.get("do"):
        case "approve":
            deeds.approve_swap(found, **signed(request))
            messages.success(request, _("Approved. The roster shows it, and both are told."))
        case "decline":
            deeds.decline_swap(found, reason=reason, **signed(request))
            messages.success(request, _("Not approved. Both are told why."))
        case _:
            raise Unreadable(_("Choose one of the two buttons."))
    return redirect("swaps")
