"""Tasks: taken on at a meeting, reported at the next."""

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
from django.views.decorators.http import require_http_methods, require_POST

from zhibu.apps.meetings.actions import tasks as deeds
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Meeting, Task
from zhibu.apps.people.models import Person
from zhibu.web.secretary.meetings.doors import run, signed
from zhibu.web.secretary.meetings.fields import PersonField, day_field
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest


class TaskForm(forms.Form):
    """What somebody on the roll takes on, and by when."""

    text = forms.CharField(label=_lazy("Task"), max_length=300)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on_roll = Person.objects.filter(roll_entries__meeting=meeting.roll_of).order_by("roll_entries__position")
        self.fields["holder"] = PersonField(on_roll, label=_lazy("Who"))
        self.fields["due"] = day_field(_lazy("By"), required=False)


class ReportForm(forms.Form):
    report = forms.CharField(
        label=_lazy("How far it is"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    is_done = forms.BooleanField(label=_lazy("Done"), required=False)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def take_on(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    meeting = run(request, meeting_id)
    form = TaskForm(request.POST, meeting=meeting, prefix="task")
    if not form.is_valid():
        context = {
            "crumbs": [Crumb(meeting.title, reverse("meeting", args=[meeting.pk])), Crumb(_("Task"))],
            "meeting": meeting,
            "form": form,
        }
        return render(request, "secretary/meetings/task.html", context, status=422)
    facts = form.cleaned_data
    deeds.take_on(meeting, text=facts["text"], holder=facts["holder"], due=facts["due"], **signed(request))
    messages.success(request, _("%(name)s takes it on.") % {"name": facts["holder"].name})
    return redirect(reverse("meeting_minutes", args=[meeting.pk]) + "#tasks")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def report(request: AskedRequest, meeting_id: UUID, task_id: UUID) -> HttpResponse:
    """How far a task is, told by those who run the meeting it was taken on at. The filed record stays as it is."""
    meeting = run(request, meeting_id)
    task = get_object_or_404(Task.objects.select_related("holder"), pk=task_id, meeting=meeting)
    form = ReportForm(request.POST or None, initial={"report": task.report, "is_done": task.done_on is not None})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        done_on = (task.done_on or clock.today()) if facts["is_done"] else None
        deeds.report_task(task, report=facts["report"], done_on=done_on, **signed(request))
        messages.success(request, _("Noted."))
        return redirect("meeting", meeting.pk)
    context = {
        "title": _("How far is it?"),
        "question": f"{task.text}（{task.holder.name}）",
        "action": _("Save"),
        "cancel": reverse("meeting", args=[meeting.pk]),
        "form": form,
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def drop(request: AskedRequest, meeting_id: UUID, task_id: UUID) -> HttpResponse:
    meeting = run(request, meeting_id)
    deeds.drop_task(get_object_or_404(Task, pk=task_id, meeting=meeting), **signed(request))
    messages.success(request, _("The task is off the list."))
    return redirect(reverse("meeting_minutes", args=[meeting.pk]) + "#tasks")
