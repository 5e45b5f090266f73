"""The books of a year: what the ledger (台账) and the year-book (工作手册) of an organization are made of.

What is filed stands in them as it was filed; beside it what was postponed or not held, with its reason. A branch
keeps the meetings of its groups with its own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace

from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce, ExtractYear

from zhibu.apps.meetings.models import Filing, Meeting
from zhibu.apps.meetings.papers import sheet_now
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.organizations.queries import House, house_on
from zhibu.apps.people.models import Appointment, Membership
from zhibu.documents.ledger import Ledger, NotHeld
from zhibu.documents.yearbook import Member, Officer, Yearbook
from zhibu.domain.minutes import RegisterSheet
from zhibu.domain.terms import MeetingStage, OrganizationKind, PostKind

#: Honest outcomes, told with their reasons.
NOT_HELD = (MeetingStage.POSTPONED, MeetingStage.NOT_HELD)

#: The year of a meeting: of the day that was set for it, else of the day on which it was entered.
YEAR = Coalesce(ExtractYear("held_on"), ExtractYear("made_at"))


@dataclass(frozen=True, slots=True)
class Year:
    """How many meetings of a year are in the books: filed, not held or postponed; and how many are under way."""

    year: int
    filed: int
    not_held: int
    under_way: int


def keeps_yearbook(organization: Organization) -> bool:
    """The year-book is a branch's; every organization has a ledger."""
    return organization.word is OrganizationKind.BRANCH


def kept_by(organization: Organization) -> QuerySet[Meeting]:
    """The meetings whose records stand in the books of the organization; those held together stand in several."""
    joint = Q(pk__in=Meeting.joint_with.through.objects.filter(organization=organization).values("meeting"))
    if organization.word is OrganizationKind.BRANCH:
        return Meeting.objects.filter(in_subtree(organization.path, "organization__") | joint)
    return Meeting.objects.filter(Q(organization=organization) | joint)


def years_of(organization: Organization) -> list[Year]:
    """The years in which anything was called, the latest first. Drafts are nobody's yet."""
    rows = kept_by(organization).exclude(stage=MeetingStage.DRAFT).annotate(year=YEAR).values_list("year", "stage")
    found: dict[int, Counter[MeetingStage]] = {}
    for year, stage in rows.order_by():
        found.setdefault(year, Counter())[MeetingStage(stage)] += 1
    return [
        Year(
            year,
            filed=stages[MeetingStage.FILED],
            not_held=sum(stages[stage] for stage in NOT_HELD),
            under_way=stages.total() - stages[MeetingStage.FILED] - sum(stages[stage] for stage in NOT_HELD),
        )
        for year, stages in sorted(found.items(), reverse=True)
    ]


def ledger_of(organization: Organization, year: int, *, on: dt.date, reasons: bool) -> Ledger:
    """The ledger of a year as it stands on a day. ``reasons``: whether the words of absence are for the reader."""
    return _ledger(organization, year, house_on(_reference(year, on)), on=on, reasons=reasons)


def yearbook_of(organization: Organization, year: int, *, on: dt.date, reasons: bool) -> Yearbook:
    """The year-book of a branch: its people are those of the last day of the year, or of ``on`` before it is over."""
    day = _reference(year, on)
    house = house_on(day)
    ledger = _ledger(organization, year, house, on=on, reasons=reasons)
    return Yearbook(
        organization=ledger.organization,
        code=ledger.code,
        year=year,
        superior=_superior(house, organization),
        officers=_officers(organization, year),
        members=_members(organization, day),
        records=ledger.records,
        not_held=ledger.not_held,
        as_of=day,
    )


def _reference(year: int, on: dt.date) -> dt.date:
    return min(on, dt.date(year, 12, 31))


def _ledger(organization: Organization, year: int, house: House, *, on: dt.date, reasons: bool) -> Ledger:
    kept = kept_by(organization).annotate(year=YEAR).filter(year=year).select_related("organization")
    filings = (
        Filing.objects.filter(meeting__in=kept.filter(stage=MeetingStage.FILED).values("pk"))
        .select_related("document", "meeting__organization")
        .prefetch_related("corrections")
    )
    return Ledger(
        organization=house.names.get(organization.pk, organization.name),
        code=organization.code,
        year=year,
        records=tuple(_record(filed, organization, on=on, reasons=reasons) for filed in filings),
        not_held=tuple(_not_held(meeting, organization) for meeting in kept.filter(stage__in=NOT_HELD)),
    )


def _record(filed: Filing, book: Organization, *, on: dt.date, reasons: bool) -> RegisterSheet:
    """What a meeting of others says of their people stays there: no reasons in the books of who joined them."""
    holder = filed.meeting.organization
    is_ours = holder.path.startswith(book.path)
    sheet = sheet_now(filed.meeting, filed, on=on, reasons=reasons and is_ours)
    return replace(sheet, code=holder.code) if is_ours and holder.pk != book.pk else sheet


def _not_held(meeting: Meeting, book: Organization) -> NotHeld:
    return NotHeld(
        kind=meeting.word,
        planned_on=meeting.held_on,
        title=meeting.title,
        outcome=meeting.at_stage.zh,
        reason=meeting.reason,
        group="" if meeting.organization_id == book.pk else meeting.organization.name,  # or who held it with ours
    )


def _superior(house: House, organization: Organization) -> str:
    """Under whom it stood on the day of ``house``; before its first known place, there."""
    places = house.places(organization.pk)
    above = next((place.parent for place in reversed(places) if place.since <= house.day), places[0].parent)
    return house.names[above] if above is not None else ""


def _officers(organization: Organization, year: int) -> tuple[Officer, ...]:
    """Who held a post at any time of the year, in the order of posts."""
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    held = Appointment.objects.filter(Q(until__isnull=True) | Q(until__gt=first), organization=organization)
    order = list(PostKind)
    rows = sorted(
        held.filter(since__lt=after).select_related("person"), key=lambda row: (order.index(row.word), row.since)
    )
    return tuple(Officer(row.word, row.person.name, row.since, row.until) for row in rows)


def _members(organization: Organization, day: dt.date) -> tuple[Member, ...]:
    """By group and staff number. Whoever joined elsewhere joined on the first day on record."""
    rows = (
        Membership.objects.filter(holds_on(day), organization=organization)
        .annotate(joined=Min("person__memberships__since"))
        .select_related("person", "group")
        .order_by(F("group__path").asc(nulls_first=True), "person__staff_number")
    )
    return tuple(Member(row.person.name, row.word, row.group.name if row.group else "", row.joined) for row in rows)
