"""What a member has taken on, and how far it is."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.meetings.actions import tasks as deeds
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.mine import tasks_held_by
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import my_id, signed


class ReportForm(forms.Form):
    report = forms.CharField(
        label=_lazy("How far it is"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    is_done = forms.BooleanField(label=_lazy("Done"), required=False)


@login_required
@require_safe
def my_tasks(request: AskedRequest) -> HttpResponse:
    page = page_of(request, tasks_held_by(my_id(request), clock.today()))
    crumbs = [Crumb(_("My record"), reverse("my_record")), Crumb(_("My tasks"))]
    return render(request, "member/tasks.html", {"page": page, "crumbs": crumbs})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def my_task(request: AskedRequest, task_id: UUID) -> HttpResponse:
    """The holder says how far it is; unticked, it is open again. The record it was taken on in stays as it is."""
    task = get_object_or_404(tasks_held_by(my_id(request), clock.today()), pk=task_id)
    form = ReportForm(request.POST or None, initial={"report": task.report, "is_done": task.done_on is not None})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        done_on = (task.done_on or clock.today()) if facts["is_done"] else None
        deeds.report_task(task, report=facts["report"], done_on=done_on, **signed(request))
        messages.success(request, _("Noted. Those who run the meetings see it."))
        return redirect("my_tasks")
    context = {
        "title": _("How far is it?"),
        "question": task.text,
        "action": _("Save"),
        "cancel": reverse("my_tasks"),
        "form": form,
        "crumbs": [Crumb(_("My tasks"), reverse("my_tasks")), Crumb(_("How far is it?"))],
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)
