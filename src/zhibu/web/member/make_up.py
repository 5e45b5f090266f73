"""A lesson I missed: what stands for it, and my own word that I learned it. Nothing is timed or watched."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
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

from zhibu.apps.forum.access import room_about
from zhibu.apps.forum.queries import threads_of_meeting
from zhibu.apps.learning.actions import make_ups as deeds
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.making_up import equals_of, has_missed, make_up_of
from zhibu.apps.learning.models import MakeUp, Receipt
from zhibu.apps.meetings.access import meetings_seen_by
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.meetings.queries import agenda_and_papers_of
from zhibu.domain.learning import MakeUpState
from zhibu.domain.terms import MeetingStage
from zhibu.web.member.units import forbid_for_another, fresh_nonce, received_as_json
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, refused_as_json, wants_json
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, my_id, signed

MAKE_UP_CHIPS = {MakeUpState.DECLARED: "open", MakeUpState.CONFIRMED: "done", MakeUpState.REFUSED: "note"}


class DeclareForm(forms.Form):
    studied_on = forms.DateField(
        label=_lazy("Learned on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def make_up(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """What stands for the lesson and the button. Sent twice, or from two phones, it is one declaration.

    POST: ``studied_on`` (today unless said), ``nonce``. A script that asks for JSON hears ``status`` and when.
    """
    meeting = _seen(request, meeting_id)
    given = request.POST if "studied_on" in request.POST else {"studied_on": clock.today()}
    form = DeclareForm(given if request.method == "POST" else None, initial={"studied_on": clock.today()})
    receipt: Receipt | None = None
    if request.method == "POST":
        forbid_for_another(request)
    if request.method == "POST" and form.is_valid():
        day: dt.date = form.cleaned_data["studied_on"]
        nonce = request.POST.get("nonce", "")
        receipt = deeds.declare(meeting, me(request), studied_on=day, nonce=nonce, **signed(request))
        if wants_json(request):
            return received_as_json(receipt)
    if form.errors and wants_json(request):
        return refused_as_json(" ".join(map(str, form.errors["studied_on"])), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page(request, meeting, form, receipt)


def _seen(request: AskedRequest, meeting_id: UUID) -> Meeting:
    my_id(request)
    rows = meetings_seen_by(request.asker).select_related("organization", "host")
    return get_object_or_404(rows, pk=meeting_id)


def _page(request: AskedRequest, meeting: Meeting, form: DeclareForm, receipt: Receipt | None) -> HttpResponse:
    person = my_id(request)
    known = make_up_of(meeting, person)
    _agenda, papers = agenda_and_papers_of(meeting)
    context = {
        "meeting": meeting,
        "form": form,
        "make_up": known,
        "chip": MAKE_UP_CHIPS[known.word] if known else "",
        "may_declare": (known is None or known.word is MakeUpState.REFUSED) and has_missed(meeting, person),
        "units": equals_of(meeting),
        "papers": papers,
        "is_filed": meeting.at_stage is MeetingStage.FILED,
        "threads": threads_of_meeting(meeting, request.asker),
        "room_key": room_about(request.asker, meeting),
        "receipt": receipt,
        "nonce": fresh_nonce(),
        "crumbs": [Crumb(_("Learning"), reverse("learn")), Crumb(_("Make up a lesson"))],
    }
    return render(request, "member/learn/make_up.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@conflict_on(LearningRefusal)
def take_back(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    meeting = _seen(request, meeting_id)
    own = get_object_or_404(MakeUp, meeting=meeting, person=my_id(request))
    deeds.take_declaration_back(own, **signed(request))
    messages.success(request, _("Taken back. You can declare it again."))
    return redirect("make_up", meeting.pk)
