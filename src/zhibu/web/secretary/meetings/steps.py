"""What is to be done next at a meeting: one step, shown as one button."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.meetings.access import may_run
from zhibu.apps.meetings.actions.minutes import approvers
from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.people.access import Asker
from zhibu.domain.terms import MeetingStage


@dataclass(frozen=True, slots=True)
class Step:
    """One button. A ``is_deed`` is posted; otherwise it is a way. ``hint`` says what comes of it.

    Without ``url`` it waits for somebody else. ``is_hosts``: it is done at the meeting whose afternoon this shares.
    """

    label: str
    url: str = ""
    hint: str = ""
    is_deed: bool = False
    is_hosts: bool = False


def next_step(asker: Asker, meeting: Meeting, sessions: list[Session], *, today: dt.date) -> Step | None:
    """The next step for this asker; ``None`` where there is none or it is not for them."""
    if meeting.at_stage is MeetingStage.FILED:
        return Step(_("Read the record"), reverse("meeting_record", args=[meeting.pk]))
    if meeting.at_stage is MeetingStage.DRAFTED:
        return _approval(asker, meeting)
    return _runners_step(meeting, sessions, today) if may_run(asker, meeting) else None


def _runners_step(meeting: Meeting, sessions: list[Session], today: dt.date) -> Step | None:
    match meeting.at_stage:
        case MeetingStage.DRAFT:
            return _draft(meeting, sessions)
        case MeetingStage.ANNOUNCED | MeetingStage.OPEN:
            return _at_the_door(meeting, sessions, today)
        case MeetingStage.POSTPONED:
            url, hint = reverse("meeting_edit", args=[meeting.roll_of.pk]), _("Then announce it again.")
            return Step(_("Set the new time"), url, hint=hint, is_hosts=meeting.host_id is not None)
        case MeetingStage.CLOSED:
            hint = _("Votes, points and tasks on one page.")
            return Step(_("Write the minutes"), reverse("meeting_minutes", args=[meeting.pk]), hint=hint)
        case MeetingStage.APPROVED:
            return Step(_("File the record"), reverse("meeting_file", args=[meeting.pk]), is_deed=True)
        case _:
            return None


def _draft(meeting: Meeting, sessions: list[Session]) -> Step:
    if not sessions:
        return Step(_("Set time and place"), reverse("meeting_edit", args=[meeting.roll_of.pk]))
    return Step(
        _("Announce"),
        reverse("meeting_announce", args=[meeting.pk]),
        hint=_("The roll is frozen and everybody on it sees the meeting."),
        is_deed=True,
    )


def _at_the_door(meeting: Meeting, sessions: list[Session], today: dt.date) -> Step | None:
    """The roll of the session that is open, else of the next that has not begun."""
    session = next((one for one in sessions if one.is_open), None) or next(
        (one for one in sessions if one.opened_at is None), None
    )
    if session is None:
        return None
    url = reverse("session_roll", args=[session.pk])
    is_hosts = meeting.host_id is not None
    if session.is_open:
        return Step(_("Go on with the roll"), url, is_hosts=is_hosts)
    day = localtime(session.starts_at).date()
    hint = "" if day <= today else _("It begins on %(day)s.") % {"day": f"{day.month}月{day.day}日"}
    return Step(_("Take the roll"), url, hint=hint, is_hosts=is_hosts)


def _is_approver(asker: Asker, meeting: Meeting) -> bool:
    return asker.person is not None and any(person.pk == asker.person for person in approvers(meeting))


def _approval(asker: Asker, meeting: Meeting) -> Step | None:
    if not _is_approver(asker, meeting):
        if not may_run(asker, meeting):
            return None
        names = "、".join(person.name for person in approvers(meeting))
        return Step(_("Waits for %(names)s to approve the minutes") % {"names": names})
    return Step(
        _("Approve and file") if may_run(asker, meeting) else _("Approve the minutes"),
        reverse("meeting_approve", args=[meeting.pk]),
        hint=_("Read the minutes first; a filed record does not change."),
        is_deed=True,
    )


def may_finish(asker: Asker, meeting: Meeting) -> bool:
    """Whether the asker may hand over, approve and file at once: who both runs the meeting and approves it."""
    return may_run(asker, meeting) and _is_approver(asker, meeting)
