"""The filed record, as it was written, and what stands beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from zhibu.apps.meetings.access import may_comment, may_run, may_see_comments
from zhibu.apps.meetings.actions import filing as deeds
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.filed import talk_about
from zhibu.apps.meetings.models import Filing
from zhibu.apps.meetings.queries import filing_of
from zhibu.domain.minutes import register_fields
from zhibu.web.secretary.meetings.doors import run, seen
from zhibu.web.secretary.meetings.prints import minutes_prints, sheet_for
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=_lazy("What is put right"),
        help_text=_lazy("It stands beside the record; the record itself stays as it was filed."),
        max_length=20000,
        widget=forms.Textarea({"rows": 4}),
    )
    answers = forms.UUIDField(required=False, widget=forms.HiddenInput)


@login_required
@require_safe
def record(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """The record. Before filing those who run the meeting read it as a draft."""
    meeting = seen(request, meeting_id)
    filed = filing_of(meeting)
    runs = may_run(request.asker, meeting)
    sheet = sheet_for(request, meeting, filed)
    talk = talk_about(filed) if filed and may_see_comments(request.asker, meeting) else None
    context: dict[str, Any] = {
        "crumbs": [
            Crumb(_("Meetings"), reverse("meetings")),
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(_("Record")),
        ],
        "meeting": meeting,
        "filed": filed,
        "sheet": sheet,
        "fields": register_fields(sheet),
        "papers": list(meeting.papers.select_related("agenda_item")),
        "corrections": talk.unasked if talk else filed.corrections.all() if filed else (),
        "exchanges": talk.exchanges if talk else (),
        "may_comment": filed is not None and may_comment(request.asker, meeting),
        "form": CorrectionForm() if filed and runs else None,
        "runs": runs,
        "prints": minutes_prints(meeting, runs=runs),
    }
    return render(request, "secretary/meetings/record.html", context)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def correct(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    meeting = run(request, meeting_id)
    filed = get_object_or_404(Filing, meeting=meeting)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say what is put right, in no more than 20,000 characters."))
        return redirect("meeting_record", meeting.pk)
    facts = form.cleaned_data
    answers = get_object_or_404(filed.comments, pk=facts["answers"]) if facts["answers"] else None
    deeds.correct(filed, text=facts["text"], by=request.user, answers=answers, **signed(request))
    messages.success(
        request,
        _("Your answer stands beside the record; the committee sees it.")
        if answers
        else _("The correction stands beside the record."),
    )
    return redirect("meeting_record", meeting.pk)
