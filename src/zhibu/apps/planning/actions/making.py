"""What the worker does: takes the next plan that waits, and writes what the planner found, or why there is nothing.

The planner proposes; what is written has been held against ``domain.roster.faults``.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import transaction

from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.facts import Gathered, gather
from zhibu.apps.planning.models import Plan, PlanItem, PlanSeat, PlanSession
from zhibu.apps.planning.outcome import counted, in_words, of_planned, plan_of, relaxed, rows_of, with_standing
from zhibu.domain import roster
from zhibu.domain.planning import PlanState
from zhibu.domain.roster import Id, faults

_log = logging.getLogger(__name__)

#: Seconds that a plan may take: of one organization, and of all below a committee.
SECONDS, SECONDS_WHOLE = 10.0, 60.0


@dataclass(frozen=True, slots=True)
class Task:
    """A problem for the planner, with the plan it is for."""

    plan: UUID
    gathered: Gathered
    seconds: float


def resume() -> None:
    """What a worker had begun that is no more begins anew."""
    Plan.objects.filter(state=PlanState.RUNNING.value).update(state=PlanState.WAITING.value, begun_at=None)


def begin_next(at: dt.datetime, today: dt.date) -> Task | None:
    """The plan that has waited longest, with its facts; ``None``: none waits, or it said why it can not be."""
    with transaction.atomic():
        plan = (
            Plan.objects.select_for_update(of=("self",))
            .filter(state=PlanState.WAITING.value)
            .select_related("organization")
            .order_by("asked_at")
            .first()
        )
        if plan is None:
            return None
        plan.state, plan.begun_at = PlanState.RUNNING.value, at
        plan.save(update_fields=["state", "begun_at"])
        try:
            gathered = gather(plan, today)
        except PlanningRefusal as refusal:
            fail(plan.pk, str(refusal), at=at)
            return None
    if plan.keeps_id is not None:
        gathered = replace(gathered, problem=replace(gathered.problem, baseline=_baseline(gathered)))
    return Task(plan.pk, gathered, SECONDS_WHOLE if plan.is_whole else SECONDS)


def _baseline(gathered: Gathered) -> tuple[roster.Session, ...]:
    """The sessions of the plan to keep, each as one of the item that continues its own."""
    earlier = PlanItem.objects.prefetch_related("sessions__seats").in_bulk(
        [item.before_id for item in gathered.planned if item.before_id is not None]
    )
    pairs = [(item, earlier[item.before_id]) for item in gathered.planned if item.before_id is not None]
    return plan_of(gathered, pairs).sessions


@transaction.atomic
def finish(task: Task, found: roster.Plan, unsatisfied: tuple[Id, ...], *, at: dt.datetime) -> None:
    """Write the proposal; nothing where the plan was given up meanwhile. What does not hold is never shown."""
    plan = Plan.objects.select_for_update().get(pk=task.plan)
    if plan.state != PlanState.RUNNING:
        return
    gathered = task.gathered
    broken = of_planned(faults(gathered.problem, found))
    told = {str(item) for item in unsatisfied}
    broken = [fault for fault in broken if not any(item in fault.place for item in told)]
    if broken:
        _log.error("the planner proposed what does not hold: %s", broken[0].sentence)
        fail(plan.pk, broken[0].sentence, at=at)
        return
    pinned = PlanSession.objects.filter(item__plan=plan, is_pinned=True).select_related("item")
    held = {(str(one.item_id), gathered.slot(one.starts_at)): one for one in pinned}
    stands = {(str(one.item), one.start) for one in found.sessions}
    let_go = [
        {"kind": one.item.kind, "at": one.starts_at.isoformat()} for key, one in held.items() if key not in stands
    ]
    sessions, seats = rows_of(gathered, found, held.keys())
    PlanSession.objects.filter(item__plan=plan).delete()
    PlanSession.objects.bulk_create(sessions, batch_size=500)
    PlanSeat.objects.bulk_create(seats, batch_size=500)
    for item in gathered.planned:
        known = gathered.problem.items.get(str(item.pk))
        if known is None:
            continue
        item.audience, item.voters, item.quorum = len(known.audience), len(known.voters), known.quorum
        if str(item.pk) in told:
            item.relaxations = relaxed(gathered, known)
    PlanItem.objects.bulk_update(gathered.planned, ["audience", "voters", "quorum", "relaxations"], batch_size=500)
    numbers = counted(gathered, found)
    plan.state, plan.ended_at = PlanState.PROPOSED.value, at
    spared = (found.objective or 0) - (found.bound or 0)
    plan.objective = numbers["total"]
    plan.bound = max(0, numbers["total"] - max(0, int(spared)))
    plan.counted = numbers
    plan.assumed = {**asdict(gathered.assumed), "let_go": let_go}
    plan.save()


def fail(plan: UUID, trouble: str, *, at: dt.datetime) -> None:
    Plan.objects.filter(pk=plan, state=PlanState.RUNNING.value).update(
        state=PlanState.FAILED.value, trouble=trouble[:300], ended_at=at
    )


def look_again(today: dt.date) -> int:
    """Hold every accepted plan whose facts may have changed against them, and keep what it breaks now. How many."""
    stale = list(Plan.objects.filter(state=PlanState.ACCEPTED.value, is_stale=True).select_related("organization"))
    for plan in stale:
        plan.broken = broken_by(plan, today)
        plan.is_stale = False
        plan.save(update_fields=["broken", "is_stale"])
    return len(stale)


def broken_by(plan: Plan, today: dt.date) -> list[dict[str, str]]:
    """What the plan breaks by what is known now, in words; nothing of what is over."""
    try:
        gathered = gather(plan, today, pins=False)
    except PlanningRefusal:
        return []
    items = PlanItem.objects.filter(plan=plan).prefetch_related("sessions__seats")
    stands = with_standing(gathered, plan_of(gathered, [(item, item) for item in items]))
    return in_words(of_planned(faults(gathered.problem, stands)), gathered)
