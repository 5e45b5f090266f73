"""Whoever calls the meetings of an organization is reminded once of what is about to be missed; nobody above is told.

Not where something is on its way already, nor where a reason was given. What has been done settles the reminder.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter as Count
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count as CountOf
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.meetings.models import Meeting
from zhibu.apps.notices.actions.telling import Message, overtake, tell
from zhibu.apps.notices.queries import open_abouts
from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.oversight.queries import calendar_kept
from zhibu.apps.people.models import Appointment
from zhibu.domain.requirements import Obligation, Period
from zhibu.domain.terms import MeetingStage, Occasion, OrganizationKind, PostKind

#: How many days before the last day of its period something is called to mind: the longer the period, the earlier.
LEAD: Mapping[Period, int] = {
    Period.MONTH: 7,
    Period.QUARTER: 14,
    Period.HALF_YEAR: 21,
    Period.YEAR: 30,
    Period.TERM: 60,
}

#: A meeting at one of these stages is on its way to a record.
ON_THE_WAY = (
    MeetingStage.ANNOUNCED,
    MeetingStage.OPEN,
    MeetingStage.CLOSED,
    MeetingStage.DRAFTED,
    MeetingStage.APPROVED,
)


def about(cell: Cell) -> str:
    """By what a cell is found even after it was made anew."""
    return f"cell:{cell.organization_id}/{cell.rule}/{cell.first.isoformat()}/{cell.post}"


@transaction.atomic
def remind(*, at: dt.datetime, on: dt.date) -> int:
    """Of all that is about to be missed, each once. Returns how many were told now; a second call tells nobody."""
    settle()
    calendar = calendar_kept(on)
    ending = Cell.objects.filter(
        why_not="",
        completed_on__isnull=True,
        explained_on__isnull=True,
        first__lte=on,
        last__gte=on,
        last__lte=on + dt.timedelta(days=max(LEAD.values())),
    )
    rows = ending.annotate(had=CountOf("evidence", filter=Q(evidence__had_quorum=True))).select_related(
        "organization"
    )
    judged = [(cell, calendar.rule_of(cell.rule, cell.first, cell.last)) for cell in rows.order_by("last", "pk")]
    soon = [(cell, rule) for cell, rule in judged if cell.last - on <= dt.timedelta(days=LEAD[rule.period])]
    if not soon:
        return 0
    known = open_abouts(Occasion.OWED)
    soon = [(cell, rule) for cell, rule in soon if about(cell) not in known]
    organizations = {cell.organization_id for cell, _rule in soon}
    on_the_way, reasons = _on_the_way(organizations, on), _reasons(organizations)
    callers = _callers(organizations, on)
    told = 0
    for cell, rule in soon:
        missing = cell.needed - vars(cell)["had"]
        if _key(cell) in reasons or _coming(cell, rule, on_the_way) >= missing:
            continue
        told += tell(_who(cell, callers), _message(cell, rule), key=f"owed:{about(cell)}", at=at)
    return told


def settle() -> None:
    """The reminders whose cells ask for nothing any more."""
    reminded = open_abouts(Occasion.OWED)
    if not reminded:
        return
    of = {UUID(one.removeprefix("cell:").partition("/")[0]) for one in reminded}
    still = Cell.objects.filter(organization__in=of, why_not="", completed_on__isnull=True, explained_on__isnull=True)
    overtake(*(reminded - {about(cell) for cell in still}))


# --- Who, and what is on its way -----------------------------------------------------------------------------------


def _on_the_way(organizations: Collection[UUID], on: dt.date) -> Mapping[UUID, Sequence[tuple[str, dt.date]]]:
    """The kind and the day of the meetings that are announced or held and not yet on file."""
    year_ago = on - dt.timedelta(days=366)
    rows = Meeting.objects.filter(
        Q(organization__in=organizations) | Q(joint_with__in=organizations),
        stage__in=[stage.value for stage in ON_THE_WAY],
        held_on__gte=year_ago,
    ).prefetch_related("joint_with")
    found: dict[UUID, list[tuple[str, dt.date]]] = {}
    for meeting in rows.distinct():
        assert meeting.held_on is not None
        for holder in {meeting.organization_id, *(one.pk for one in meeting.joint_with.all())}:
            found.setdefault(holder, []).append((meeting.kind, meeting.held_on))
    return found


def _coming(cell: Cell, rule: Obligation, on_the_way: Mapping[UUID, Iterable[tuple[str, dt.date]]]) -> int:
    kinds = Count(kind for kind, day in on_the_way.get(cell.organization_id, ()) if cell.first <= day <= cell.last)
    return sum(kinds[kind.value] for kind in rule.meetings)


def _reasons(organizations: Collection[UUID]) -> set[tuple[UUID, str, str, dt.date]]:
    """For which cells a reason was given, whatever was answered: whoever gave it knows of them."""
    rows = Waiver.objects.filter(organization__in=organizations)
    return set(rows.values_list("organization_id", "requirement", "post", "first"))


def _key(cell: Cell) -> tuple[UUID, str, str, dt.date]:
    return cell.organization_id, cell.requirement, cell.post, cell.first


_Callers = Mapping[tuple[UUID, str], set[UUID]]


def _callers(organizations: Collection[UUID], on: dt.date) -> _Callers:
    found: dict[tuple[UUID, str], set[UUID]] = {}
    rows = Appointment.objects.on(on).filter(organization__in=organizations)
    for organization, post, person in rows.values_list("organization_id", "post", "person_id"):
        found.setdefault((organization, post), set()).add(person)
    return found


def _who(cell: Cell, callers: _Callers) -> set[UUID]:
    """The holder of the post that owes it; else the secretary, or the deputies; of a group its leader."""
    if cell.post:
        posts = [cell.post]
    elif cell.organization.kind == OrganizationKind.GROUP:
        posts = [PostKind.GROUP_LEADER.value]
    else:
        posts = [PostKind.SECRETARY.value, PostKind.DEPUTY_SECRETARY.value]
    return next((people for post in posts if (people := callers.get((cell.organization_id, post)))), set())


def _message(cell: Cell, rule: Obligation) -> Message:
    with override(settings.LANGUAGE_CODE):
        day = f"{cell.last.month}月{cell.last.day}日"
        title = _("Until %(day)s: %(what)s") % {"day": day, "what": rule.label}
    return Message(Occasion.OWED, about(cell), title, f"{cell.organization.name} · {rule.citation}", cell.last)
