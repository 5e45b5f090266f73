"""The record of a meeting as one document: what is sealed at filing, and from which every paper is made.

Names are written out: a record says who it was then. Reasons for absence are words, never notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from zhibu.apps.archive.actions import instant
from zhibu.apps.meetings.models import LedgerLine, Meeting, MinutesText, Session
from zhibu.apps.meetings.queries import (
    ItemRecord,
    RollLine,
    agenda_of,
    count_in_ledger,
    count_of,
    quorum_of,
    roll_of,
    tasks_of,
    together_with,
)
from zhibu.apps.people.models import Person
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import MeetingStage

#: The version of the document's form.
VERSION = 1

#: What was planned for the same afternoon and did not take place on it.
NOT_TOGETHER = (MeetingStage.DRAFT, MeetingStage.POSTPONED, MeetingStage.NOT_HELD)


def record_of(meeting: Meeting) -> dict[str, Canonical]:
    """The whole record, as it stands now; of a line of a ledger kept before, what that line says."""
    line: LedgerLine | None = getattr(meeting, "ledger_line", None)
    if line is not None:
        return record_in_ledger(meeting, line)
    return record_as_held(meeting, roll_of(meeting), list(meeting.roll_of.sessions.all()))


def record_as_held(meeting: Meeting, lines: list[RollLine], sessions: Sequence[Session]) -> dict[str, Canonical]:
    """The record of a meeting that was held here, with its roll and its sessions as they were read."""
    names = _Names({line.person: line.name for line in lines})
    count = count_of(lines)
    quorum = quorum_of(meeting, count)
    tasks = tasks_of(meeting)
    texts = {(text.agenda_item_id, text.field): text.text for text in meeting.texts.order_by()}
    return {
        "v": VERSION,
        "meeting": str(meeting.pk),
        "organization": {"code": meeting.organization.code, "name": meeting.organization.name},
        "kind": meeting.kind,
        "title": meeting.title,
        "held_on": meeting.held_on.isoformat() if meeting.held_on else None,
        "sessions": [
            {
                "starts_at": instant(session.starts_at),
                "ends_at": instant(session.ends_at),
                "opened_at": instant(session.opened_at) if session.opened_at else None,
                "closed_at": instant(session.closed_at) if session.closed_at else None,
                "place": session.place,
                "head_count": session.head_count,
            }
            for session in sessions
        ],
        "shared_with": [
            {"meeting": str(other.pk), "kind": other.kind, "title": other.title}
            for other in together_with(meeting).exclude(stage__in=NOT_TOGETHER)
        ],
        "convener": names.of(meeting.convener_id),
        "chair": names.of(meeting.chair_id),
        "recorder": names.of(meeting.recorder_id),
        "lecturer": names.of(meeting.lecturer_id),
        "joint_with": [{"code": one.code, "name": one.name} for one in meeting.joint_with.order_by("code")],
        "expected": count.expected,
        "present": count.present,
        "voters": count.voters,
        "voters_present": count.voters_present,
        "quorum": {"state": quorum.state.value, "needed": quorum.needed},
        "roll": [_roll_line(line) for line in lines],
        "agenda": [_item(item, texts) for item in agenda_of(meeting)],
        "conveyed": texts.get((None, MinutesText.Field.CONVEYED.value), ""),
        "discussion": texts.get((None, MinutesText.Field.DISCUSSION.value), ""),
        "summary": texts.get((None, MinutesText.Field.SUMMARY.value), ""),
        "tasks": [
            {"text": task.text, "holder": task.holder.name, "due": task.due.isoformat() if task.due else None}
            for task in tasks.taken
        ],
        "previous": [
            {
                "title": reading.before.title,
                "held_on": reading.before.held_on.isoformat() if reading.before.held_on else None,
                "correction": reading.correction.text if reading.correction else "",
            }
            for reading in meeting.readings.select_related("before", "correction")
        ],
        "reports": [
            {
                "text": task.text,
                "holder": task.holder.name,
                "report": task.report,
                "done_on": task.done_on.isoformat() if task.done_on else None,
            }
            for task in tasks.reported
        ],
        "papers": [
            {"name": paper.name, "sha256": paper.sha256, "size": paper.size} for paper in meeting.papers.all()
        ],
        "approved_by": [
            {"name": approval.person.name, "at": instant(approval.approved_at)}
            for approval in meeting.approvals.select_related("person").order_by("approved_at")
        ],
        "late_reason": meeting.late_reason,
    }


def record_in_ledger(meeting: Meeting, line: LedgerLine) -> dict[str, Canonical]:
    """The record of a meeting of which only a ledger tells: the form of the others, without a roll and sessions.

    A ledger has one pair of numbers and no voters (``null``); the quorum is judged by that pair. What else it says
    stands under ``ledger``, in its words. Asks nothing of the database.
    """
    quorum = quorum_of(meeting, count_in_ledger(line))
    return {
        "v": VERSION,
        "meeting": str(meeting.pk),
        "organization": {"code": meeting.organization.code, "name": meeting.organization.name},
        "kind": meeting.kind,
        "title": meeting.title,
        "held_on": meeting.held_on.isoformat() if meeting.held_on else None,
        "sessions": [],
        "shared_with": [],
        "convener": None,
        "chair": line.chair or None,
        "recorder": line.recorder or None,
        "lecturer": line.lecturer or None,
        "joint_with": [],
        "expected": line.expected,
        "present": line.present,
        "voters": None,
        "voters_present": None,
        "quorum": {"state": quorum.state.value, "needed": quorum.needed},
        "roll": [],
        "agenda": [],
        "conveyed": "",
        "discussion": "",
        "summary": "",
        "tasks": [],
        "previous": [],
        "reports": [],
        "papers": [],
        "approved_by": [],
        "late_reason": meeting.late_reason,
        "ledger": {
            "hours": line.hours,
            "place": line.place,
            "absent": line.absent,
            "observers": line.observers,
            "resolutions": line.resolutions,
        },
    }


def has_election(record: Mapping[str, Any]) -> bool:
    """Whether somebody was elected in the meeting, or was to be."""
    return any(item["elections"] for item in record["agenda"])


@dataclass(frozen=True, slots=True)
class _Names:
    """Those on the roll are known already; somebody taken off it since is asked for."""

    known: Mapping[UUID, str]

    def of(self, person: UUID | None) -> str | None:
        if person is None:
            return None
        return self.known.get(person) or Person.objects.values_list("name", flat=True).get(pk=person)


def _name(person: Person | None) -> str | None:
    return person.name if person else None


def _roll_line(line: RollLine) -> dict[str, Canonical]:
    return {
        "staff_number": line.staff_number,
        "name": line.name,
        "standing": line.standing.value if line.standing else None,
        "votes": line.votes,
        "observes": line.observes,
        "status": line.presence.value,
        "reason": line.reason.value if line.reason else None,
        "recorded_at": instant(line.recorded_at) if line.recorded_at else None,
    }


def _item(record: ItemRecord, texts: dict[tuple[UUID | None, str], str]) -> dict[str, Canonical]:
    item = record.item
    return {
        "title": item.title,
        "conveyed": texts.get((item.pk, MinutesText.Field.CONVEYED.value), ""),
        "discussion": texts.get((item.pk, MinutesText.Field.DISCUSSION.value), ""),
        "decisions": [
            {
                "kind": decision.kind,
                "text": decision.text,
                "about": _name(decision.about),
                "way": decision.way,
                "voters": decision.voters,
                "voters_present": decision.voters_present,
                "in_favour": decision.in_favour,
                "against": decision.against,
                "abstained": decision.abstained,
                "written_in_favour": decision.written_in_favour,
                "written_against": decision.written_against,
                "outcome": decision.outcome,
                "citation": decision.citation,
            }
            for decision in record.decisions
        ],
        "elections": [
            {
                "what": election.what,
                "seats": election.seats,
                "voters": election.voters,
                "voters_present": election.voters_present,
                "issued": election.issued,
                "returned": election.returned,
                "void": election.void,
                "why_void": election.why_void,
                "next_step": election.next_step,
                "citation": election.citation,
                "candidates": [
                    {"name": candidate.person.name, "votes": candidate.votes, "elected": candidate.elected}
                    for candidate in candidates
                ],
            }
            for election, candidates in record.elections
        ],
        "is_open": item.is_open,
    }
