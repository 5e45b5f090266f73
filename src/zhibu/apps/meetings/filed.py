"""Filed records as those who oversee read them: which there are, and how far what was asked about each has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.meetings.access import comments_seen_by, filings_overseen_by, meetings_run_by
from zhibu.apps.meetings.models import AgendaItem, Comment, Correction, Filing
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.organizations.queries import called
from zhibu.apps.people.access import Asker, organizations_overseen_by
from zhibu.domain.terms import MeetingKind


class Talk(Enum):
    """How far the talk about a record has come."""

    NONE = "none"
    REMARK = "remark"  # something was said, nothing asked
    OPEN = "open"  # a supplement is asked for and has not come yet
    ANSWERED = "answered"  # it has come; the committee reads it next
    SETTLED = "settled"


class Order(Enum):
    """In which order records stand. Never by a number of their organization."""

    NEWEST = "newest"
    OLDEST = "oldest"
    PLACE = "place"
    TITLE = "title"


_ORDERS = {
    Order.NEWEST: ("-meeting__held_on", "-meeting__made_at"),
    Order.OLDEST: ("meeting__held_on", "meeting__made_at"),
    Order.PLACE: ("meeting__organization__path", "-meeting__held_on", "-meeting__made_at"),
    Order.TITLE: ("meeting__title", "-meeting__held_on", "-meeting__made_at"),
}

#: Of organizations that are called so, the first so many are meant.
_MOST_CALLED = 50

#: A supplement that is asked for and not settled.
_REQUESTS = Q(due__isnull=False, closed_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. ``text`` in title or agenda; ``within``: the first day in and the first day out."""

    text: str = ""
    organization: str = ""  # a code, or part of a name; all below is meant as well
    kind: MeetingKind | None = None
    within: tuple[dt.date, dt.date] | None = None
    talk: Talk | None = None
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class Exchange:
    """A comment and the corrections that answer it."""

    comment: Comment
    answers: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a record. ``unasked``: corrections that nobody asked for."""

    exchanges: tuple[Exchange, ...]
    unasked: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class FiledRecord:
    """One record in the list. ``due``: the nearest day by which something still open is asked for."""

    filing: Filing
    talk: Talk
    due: dt.date | None


def filed_records(asker: Asker, wanted: Wanted) -> QuerySet[Filing]:
    """The records of all that the asker oversees, narrowed; what was said about each as in ``read``."""
    rows = _with_talk(filings_overseen_by(asker).select_related("meeting__organization"))
    if wanted.text:
        items = AgendaItem.objects.filter(meeting=OuterRef("meeting"), title__icontains=wanted.text)
        rows = rows.filter(Q(meeting__title__icontains=wanted.text) | Q(Exists(items)))
    if wanted.organization:
        tops, below = called(wanted.organization, organizations_overseen_by(asker)), Q(pk__in=[])
        for top in tops[:_MOST_CALLED]:
            below |= in_subtree(top.path, "meeting__organization__")
        rows = rows.filter(below)
    if wanted.kind is not None:
        rows = rows.filter(meeting__kind=wanted.kind.value)
    if wanted.within is not None:
        first, end = wanted.within
        rows = rows.filter(meeting__held_on__gte=first, meeting__held_on__lt=end)
    return rows.filter(_talked_as(wanted.talk)).order_by(*_ORDERS[wanted.order], "pk")


def _with_talk(rows: QuerySet[Filing]) -> QuerySet[Filing]:
    said = Comment.objects.filter(filing=OuterRef("pk"))
    waiting = said.filter(_REQUESTS, answers__isnull=True).order_by("due")
    answered = said.filter(_REQUESTS, answers__isnull=False).order_by("due")
    return rows.annotate(
        waits_until=waiting.values("due")[:1],
        answered_for=answered.values("due")[:1],
        has_request=Exists(said.filter(due__isnull=False)),
        has_remark=Exists(said),
    )


def _talked_as(talk: Talk | None) -> Q:
    """``OPEN`` asks for all that is not settled, answered or not; ``REMARK`` for all that anybody commented on."""
    match talk:
        case Talk.OPEN:
            return Q(waits_until__isnull=False) | Q(answered_for__isnull=False)
        case Talk.ANSWERED:
            return Q(answered_for__isnull=False)
        case Talk.REMARK:
            return Q(has_remark=True)
        case _:
            return Q()


def read(rows: Iterable[Filing]) -> list[FiledRecord]:
    """Rows of ``filed_records`` as finished facts."""
    return [_read(row, *_facts(row)) for row in rows]


def read_for_table(rows: QuerySet[Filing]) -> Iterator[FiledRecord]:
    """The same, one after the other and with what a table says of them only: of a large house they are 100,000."""
    said_of_meeting = ("kind", "title", "held_on", "late_reason", "organization__code", "organization__name")
    for row in rows.only("filed_at", *(f"meeting__{name}" for name in said_of_meeting)).iterator():
        yield _read(row, *_facts(row))


def _facts(row: Filing) -> tuple[dt.date | None, dt.date | None, bool, bool]:
    names = ("waits_until", "answered_for", "has_request", "has_remark")
    waits, answered, request, remark = (getattr(row, name) for name in names)
    return waits, answered, request, remark


def _read(
    row: Filing,
    waits: dt.date | None,
    answered: dt.date | None,
    request: bool,  # noqa: FBT001 - facts of one row, by position
    remark: bool,  # noqa: FBT001
) -> FiledRecord:
    if waits is not None:
        return FiledRecord(row, Talk.OPEN, waits)
    if answered is not None:
        return FiledRecord(row, Talk.ANSWERED, answered)
    if request:
        return FiledRecord(row, Talk.SETTLED, None)
    return FiledRecord(row, Talk.REMARK if remark else Talk.NONE, None)


def talk_about(filed: Filing) -> Beside:
    """All that stands beside one record, in two queries. Who may see comments asks ``access`` first."""
    corrections = list(filed.corrections.all())
    comments = list(filed.comments.select_related("by", "office"))
    for comment in comments:
        comment.filing = filed
    return Beside(
        exchanges=tuple(
            Exchange(comment, tuple(one for one in corrections if one.answers_id == comment.pk))
            for comment in comments
        ),
        unasked=tuple(one for one in corrections if one.answers_id is None),
    )


def organizations_with_records(asker: Asker) -> QuerySet[Organization]:
    """Those overseen that have filed something, in the order of the tree."""
    theirs = filings_overseen_by(asker).filter(meeting__organization=OuterRef("pk"))
    return Organization.objects.filter(Exists(theirs)).order_by("path")


def comments_about(filings: QuerySet[Filing], asker: Asker) -> QuerySet[Comment]:
    """What was said about these records and what came of it, the latest first."""
    seen = comments_seen_by(asker).filter(filing__in=filings.order_by().values("pk"))
    whole = seen.select_related("office", "by", "filing__meeting__organization").prefetch_related("answers")
    return whole.order_by("-made_at", "-pk")


def asked_of(asker: Asker) -> QuerySet[Comment]:
    """Supplements that the committee asks of those who run a meeting and that nobody has answered, by their day."""
    asked = Comment.objects.filter(_REQUESTS, answers__isnull=True, filing__meeting__in=meetings_run_by(asker))
    return asked.select_related("office", "filing__meeting__organization").order_by("due", "made_at")
