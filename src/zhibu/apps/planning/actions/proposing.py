"""A plan is asked for: of all that is owed in the month, or once more with other wishes; and given up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.convening import MAY_BE_REPEATED
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.oversight.models import Cell
from zhibu.apps.oversight.queries import calendar_kept
from zhibu.apps.people.models import Account
from zhibu.apps.planning.errors import NotNow, PlanningRefusal
from zhibu.apps.planning.models import Plan, PlanItem, PlanSession, Room
from zhibu.domain.periods import add_months, month_end
from zhibu.domain.planning import LASTS, TURNS, USUALLY, PlanState
from zhibu.domain.terms import HELD_BY, MeetingKind, MeetingStage, OrganizationKind
from zhibu.domain.tree import STEP

#: At most so many meetings of one requirement are planned at once.
MOST = 4

#: What need not be done for so many months more is not spoken of.
FAR = 3

#: A meeting lasts from a quarter of an hour to a working day.
SHORTEST, LONGEST = 15, 8 * 60
MOST_TURNS = 12

#: States of a plan that is neither accepted nor given up.
OPEN = (PlanState.WAITING, PlanState.RUNNING, PlanState.PROPOSED, PlanState.FAILED)


@dataclass(frozen=True, slots=True)
class Wish:
    """Of an item: whether it is planned, on which days it may be, how long it lasts and in how many turns at most."""

    is_wanted: bool
    first: dt.date
    last: dt.date
    minutes: int
    turns: int


@dataclass(frozen=True, slots=True)
class Pinned:
    """A session that takes place so, whatever else does."""

    item: UUID
    starts_at: dt.datetime
    room: Room | None = None


@dataclass(frozen=True, slots=True)
class Owing:
    """``short``: so many meetings of this kind an organization still owes between two days."""

    organization: Organization
    requirement: str
    kind: MeetingKind
    first: dt.date
    last: dt.date
    short: int


def owed_in(organization: Organization, month: dt.date, after: dt.date, *, is_whole: bool) -> list[Owing]:
    """What is owed in the month by meetings and not yet done, in tree order; ``is_whole``: by all below as well.

    Without that: by the organization and its groups. What posts and people owe is no meeting to be planned here.
    """
    last = month_end(month)
    since = max(month, after + dt.timedelta(days=1))
    within = in_subtree(organization.path, "organization__")
    cells = (
        Cell.objects.filter(within, post="", why_not="", completed_on__isnull=True, explained_on__isnull=True)
        .filter(first__lte=last, last__range=(since, add_months(last, FAR)), organization__dissolved__isnull=True)
        .select_related("organization")
        .prefetch_related("evidence")
        .order_by("organization__path", "requirement", "first")
    )
    rules = calendar_kept(after)
    found = []
    for cell in cells:
        if not is_whole and not _is_near(cell.organization, organization):
            continue
        rule = rules.rule_of(cell.rule, cell.first, cell.last)
        kind = min(rule.meetings, key=lambda kind: kind.value, default=None)
        if cell.requirement == "term_election":
            kind = MeetingKind.GENERAL_MEETING
        if kind is None or cell.organization.word not in HELD_BY[kind]:
            continue
        done = sum(one.had_quorum for one in cell.evidence.all())
        found.append(
            Owing(cell.organization, cell.requirement, kind, cell.first, cell.last, min(MOST, cell.needed - done))
        )
    return [one for one in found if one.short > 0]


def _is_near(organization: Organization, top: Organization) -> bool:
    is_its_group = organization.kind == OrganizationKind.GROUP and organization.path[:-STEP] == top.path
    return organization.pk == top.pk or is_its_group


@transaction.atomic
def ask(
    organization: Organization,
    month: dt.date,
    *,
    is_whole: bool,
    by: Account | None,
    actor: Actor,
    at: dt.datetime,
    today: dt.date,
) -> Plan:
    """Have the worker plan what is owed in the month. What waits or was proposed before is given up.

    Meetings that are on their way are not planned a second time: a draft without a time gets one, an announced one
    stands. What may still be held after the month is left for later, unless nothing else is left to plan.
    """
    month = month.replace(day=1)
    last = month_end(month)
    if last <= today:
        raise PlanningRefusal(_("%(month)s is over. Plan a month to come.") % {"month": f"{month:%Y-%m}"})
    owing = owed_in(organization, month, today, is_whole=is_whole)
    begun = _begun({one.organization.pk for one in owing}, month)
    first = max(month, today + dt.timedelta(days=1))
    items = []
    for one in owing:
        on_way = begun[one.organization.pk, one.kind]
        for _number in range(one.short):
            meeting = on_way.pop(0) if on_way else None
            if meeting is not None and meeting.stage == MeetingStage.ANNOUNCED:
                continue
            items.append(
                PlanItem(
                    organization=one.organization,
                    kind=one.kind.value,
                    requirement=one.requirement,
                    meeting=meeting,
                    first=max(one.first, first),
                    last=min(one.last, last),
                    minutes=LASTS.get(one.kind, USUALLY),
                    turns=TURNS if one.kind in MAY_BE_REPEATED else 1,
                    is_wanted=one.last <= last,
                )
            )
    if not items:
        raise PlanningRefusal(_("Nothing that is owed in %(month)s is left to plan.") % {"month": f"{month:%Y-%m}"})
    if not any(item.is_wanted for item in items):
        for item in items:
            item.is_wanted = True
    _give_up_open(organization, month)
    plan = Plan.objects.create(organization=organization, is_whole=is_whole, month=month, asked_by=by, asked_at=at)
    for item in items:
        item.plan = plan
    PlanItem.objects.bulk_create(items)
    _on_record(plan, actor=actor, at=at)
    return plan


def _begun(organizations: Collection[UUID], month: dt.date) -> dict[tuple[UUID, MeetingKind], list[Meeting]]:
    """Meetings on their way: announced in the month, or drafted without a time. A draft with a time is one's own."""
    stages = [MeetingStage.DRAFT.value, MeetingStage.ANNOUNCED.value, MeetingStage.POSTPONED.value]
    rows = Meeting.objects.filter(organization__in=organizations, stage__in=stages, host__isnull=True)
    found: dict[tuple[UUID, MeetingKind], list[Meeting]] = defaultdict(list)
    for meeting in rows.order_by("made_at"):
        is_announced = meeting.stage == MeetingStage.ANNOUNCED
        if meeting.held_on is None or (is_announced and meeting.held_on >= month):
            found[meeting.organization_id, meeting.word].append(meeting)
    for theirs in found.values():
        theirs.sort(key=lambda meeting: meeting.stage != MeetingStage.ANNOUNCED)
    return found


