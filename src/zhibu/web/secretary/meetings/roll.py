"""The roll in the hand of the recorder: all present in one tap, then each exception in one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, HttpResponseNotModified, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.meetings.actions import roll as deeds
from zhibu.apps.meetings.actions import taking_back
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Session
from zhibu.apps.meetings.queries import RollLine, pulse_of, roll_of
from zhibu.apps.people.access import people_seen_by
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import AbsenceReason, MeetingStage, Standing
from zhibu.web.secretary.meetings.doors import run_session
from zhibu.web.secretary.meetings.fields import person_called
from zhibu.web.secretary.meetings.hub import counted
from zhibu.web.secretary.meetings.listing import when_of
from zhibu.web.shell.answers import Unreadable, conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

#: Lines on one page: a phone draws so many at once without stuttering, and the page stays below 100 kB.
LINES = 50

#: What one may look at alone.
SHOWN = {
    "unknown": Presence.EXPECTED,
    "present": Presence.PRESENT,
    "absent": Presence.ABSENT,
    "leave": Presence.LEAVE,
    "observer": Presence.OBSERVER,
}

#: What a tap may say of somebody; who observes is known from the roll.
_MARKS = {word.value: word for word in Presence if word is not Presence.OBSERVER}

#: The query of the page one came from is carried along up to this length.
_LONGEST_QUERY = 200

#: Why somebody is away unless another reason is tapped: at a window or a berth it is the shift.
USUAL_REASON = AbsenceReason.SHIFT


@dataclass(frozen=True, slots=True)
class RollRow:
    """A line of the roll as it is drawn: what each of its buttons says when it is tapped."""

    line: RollLine
    present: str
    absent: str
    reasons: tuple[tuple[str, str, bool], ...]

    @property
    def is_here(self) -> bool:
        return self.line.presence in {Presence.PRESENT, Presence.OBSERVER}

    @property
    def is_away(self) -> bool:
        return self.line.presence in {Presence.ABSENT, Presence.LEAVE}

    @property
    def is_probationary(self) -> bool:
        return self.line.standing is Standing.PROBATIONARY


def row_of(line: RollLine) -> RollRow:
    """A pressed button takes its mark back; another one puts its own in the place."""
    key = str(line.person)
    undo = f"{key}:{Presence.EXPECTED.value}"
    here = line.presence in {Presence.PRESENT, Presence.OBSERVER}
    away = line.presence in {Presence.ABSENT, Presence.LEAVE}
    reasons = [
        (f"{key}:{Presence.ABSENT.value}:{reason.value}", reason.zh, reason is line.reason)
        for reason in AbsenceReason
    ]
    return RollRow(
        line=line,
        present=undo if here else f"{key}:{Presence.PRESENT.value}",
        absent=undo if away else f"{key}:{Presence.ABSENT.value}:{USUAL_REASON.value}",
        reasons=tuple(reasons) if away else (),
    )


@login_required
@require_safe
def roll(request: AskedRequest, session_id: UUID) -> HttpResponse:
    session = run_session(request, session_id)
    meeting = session.meeting
    if meeting.at_stage in {MeetingStage.DRAFT, MeetingStage.POSTPONED}:
        messages.info(request, _("The roll is made at the announcement."))
        return redirect("meeting", meeting.pk)
    lines = roll_of(meeting, session)
    asked, typed = request.GET.get("show", ""), request.GET.get("q", "").strip()
    page = _page(request, _wanted(lines, asked, typed))
    sessions = list(meeting.sessions.all()) if meeting.repeated else [session]
    return render(
        request,
        "secretary/meetings/roll.html",
        {
            "crumbs": [
                Crumb(_("Meetings"), reverse("meetings")),
                Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
                Crumb(_("Roll")),
            ],
            "meeting": meeting,
            "session": session,
            "sessions": sessions,
            "when": when_of([session]),
            "page": page,
            "rows": [row_of(line) for line in page],
            "shown": asked,
            "shows": [("", _("All")), ("unknown", _("Not marked yet")), *((k, w.zh) for k, w in _named())],
            "typed": typed,
            "is_markable": meeting.at_stage in deeds.MARKABLE,
            "asking": _asking(lines),
            **_counts(session, lines),
        },
    )


def _named() -> Iterable[tuple[str, Presence]]:
    return ((key, word) for key, word in SHOWN.items() if key != "unknown")


def _wanted(lines: list[RollLine], shown: str, typed: str) -> list[RollLine]:
    if shown in SHOWN:
        lines = [
            line for line in lines if line.presence is SHOWN[shown] and not (shown == "unknown" and line.observes)
        ]
    if typed:
        lines = [line for line in lines if typed in line.name or line.staff_number.startswith(typed)]
    return lines


def _asking(lines: Iterable[RollLine]) -> int:
    """How many asked for leave, have no answer and no mark: nobody takes them to be here."""
    return sum(
        line.presence is Presence.EXPECTED
        and not line.observes
        and line.leave is not None
        and line.leave.granted is None
        for line in lines
    )


def _page(request: AskedRequest, lines: list[RollLine]) -> Page[Any]:
    return Paginator(lines, LINES).get_page(request.GET.get("page"))


def _counts(session: Session, lines: list[RollLine]) -> dict[str, Any]:
    """What the head of the roll shows. ``strays``: the room and the list differ by so many."""
    found = counted(session.meeting, lines, is_running=not session.closed_at)
    here = found.count.present + found.observers
    return {
        "counted": found,
        "polls": session.is_open,
        "strays": session.head_count is not None and session.head_count != here,
        "here": here,
    }


@login_required
@require_safe
def count(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """The live count, asked every two seconds; 304 while nobody came or went."""
    session = run_session(request, session_id)
    tag = _tag(session)
    answer: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponseNotModified()
    else:
        context = {
            "session": session,
            "meeting": session.meeting,
            **_counts(session, roll_of(session.meeting, session)),
        }
        answer = render(request, "secretary/meetings/_count.html", context)
    answer["ETag"] = tag
    # The browser may keep it, but has to ask each time: only then does it send the tag.
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _tag(session: Session) -> str:
    return f'"{hashlib.sha256(pulse_of(session).encode()).hexdigest()[:24]}"'


# --- Marks ---------------------------------------------------------------------------------------------------------


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def mark(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """One tap on one line: ``mark`` is ``person:status`` or ``person:absent:reason``."""
    session = run_session(request, session_id)
    key, status, reason = _read_mark(request.POST.get("mark", ""))
    person = get_object_or_404(Person, pk=key, roll_entries__meeting=session.meeting_id)
    deeds.mark(session, [person], status=status, reason=reason, **signed(request))
    if not request.headers.get("HX-Request"):
        return redirect(_back_to(request, session))
    lines = roll_of(session.meeting, session)
    line = next(line for line in lines if line.person == person.pk)
    context = {"session": session, "meeting": session.meeting, "row": row_of(line), **_counts(session, lines)}
    return render(request, "secretary/meetings/_marked.html", {**context, "is_markable": True, "out_of_band": True})


def _read_mark(text: str) -> tuple[UUID, Presence, AbsenceReason | None]:
    key, _colon, rest = text.partition(":")
    status, _colon, reason = rest.partition(":")
    try:
        return UUID(key), _MARKS[status], AbsenceReason(reason) if reason else None
    except (ValueError, KeyError) as error:
        raise Unreadable(_("This mark can not be read. Open the roll again and tap once more.")) from error


def _back_to(request: AskedRequest, session: Session) -> str:
    """The page of the roll one came from, by its query; never an address from outside."""
    query = QueryDict(request.POST.get("query", "")[:_LONGEST_QUERY]).urlencode()
    address = reverse("session_roll", args=[session.pk])
    return f"{address}?{query}" if query else address


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def begin(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """All present: opens the session where it is not open yet."""
    session = run_session(request, session_id)
    if session.closed_at is None and not session.meeting.late_reason:
        number = deeds.call_roll(session, **signed(request))
    else:
        number = deeds.mark_all_present(session, **signed(request))
    says = ngettext("%(number)s person marked as present.", "%(number)s people marked as present.", number)
    messages.success(request, says % {"number": number} + " " + _("Now tap those who are not here."))
    if asking := _asking(roll_of(session.meeting, session)):
        waits = ngettext(
            "%(number)s person who asks for leave is not marked: answer them, or tap what they are.",
            "%(number)s people who ask for leave are not marked: answer them, or tap what they are.",
            asking,
        )
        messages.warning(request, waits % {"number": asking})
    return redirect("session_roll", session.pk)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def rest_absent(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """Who is not marked yet did not come."""
    session = run_session(request, session_id)
    number = deeds.mark_rest(session, status=Presence.ABSENT, reason=USUAL_REASON, **signed(request))
    says = ngettext("%(number)s person marked as absent.", "%(number)s people marked as absent.", number)
    messages.success(request, says % {"number": number})
    return redirect("session_roll", session.pk)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def open_session(request: AskedRequest, session_id: UUID) -> HttpResponse:
    session = run_session(request, session_id)
    deeds.open_session(session, **signed(request))
    return redirect("session_roll", session.pk)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def close_session(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """After the last session the minutes are next."""
    session = run_session(request, session_id)
    deeds.close_session(session, **signed(request))
    session.meeting.refresh_from_db(fields=["stage"])
    if session.meeting.at_stage is MeetingStage.CLOSED:
        return redirect("meeting_minutes", session.meeting_id)
    messages.success(request, _("This session is closed; others are still to come."))
    return redirect("meeting", session.meeting_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def take_back_begin(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """It was begun by mistake; asked once more, since who was marked as present is not any longer."""
    session = run_session(request, session_id)
    if request.method == "POST":
        taking_back.take_back_begin(session, **signed(request))
        messages.success(request, _("Taken back: it has not begun."))
        return redirect("session_roll", session.pk)
    here = taking_back.here_at(session).count()
    lost = ngettext(
        "%(number)s person is marked as present and will be unmarked.",
        "%(number)s people are marked as present and will be unmarked.",
        here,
    )
    says = _("It was begun by mistake and is still to come. Leave and absence that are noted stay.")
    context = {
        "title": _("Not begun yet"),
        "question": says + (" " + lost % {"number": here} if here else ""),
        "action": _("Take the beginning back"),
        "cancel": reverse("session_roll", args=[session.pk]),
    }
    return render(request, "shell/confirm.html", context)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def take_back_close(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """It was closed by mistake. Nothing is lost by that, so nothing is asked."""
    session = run_session(request, session_id)
    taking_back.take_back_close(session, **signed(request))
    messages.success(request, _("Taken back: it goes on."))
    return redirect("session_roll", session.pk)


class HeadsForm(forms.Form):
    heads = forms.IntegerField(min_value=0, max_value=32000)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def heads(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """What somebody counted in the room."""
    session = run_session(request, session_id)
    form = HeadsForm(request.POST)
    if form.is_valid():
        deeds.count_heads(session, heads=form.cleaned_data["heads"], **signed(request))
    else:
        messages.warning(request, _("Type how many people you counted, as a number."))
    return redirect("session_roll", session.pk)


class AddForm(forms.Form):
    """Somebody more on a frozen roll, and why."""

    person = forms.CharField(label=_lazy("Name or staff number"), max_length=60)
    observes = forms.BooleanField(label=_lazy("Observes, without being expected"), required=False)
    reason = forms.CharField(label=_lazy("Why the roll changes"), max_length=300)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def add(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """Add somebody to the frozen roll, or with ``remove`` take somebody off; the reason stays on record."""
    session = run_session(request, session_id)
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Give a name and a reason; the roll was frozen at the announcement."))
        return redirect("session_roll", session.pk)
    facts = form.cleaned_data
    try:
        person = person_called(facts["person"], people_seen_by(request.asker))
    except forms.ValidationError as error:
        messages.warning(request, error.message)
        return redirect("session_roll", session.pk)
    observes = None if "remove" in request.POST else facts["observes"]
    deeds.change_roll(session.meeting_id, person, observes=observes, reason=facts["reason"], **signed(request))
    says = _("%(name)s is off the roll.") if observes is None else _("%(name)s is on the roll.")
    messages.success(request, says % {"name": person.name})
    return redirect("session_roll", session.pk)
