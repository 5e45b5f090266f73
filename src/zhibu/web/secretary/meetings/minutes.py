"""The minutes on one page: points, votes and tasks of each item; saved as they are written; handed over, filed."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhibu.apps.meetings.access import may_approve, may_run
from zhibu.apps.meetings.actions import filing
from zhibu.apps.meetings.actions import minutes as deeds
from zhibu.apps.meetings.actions.minutes import LONGEST_TEXT, WRITABLE, Saved
from zhibu.apps.meetings.actions.stages import VOTABLE
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Decision, Election, Meeting, MinutesText, SetAside
from zhibu.apps.meetings.queries import roll_of
from zhibu.domain.assembly import WITHOUT_QUORUM, NextStep, Outcome
from zhibu.domain.terms import MeetingStage
from zhibu.web.secretary.meetings.doors import run, seen, signed
from zhibu.web.secretary.meetings.forms import ReasonForm
from zhibu.web.secretary.meetings.hub import counted
from zhibu.web.secretary.meetings.steps import may_finish
from zhibu.web.secretary.meetings.tasks import TaskForm
from zhibu.web.secretary.meetings.votes import unanimous
from zhibu.web.shell.answers import Unreadable, conflict, conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest

Field = MinutesText.Field


@dataclass(frozen=True, slots=True)
class Box:
    """One field to write in. ``name`` tells its two inputs: ``text-name`` and ``base-name``, the version before."""

    field: Field
    item: AgendaItem | None
    label: str
    hint: str
    text: str
    version: int

    @property
    def name(self) -> str:
        return f"{self.field.value}-{self.item.pk if self.item else 'all'}"

    @property
    def rows(self) -> int:
        return 8 if self.field is Field.DISCUSSION else 3


@dataclass(frozen=True, slots=True)
class Part:
    """One item of the agenda with what hangs on it."""

    item: AgendaItem
    box: Box
    votes: tuple[tuple[Decision, str], ...]
    elections: tuple[tuple[Election, str, bool], ...]


def _boxes(meeting: Meeting, items: list[AgendaItem], typed: dict[str, str]) -> tuple[list[Box], dict[UUID, Box]]:
    """Those of the whole meeting, and one for each item. ``typed`` is what was sent and could not be kept."""
    known = {(text.agenda_item_id, text.field): text for text in meeting.texts.all()}

    def box(field: Field, item: AgendaItem | None, label: str, hint: str = "") -> Box:
        kept = known.get((item.pk if item else None, field.value))
        made = Box(field, item, label, hint, kept.text if kept else "", kept.version if kept else 0)
        return Box(field, item, label, hint, typed.get(made.name, made.text), made.version)

    points_hint = _("A line that begins with a name and a colon begins what that person said: 林悦：…")
    whole = [box(Field.CONVEYED, None, _("Conveyed and studied"))]
    if not items:
        whole.append(box(Field.DISCUSSION, None, _("Points said"), points_hint))
    whole.append(box(Field.SUMMARY, None, _("The chair's summary")))
    return whole, {item.pk: box(Field.DISCUSSION, item, _("Points said"), points_hint) for item in items}


def _parts(meeting: Meeting, items: list[AgendaItem], boxes: dict[UUID, Box]) -> list[Part]:
    votes: dict[UUID, list[tuple[Decision, str]]] = {}
    for decision in Decision.objects.filter(agenda_item__meeting=meeting).select_related("about"):
        votes.setdefault(decision.agenda_item_id, []).append((decision, Outcome(decision.outcome).zh))
    elections: dict[UUID, list[tuple[Election, str, bool]]] = {}
    ballots = Election.objects.filter(agenda_item__meeting=meeting).prefetch_related("candidates__person")
    for election in ballots:
        step = NextStep(election.next_step)
        elections.setdefault(election.agenda_item_id, []).append((election, step.zh, step is NextStep.SECOND_BALLOT))
    return [
        Part(item, boxes[item.pk], tuple(votes.get(item.pk, ())), tuple(elections.get(item.pk, ()))) for item in items
    ]


def _page(
    request: AskedRequest, meeting: Meeting, *, refusal: str = "", typed: dict[str, str] | None = None
) -> HttpResponse:
    items = list(meeting.agenda.all())
    whole, of_items = _boxes(meeting, items, typed or {})
    lines = roll_of(meeting)
    context: dict[str, Any] = {
        "crumbs": [
            Crumb(_("Meetings"), reverse("meetings")),
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(_("Minutes")),
        ],
        "meeting": meeting,
        "before": [box for box in whole if box.field is Field.CONVEYED],
        "after": [box for box in whole if box.field is not Field.CONVEYED],
        "parts": _parts(meeting, items, of_items),
        "asides": list(
            SetAside.objects.filter(beside__meeting=meeting).select_related("beside__agenda_item", "saved_by__person")
        ),
        "counted": counted(meeting, lines, is_running=False) if lines else None,
        "tasks": list(meeting.tasks.select_related("holder", "agenda_item")),
        "task_form": TaskForm(meeting=meeting, prefix="task"),
        "is_writable": meeting.at_stage in WRITABLE,
        "is_votable": meeting.at_stage in VOTABLE,
        "decides": meeting.word not in WITHOUT_QUORUM,
        "is_over": meeting.at_stage in {MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED},
        "may_finish": may_finish(request.asker, meeting),
        "refusal": refusal,
        "limit": LONGEST_TEXT,
    }
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    return render(request, "secretary/meetings/minutes.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def minutes(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """GET the page. POST saves all that was written, then does what the button says (``then``)."""
    meeting = run(request, meeting_id)
    if request.method != "POST":
        if meeting.at_stage is MeetingStage.FILED:
            return redirect("meeting_record", meeting.pk)
        return _page(request, meeting)
    typed = {name.removeprefix("text-"): text for name, text in request.POST.items() if name.startswith("text-")}
    try:
        met_another = _save_all(request, meeting, {key: str(text) for key, text in typed.items()})
        if met_another:
            messages.warning(request, _("Somebody else saved in between. Both versions are kept; settle them below."))
            return redirect("meeting_minutes", meeting.pk)
        return _then(request, meeting, request.POST.get("then", ""))
    except MeetingRefusal as refusal:
        meeting.refresh_from_db(fields=["stage"])
        return _page(request, meeting, refusal=str(refusal), typed={key: str(text) for key, text in typed.items()})


@transaction.atomic
def _save_all(request: AskedRequest, meeting: Meeting, typed: dict[str, str]) -> bool:
    """Whether some text met a newer one."""
    saved = [
        _save_one(request, meeting, name, text, request.POST.get(f"base-{name}", "0")) for name, text in typed.items()
    ]
    if "settles" in request.POST:
        still_open = {item.pk for item in meeting.agenda.all() if f"open-{item.pk}" in request.POST}
        deeds.keep_open(meeting, still_open, **signed(request))
    return any(one.aside is not None for one in saved)


def _save_one(request: AskedRequest, meeting: Meeting, name: str, text: str, base: str) -> Saved:
    """Raises ``Unreadable`` for a field that no page of ours has."""
    field, _dash, key = name.partition("-")
    try:
        item = None if key == "all" else meeting.agenda.get(pk=UUID(key))
        return deeds.save_text(
            meeting,
            field=Field(field),
            item=item,
            text=text,
            based_on=int(base),
            by=request.user,
            **signed(request),
        )
    except (ValueError, AgendaItem.DoesNotExist) as error:
        raise Unreadable(
            _("This item is no longer on the agenda. Copy your text, open the minutes again and put it in.")
        ) from error


def _then(request: AskedRequest, meeting: Meeting, then: str) -> HttpResponse:
    deed, _colon, key = then.partition(":")
    match deed:
        case "finish":
            return _finish(request, meeting)
        case "hand_over":
            deeds.hand_over(meeting, **signed(request))
            messages.success(request, _("Handed over. The minutes wait for the chair."))
            return redirect("meeting", meeting.pk)
        case "unanimous":
            item = _item(meeting, key)
            item.meeting = meeting
            messages.success(request, unanimous(item, signed(request)))
        case "vote" | "election":
            return redirect(f"meeting_{deed}", meeting.pk, _item(meeting, key).pk)
        case _:
            messages.success(request, _("Saved."))
    return redirect("meeting_minutes", meeting.pk)


def _item(meeting: Meeting, key: str) -> AgendaItem:
    try:
        return get_object_or_404(AgendaItem, pk=UUID(key), meeting=meeting)
    except ValueError as error:
        raise Unreadable(_("This item is no longer on the agenda. Open the minutes again.")) from error


def _finish(request: AskedRequest, meeting: Meeting) -> HttpResponse:
    forbid_unless(may_finish(request.asker, meeting))
    assert request.user.person is not None
    meeting.refresh_from_db(fields=["stage"])
    filing.finish(meeting, request.user.person, **signed(request))
    messages.success(request, _("Filed. From now on the record does not change."))
    return redirect("meeting_record", meeting.pk)


@login_required
@require_POST
def save(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """One field, sent while it is being written. The answer says which version is on the server now."""
    meeting = run(request, meeting_id)
    try:
        saved = _save_one(
            request,
            meeting,
            request.POST.get("name", ""),
            request.POST.get("text", ""),
            request.POST.get("based_on", "0"),
        )
    except MeetingRefusal as refusal:
        return JsonResponse({"refusal": str(refusal)}, status=HTTPStatus.CONFLICT)
    if saved.aside is not None:
        url = reverse("meeting_settle", args=[meeting.pk, saved.aside.pk])
        return JsonResponse({"aside": url, "says": _("Two versions: settle them")})
    at = f"{localtime(saved.text.saved_at):%H:%M}"
    return JsonResponse({"version": saved.text.version, "says": _("Saved %(at)s") % {"at": at}})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def settle(request: AskedRequest, meeting_id: UUID, aside_id: UUID) -> HttpResponse:
    """Both versions side by side; what somebody makes of them is saved."""
    meeting = run(request, meeting_id)
    asides = SetAside.objects.select_related(
        "beside__agenda_item", "beside__saved_by__person", "beside__meeting", "saved_by__person"
    )
    aside = asides.filter(pk=aside_id, beside__meeting=meeting).first()
    if aside is None:
        messages.info(request, _("These versions have been settled already."))
        return redirect("meeting_minutes", meeting.pk)
    if request.method == "POST":
        if request.POST.get("base") != str(aside.beside.version):
            messages.warning(request, _("The saved version has changed in between. Look at both once more."))
            return redirect("meeting_settle", meeting.pk, aside.pk)
        deeds.settle(aside, text=request.POST.get("text", ""), by=request.user, **signed(request))
        messages.success(request, _("Settled. There is one version again."))
        return redirect("meeting_minutes", meeting.pk)
    context = {
        "crumbs": [
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(_("Minutes"), reverse("meeting_minutes", args=[meeting.pk])),
            Crumb(_("Two versions")),
        ],
        "meeting": meeting,
        "aside": aside,
        "both": aside.text if aside.text in {aside.beside.text, ""} else f"{aside.beside.text}\n\n{aside.text}",
    }
    return render(request, "secretary/meetings/settle.html", context)


# --- Approval and filing -------------------------------------------------------------------------------------------


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def approve(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """The chair approves; who also runs the meeting files in the same tap."""
    meeting = seen(request, meeting_id)
    forbid_unless(may_approve(request.asker, meeting))
    assert request.user.person is not None
    if may_run(request.asker, meeting) and may_finish(request.asker, meeting):
        return _finish(request, meeting)
    deeds.approve(meeting, request.user.person, **signed(request))
    messages.success(request, _("Approved. The record can be filed."))
    return redirect("meeting", meeting.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def send_back(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    meeting = seen(request, meeting_id)
    forbid_unless(may_approve(request.asker, meeting))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deeds.send_back(meeting, reason=form.cleaned_data["reason"], **signed(request))
        messages.success(request, _("Sent back to the recorder."))
        return redirect("meeting", meeting.pk)
    context = {
        "title": _("Send the minutes back"),
        "question": _("Say what should be changed, so that the recorder can."),
        "action": _("Send back"),
        "cancel": reverse("meeting", args=[meeting.pk]),
        "form": form,
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def file(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    meeting = run(request, meeting_id)
    try:
        filing.file_meeting(meeting, **signed(request))
    except MeetingRefusal as refusal:
        return conflict(request, refusal)
    messages.success(request, _("Filed. From now on the record does not change."))
    return redirect("meeting_record", meeting.pk)
