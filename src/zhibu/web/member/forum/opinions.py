"""A view before the meeting: given and withdrawn by who will be away, taken into the minutes by who runs it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.forum.access import may_give_opinion, opinions_read_by
from zhibu.apps.forum.actions import opinions as deeds
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Opinion
from zhibu.apps.forum.queries import votes_that_count
from zhibu.apps.meetings.access import may_run, meetings_seen_by
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem
from zhibu.web.member.forum.forms import OpinionForm
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ForumRefusal)
def give(request: AskedRequest, item_id: UUID) -> HttpResponse:
    """What was typed stays in the form where it is refused."""
    rows = AgendaItem.objects.filter(meeting__in=meetings_seen_by(request.asker).values("pk"))
    item = get_object_or_404(rows.select_related("meeting__host", "meeting__organization"), pk=item_id)
    forbid_unless(may_give_opinion(request.asker, item))
    before = Opinion.objects.filter(agenda_item=item, person=request.asker.person).first()
    form = OpinionForm(
        request.POST if request.method == "POST" else None, initial={"text": before.text if before else ""}
    )
    if request.method == "POST" and form.is_valid():
        try:
            words = form.cleaned_data["text"]
            deeds.give_opinion(item, words, person=me(request), is_no_mark=form.has_tick, **signed(request))
        except (BearsMark, ForumRefusal) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It stands on the meeting's page under your name."))
            return redirect("meeting", item.meeting_id)
    context = {
        "form": form,
        "item": item,
        "meeting": item.meeting,
        "title": _("View before the meeting"),
        "counted": votes_that_count(item.meeting, clock.today()),
        "before": before,
        "crumbs": [
            Crumb(_("Meetings"), reverse("meetings")),
            Crumb(item.meeting.title, reverse("meeting", args=[item.meeting_id])),
            Crumb(_("View before the meeting")),
        ],
    }
    return render(request, "member/forum/opinion.html", context, status=422 if form.errors else 200)


def _met(request: AskedRequest, opinion_id: UUID) -> Opinion:
    rows = opinions_read_by(request.asker).select_related("agenda_item__meeting__organization", "person")
    return get_object_or_404(rows, pk=opinion_id)


@login_required
@require_POST
@conflict_on(ForumRefusal)
def withdraw(request: AskedRequest, opinion_id: UUID) -> HttpResponse:
    opinion = _met(request, opinion_id)
    forbid_unless(opinion.person_id == request.asker.person)
    deeds.withdraw_opinion(opinion, **signed(request))
    messages.success(request, _("Your view is taken back."))
    return redirect("meeting", opinion.agenda_item.meeting_id)


@login_required
@require_POST
@conflict_on(ForumRefusal, MeetingRefusal)
def take(request: AskedRequest, opinion_id: UUID) -> HttpResponse:
    opinion = _met(request, opinion_id)
    forbid_unless(may_run(request.asker, opinion.agenda_item.meeting))
    deeds.take_opinion(opinion, by=request.user, **signed(request))
    messages.success(request, _("It stands in the minutes of the item."))
    return redirect("meeting", opinion.agenda_item.meeting_id)
