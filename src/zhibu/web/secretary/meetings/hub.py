"""One meeting: how far it is, the next step, and all that belongs to it.

One page for everybody who sees the meeting, so that a link in the group chat leads each to the same place: those who
run it find their deeds here, and who stands on the roll finds their own part (its deeds live in ``web.member``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.learning.access import may_link
from zhibu.apps.learning.making_up import made_up_by
from zhibu.apps.meetings.access import PRIVATE, may_run, may_see_reasons
from zhibu.apps.meetings.actions import convening
from zhibu.apps.meetings.actions import roll as deeds
from zhibu.apps.meetings.actions.convening import EDITABLE, PEOPLE_SET
from zhibu.apps.meetings.actions.minutes import WRITABLE
from zhibu.apps.meetings.actions.papers import TAKES_PAPERS
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.mine import part_of
from zhibu.apps.meetings.models import Leave, LedgerLine, Meeting
from zhibu.apps.meetings.queries import (
    RollLine,
    afternoon_of,
    agenda_and_papers_of,
    count_of,
    foresight_of,
    roll_of,
    rule_of,
    tasks_of,
)
from zhibu.domain.assembly import Count, Presence, quorum
from zhibu.domain.learning import OVER, STUDY
from zhibu.domain.notice import chat_text
from zhibu.domain.requirements import AssemblyRule
from zhibu.domain.stages import AHEAD, may_become
from zhibu.domain.terms import MeetingStage
from zhibu.web.secretary.meetings.doors import run, seen
from zhibu.web.secretary.meetings.forms import ReasonForm
from zhibu.web.secretary.meetings.listing import time_and_place
from zhibu.web.secretary.meetings.prints import notice_for, prints_of
from zhibu.web.secretary.meetings.steps import next_step
from zhibu.web.secretary.meetings.talk import talk_of
from zhibu.web.secretary.meetings.words import CHIPS, citation_of, foresight_words, quorum_words
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

ROLL_KNOWN = tuple(stage for stage in MeetingStage if stage not in {MeetingStage.DRAFT, MeetingStage.POSTPONED})
#: While everybody on the roll sees it and the time holds: what is copied into a group chat leads somewhere.
CALLED = (MeetingStage.ANNOUNCED, MeetingStage.OPEN)
BEFORE = (MeetingStage.DRAFT, MeetingStage.ANNOUNCED, MeetingStage.POSTPONED, MeetingStage.OPEN)


@dataclass(frozen=True, slots=True)
class Counted:
    """Both pairs of numbers and what they mean. ``warning``: what can not pass with so many in the room."""

    count: Count
    observers: int
    on_leave: int
    unknown: int
    quorum: str
    warning: str
    citation: str


def counted(meeting: Meeting, lines: list[RollLine], *, is_running: bool) -> Counted:
    """As a resolution would be judged. ``is_running``: the room may still fill, so the foresight is worth saying."""
    return counted_by(rule_of(meeting), meeting, lines, is_running=is_running)


def counted_by(rule: AssemblyRule | None, meeting: Meeting, lines: list[RollLine], *, is_running: bool) -> Counted:
    count = count_of(lines)
    return Counted(
        count=count,
        observers=sum(line.presence is Presence.OBSERVER for line in lines),
        on_leave=sum(line.presence is Presence.LEAVE and not line.observes for line in lines),
        unknown=sum(line.presence is Presence.EXPECTED and not line.observes for line in lines),
        quorum=quorum_words(quorum(rule, count, meeting=meeting.word)),
        warning=foresight_words(foresight_of(rule, count)) if is_running else "",
        citation=citation_of(rule),
    )


@login_required
@require_safe
def meeting(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    one = seen(request, meeting_id)
    sessions, others = afternoon_of(one)
    agenda, papers = agenda_and_papers_of(one)
    runs = may_run(request.asker, one)
    tasks = tasks_of(one) if runs or one.at_stage not in AHEAD else None
    ledger: LedgerLine | None = getattr(one, "ledger_line", None)
    lines = roll_of(one) if one.at_stage in ROLL_KNOWN and ledger is None else []
    when, place = time_and_place(one, sessions)
    is_lesson_over = one.word in STUDY and one.at_stage in OVER and ledger is None
    context: dict[str, Any] = {
        "crumbs": [Crumb(_("Meetings"), reverse("meetings")), Crumb(one.title)],
        "meeting": one,
        "runs": runs,
        "chip": CHIPS[one.at_stage],
        "when": when,
        "place": place,
        "ledger": ledger,
        "sessions": sessions,
        "step": next_step(request.asker, one, sessions, today=clock.today()),
        "mine": part_of(one, request.asker, lines, sessions),
        "talk": talk_of(request.asker, one, agenda, lines, runs=runs),
        "counted": counted(one, lines, is_running=one.at_stage is MeetingStage.OPEN) if lines else None,
        "leaves": _leaves(lines) if runs and may_see_reasons(request.asker, one) else [],
        "away": [line for line in lines if line.presence in {Presence.ABSENT, Presence.LEAVE}] if runs else [],
        "makes_up": is_lesson_over,
        "made_up": made_up_by(one) if is_lesson_over and runs else frozenset(),
        "tasks": tasks.taken if tasks else [],
        "open_tasks": tasks.waiting[:20] if tasks and runs and one.at_stage in BEFORE else [],
        "papers": papers,
        "together": [other for other in others if runs or other.at_stage not in PRIVATE],
        "may": _may(one) if runs else {},
        "links": may_link(request.asker, one) and one.at_stage is not MeetingStage.NOT_HELD,
        "prints": prints_of(one, sessions, runs=runs),
    }
    if runs and one.at_stage in CALLED:
        expected = sum(not line.observes for line in lines)
        context["chat"] = chat_text(notice_for(one, expected, afternoon=(sessions, others), agenda=agenda))
    return render(request, "secretary/meetings/meeting.html", context)


def _leaves(lines: list[RollLine]) -> list[tuple[RollLine, Leave]]:
    return [(line, line.leave) for line in lines if line.leave is not None]


def _may(one: Meeting) -> dict[str, bool]:
    """What is possible at this stage besides the next step."""
    stage = one.at_stage
    is_placed = one.host_id is None and (bool(one.late_reason) or (one.repeated and stage is MeetingStage.OPEN))
    edits = stage in EDITABLE or (stage in PEOPLE_SET and is_placed)
    return {
        "edit": edits,
        "name": stage in PEOPLE_SET and not edits,
        "postpone": may_become(stage, MeetingStage.POSTPONED) and one.host_id is None,
        "not_held": may_become(stage, MeetingStage.NOT_HELD),
        "write": stage in WRITABLE and stage is not MeetingStage.DRAFT,
        "attach": stage in TAKES_PAPERS or stage is MeetingStage.FILED,
        "print": stage is not MeetingStage.NOT_HELD,
        "mark": stage in deeds.MARKABLE and one.host_id is None,
        "answer": one.roll_of.at_stage in deeds.MARKABLE,
    }


# --- Deeds ---------------------------------------------------------------------------------------------------------


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def announce(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    convening.announce(run(request, meeting_id).pk, **signed(request))
    messages.success(request, _("Announced to everybody on the roll."))
    return redirect("meeting", meeting_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def postpone(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    one = run(request, meeting_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        convening.postpone(one.pk, reason=form.cleaned_data["reason"], **signed(request))
        messages.success(request, _("Postponed. Set the new time when it is known, then announce it again."))
        return redirect("meeting", one.pk)
    question = _("It will take place at another time. The reason stays on record; nobody is blamed for it.")
    return _asks_why(request, one, form, title=_("Postpone “%(title)s”"), question=question, action=_("Postpone"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def not_held(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    one = run(request, meeting_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        convening.not_held(one.pk, reason=form.cleaned_data["reason"], **signed(request))
        messages.success(request, _("On record: it did not take place."))
        return redirect("meeting", one.pk)
    question = _("It does not take place at all. This is an honest outcome; its reason stays on record.")
    return _asks_why(
        request, one, form, title=_("“%(title)s” is not held"), question=question, action=_("Put on record")
    )


def _asks_why(
    request: AskedRequest, one: Meeting, form: ReasonForm, *, title: str, question: str, action: str
) -> HttpResponse:
    context = {
        "title": title % {"title": one.title},
        "question": question,
        "action": action,
        "cancel": reverse("meeting", args=[one.pk]),
        "form": form,
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def answer_leave(request: AskedRequest, meeting_id: UUID, leave_id: UUID) -> HttpResponse:
    """One tap, either way; a changed mind is another tap."""
    one = run(request, meeting_id)
    leave = get_object_or_404(Leave.objects.select_related("person"), pk=leave_id, meeting=one.roll_of)
    granted = request.POST.get("answer") == "grant"
    deeds.answer_leave(leave, granted=granted, **signed(request))
    says = _("Leave granted to %(name)s.") if granted else _("%(name)s was asked to come.")
    messages.success(request, says % {"name": leave.person.name})
    return redirect("meeting", one.pk)
