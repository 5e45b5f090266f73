"""The minutes on one page: points, votes and tasks of each item; saved as they are written; handed over, filed."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import FilteredRelation, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.meetings.access import may_approve, may_run
from zhibu.apps.meetings.actions import filing
from zhibu.apps.meetings.actions import minutes as deeds
from zhibu.apps.meetings.actions.minutes import LONGEST_TEXT, WRITABLE, Saved
from zhibu.apps.meetings.actions.stages import VOTABLE
from zhibu.apps.meetings.actions.tasks import drop_task, take_on
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import (
    AgendaItem,
    Candidate,
    Decision,
    Election,
    Meeting,
    MinutesText,
    SetAside,
    Task,
)
from zhibu.apps.meetings.queries import (
    ItemRecord,
    RollLine,
    agenda_of,
    count_of,
    foresight_of,
    previous_of,
    roll_of,
    rule_of,
    tasks_of,
)
from zhibu.domain.assembly import WITHOUT_QUORUM, NextStep, Outcome
from zhibu.domain.terms import MeetingStage
from zhibu.web.secretary.meetings.doors import run, seen
from zhibu.web.secretary.meetings.forms import ReasonForm
from zhibu.web.secretary.meetings.hub import counted
from zhibu.web.secretary.meetings.steps import may_finish
from zhibu.web.secretary.meetings.tasks import TaskForm
from zhibu.web.secretary.meetings.votes import unanimous
from zhibu.web.secretary.meetings.words import decision_on, foresight_words
from zhibu.web.shell.answers import Unreadable, conflict, conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

Field = MinutesText.Field


@dataclass(frozen=True, slots=True)
class Box:
    """One field to write in. ``name`` tells its inputs: ``text-name``, and what was there before the writer.

    ``base-name`` is the version, ``was-name`` the digest of its text: who sends the same text has not written here.
    """

    field: Field
    item: AgendaItem | None
    label: str
    hint: str
    text: str
    version: int
    digest: str
    is_saved: bool = True

    @property
    def name(self) -> str:
        return f"{self.field.value}-{self.item.pk if self.item else 'all'}"

    @property
    def rows(self) -> int:
        return 8 if self.field is Field.DISCUSSION else 3


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody wrote into a field, and the version that stood there before."""

    text: str
    base: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """One ballot as it was counted, and what is to be done next in words."""

    election: Election
    candidates: tuple[Candidate, ...]
    step: str
    is_tied: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One item of the agenda with what hangs on it. ``warning``: what to know before a vote on it."""

    item: AgendaItem
    box: Box
    goes_on: bool
    warning: str
    votes: tuple[tuple[Decision, str], ...]
    elections: tuple[Ballot, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """The meeting before, whose minutes are read at this one. ``can_be_read``: its record is filed."""

    id: UUID
    title: str
    day: dt.date
    can_be_read: bool
    is_read: bool


def _before(meeting: Meeting) -> Before | None:
    """``None`` where there was none, or where the row was not asked for it."""
    key: UUID | None = getattr(meeting, "previous_id", None)
    if key is None:
        return None
    facts = {name: getattr(meeting, f"previous_{name}") for name in ("title", "held_on", "stage", "is_read")}
    return Before(
        id=key,
        title=facts["title"],
        day=facts["held_on"],
        can_be_read=facts["stage"] == MeetingStage.FILED,
        is_read=facts["is_read"],
    )


def _boxes(
    texts: dict[tuple[UUID | None, str], MinutesText], items: list[AgendaItem], typed: dict[str, Typed]
) -> tuple[list[Box], dict[UUID, Box]]:
    """Those of the whole meeting, and one for each item. ``typed`` is what was sent and could not be kept."""

    def box(field: Field, item: AgendaItem | None, label: str, hint: str = "") -> Box:
        kept = texts.get((item.pk if item else None, field.value))
        text = kept.text if kept else ""
        made = Box(field, item, label, hint, text, kept.version if kept else 0, deeds.digest(text))
        sent = typed.get(made.name)
        if sent is None or deeds.plain(sent.text) == text:
            return made
        return replace(made, text=sent.text, version=sent.base, is_saved=False)

    points_hint = _("A line that begins with a name and a colon begins what that person said: 林悦：…")
    whole = [box(Field.CONVEYED, None, _("Conveyed and studied"))]
    if not items:
        whole.append(box(Field.DISCUSSION, None, _("Points said"), points_hint))
    whole.append(box(Field.SUMMARY, None, _("The chair's summary")))
    return whole, {item.pk: box(Field.DISCUSSION, item, _("Points said"), points_hint) for item in items}


def _part(record: ItemRecord, box: Box, *, goes_on: bool, warning: str) -> Part:
    return Part(
        record.item,
        box,
        goes_on,
        warning,
        tuple((vote, Outcome(vote.outcome).zh) for vote in record.decisions),
        tuple(
            Ballot(election, candidates, NextStep(election.next_step).zh, _asks_for_second(election, record))
            for election, candidates in record.elections
        ),
    )


def _asks_for_second(election: Election, record: ItemRecord) -> bool:
    """Whether its tie is still to be decided: a second ballot that was void decides nothing."""
    decided = any(other.first_id == election.pk and not other.why_void for other, _candidates in record.elections)
    return election.next_step == NextStep.SECOND_BALLOT and not decided


def _texts(meeting: Meeting) -> tuple[dict[tuple[UUID | None, str], MinutesText], list[SetAside]]:
    """The texts by item and field, and what waits beside them to be settled; one query."""
    joined = MinutesText.objects.filter(meeting=meeting).annotate(aside=FilteredRelation("set_aside"))
    rows = list(joined.select_related("agenda_item", "aside__saved_by__person"))  # type: ignore[misc]  # annotated
    asides = []
    for row in rows:
        if aside := getattr(row, "aside", None):  # where nothing is joined there is no such attribute
            aside.beside = row
            asides.append(aside)
    return {(row.agenda_item_id, row.field): row for row in rows}, asides


def _warnings(meeting: Meeting, lines: list[RollLine], items: list[AgendaItem]) -> dict[UUID, str]:
    """What the chair should know before all are asked whether they are in favour, by what each item decides."""
    count = count_of(lines)
    kinds = {item.pk: decision_on(item.title) for item in items}
    says = {kind: foresight_words(foresight_of(rule_of(meeting, kind), count)) for kind in set(kinds.values())}
    return {key: says[kind] for key, kind in kinds.items()}


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent and could not be kept: it stands on the page again."""

    typed: dict[str, Typed] = field(default_factory=dict)
    goes_on: dict[UUID, bool] = field(default_factory=dict)
    correction: str = ""
    task_form: TaskForm | None = None


