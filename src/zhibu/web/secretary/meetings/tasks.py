"""Tasks: taken on at a meeting, reported at the next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.meetings.access import may_report, may_run
from zhibu.apps.meetings.actions import tasks as deeds
from zhibu.apps.meetings.actions.convening import EDITABLE
from zhibu.apps.meetings.actions.stages import VOTABLE
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Meeting, Task
from zhibu.apps.meetings.queries import RollLine
from zhibu.apps.people.models import Person
from zhibu.web.secretary.meetings.doors import seen
from zhibu.web.secretary.meetings.fields import PersonField, day_field
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed


class TaskForm(forms.Form):
    """What somebody on the roll takes on, and by when. It stands among the minutes and may stay empty."""

    use_required_attribute = False
    text = forms.CharField(label=_lazy("Task"), max_length=300)

    def __init__(self, *args: Any, meeting: Meeting, lines: list[RollLine] | None = None, **kwargs: Any) -> None:
        """``lines``: the roll where it has been read already."""
        super().__init__(*args, **kwargs)
        on_roll = Person.objects.filter(roll_entries__meeting=meeting.roll_of).order_by("roll_entries__position")
        offered = None
        if lines is not None:
            offered = [Person(pk=line.person, staff_number=line.staff_number, name=line.name) for line in lines]
        self.fields["holder"] = PersonField(on_roll, offered=offered, label=_lazy("Who"))
        self.fields["due"] = day_field(_lazy("By"), required=False)


class ReportForm(forms.Form):
    report = forms.CharField(
        label=_lazy("How far it is"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    is_done = forms.BooleanField(label=_lazy("Done"), required=False)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def report(request: AskedRequest, meeting_id: UUID, task_id: UUID) -> HttpResponse:
    """How far a task is, told by those who run the meeting it was taken on at, or a later one that hears of it.

    ``?at=`` names the later one, to which one comes back: once it has begun, its record says so. The record of the
    meeting at which it was taken on stays as it is.
    """
    task = _task(request, meeting_id, task_id)
    where = _where(request, task.meeting)
    form = ReportForm(request.POST or None, initial={"report": task.report, "is_done": task.done_on is not None})
    back = reverse("meeting", args=[meeting_id]) if where is None else _page_of(where)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        done_on = (task.done_on or clock.today()) if facts["is_done"] else None
        heard_at = None if where is None or where.at_stage in EDITABLE else where
        deeds.report_task(task, report=facts["report"], done_on=done_on, meeting=heard_at, **signed(request))
        messages.success(request, _("Noted."))
        return redirect(back)
    context = {
        "title": _("How far is it?"),
        "question": f"{task.text}（{task.holder.name}）",
        "action": _("Save"),
        "cancel": back,
        "form": form,
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


def _task(request: AskedRequest, meeting_id: UUID, task_id: UUID) -> Task:
    """The task, or 404 where it is not visible, 403 where others report on it."""
    found = Task.objects.select_related("holder", "meeting__organization").filter(pk=task_id, meeting=meeting_id)
    task = found.first()
    if task is None or not may_report(request.asker, task):
        seen(request, meeting_id)
        not_found_unless(task is not None)
        raise PermissionDenied
    return task


def _page_of(meeting: Meeting) -> str:
    """Where its reports are asked for."""
    return reverse("meeting_minutes" if meeting.at_stage in VOTABLE else "meeting", args=[meeting.pk])


def _where(request: AskedRequest, meeting: Meeting) -> Meeting | None:
    """The meeting of the same organization at which it is reported; ``None`` where none is named."""
    wanted = request.GET.get("at", "")
    if not wanted:
        return None
    try:
        where = get_object_or_404(Meeting, pk=UUID(wanted), organization=meeting.organization_id)
    except ValueError as error:
        raise Http404 from error
    forbid_unless(may_run(request.asker, where))
    return where
