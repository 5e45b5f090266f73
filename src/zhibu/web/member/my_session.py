"""Your session: which one a plan means for you, why, and how to say that you can not come on that day."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhibu.apps.planning.actions import hindering as deeds
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.models import Hindered
from zhibu.apps.planning.queries import hindered_on, seat_of, why_of
from zhibu.domain.planning import Way
from zhibu.web.member.doors import attended
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed

#: Why somebody is meant for their session, by how they attend it.
REASONS: dict[Way, Promise] = {
    Way.DUTY: _lazy("You are on duty then, and your post keeps as many people as it needs."),
    Way.EXTENSION: _lazy("It lies right before or after your shift, so that you need not come in for it."),
    Way.CALL_IN: _lazy("It is a day on which you are off. No other session fits you better; why, stands below."),
    Way.MISSED: _lazy("No session fits your shifts. Your secretary knows; you need not do anything."),
}


class HinderedForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("Why you can not come"),
        max_length=120,
        help_text=_lazy("A few words, for whoever plans. It is not shown to anybody else."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(PlanningRefusal)
def my_session(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """404 where no accepted plan seats the reader. POST: they can not come on that day."""
    meeting = attended(request, meeting_id)
    person = me(request)
    seat = seat_of(person.pk, meeting.roll_of.pk)
    not_found_unless(seat is not None)
    assert seat is not None
    planned = seat.session
    session = planned.session if planned is not None else None
    form = HinderedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        not_found_unless(session is not None)
        assert session is not None
        deeds.say_hindered(person, session, reason=form.cleaned_data["reason"], **signed(request))
        messages.success(request, _("Whoever plans is told. You will hear if you get another session."))
        return redirect("my_session", meeting.pk)
    day = localtime(session.starts_at).date() if session is not None else None
    here = reverse("meeting", args=[meeting.pk])
    return render(
        request,
        "member/my_session.html",
        {
            "meeting": meeting,
            "session": session,
            "reason": REASONS[Way(seat.way)],
            "why": why_of(seat),
            "hindered": hindered_on(person.pk, day) if day is not None else None,
            "is_ahead": session is not None and session.starts_at > clock.now(),
            "form": form,
            "crumbs": [
                Crumb(_("Meetings"), reverse("meetings")),
                Crumb(meeting.title, here),
                Crumb(_("Your session")),
            ],
        },
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


@login_required
@require_POST
def can_come(request: AskedRequest, hindrance: UUID) -> HttpResponse:
    """They can come on that day after all."""
    row = get_object_or_404(Hindered.objects.filter(person=me(request), taken_back_at__isnull=True), pk=hindrance)
    deeds.take_back(row, **signed(request))
    messages.success(request, _("You are planned for that day again."))
    return redirect("today")
