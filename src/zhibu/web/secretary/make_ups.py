"""Who missed a lesson and made it up, as those who run it confirm that; and the units that stand for the lesson."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from zhibu.apps.learning.access import may_see_equal
from zhibu.apps.learning.actions import make_ups as deeds
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.making_up import equals_of, without
from zhibu.apps.learning.models import MakeUp, Unit
from zhibu.apps.learning.units import library
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.meetings.queries import roll_of
from zhibu.domain.learning import OVER, STUDY, MakeUpState
from zhibu.web.secretary.meetings.doors import run
from zhibu.web.shell.answers import conflict_on, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed

MAKE_UP_CHIPS = {MakeUpState.DECLARED: "open", MakeUpState.CONFIRMED: "done", MakeUpState.REFUSED: "note"}

#: Units offered to stand for a lesson, the latest.
MOST_OFFERED = 50


def _lesson(request: AskedRequest, meeting_id: UUID) -> Meeting:
    meeting = run(request, meeting_id)
    not_found_unless(meeting.word in STUDY)
    return meeting


def _crumbs(meeting: Meeting, *further: Crumb) -> list[Crumb]:
    way = [Crumb(_("Meetings"), reverse("meetings")), Crumb(meeting.title, reverse("meeting", args=[meeting.pk]))]
    if not further:
        return [*way, Crumb(_("Make-up"))]
    return [*way, Crumb(_("Make-up"), reverse("make_ups", args=[meeting.pk])), *further]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def make_ups(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """Those who were expected and did not come. POST confirms the make-ups of ``person``, one or many."""
    meeting = _lesson(request, meeting_id)
    if request.method == "POST":
        number = deeds.confirm(meeting, _keys(request.POST.getlist("person")), by=me(request), **signed(request))
        says = ngettext("%(number)s make-up confirmed.", "%(number)s make-ups confirmed.", number)
        messages.success(request, says % {"number": number})
        return redirect("make_ups", meeting.pk)
    is_over = meeting.at_stage in OVER
    found = without(meeting, roll_of(meeting)) if is_over else []
    units = equals_of(meeting)
    offered = library(request.asker)[:MOST_OFFERED]
    context = {
        "meeting": meeting,
        "lines": [(one, MAKE_UP_CHIPS[one.make_up.word] if one.make_up else "quiet") for one in found],
        "waiting": sum(one.is_waiting for one in found),
        "is_over": is_over,
        "me": request.asker.person,
        "units": units,
        "offered": [unit for unit in offered if unit not in units and may_see_equal(unit, meeting.organization)],
        "crumbs": _crumbs(meeting),
    }
    return render(request, "secretary/meetings/make_ups.html", context)


def _keys(texts: Sequence[str]) -> set[UUID]:
    found = (_key(text) for text in texts)
    return {key for key in found if key is not None}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class RefuseForm(forms.Form):
    because = forms.CharField(
        label=_lazy("What is missing"),
        max_length=deeds.LONGEST_REASON,
        help_text=_lazy("The one who declared it reads this, and may declare it anew."),
        widget=forms.Textarea({"rows": 3}),
    )


def _of(meeting: Meeting, make_up_id: UUID) -> MakeUp:
    return get_object_or_404(MakeUp.objects.select_related("person"), pk=make_up_id, meeting=meeting)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def make_up_refuse(request: AskedRequest, meeting_id: UUID, make_up_id: UUID) -> HttpResponse:
    meeting = _lesson(request, meeting_id)
    make_up = _of(meeting, make_up_id)
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deeds.refuse(make_up, because=form.cleaned_data["because"], by=me(request), **signed(request))
        messages.success(request, _("Not confirmed. They read why and may declare it anew."))
        return redirect("make_ups", meeting.pk)
    context = {
        "title": _("Not confirm the make-up?"),
        "question": f"{make_up.person.name} · {meeting.title}",
        "action": _("Do not confirm"),
        "form": form,
        "cancel": reverse("make_ups", args=[meeting.pk]),
        "crumbs": _crumbs(meeting, Crumb(_("Not confirm the make-up?"))),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@conflict_on(LearningRefusal)
def make_up_undo(request: AskedRequest, meeting_id: UUID, make_up_id: UUID) -> HttpResponse:
    meeting = _lesson(request, meeting_id)
    deeds.take_answer_back(_of(meeting, make_up_id), **signed(request))
    messages.success(request, _("It waits for an answer again."))
    return redirect("make_ups", meeting.pk)


@login_required
@require_POST
@conflict_on(LearningRefusal)
def lesson_units(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """``set`` or ``drop`` names a unit."""
    meeting = _lesson(request, meeting_id)
    dropped = _key(request.POST.get("drop", ""))
    if dropped is not None:
        deeds.drop_equal(meeting, dropped, **signed(request))
        messages.success(request, _("Taken off."))
    else:
        unit = get_object_or_404(library(request.asker), pk=_key(request.POST.get("set", "")) or _NOBODY)
        _set(request, meeting, unit)
    return redirect("make_ups", meeting.pk)


_NOBODY = UUID(int=0)


def _set(request: AskedRequest, meeting: Meeting, unit: Unit) -> None:
    deeds.set_equal(meeting, unit, **signed(request))
    messages.success(request, _("Whoever missed the lesson learns it by this unit."))
