"""What the planner found, put into rows: times, who attends how, why not otherwise, what is left at the posts."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from zhibu.apps.planning.facts import NOWHERE, STANDING, Gathered, is_standing, room_of
from zhibu.apps.planning.models import PlanItem, PlanSeat, PlanSession, Room
from zhibu.domain import roster
from zhibu.domain.planning import Way
from zhibu.domain.roster import Fault, FaultCode, Id, Item, Obstacle, Session, attending, busy, cost, on_duty
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
    sessions = list(plan.sessions)
    there = {session.item for session in sessions}
    for name, start, room in gathered.pins:
        if str(name).startswith("session:") and name not in there:
            item = gathered.problem.items[name]
            present = tuple(
                person
                for person in item.audience
                if not isinstance(way_of(gathered, name, start, room, person), Obstacle)
            )
            sessions.append(Session(name, start, room, main=False, in_person=present, online=()))
    return roster.Plan(plan.instance, tuple(sessions), plan.objective, plan.bound, plan.baseline)


def way_of(gathered: Gathered, item: Id, start: int, room: Id, person: Id) -> roster.Attending | Obstacle:
    """How the person would be at a session of the item that begins then in that room."""
    problem = gathered.problem
    known = problem.people[person]
    span = busy(problem, problem.items[item], known.post, start, problem.rooms[room].site, online=False)
    return attending(problem, known, *span, False)


def of_planned(faults: Iterable[Fault]) -> list[Fault]:
    """Those that a plan can be blamed for: not what is wrong with sessions that stood before."""
    return [fault for fault in faults if STANDING not in fault.place + fault.sentence]


def rows_of(
    gathered: Gathered, plan: roster.Plan, kept: Mapping[tuple[str, int], UUID]
) -> tuple[list[PlanSession], list[PlanSeat]]:
    """The rows of a plan that holds. ``kept``: pinned sessions, by item and start."""
    problem = gathered.problem
    items = {str(item.pk): item for item in gathered.planned}
    rooms = {str(room.pk): room for room in Room.objects.filter(pk__in=[r for r in problem.rooms if _is_key(r)])}
    cover = _Cover(gathered, plan)
    made: dict[int, PlanSession] = {}
    seats: list[PlanSeat] = []
    asked = {(asked.item, asked.person): asked for asked in asked_of_people(problem, plan)}
    for number, session in enumerate(plan.sessions):
        item = items.get(str(session.item))
        if item is None:
            continue
        room = rooms.get(str(session.room))
        made[number] = PlanSession(
            item=item,
            starts_at=gathered.moment(session.start),
            ends_at=gathered.moment(session.start) + dt.timedelta(minutes=item.minutes),
            room=room,
            place=room.name if room else "",
            is_main=session.main,
            is_pinned=(str(session.item), session.start) in kept,
            cover=cover.of(session),
        )
    for number, row in made.items():
        session = plan.sessions[number]
        for person in session.in_person:
            way = way_of(gathered, session.item, session.start, session.room, person)
            assert not isinstance(way, Obstacle)
            why = asked.get((session.item, person)) if way is roster.Attending.CALL_IN else None
            seats.append(
                PlanSeat(
                    item=row.item,
                    session=row,
                    person_id=UUID(str(person)),
                    way=Way(way.value).value,
                    why=_why(made, why.reasons if why else ()),
                )
            )
    for item_id, item in items.items():
        if item_id not in problem.items:
            continue
        there = {person for s in plan.sessions if s.item == item_id for person in s.in_person}
        for person in problem.items[item_id].audience:
            if person not in there:
                why = asked.get((item_id, person))
                seats.append(
                    PlanSeat(
                        item=item,
                        person_id=UUID(str(person)),
                        way=Way.MISSED.value,
                        why=_why(made, why.reasons if why else ()),
                    )
                )
    return list(made.values()), seats


def _why(made: Mapping[int, PlanSession], reasons: Iterable[Any]) -> list[dict[str, str]]:
    return [
        {"session": str(made[reason.session].pk), "why": reason.why.value}
        for reason in reasons
        if reason.session in made
    ]


def _is_key(room: Id) -> bool:
    return not str(room).startswith((NOWHERE, STANDING))


class _Cover:
    """What a plan leaves at the posts."""

    def __init__(self, gathered: Gathered, plan: roster.Plan) -> None:
        self.problem = problem = gathered.problem
        self.names = gathered.names
        self.on_duty: dict[Id, Counter[int]] = defaultdict(Counter)
        self.duty_of: dict[Id, set[int]] = {}
        for person in problem.people.values():
            self.duty_of[person.id] = on_duty(problem, person)
            self.on_duty[person.post].update(self.duty_of[person.id])
        self.away: dict[Id, Counter[int]] = defaultdict(Counter)
        self.least: dict[Id, dict[int, int]] = {}
        for post in problem.posts.values():
            least = self.least[post.id] = {}
            for start, end, count in roster.least_staffing(problem, post):
                for slot in range(start, end):
                    least[slot] = max(count, least.get(slot, 0))
        gone: dict[Id, set[int]] = defaultdict(set)
        for session in plan.sessions:
            for person_id in session.in_person:
                gone[person_id] |= self._busy(session, person_id) & self.duty_of[person_id]
        for person_id, slots in gone.items():
            self.away[problem.people[person_id].post].update(slots)

    def _busy(self, session: Session, person_id: Id) -> set[int]:
        problem = self.problem
        site = problem.rooms[session.room].site
        item, post = problem.items[session.item], problem.people[person_id].post
        return set(range(*busy(problem, item, post, session.start, site, online=False)))

    def of(self, session: Session) -> list[dict[str, Any]]:
        """Of each post that somebody leaves for it: the slot in which fewest more could go."""
        slots: dict[Id, set[int]] = defaultdict(set)
        for person_id in session.in_person:
            post = self.problem.people[person_id].post
            if post != NOWHERE:
                slots[post] |= self._busy(session, person_id) & self.duty_of[person_id]
        found = []
        for post, those in sorted(slots.items(), key=lambda pair: str(pair[0])):
            if not those:
                continue
            least = self.least[post]
            left = {slot: self.on_duty[post][slot] - self.away[post][slot] for slot in those}
            tight = min(those, key=lambda slot: (left[slot] - least.get(slot, 0), slot))
            found.append(
                {
                    "post": str(post),
                    "name": self.names.get(str(post), ""),
                    "on_duty": self.on_duty[post][tight],
                    "stay": left[tight],
                    "least": least.get(tight),
                    "at": roster.clock(self.problem, tight % self.problem.slots_per_day),
                }
            )
        return found


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
            "posts": [[str(post), number] for post, number in one.posts],
        }
        for one in found.relaxations
    ]
    return [{"kind": "", "needed": found.needed, "of": found.of, "most": found.most}, *changes]


def in_words(faults: Iterable[Fault], gathered: Gathered) -> list[dict[str, str]]:
    """What a plan breaks, by code, with the item, session or post it concerns as keys."""
    items = {str(item.pk) for item in gathered.planned}
    found = []
    for fault in faults:
        named = next((word for word in fault.place.replace("(", " ").split() if word in items), "")
        post = fault.place.split(",")[0].removeprefix("post ") if fault.code is FaultCode.UNDERSTAFFED else ""
        found.append({"code": fault.code.value, "item": named, "post": post, "sentence": fault.sentence})
    return found
