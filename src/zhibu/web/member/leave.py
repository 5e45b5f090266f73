"""Leave from a meeting, asked and withdrawn in one tap on the meeting's page."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.meetings.actions import roll as deeds
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Leave, Meeting
from zhibu.domain.terms import AbsenceReason
from zhibu.web.member.doors import attended
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed


class LeaveForm(forms.Form):
    """A word that says enough, and a note for the convener where it does not."""

    reason = forms.ChoiceField(
        label=_lazy("Reason"),
        choices=AbsenceReason.choices,
        error_messages={"invalid_choice": _lazy("Choose one of the reasons."), "required": _lazy("Choose a reason.")},
    )
    note = forms.CharField(
        label=_lazy("Note"),
        required=False,
        max_length=deeds.LONGEST_NOTE,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def ask(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """POST asks; a reader who comes back from the log-in page finds the buttons on the meeting's page."""
    meeting = attended(request, meeting_id)
    if request.method != "POST":
        return redirect("meeting", meeting.pk)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return render(request, "member/leave.html", _asked(meeting, form), status=422)
    facts = form.cleaned_data
    reason = AbsenceReason(facts["reason"])
    deeds.ask_leave(meeting, me(request), reason=reason, note=facts["note"], **signed(request))
    messages.success(request, _("Leave is asked. The answer will stand here and on your start page."))
    return redirect("meeting", meeting.pk)


def _asked(meeting: Meeting, form: LeaveForm) -> dict[str, object]:
    there = reverse("meeting", args=[meeting.pk])
    return {
        "meeting": meeting,
        "form": form,
        "reasons": AbsenceReason,
        "crumbs": [Crumb(_("Meetings"), reverse("meetings")), Crumb(meeting.title, there), Crumb(_("Leave"))],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def withdraw(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """They come after all. A second tap finds nothing to withdraw and changes nothing."""
    meeting = attended(request, meeting_id)
    if request.method == "POST":
        leave = Leave.objects.filter(meeting=meeting.roll_of, person=request.asker.person).first()
        if leave is not None:
            deeds.withdraw_leave(leave, **signed(request))
        messages.success(request, _("You are expected at this meeting."))
    return redirect("meeting", meeting.pk)
