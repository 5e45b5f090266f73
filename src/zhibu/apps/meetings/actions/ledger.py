"""Lines of a ledger kept before zhibu become filed records (补录): counts and words as they stand there, no roll."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import models, transaction
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, Deed, record_all
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions.convening import default_audience
from zhibu.apps.meetings.actions.indexing import index_records
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Filing, LedgerLine, LedgerName, Meeting
from zhibu.apps.meetings.queries import count_in_ledger
from zhibu.apps.meetings.records import record_in_ledger
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.hours import spans_in
from zhibu.domain.terms import HELD_BY, MeetingKind, MeetingStage

#: As many rows in one statement as every database takes.
_BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line. ``hours`` as in ``LedgerLine``; ``reason`` is why it is entered afterwards.

    ``chaired_by``, ``taught_by``, ``recorded_by`` and ``named`` are who is meant, as far as that is plain.
    """

    organization: Organization
    kind: MeetingKind
    title: str
    held_on: dt.date
    hours: str
    place: str
    chair: str
    lecturer: str
    recorder: str
    expected: int
    present: int
    absent: str
    observers: str
    resolutions: str
    reason: str
    chaired_by: Person | None = None
    taught_by: Person | None = None
    recorded_by: Person | None = None
    named: tuple[tuple[Person, LedgerName.Named], ...] = ()

    @property
    def began_at(self) -> dt.datetime:
        """When it began, as far as the ledger tells: the first moment of its day where it tells no hour."""
        spans = spans_in(self.hours)
        return make_aware(dt.datetime.combine(self.held_on, spans[0].starts if spans else dt.time()))


def entry_of(line: LedgerLine) -> LedgerEntry:
    """A line that was filed, as it came in; whom its names mean is left out."""
    meeting = line.meeting
    assert meeting.held_on is not None
    return LedgerEntry(
        organization=meeting.organization,
        kind=meeting.word,
        title=meeting.title,
        held_on=meeting.held_on,
        hours=line.hours,
        place=line.place,
        chair=line.chair,
        lecturer=line.lecturer,
        recorder=line.recorder,
        expected=line.expected,
        present=line.present,
        absent=line.absent,
        observers=line.observers,
        resolutions=line.resolutions,
        reason=meeting.late_reason,
    )


@transaction.atomic
def enter_from_ledger(entries: Sequence[LedgerEntry], *, actor: Actor, at: dt.datetime) -> list[models.Model]:
    """File the lines, each as a record of its own that is sealed as every other; returns the rows made.

    When it was held is what the ledger says; when it was recorded is the clock's reading. Refused for a day to come
    and for a kind that the organization does not hold. Thousands come in at once, in a few statements: those who keep
    sums of filed meetings make them anew after the import (``workbook_imported``), not after every line.
    """
    _refuse_impossible(entries, at)
    meetings = [_meeting(entry, at) for entry in entries]
    lines = [_line(entry, meeting) for entry, meeting in zip(entries, meetings, strict=True)]
    Meeting.objects.bulk_create(meetings, batch_size=_BATCH)
    LedgerLine.objects.bulk_create(lines, batch_size=_BATCH)
    names = [
        LedgerName(line=line, person=person, named=named)
        for entry, line in zip(entries, lines, strict=True)
        for person, named in dict.fromkeys(entry.named)
    ]
    LedgerName.objects.bulk_create(names, batch_size=_BATCH)
    documents = [record_in_ledger(meeting, line) for meeting, line in zip(meetings, lines, strict=True)]
    events = record_all(
        "meeting_taken_over",
        [
            Deed(meeting.pk, entry.began_at, document)
            for entry, meeting, document in zip(entries, meetings, documents, strict=True)
        ],
        actor=actor,
        at=at,
    )
    filings = [_filing(line, event, at) for line, event in zip(lines, events, strict=True)]
    Filing.objects.bulk_create(filings, batch_size=_BATCH)
    index_records(filings, documents)
    return [*meetings, *lines, *names, *filings]


def _refuse_impossible(entries: Iterable[LedgerEntry], at: dt.datetime) -> None:
    for entry in entries:
        if entry.held_on > localdate(at) or entry.began_at > at:
            raise MeetingRefusal(
                _("“%(title)s” is still to come. A ledger tells of meetings that took place.")
                % {"title": entry.title}
            )
        if entry.organization.word not in HELD_BY[entry.kind]:
            raise MeetingRefusal(
                _("%(organization)s does not hold a %(kind)s. Choose another kind.")
                % {"organization": entry.organization.name, "kind": entry.kind.zh}
            )


def _meeting(entry: LedgerEntry, at: dt.datetime) -> Meeting:
    return Meeting(
        organization=entry.organization,
        kind=entry.kind.value,
        title=entry.title,
        stage=MeetingStage.FILED.value,
        audience=default_audience(entry.kind).value,
        chair=entry.chaired_by,
        lecturer=entry.taught_by,
        recorder=entry.recorded_by,
        held_on=entry.held_on,
        filed_at=at,
        late_reason=entry.reason,
        made_at=at,
    )


def _line(entry: LedgerEntry, meeting: Meeting) -> LedgerLine:
    return LedgerLine(
        meeting=meeting,
        hours=entry.hours,
        place=entry.place,
        chair=entry.chair,
        lecturer=entry.lecturer,
        recorder=entry.recorder,
        expected=entry.expected,
        present=entry.present,
        absent=entry.absent,
        observers=entry.observers,
        resolutions=entry.resolutions,
    )


def _filing(line: LedgerLine, event: Event, at: dt.datetime) -> Filing:
    assert event.document_sha256 is not None
    count = count_in_ledger(line)
    return Filing(
        meeting=line.meeting,
        event=event,
        document_id=event.document_sha256,
        filed_at=at,
        voters=count.voters,
        voters_present=count.voters_present,
    )


@transaction.atomic
def record_taken_back(meetings: Sequence[UUID], *, source: str, actor: Actor, at: dt.datetime) -> None:
    """Records from a ledger were taken out again with the import that brought them (``source``: its file's digest).

    What was filed stays in the archive as a text, and that it was taken back stands beside it.
    """
    deeds = [Deed(meeting, at, {"meeting": str(meeting), "file_sha256": source}) for meeting in meetings]
    record_all("record_taken_back", deeds, actor=actor, at=at)
