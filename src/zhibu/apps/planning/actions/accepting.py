"""A proposal is accepted: its sessions are announced, and everybody is called to the one that is meant for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions import convening, turns
from zhibu.apps.meetings.actions.convening import Hours, default_audience
from zhibu.apps.meetings.actions.turns import Retimed
from zhibu.apps.meetings.models import Session
from zhibu.apps.meetings.queries import last_held, last_time, people_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.planning.actions.proposing import OPEN
from zhibu.apps.planning.calling import chairs_of
from zhibu.apps.planning.errors import NotNow, PlanningRefusal
from zhibu.apps.planning.models import Plan, PlanItem, PlanSession
from zhibu.domain.planning import PlanState
from zhibu.domain.terms import MeetingStage, OrganizationKind
from zhibu.domain.tree import STEP


@transaction.atomic
def accept(plan: Plan, *, by: Account | None, actor: Actor, at: dt.datetime) -> int:
    """All of it in one deed; returns how many meetings were announced or changed.

    A committee's plan over all below it announces what the committee holds itself; every organization below gets
    its part as a proposal of its own, to accept or to change. Refused where a session has passed meanwhile.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != PlanState.PROPOSED:
        raise NotNow(
            _("Only a proposal can be accepted; this plan is: %(state)s.") % {"state": PlanState(plan.state).zh}
        )
    items = list(
        plan.items.filter(is_wanted=True)
        .select_related("organization", "meeting", "plan")
        .prefetch_related("sessions__seats", "sessions__room")
    )
    if any(session.starts_at <= at for item in items for session in item.sessions.all()):
        raise PlanningRefusal(_("A session of the plan has passed meanwhile. Plan again."))
    own = [item for item in items if not plan.is_whole or item.organization_id == plan.organization_id]
    for item in own:
        _announce(item, by=by, actor=actor, at=at)
    _hand_down(plan, [item for item in items if item not in own], at=at)
    plan.state, plan.ended_at = PlanState.ACCEPTED.value, at
    plan.save(update_fields=["state", "ended_at"])
    if plan.keeps_id is not None:
        Plan.objects.filter(pk=plan.keeps_id).update(state=PlanState.DROPPED.value)
    record(
        "plan_accepted",
        plan.pk,
        actor=actor,
        at=at,
        document={
            "sessions": sum(len(item.sessions.all()) for item in own),
            "organization": str(plan.organization_id),
        },
    )
    return sum(bool(item.sessions.all()) for item in own)


def _announce(item: PlanItem, *, by: Account | None, actor: Actor, at: dt.datetime) -> None:
    planned = list(item.sessions.all())
    if not planned:
        return
    if item.meeting is not None and item.meeting.stage == MeetingStage.ANNOUNCED:
        sessions = turns.set_anew(item.meeting.pk, _retimed(item, planned), actor=actor, at=at)
    else:
        sessions = _called(item, planned, by=by, actor=actor, at=at)
    for one, session in zip(planned, sessions, strict=True):
        one.session = session
    PlanSession.objects.bulk_update(planned, ["session"])


def _hours(one: PlanSession) -> Hours:
    return Hours(one.starts_at, one.ends_at, one.place)


def _people(one: PlanSession) -> set[UUID]:
    """Whom it is meant for. Who misses the meeting is meant for none of its sessions, and so hears of all."""
    return {seat.person_id for seat in one.seats.all()}


def _called(
    item: PlanItem, planned: Sequence[PlanSession], *, by: Account | None, actor: Actor, at: dt.datetime
) -> list[Session]:
    """A new meeting like the last of its kind, or the draft that waited for its time."""
    if item.meeting is not None:
        waiting = [Retimed(None, _hours(one), _people(one)) for one in planned]
        return turns.give_times(item.meeting.pk, waiting, actor=actor, at=at)
    meant = [_people(one) for one in planned]
    before = last_held(item.organization, item.word)
    there = people_of(item.organization, at.date())
    last = last_time(before) if before is not None else None
    meeting = convening.convene(
        organization=item.organization,
        kind=item.word,
        title="",
        hours=[_hours(one) for one in planned],
        agenda=last.open_items if last is not None else (),
        audience=default_audience(item.word),
        made_by=by,
        actor=actor,
        at=at,
        convener=by.person if by is not None else None,
        chair=_chair_of(item, planned),
        recorder=before.recorder if before is not None and before.recorder in there else None,
        continues=before,
        turns=meant,
    )
    item.meeting = meeting
    item.save(update_fields=["meeting"])
    return list(meeting.sessions.order_by("starts_at"))


def _chair_of(item: PlanItem, planned: Sequence[PlanSession]) -> Person | None:
    """Who chairs: the first of those who may whom the plan seats; ``None`` where nobody has a post to do so."""
    may = chairs_of(item.organization, planned[0].starts_at.date())
    there = {seat.person_id for one in planned for seat in one.seats.all()}
    return Person.objects.filter(pk__in=may & there).order_by("staff_number").first()


def _retimed(item: PlanItem, planned: Sequence[PlanSession]) -> list[Retimed]:
    """Each planned session with one that stands: at the same time where there is one, else in their order."""
    assert item.meeting is not None
    standing = list(item.meeting.sessions.order_by("starts_at"))
    found: dict[UUID, Session] = {}
    for one in planned:
        same = next((session for session in standing if session.starts_at == one.starts_at), None)
        if same is not None:
            found[one.pk] = same
            standing.remove(same)
    for one in planned:
        if one.pk not in found and standing:
            found[one.pk] = standing.pop(0)
    return [Retimed(found.get(one.pk), _hours(one), _people(one)) for one in planned]


def _hand_down(plan: Plan, items: Sequence[PlanItem], *, at: dt.datetime) -> None:
    """Of each organization below, its groups included, its part as a proposal of its own."""
    parts: dict[UUID, list[UUID]] = {}
    for item, owner in _owners(items):
        parts.setdefault(owner, []).append(item)
    open_states = [state.value for state in OPEN]
    Plan.objects.filter(organization__in=parts, month=plan.month, state__in=open_states).exclude(pk=plan.pk).update(
        state=PlanState.DROPPED.value
    )
    for owner, theirs in parts.items():
        part = Plan.objects.create(
            organization_id=owner,
            month=plan.month,
            state=PlanState.PROPOSED.value,
            asked_by=plan.asked_by,
            asked_at=at,
            begun_at=plan.begun_at,
            ended_at=at,
            assumed=plan.assumed,
        )
        PlanItem.objects.filter(pk__in=theirs).update(plan=part)


def _owners(items: Sequence[PlanItem]) -> list[tuple[UUID, UUID]]:
    """Each item with the organization that plans it: a group's with its branch."""
    groups = [item.organization for item in items if item.organization.kind == OrganizationKind.GROUP]
    rows = Organization.objects.filter(path__in={group.path[:-STEP] for group in groups})
    branches = dict(rows.values_list("path", "pk"))
    owners = {group.pk: branches[group.path[:-STEP]] for group in groups}
    return [(item.pk, owners.get(item.organization_id, item.organization_id)) for item in items]
