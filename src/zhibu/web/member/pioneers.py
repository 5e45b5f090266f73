"""Pioneer posts (党员先锋岗) as everybody reads them: what the holder commits to, beside the unit's standard."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from zhibu.apps.honors.access import may_keep_pioneer, pioneers_seen_by
from zhibu.apps.lists.queries import standard_of
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of

_NOW, _OVER = "now", "over"


class Filters(forms.Form):
    q = forms.CharField(
        label=_lazy("Name, post or organization"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "search"}),
    )
    state = forms.ChoiceField(
        label=_lazy("Which"),
        required=False,
        choices=[(_NOW, _lazy("Held today")), (_OVER, _lazy("Over")), ("all", _lazy("All"))],
    )


@login_required
@require_safe
def pioneers(request: AskedRequest) -> HttpResponse:
    """Those held today, unless others are asked for; by organization and the day they began."""
    form, today = Filters(request.GET), clock.today()
    rows = pioneers_seen_by(request.asker).select_related("person", "organization")
    text, state = "", _NOW
    if form.is_valid():
        text, state = form.cleaned_data["q"].strip(), form.cleaned_data["state"] or _NOW
    if text:
        rows = rows.filter(
            Q(place__icontains=text) | Q(person__name__icontains=text) | Q(organization__name__icontains=text)
        )
    if state == _NOW:
        rows = rows.filter(until__gt=today)
    elif state == _OVER:
        rows = rows.filter(until__lte=today)
    context = {
        "page": page_of(request, rows.order_by("organization__path", "-since", "pk")),
        "form": form,
        "is_narrowed": bool(text) or state != _NOW,
        "may_keep": bool(request.asker.offices),
    }
    return render(request, "member/honors/pioneers.html", context)


@login_required
@require_safe
def pioneer(request: AskedRequest, pioneer_id: UUID) -> HttpResponse:
    """As it stands on the plate at the post; printed, it is the plate."""
    rows = pioneers_seen_by(request.asker).select_related("person", "organization", "window_post")
    found = get_object_or_404(rows, pk=pioneer_id)
    today = clock.today()
    keeps = may_keep_pioneer(request.asker, found)
    context = {
        "pioneer": found,
        "is_held": found.is_held(today),
        "commitments": found.commitments.split("\n"),
        "criteria": found.criteria.split("\n"),
        "standard": [row.text for row in standard_of(found.organization, today)],
        "keeps": keeps and found.until > today,
        "reads_why": keeps or found.person_id == request.asker.person,
        "crumbs": [Crumb(_("Pioneer posts"), reverse("pioneers")), Crumb(found.place)],
    }
    return render(request, "member/honors/pioneer.html", context)
