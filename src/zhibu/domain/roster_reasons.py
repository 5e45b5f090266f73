"""Why a plan asks of people what it asks: who comes in or misses, and what kept each from the other sessions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from zhibu.domain.roster import (
    Attending,
    Id,
    Item,
    Obstacle,
    Person,
    Plan,
    Problem,
    Session,
    attending,
    busy,
    clock,
    moment,
    on_duty,
    slack,
)
from zhibu.domain.terms import Word


class Hindrance(Word):
    """What keeps somebody from a session who is not kept from it by leave or rest."""

    STAFFING = "staffing of the post", "在岗人数"
    ELSEWHERE = "in another session then", "另有会议"
    ROOM_FULL = "the room is full", "场地已满"
    COMES_IN_TOO = "would have to come in there too", "同样需要返岗"
    QUORUM = "needed for the quorum where they come in", "保证法定到会人数"
    CHAIR = "the only chair where they come in", "唯一主持人"
    SAME_DAY = "comes in on that day anyway", "当日已返岗"
    NONE = "could be there", "可以参加"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not at that session of the item; ``sentence`` names the post, the session or the time."""

    session: int
    why: Obstacle | Hindrance
    sentence: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many attend session number ``session`` of the plan in which way."""

    session: int
    ways: Mapping[Attending, int]
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """``session``: the one that ``person`` comes in for; ``None``: the item is missed.

    ``reasons``: of every other session of the item; none where it has no other.
    """

    person: Id
    item: Id
    session: int | None
    reasons: tuple[Reason, ...]
    sentence: str


def attendances(problem: Problem, plan: Plan) -> list[Attendance]:
    """Of each session of ``plan``, which holds (``roster.faults``)."""
    found = []
    for number, session in enumerate(plan.sessions):
        ways = Counter(way for _, way in _ways(problem, session))
        counted = {way: ways[way] for way in Attending if ways[way]}
        spoken = ", ".join(f"{count} {_SPOKEN[way]}" for way, count in counted.items())
        says = f"{session.item} on {_when(problem, session)} in {session.room}: {spoken}."
        found.append(Attendance(number, counted, says))
    return found


_SPOKEN = {
    Attending.DUTY: "on duty",
    Attending.EXTENSION: "beside their shift",
    Attending.CALL_IN: "coming in",
    Attending.HOME: "on-line from home",
}


def asked_of_people(problem: Problem, plan: Plan) -> list[Asked]:
    """Everybody who comes in for a session or misses an item, by item; ``plan`` holds (``roster.faults``)."""
    known = _Known(problem, plan)
    found = []
    for item in problem.items.values():
        numbers = known.sessions_of[item.id]
        for number in numbers:
            for person, way in _ways(problem, plan.sessions[number]):
                if way is Attending.CALL_IN:
                    found.append(_asked(known, item, person, number))
        there = {id_ for number in numbers for id_ in _everybody(plan.sessions[number])}
        found += [_asked(known, item, problem.people[id_], None) for id_ in item.audience if id_ not in there]
    return found


class _Known:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.sessions_of: dict[Id, list[int]] = defaultdict(list)
        self.busy: dict[Id, list[tuple[int, int, int]]] = defaultdict(list)
        for number, session in enumerate(plan.sessions):
            self.sessions_of[session.item].append(number)
            for id_ in _everybody(session):
                span = _busy(problem, problem.people[id_], session, online=id_ in session.online)
                self.busy[id_].append((*span, number))
        self._left: dict[Id, dict[int, int]] = {}

    def left(self, post: Id) -> dict[int, int]:
        """How many more of ``post`` could be away, by slot in which anybody has to stay."""
        if post not in self._left:
            there = Counter[int]()
            for person in self.problem.people.values():
                if person.post == post:
                    away = {slot for first, last, _ in self.busy[person.id] for slot in range(first, last)}
                    there.update(on_duty(self.problem, person) - away)
            self._left[post] = slack(self.problem, self.problem.posts[post], there)
        return self._left[post]


def _asked(known: _Known, item: Item, person: Person, number: int | None) -> Asked:
    others = [other for other in known.sessions_of[item.id] if other != number]
    reasons = tuple(_reason(known, item, person, other, number) for other in others)
    if number is None:
        says = f"Person {person.id} misses {item.id}"
        instead = "it has no session"
    else:
        says = f"Person {person.id} comes in for {item.id} on {_when(known.problem, known.plan.sessions[number])}"
        instead = "it has no other session"
    why = "; ".join(reason.sentence for reason in reasons) or instead
    return Asked(person.id, item.id, number, reasons, f"{says}: {why}.")


def _reason(known: _Known, item: Item, person: Person, other: int, instead_of: int | None) -> Reason:
    """The first thing that keeps ``person`` from session ``other``; on-line only if that is the easier way."""
    found = _hindrance(known, item, person, other, online=False)
    if item.online and found[0] is not Hindrance.NONE:
        online = _hindrance(known, item, person, other, online=True)
        found = online if online[0] is Hindrance.NONE else found
    if found[0] is Hindrance.NONE and instead_of is not None:
        found = _tie(known, item, person, instead_of) or found
    return Reason(other, found[0], f"{_when(known.problem, known.plan.sessions[other])} {found[1]}")


def _hindrance(
    known: _Known, item: Item, person: Person, number: int, *, online: bool
) -> tuple[Obstacle | Hindrance, str]:
    problem, session = known.problem, known.plan.sessions[number]
    first, last = _busy(problem, person, session, online=online)
    way = attending(problem, person, first, last, online)
    if isinstance(way, Obstacle):
        return way, way.value
    clash = next(
        (
            other
            for start, end, other in known.busy[person.id]
            if first < end and start < last and known.plan.sessions[other].item != item.id
        ),
        None,
    )
    if clash is not None:
        return Hindrance.ELSEWHERE, f"then in {known.plan.sessions[clash].item}"
    left = known.left(person.post)
    moves = set(range(first, last)) - {slot for start, end, _ in known.busy[person.id] for slot in range(start, end)}
    short = [slot for slot in sorted(on_duty(problem, person) & left.keys() & moves) if left[slot] < 1]
    if short:
        return Hindrance.STAFFING, f"post {person.post} can spare nobody more at {clock(problem, short[0])}"
    if not online and len(session.in_person) >= problem.rooms[session.room].capacity:
        return Hindrance.ROOM_FULL, f"{session.room} is full"
    found = Hindrance.COMES_IN_TOO if way is Attending.CALL_IN else Hindrance.NONE
    return found, found.value


def _tie(known: _Known, item: Item, person: Person, number: int) -> tuple[Hindrance, str] | None:
    """What holds ``person`` to session ``number``: it can not do without, or is on the way; ``None``: nothing."""
    session = known.plan.sessions[number]
    present = set(session.in_person)
    if set(item.chairs) & present == {person.id}:
        return Hindrance.CHAIR, Hindrance.CHAIR.value
    voters = set(item.voters) & present
    if session.main and person.id in voters and len(voters) <= item.quorum:
        return Hindrance.QUORUM, Hindrance.QUORUM.value
    day = session.start // known.problem.slots_per_day
    same_day = [
        other.item
        for other in known.plan.sessions
        if other.item != item.id
        and other.start // known.problem.slots_per_day == day
        and (person, Attending.CALL_IN) in _ways(known.problem, other)
    ]
    if same_day:
        return Hindrance.SAME_DAY, f"but comes in on the day of this one for {same_day[0]} anyway"
    return None


def _ways(problem: Problem, session: Session) -> Iterator[tuple[Person, Attending | Obstacle]]:
    for id_ in _everybody(session):
        person, online = problem.people[id_], id_ in session.online
        yield person, attending(problem, person, *_busy(problem, person, session, online=online), online)


def _everybody(session: Session) -> Iterable[Id]:
    return (*session.in_person, *session.online)


def _busy(problem: Problem, person: Person, session: Session, *, online: bool) -> tuple[int, int]:
    site = problem.rooms[session.room].site
    return busy(problem, problem.items[session.item], person.post, session.start, site, online=online)


def _when(problem: Problem, session: Session) -> str:
    ends = session.start + problem.items[session.item].duration
    return f"{moment(problem, session.start)}–{clock(problem, ends)}"
