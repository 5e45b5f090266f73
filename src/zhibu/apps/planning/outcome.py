"""What the planner found, put into rows: times, who attends how, why not otherwise, what is left at the posts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from zhibu.apps.planning.facts import NOWHERE, STANDING, Gathered, is_standing, room_of
from zhibu.apps.planning.models import PlanItem, PlanSeat, PlanSession, Room
from zhibu.domain import roster
from zhibu.domain.planning import Way
from zhibu.domain.roster import Attending, Fault, Id, Item, Obstacle, Session, attending, busy, cost
from zhibu.domain.roster_cover import Cover, covers
from zhibu.domain.roster_reasons import asked_of_people
from zhibu.domain.roster_relaxations import impossible


def plan_of(gathered: Gathered, items: Iterable[tuple[PlanItem, PlanItem]]) -> roster.Plan:
    """Each item of the problem with the sessions that the rows of the second have."""
    sessions = []
    for item, source in items:
        if str(item.pk) not in gathered.problem.items:
            continue
        for one in source.sessions.all():
            people = (str(seat.person_id) for seat in one.seats.all())
            known = tuple(person for person in people if person in gathered.problem.people)
            room = room_of(one.room_id, item, gathered.problem)
            sessions.append(Session(str(item.pk), gathered.slot(one.starts_at), room, one.is_main, known, ()))
    return roster.Plan(gathered.problem.name, tuple(sessions))


def with_standing(gathered: Gathered, plan: roster.Plan) -> roster.Plan:
    """The same with the sessions that stand already."""
    there = {session.item for session in plan.sessions}
    standing = (
        Session(name, start, room, main=False, in_person=gathered.problem.items[name].audience, online=())
        for name, start, room in gathered.pins
        if is_standing(name) and name not in there
    )
    return replace(plan, sessions=(*plan.sessions, *standing))


def way_of(gathered: Gathered, item: Id, start: int, room: Id, person: Id) -> Attending | Obstacle:
    """How the person would be at a session of the item that begins then in that room."""
    problem = gathered.problem
    known = problem.people[person]
    span = busy(problem, problem.items[item], known.post, start, problem.rooms[room].site, online=False)
    return attending(problem, known, *span, online=False)


def of_planned(faults: Iterable[Fault]) -> list[Fault]:
    """Those that a plan can be blamed for: not what is wrong with sessions that stood before."""
    return [fault for fault in faults if STANDING not in fault.place + fault.sentence]


def rows_of(
    gathered: Gathered, plan: roster.Plan, pinned: Collection[tuple[str, int]]
) -> tuple[list[PlanSession], list[PlanSeat]]:
    """The rows of a plan that holds. ``pinned``: sessions that are held to, by item and start."""
    problem = gathered.problem
    items = {str(item.pk): item for item in gathered.planned if str(item.pk) in problem.items}
    rooms = {str(room.pk): room for room in Room.objects.filter(pk__in=[r for r in problem.rooms if _is_key(r)])}
    left = covers(problem, plan)
    made = {
        number: _session_row(gathered, items[str(session.item)], session, rooms, pinned, left[number])
        for number, session in enumerate(plan.sessions)
        if session.item in items
    }
    why = {
        (asked.item, asked.person): [
            {"session": str(made[reason.session].pk), "why": reason.why.value} for reason in asked.reasons
        ]
        for asked in asked_of_people(problem, plan)
        if asked.item in items
    }
    seats = []
    for name, item in items.items():
        missing = set(problem.items[name].audience)
        for number, row in made.items():
            session = plan.sessions[number]
            if session.item != name:
                continue
            missing -= set(session.in_person)
            for person in session.in_person:
                way = way_of(gathered, name, session.start, session.room, person)
                assert isinstance(way, Attending)
                reasons = why[name, person] if way is Attending.CALL_IN else []
                seats.append(_seat_row(item, row, person, Way(way.value), reasons))
        seats += [_seat_row(item, None, person, Way.MISSED, why[name, person]) for person in sorted(missing, key=str)]
    return list(made.values()), seats


def _session_row(
    gathered: Gathered,
    item: PlanItem,
    session: Session,
    rooms: Mapping[str, Room],
    pinned: Collection[tuple[str, int]],
    left: Iterable[Cover],
) -> PlanSession:
    room, starts_at = rooms.get(str(session.room)), gathered.moment(session.start)
    return PlanSession(
        item=item,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=item.minutes),
        room=room,
        place=room.name if room else "",
        is_main=session.main,
        is_pinned=(str(session.item), session.start) in pinned,
        cover=[
            {
                "name": gathered.names[str(one.post)],
                "at": roster.clock(gathered.problem, one.slot % gathered.problem.slots_per_day),
                "stay": one.stay,
                "least": one.least,
            }
            for one in left
            if str(one.post) in gathered.names
        ],
    )


def _seat_row(
    item: PlanItem, session: PlanSession | None, person: Id, way: Way, why: list[dict[str, str]]
) -> PlanSeat:
    return PlanSeat(item=item, session=session, person_id=UUID(str(person)), way=way.value, why=why)


def _is_key(room: Id) -> bool:
    return not str(room).startswith((NOWHERE, STANDING))


def counted(gathered: Gathered, plan: roster.Plan) -> dict[str, int]:
    """What the planned items cost by themselves, by each thing of the price list and in total."""
    problem = gathered.problem
    own = {name: item for name, item in problem.items.items() if not is_standing(name)}
    sessions = tuple(session for session in plan.sessions if session.item in own)
    return asdict(cost(replace(problem, items=own), replace(plan, sessions=sessions)))


def relaxed(gathered: Gathered, item: Item) -> list[dict[str, Any]]:
    """First how many can sit together at most and how many have to; then each smallest change that would do."""
    found = impossible(gathered.problem, item)
    if found is None:
        return []
    changes = [
        {
            "kind": one.kind.value,
            "amount": one.amount,
            "at": gathered.moment(one.start).isoformat(),
            "there": one.there,
            "posts": [[gathered.names.get(str(post), ""), number] for post, number in one.posts],
        }
        for one in found.relaxations
    ]
    return [{"kind": "", "needed": found.needed, "of": found.of, "most": found.most}, *changes]


def in_words(faults: Iterable[Fault], gathered: Gathered) -> list[dict[str, str]]:
    """What a plan breaks, by code, with the item by its key or the post by its name."""
    items = {str(item.pk) for item in gathered.planned}
    found = []
    for fault in faults:
        named = next((word for word in fault.place.replace("(", " ").split() if word in items), "")
        post = fault.place.split(",")[0].removeprefix("post ")
        found.append({"code": fault.code.value, "item": named, "post": gathered.names.get(post, "")})
    return found
