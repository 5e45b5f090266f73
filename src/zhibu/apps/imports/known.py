"""What is recorded already, as an import needs to see it: everything of a kind in one query, when first asked for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TypeAlias, TypeVar
from uuid import UUID

from django.db.models import Max, Min
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime

from zhibu.apps.honors.models import Honor
from zhibu.apps.imports.models import Import
from zhibu.apps.meetings.actions.ledger import LedgerEntry, entry_of
from zhibu.apps.meetings.models import LedgerLine, Meeting
from zhibu.apps.organizations.models import FormerName, Organization, Placement
from zhibu.apps.people.models import Appointment, Employment, Membership, Person, Term
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.apps.windows.models import Seat, Section, Site, WindowPost
from zhibu.domain.hours import beginning
from zhibu.domain.terms import MeetingKind, MeetingStage

#: When a meeting began; a word (下午) or "" where a ledger tells no hour, ``None`` where no session is set.
Start: TypeAlias = "dt.time | str | None"
#: By what a line of a ledger is known again.
LineKey: TypeAlias = "tuple[UUID, MeetingKind | None, dt.date | None, Start]"

D = TypeVar("D", Employment, Membership, Seat)


class Known:
    """The records at the moment of an import. Dated rows stand in the order of time."""

    # --- The tree ---

    @cached_property
    def organizations(self) -> dict[str, Organization]:
        return {row.code: row for row in Organization.objects.all()}

    @cached_property
    def placements(self) -> dict[UUID, list[Placement]]:
        found: defaultdict[UUID, list[Placement]] = defaultdict(list)
        for row in Placement.objects.order_by("since"):
            found[row.organization_id].append(row)
        return found

    @cached_property
    def codes(self) -> dict[UUID, str]:
        return {row.pk: code for code, row in self.organizations.items()}

    @cached_property
    def former_names(self) -> dict[UUID, list[FormerName]]:
        found: defaultdict[UUID, list[FormerName]] = defaultdict(list)
        for row in FormerName.objects.order_by("until"):
            found[row.organization_id].append(row)
        return found

    def superior_of(self, code: str) -> str | None:
        """The code of the one it stands under; ``None`` for the root and for what is not there."""
        organization = self.organizations.get(code)
        places = self.placements[organization.pk] if organization else []
        parent = places[-1].parent_id if places else None
        return self.codes[parent] if parent else None

    # --- People ---

    @cached_property
    def people(self) -> dict[str, Person]:
        return {row.staff_number: row for row in Person.objects.all()}

    @cached_property
    def numbers(self) -> dict[UUID, str]:
        return {row.pk: number for number, row in self.people.items()}

    @cached_property
    def names(self) -> dict[UUID, str]:
        return {row.pk: row.name for row in self.people.values()}

    @cached_property
    def employments(self) -> dict[UUID, list[Employment]]:
        return _by_person(Employment.objects.order_by("since"))

    @cached_property
    def memberships(self) -> dict[UUID, list[Membership]]:
        return _by_person(Membership.objects.order_by("since"))

    @cached_property
    def seats(self) -> dict[UUID, list[Seat]]:
        return _by_person(Seat.objects.order_by("since"))

    @cached_property
    def appointments(self) -> dict[UUID, list[Appointment]]:
        """By organization."""
        found: defaultdict[UUID, list[Appointment]] = defaultdict(list)
        for row in Appointment.objects.order_by("since"):
            found[row.organization_id].append(row)
        return found

    @cached_property
    def posts_of(self) -> dict[UUID, list[Appointment]]:
        """The same rows, by person."""
        found: defaultdict[UUID, list[Appointment]] = defaultdict(list)
        for rows in self.appointments.values():
            for row in rows:
                found[row.person_id].append(row)
        return found

    @cached_property
    def terms(self) -> dict[UUID, Term]:
        """The running ones, by organization."""
        return {row.organization_id: row for row in Term.objects.filter(until__isnull=True)}

    # --- Windows, rosters, honors ---

    @cached_property
    def window_posts(self) -> dict[str, WindowPost]:
        return {row.code: row for row in WindowPost.objects.all()}

    @cached_property
    def sites(self) -> dict[str, Site]:
        return {row.name: row for row in Site.objects.all()}

    @cached_property
    def sections(self) -> dict[str, Section]:
        return {row.name: row for row in Section.objects.all()}

    @cached_property
    def shifts(self) -> dict[str, Shift]:
        return {row.code: row for row in Shift.objects.all()}

    @cached_property
    def honors(self) -> set[tuple[UUID, str, int]]:
        return set(Honor.objects.values_list("person_id", "title", "year").order_by())

    def roster(self, days: Iterable[dt.date]) -> dict[tuple[UUID, dt.date], tuple[int, UUID]]:
        """Of everybody on these days: which row, and which shift it gives."""
        rows = RosterDay.objects.filter(day__in=list(days)).order_by()
        return {
            (person, day): (key, shift)
            for key, person, day, shift in rows.values_list("pk", "person_id", "day", "shift_id")
        }

    # --- Meetings ---

    def ledger(self, days: Collection[dt.date]) -> dict[LineKey, LedgerEntry]:
        """The lines of a ledger filed before, of the time in which these days lie."""
        lines = LedgerLine.objects.filter(**_within("meeting__held_on", days)).select_related("meeting__organization")
        found = [entry_of(line) for line in lines.order_by()]
        return {(entry.organization.pk, entry.kind, entry.held_on, beginning(entry.hours)): entry for entry in found}

    def held(self, days: Collection[dt.date]) -> dict[tuple[UUID, MeetingKind | None, dt.date | None], list[Start]]:
        """The meetings that zhibu itself knows of, with the local hour at which each began, where it has one.

        One held in turns is known by the day and hour of each, one held together by each that held it: a ledger
        tells it so.
        """
        # The day of a meeting is that of its last session.
        meetings = (
            Meeting.objects.filter(ledger_line__isnull=True, held_on__gte=min(days, default=dt.date.max))
            .exclude(stage__in=[MeetingStage.NOT_HELD.value, MeetingStage.POSTPONED.value])
            .order_by()
        )
        joint: defaultdict[UUID, list[UUID]] = defaultdict(list)
        together = Meeting.joint_with.through.objects.filter(meeting__in=meetings.values("pk"))
        for meeting, organization in together.values_list("meeting", "organization"):
            joint[meeting].append(organization)
        sessions = meetings.annotate(starts=Coalesce("sessions__starts_at", "host__sessions__starts_at"))
        found: defaultdict[tuple[UUID, MeetingKind | None, dt.date | None], list[Start]] = defaultdict(list)
        for meeting, holder, kind, last, starts in sessions.values_list(
            "pk", "organization_id", "kind", "held_on", "starts"
        ):
            begins = localtime(starts) if starts else None
            on = begins.date() if begins else last
            hour = begins.time().replace(second=0, microsecond=0) if begins else None
            for organization in (holder, *joint[meeting]):
                found[organization, MeetingKind(kind), on].append(hour)
        return found

    # --- Imports before this one ---

    @cached_property
    def _imports(self) -> dict[str, dt.date | None]:
        return Import.objects.standing().aggregate(first=Min("as_of"), last=Max("as_of"))

    @property
    def first_import(self) -> dt.date | None:
        """The day of the first workbook; what is dated before it is as far as known."""
        return self._imports["first"]

    @property
    def last_import(self) -> dt.date | None:
        """The latest day that a workbook spoke of."""
        return self._imports["last"]


def _within(field: str, days: Collection[dt.date]) -> dict[str, dt.date]:
    """The condition on a day; without any, none is met."""
    return {f"{field}__gte": min(days, default=dt.date.max), f"{field}__lte": max(days, default=dt.date.min)}


def _by_person(rows: Iterable[D]) -> dict[UUID, list[D]]:
    found: defaultdict[UUID, list[D]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(row)
    return found
