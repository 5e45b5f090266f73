"""Papers that go out, each made of the one entry: notice, sheet to sign, register sheet, summary; .docx and .pdf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.meetings.access import may_run, may_see_reasons
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Filing, Meeting, Session
from zhibu.apps.meetings.papers import attendance_of, notice_of, sheet_now
from zhibu.apps.meetings.queries import filing_of
from zhibu.documents.minutes import register_docx, register_pdf, summary_docx, summary_pdf
from zhibu.documents.papers import attendance_docx, attendance_pdf, notice_docx, notice_pdf
from zhibu.domain.minutes import RegisterSheet
from zhibu.domain.notice import Notice
from zhibu.domain.phrases import DRAFT
from zhibu.domain.summary import summary_of
from zhibu.domain.terms import MeetingStage
from zhibu.web.secretary.meetings.doors import run_session, seen
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.middleware import AskedRequest

FORMS = ("docx", "pdf")

#: While these last there is a roll to sign on.
ROLL_TO_SIGN = (
    MeetingStage.ANNOUNCED,
    MeetingStage.OPEN,
    MeetingStage.CLOSED,
    MeetingStage.DRAFTED,
    MeetingStage.APPROVED,
    MeetingStage.FILED,
)

#: From here on the record has something to say; before, its sheet is offered to nobody.
RECORDED = (MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED, MeetingStage.FILED)


@dataclass(frozen=True, slots=True)
class Print:
    """A paper that may be had, in both forms."""

    label: str
    docx: str
    pdf: str


# --- What may be had ------------------------------------------------------------------------------------------------


def prints_of(one: Meeting, sessions: list[Session], *, runs: bool) -> list[Print]:
    """The papers of a meeting at its stage, for those who run it and for those who only see it."""
    found = []
    if sessions and not _why_no_notice(one):
        found.append(_print(_("Notice"), "meeting_notice", one.pk))
    if runs and one.at_stage in ROLL_TO_SIGN:
        found += [_print(_sheet_label(session, sessions), "session_sheet", session.pk) for session in sessions]
    return found + minutes_prints(one, runs=runs)


def minutes_prints(one: Meeting, *, runs: bool) -> list[Print]:
    """The register sheet and the summary: drafts are for those who run the meeting."""
    if one.at_stage not in (RECORDED if runs else (MeetingStage.FILED,)):
        return []
    return [
        _print(_("Register sheet"), "meeting_register", one.pk),
        _print(_("Summary"), "meeting_summary", one.pk),
    ]


def _print(label: str, name: str, key: UUID) -> Print:
    return Print(label, *(reverse(f"{name}_{form}", args=[key]) for form in FORMS))


def _sheet_label(session: Session, sessions: list[Session]) -> str:
    if len(sessions) == 1:
        return _("Sheet to sign")
    starts = localtime(session.starts_at)
    return _("Sheet to sign, %(when)s") % {"when": f"{starts.month}月{starts.day}日 {starts:%H:%M}"}


# --- Before the meeting ---------------------------------------------------------------------------------------------


def notice_for(
    one: Meeting,
    expected: int | None = None,
    *,
    afternoon: tuple[Sequence[Session], Sequence[Meeting]] | None = None,
    agenda: Sequence[AgendaItem] | None = None,
) -> Notice:
    """The notice of a meeting that has a session, with the address at which everybody on the roll finds it.

    The arguments after the meeting: what has been read already.
    """
    if expected is None:
        expected = one.roll_of.roll.filter(observes=False).count() if one.at_stage in ROLL_TO_SIGN else 0
    return notice_of(
        one,
        expected=expected,
        link=settings.URL + reverse("meeting", args=[one.pk]),
        on=clock.today(),
        afternoon=afternoon,
        agenda=agenda,
    )


def _why_no_notice(one: Meeting) -> str:
    """Why nothing goes out before this meeting; empty where something does."""
    if one.late_reason:
        return _("It was entered afterwards, so no notice went out.")
    if one.at_stage is MeetingStage.POSTPONED:
        return _("It is postponed. Set the new time and announce it again; then there is a notice.")
    return _("It is not held, so there is no notice.") if one.at_stage is MeetingStage.NOT_HELD else ""


@login_required
@require_safe
@conflict_on(MeetingRefusal)
def notice(request: AskedRequest, meeting_id: UUID, form: str) -> HttpResponse:
    one = seen(request, meeting_id)
    if why := _why_no_notice(one):
        raise MeetingRefusal(why)
    _refuse_without_session(one)
    make = {"docx": notice_docx, "pdf": notice_pdf}[form]
    return paper(make(notice_for(one), at=clock.now()), f"{one.organization.name}{one.title}通知", form)


@login_required
@require_safe
@conflict_on(MeetingRefusal)
def attendance(request: AskedRequest, session_id: UUID, form: str) -> HttpResponse:
    """The sheet to sign, with the names of the roll: for those who run the meeting."""
    session = run_session(request, session_id)
    if session.meeting.at_stage not in ROLL_TO_SIGN:
        raise MeetingRefusal(_("The roll is made at the announcement. Announce the meeting, then print the sheet."))
    sheet = attendance_of(session)
    make = {"docx": attendance_docx, "pdf": attendance_pdf}[form]
    day = localtime(session.starts_at).date()
    return paper(make(sheet, at=clock.now()), f"{sheet.organization}{sheet.title}签到表 {day}", form)


def _refuse_without_session(one: Meeting) -> None:
    """A filed record says when it was held, even where only a ledger kept before tells of it."""
    if one.at_stage is not MeetingStage.FILED and not one.roll_of.sessions.exists():
        raise MeetingRefusal(_("It has no time and place yet. Set them first; then it can be printed."))


# --- After the meeting ----------------------------------------------------------------------------------------------


def sheet_for(request: AskedRequest, one: Meeting, filed: Filing | None) -> RegisterSheet:
    """The register sheet as this asker may read it; 403 where it is a draft of others."""
    forbid_unless(filed is not None or may_run(request.asker, one))
    return sheet_now(one, filed, on=clock.today(), reasons=may_see_reasons(request.asker, one))


@login_required
@require_safe
@conflict_on(MeetingRefusal)
def register(request: AskedRequest, meeting_id: UUID, form: str) -> HttpResponse:
    one = seen(request, meeting_id)
    sheet = sheet_for(request, one, filing_of(one))
    _refuse_without_session(one)
    make: Callable[..., bytes] = {"docx": register_docx, "pdf": register_pdf}[form]
    return paper(make(sheet, at=clock.now()), _called(sheet, "会议记录"), form)


@login_required
@require_safe
@conflict_on(MeetingRefusal)
def summary(request: AskedRequest, meeting_id: UUID, form: str) -> HttpResponse:
    one = seen(request, meeting_id)
    filed = filing_of(one)
    sheet = sheet_for(request, one, filed)
    _refuse_without_session(one)
    issued_on = localtime(filed.filed_at).date() if filed else clock.today()
    make = {"docx": summary_docx, "pdf": summary_pdf}[form]
    return paper(make(summary_of(sheet, issued_on=issued_on), at=clock.now()), _called(sheet, "纪要"), form)


def _called(sheet: RegisterSheet, what: str) -> str:
    return f"{sheet.organization}{sheet.title}{what}{DRAFT if sheet.draft else ''}"