def _page(
    request: AskedRequest,
    meeting: Meeting,
    *,
    refusal: str = "",
    sent: Sent | None = None,
    asks_for_tick: bool = False,
) -> HttpResponse:
    """``asks_for_tick``: words were met that may be a mark of secrecy, and the writer may say that they are none."""
    sent = sent or Sent()
    records = agenda_of(meeting)
    items = [record.item for record in records]
    texts, asides = _texts(meeting)
    whole, of_items = _boxes(texts, items, sent.typed)
    lines, tasks = roll_of(meeting), tasks_of(meeting)
    is_votable, decides = meeting.at_stage in VOTABLE, meeting.word not in WITHOUT_QUORUM
    warnings = _warnings(meeting, lines, items) if is_votable and decides else {}
    context: dict[str, Any] = {
        "crumbs": [
            Crumb(_("Meetings"), reverse("meetings")),
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(_("Minutes")),
        ],
        "meeting": meeting,
        "before_it": _before(meeting) if is_votable else None,
        "before": [box for box in whole if box.field is Field.CONVEYED],
        "after": [box for box in whole if box.field is not Field.CONVEYED],
        "parts": [
            _part(
                record,
                of_items[record.item.pk],
                goes_on=sent.goes_on.get(record.item.pk, record.item.is_open),
                warning=warnings.get(record.item.pk, ""),
            )
            for record in records
        ],
        "asides": asides,
        "counted": counted(meeting, lines, is_running=False) if lines else None,
        "tasks": tasks,
        "task_form": sent.task_form or TaskForm(meeting=meeting, lines=lines, prefix="task"),
        "correction": sent.correction,
        "page_key": secrets.token_hex(8),
        "is_writable": meeting.at_stage in WRITABLE,
        "is_votable": is_votable,
        "decides": decides,
        "is_over": meeting.at_stage in {MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED},
        "approvers": deeds.approvers(meeting),
        "may_finish": may_finish(request.asker, meeting),
        "refusal": refusal,
        "asks_for_tick": asks_for_tick,
        "limit": LONGEST_TEXT,
    }
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    if sent.task_form is not None and sent.task_form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "secretary/meetings/minutes.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def minutes(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """GET the page. POST saves all that was written, then does what the button says (``then``)."""
    meeting = run(request, meeting_id, and_previous=True)
    if request.method == "POST":
        return _posted(request, meeting)
    if meeting.at_stage is MeetingStage.FILED:
        return redirect("meeting_record", meeting.pk)
    return _page(request, meeting)


def _posted(request: AskedRequest, meeting: Meeting) -> HttpResponse:
    sent = _sent(request, meeting)
    try:
        if sent.task_form is not None and not sent.task_form.is_valid():
            return _page(request, meeting, sent=sent)
        met_another = _save_all(request, meeting, sent)
    except BearsMark as refusal:
        return _page(request, meeting, refusal=str(refusal), sent=sent, asks_for_tick=refusal.may_confirm)
    except MeetingRefusal as refusal:
        meeting.refresh_from_db(fields=["stage"])
        return _page(request, meeting, refusal=str(refusal), sent=sent)
    if met_another:
        messages.warning(request, _("Somebody else saved in between. Both versions are kept; settle them below."))
        return redirect("meeting_minutes", meeting.pk)
    try:
        return _then(request, meeting, request.POST.get("then", ""))
    except MeetingRefusal as refusal:
        return _page(request, run(request, meeting.pk, and_previous=True), refusal=str(refusal))


def _sent(request: AskedRequest, meeting: Meeting) -> Sent:
    form = TaskForm(request.POST, meeting=meeting, prefix="task")
    return Sent(
        typed=_typed(request),
        goes_on=_goes_on(request, meeting) if "settles" in request.POST else {},
        correction=request.POST.get("correction", ""),
        task_form=form if request.POST.get("task-text", "").strip() else None,
    )


def _typed(request: AskedRequest) -> dict[str, Typed]:
    """The fields in which somebody wrote; what stands as the page brought it is not theirs."""
    typed = {}
    for key, text in request.POST.items():
        name = key.removeprefix("text-")
        if name != key and deeds.digest(str(text)) != request.POST.get(f"was-{name}"):
            typed[name] = Typed(str(text), _version(request.POST.get(f"base-{name}", "0")))
    return typed


def _version(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise Unreadable(_("This page is too old to save. Copy your text, open the minutes again.")) from error


def _goes_on(request: AskedRequest, meeting: Meeting) -> dict[UUID, bool]:
    """The boxes that somebody ticked or cleared; what stands as the page brought it is not theirs."""
    ticked = {item.pk: f"open-{item.pk}" in request.POST for item in meeting.agenda.all()}
    return {
        key: goes_on
        for key, goes_on in ticked.items()
        if request.POST.get(f"was-open-{key}") != ("yes" if goes_on else "no")
    }


@transaction.atomic
def _save_all(request: AskedRequest, meeting: Meeting, sent: Sent) -> bool:
    """All that stands in the form, whichever button sent it. Whether some text met a newer one."""
    known = {f"{text.field}-{text.agenda_item_id or 'all'}": text.text for text in meeting.texts.all()}
    saved = [
        _save_one(request, meeting, name, typed)
        for name, typed in sent.typed.items()
        if deeds.plain(typed.text) != known.get(name, "")
    ]
    if sent.goes_on:
        deeds.keep_open(meeting, sent.goes_on, **signed(request))
    if sent.task_form is not None:
        facts = sent.task_form.cleaned_data
        take_on(meeting, text=facts["text"], holder=facts["holder"], due=facts["due"], **signed(request))
    if sent.correction.strip():
        _read(request, meeting, sent.correction)
    return any(one.aside is not None for one in saved)


def _read(request: AskedRequest, meeting: Meeting, correction: str) -> None:
    before = previous_of(meeting)
    if before is not None:
        filing.read_previous(meeting, before, correction=correction, by=request.user, **signed(request))


def _save_one(request: AskedRequest, meeting: Meeting, name: str, typed: Typed) -> Saved:
    """Raises ``Unreadable`` for a field that no page of ours has."""
    field, _dash, key = name.partition("-")
    try:
        item = None if key == "all" else meeting.agenda.get(pk=UUID(key))
        return deeds.save_text(
            meeting,
            field=Field(field),
            item=item,
            text=typed.text,
            based_on=typed.base,
            page=request.POST.get("page", "")[:32],
            by=request.user,
            is_no_mark="is_no_mark" in request.POST,
            **signed(request),
        )
    except (ValueError, AgendaItem.DoesNotExist) as error:
        raise Unreadable(
            _("This item is no longer on the agenda. Copy your text, open the minutes again and put it in.")
        ) from error


#: Buttons that save and then open another page about the thing they name.
_PAGES = {
    "vote": "meeting_vote",
    "election": "meeting_election",
    "withdraw_vote": "meeting_vote_withdraw",
    "withdraw_election": "meeting_election_withdraw",
}


def _then(request: AskedRequest, meeting: Meeting, then: str) -> HttpResponse:
    """Do what the button says once everything is saved; ``then`` is a deed, or a deed and the key of a thing."""
    deed, _colon, key = then.partition(":")
    if deed in _PAGES:
        return redirect(_PAGES[deed], meeting.pk, _key(key))
    match deed:
        case "finish":
            return _finish(request, meeting)
        case "hand_over":
            deeds.hand_over(meeting, **signed(request))
            messages.success(request, _("Handed over. The minutes wait for the chair."))
            return redirect("meeting", meeting.pk)
        case "unanimous":
            item = get_object_or_404(AgendaItem, pk=_key(key), meeting=meeting)
            item.meeting = meeting
            messages.success(request, unanimous(item, signed(request)))
        case "second":
            ballot = get_object_or_404(Election, pk=_key(key), agenda_item__meeting=meeting)
            address = reverse("meeting_election", args=[meeting.pk, ballot.agenda_item_id])
            return redirect(f"{address}?first={ballot.pk}")
        case "agree":
            _read(request, meeting, "")
            messages.success(request, _("On record: the minutes of the meeting before are agreed to."))
        case "drop":
            drop_task(get_object_or_404(Task, pk=_key(key), meeting=meeting), **signed(request))
            messages.success(request, _("The task is off the list."))
        case "report":
            task = get_object_or_404(Task, pk=_key(key), meeting__organization=meeting.organization_id)
            address = reverse("meeting_task", args=[task.meeting_id, task.pk])
            return redirect(f"{address}?at={meeting.pk}")
        case _:
            messages.success(request, _("Saved."))
    return redirect("meeting_minutes", meeting.pk)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Unreadable(_("This item is no longer on the agenda. Open the minutes again.")) from error


def _finish(request: AskedRequest, meeting: Meeting) -> HttpResponse:
    forbid_unless(may_finish(request.asker, meeting))
    assert request.user.person is not None
    meeting.refresh_from_db(fields=["stage"])
    filing.finish(meeting, request.user.person, **signed(request))
    messages.success(request, _("Filed. From now on the record does not change."))
    return _after_filing(request, meeting)


def _after_filing(request: AskedRequest, meeting: Meeting) -> HttpResponse:
    """On to the minutes of the next kind of the same afternoon; after the last to the record."""
    kept = meeting.roll_of
    together = Meeting.objects.filter(Q(pk=kept.pk) | Q(host=kept), stage=MeetingStage.CLOSED).order_by("made_at")
    after = next((one for one in together if one.pk != meeting.pk and may_run(request.asker, one)), None)
    return redirect("meeting_minutes", after.pk) if after else redirect("meeting_record", meeting.pk)


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
            Typed(request.POST.get("text", ""), _version(request.POST.get("based_on", "0"))),
        )
    except (BearsMark, MeetingRefusal) as refusal:
        return JsonResponse({"refusal": str(refusal)}, status=HTTPStatus.CONFLICT)
    if saved.aside is not None:
        url = reverse("meeting_settle", args=[meeting.pk, saved.aside.pk])
        was = deeds.digest(saved.aside.text)
        return JsonResponse({"aside": url, "was": was, "says": _("Two versions: settle them")})
    at = f"{localtime(saved.text.saved_at):%H:%M}"
    was = deeds.digest(saved.text.text)
    return JsonResponse({"version": saved.text.version, "was": was, "says": _("Saved %(at)s") % {"at": at}})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BearsMark, MeetingRefusal)
def settle(request: AskedRequest, meeting_id: UUID, aside_id: UUID) -> HttpResponse:
    """Both versions side by side; what somebody makes of them is saved. Refused, it stands there still."""
    meeting = run(request, meeting_id)
    asides = SetAside.objects.select_related(
        "beside__agenda_item", "beside__saved_by__person", "beside__meeting", "saved_by__person"
    )
    aside = asides.filter(pk=aside_id, beside__meeting=meeting).first()
    if aside is None:
        return _settled_meanwhile(request, meeting)
    both = aside.text if aside.text in {aside.beside.text, ""} else f"{aside.beside.text}\n\n{aside.text}"
    refusal = ""
    if request.method == "POST":
        both = request.POST.get("text", "")
        refusal = _settle(request, aside, both)
        if not refusal:
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
        "read": deeds.digest(aside.text),
        "both": both,
        "refusal": refusal,
    }
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    return render(request, "secretary/meetings/settle.html", context, status=status)


def _settle(request: AskedRequest, aside: SetAside, text: str) -> str:
    """Why not; empty where it is done."""
    read = str(aside.beside.version), deeds.digest(aside.text)
    if (request.POST.get("base"), request.POST.get("aside")) != read:
        return _("One of the versions has changed in between. Look at both once more; what you made stands below.")
    try:
        deeds.settle(aside, text=text, by=request.user, **signed(request))
    except (BearsMark, MeetingRefusal) as refusal:
        return str(refusal)
    return ""


def _settled_meanwhile(request: AskedRequest, meeting: Meeting) -> HttpResponse:
    """Somebody else did. What was made here is saved as what it is: written upon an earlier version."""
    if request.method == "POST":
        made = Typed(request.POST.get("text", ""), _version(request.POST.get("base", "0")))
        saved = _save_one(request, meeting, request.POST.get("name", ""), made)
        if saved.aside is not None:
            messages.warning(request, _("Somebody else settled them in between. Your text is kept beside theirs."))
            return redirect("meeting_settle", meeting.pk, saved.aside.pk)
    messages.info(request, _("These versions have been settled already."))
    return redirect("meeting_minutes", meeting.pk)


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
    return _after_filing(request, meeting)