def _give_up_open(organization: Organization, month: dt.date) -> None:
    Plan.objects.filter(
        organization=organization,
        month=month,
        state__in=[state.value for state in OPEN],
    ).update(state=PlanState.DROPPED.value)


def _on_record(plan: Plan, *, actor: Actor, at: dt.datetime) -> None:
    record(
        "plan_asked",
        plan.pk,
        actor=actor,
        at=at,
        document={"organization": str(plan.organization_id), "month": f"{plan.month:%Y-%m}", "whole": plan.is_whole},
    )


@transaction.atomic
def ask_again(
    plan: Plan,
    *,
    by: Account | None,
    actor: Actor,
    at: dt.datetime,
    wishes: Mapping[UUID, Wish] = {},
    pins: Collection[Pinned] | None = None,
) -> Plan:
    """The same meetings once more, with other ``wishes`` by item. ``pins``: instead of those that hold now.

    Of an accepted plan: as little as possible is moved, and what has begun stands. Refused while the worker is at it.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state in {PlanState.WAITING, PlanState.RUNNING}:
        raise NotNow(_("The plan is being made. Wait until it is there, or give it up."))
    items = list(plan.items.prefetch_related("sessions"))
    _refuse_odd(wishes.values())
    keeps = plan if plan.state == PlanState.ACCEPTED else plan.keeps
    _give_up_open(plan.organization, plan.month)
    again = Plan.objects.create(
        organization=plan.organization,
        is_whole=plan.is_whole,
        month=plan.month,
        keeps=keeps,
        asked_by=by,
        asked_at=at,
    )
    if pins is None:
        pins = [
            Pinned(item.pk, one.starts_at, one.room)
            for item in items
            for one in item.sessions.all()
            if one.is_pinned and plan.state != PlanState.ACCEPTED
        ]
    by_item: dict[UUID, list[Pinned]] = defaultdict(list)
    for pin in pins:
        by_item[pin.item].append(pin)
    for item in items:
        if plan.state == PlanState.ACCEPTED and any(one.starts_at <= at for one in item.sessions.all()):
            continue
        before = item.pk if plan.state == PlanState.ACCEPTED else item.before_id
        _copy(item, again, wishes.get(item.pk), by_item[item.pk], before)
    _on_record(again, actor=actor, at=at)
    return again


def _refuse_odd(wishes: Iterable[Wish]) -> None:
    for wish in wishes:
        if wish.last < wish.first:
            raise PlanningRefusal(_("The last day is before the first. Correct one of them."))
        if not SHORTEST <= wish.minutes <= LONGEST:
            raise PlanningRefusal(
                _("A meeting lasts from %(least)s to %(most)s minutes.") % {"least": SHORTEST, "most": LONGEST}
            )
        if not 1 <= wish.turns <= MOST_TURNS:
            raise PlanningRefusal(_("It is held in 1 to %(most)s turns.") % {"most": MOST_TURNS})


def _copy(item: PlanItem, plan: Plan, wish: Wish | None, pins: Iterable[Pinned], before: UUID | None) -> None:
    copied = PlanItem(
        plan=plan,
        before_id=before,
        organization_id=item.organization_id,
        kind=item.kind,
        requirement=item.requirement,
        meeting_id=item.meeting_id,
        is_wanted=item.is_wanted,
        first=item.first,
        last=item.last,
        minutes=item.minutes,
        turns=item.turns,
    )
    if wish is not None:
        copied.is_wanted, copied.first, copied.last, copied.minutes = (
            wish.is_wanted,
            max(wish.first, plan.month),
            min(wish.last, month_end(plan.month)),
            wish.minutes,
        )
        copied.turns = wish.turns if item.word in MAY_BE_REPEATED else 1
        if copied.last < copied.first:
            raise PlanningRefusal(_("These days lie outside the month of the plan."))
    copied.save()
    for pin in pins:
        PlanSession.objects.create(
            item=copied,
            starts_at=pin.starts_at,
            ends_at=pin.starts_at + dt.timedelta(minutes=copied.minutes),
            room=pin.room,
            place=pin.room.name if pin.room else "",
            is_pinned=True,
        )


@transaction.atomic
def pin(session: PlanSession, *, is_pinned: bool, actor: Actor, at: dt.datetime) -> None:
    """The session stays where it is when it is planned again; or need not any more."""
    plan = Plan.objects.select_for_update().get(pk=session.item.plan_id)
    if plan.state != PlanState.PROPOSED:
        raise NotNow(_("Only sessions of a proposal are held on to."))
    session.is_pinned = is_pinned
    session.save(update_fields=["is_pinned"])
    record(
        "plan_session_pinned", plan.pk, actor=actor, at=at, document={"session": str(session.pk), "pinned": is_pinned}
    )


@transaction.atomic
def give_up(plan: Plan, *, actor: Actor, at: dt.datetime) -> None:
    """A plan that waits, is being made or was proposed is dropped; one that was accepted stands."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state in {PlanState.ACCEPTED, PlanState.DROPPED}:
        raise NotNow(_("This plan is settled already."))
    plan.state = PlanState.DROPPED.value
    plan.save(update_fields=["state"])
    record("plan_given_up", plan.pk, actor=actor, at=at)
