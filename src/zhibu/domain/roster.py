"""Who is on duty when, which meetings have to take place; whether a plan of their sessions holds, and its cost.

A ``Problem`` is a set of facts about one month, a ``Plan`` a proposal; where it comes from does not matter here.
``faults`` and ``cost`` are the meaning of both: whatever proposes a plan is held against them and shares nothing
with them. How they are written in a file is known to ``documents.plans``, how a plan is found to ``engines``.

Time is counted in slots of ``Problem.slot_minutes``: slot 0 is midnight at the beginning of the first day, slot
``slots_per_day`` that of the second. Days are numbered from 0. Every interval of slots is without its end.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import combinations, groupby
from typing import TypeAlias

from zhibu.domain.terms import Word

#: What names a thing in a file.
Id: TypeAlias = int | str

#: The letters of a roster that are no shift.
OFF, LEAVE = "-", "L"

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Shift:
    """``code`` is one letter. ``start`` and ``end`` are slots from midnight of its day; it may end on the next.

    ``stays``: who has it stays at the post and attends nothing on its day. ``serves`` off: who has it works, but
    elsewhere than at the post, which counts without them.
    """

    code: str
    start: int
    end: int
    night: bool
    stays: bool = False
    serves: bool = True


@dataclass(frozen=True, slots=True)
class Organization:
    """``parent`` may be an organization that the problem does not speak of; ``None``: it has none."""

    id: Id
    parent: Id | None
    site: int


@dataclass(frozen=True, slots=True)
class Post:
    """A post that several people hold in turns.

    ``profiles``: each a tuple of ``(from, to, least)``, in slots from midnight: so many people stay at the post.
    ``day_profile``: of each day the number of its profile. ``site`` is a number in ``Problem.sites``.
    """

    id: Id
    organization: Id
    site: int
    profiles: tuple[tuple[tuple[int, int, int], ...], ...]
    day_profile: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """Open in ``[opens, closes)`` of every day, in slots from midnight."""

    id: Id
    site: int
    capacity: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Person:
    """``roster`` has one letter for each day: the code of a shift, ``OFF`` or ``LEAVE``. Duties never overlap.

    Who is no member is here because the post is staffed with them too. ``came_in``: on so many days they came in on
    purpose in the months before; each day of this plan pairs with each of those (``repeat_callin``), so that it is
    not always the same people who are asked.
    """

    id: Id
    organization: Id
    post: Id
    member: bool
    roster: str
    came_in: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A meeting that has to take place, in one session or in turns of at most ``max_sessions``.

    ``duration`` in slots; ``first`` and ``last`` are the days of its window, both included. ``quorum``: so many of
    the ``voters`` have to sit together once, 0 where none is needed. ``chairs`` need not be of the ``audience``.
    ``preferred_days`` empty: any; ``preferred_hours`` ``None``: any.
    """

    id: Id
    organization: Id
    kind: str
    duration: int
    first: int
    last: int
    audience: tuple[Id, ...]
    chairs: tuple[Id, ...]
    voters: tuple[Id, ...]
    rooms: tuple[Id, ...]
    max_sessions: int
    quorum: int
    online: bool
    preferred_days: frozenset[int] = frozenset()
    preferred_hours: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A number for each thing that one would rather not have."""

    missed: int
    callin_day: int
    session: int
    repeat_callin: int
    off_duty_online: int
    extension: int
    off_preferred_day: int
    off_preferred_hours: int
    moved_session: int
    moved_attendee: int


@dataclass(frozen=True, slots=True)
class Prices(Counted):
    """What each thing costs, once."""


@dataclass(frozen=True, slots=True)
class Rules:
    """``rest``: slots between duty and coming in. Up to ``adjacent`` slots beside a duty one stays on instead.

    Sessions lie in ``[hours[0], hours[1])`` of the day.
    """

    rest: int
    adjacent: int
    hours: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Session:
    """``main``: the sitting that meets the quorum of its item. Who attends on-line does so from where they are."""

    item: Id
    start: int
    room: Id
    main: bool
    in_person: tuple[Id, ...]
    online: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Mappings are by id, in the order in which they were given. ``travel[a][b]``: slots from site to site.

    ``baseline``: the sessions of an earlier plan that this one had better keep; ``None``: there is none.
    """

    name: str
    start: dt.date
    days: int
    slot_minutes: int
    rules: Rules
    prices: Prices
    shifts: Mapping[str, Shift]
    sites: tuple[str, ...]
    travel: tuple[tuple[int, ...], ...]
    organizations: Mapping[Id, Organization]
    posts: Mapping[Id, Post]
    rooms: Mapping[Id, Room]
    people: Mapping[Id, Person]
    items: Mapping[Id, Item]
    baseline: tuple[Session, ...] | None = None

    @property
    def slots_per_day(self) -> int:
        return MINUTES_PER_DAY // self.slot_minutes


@dataclass(frozen=True, slots=True)
class Plan:
    """``objective`` and ``bound`` are what its maker says of it; ``None``: nothing.

    ``baseline``: the earlier sessions it was made to keep, and comes before that of the problem.
    """

    instance: str
    sessions: tuple[Session, ...]
    objective: int | None = None
    bound: int | float | None = None
    baseline: tuple[Session, ...] | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """One shift of one person, in slots of the problem: ``[start, end)``."""

    start: int
    end: int
    night: bool


class Attending(Enum):
    """What it takes to be there: on duty, staying on beside one's shift, coming in on purpose, or on-line at home."""

    DUTY = "duty"
    EXTENSION = "extension"
    CALL_IN = "callin"
    HOME = "home"


class Obstacle(Word):
    """Why somebody can not be there."""

    ON_LEAVE = "on leave", "休假"
    RESTS_AFTER_NIGHT = "rest after night duty", "夜班后休息"
    TOO_SOON = "too soon after the previous duty", "距上一班时间不足"
    PAST_NIGHT = "runs past the end of a night duty", "超出夜班下班时间"
    TOO_CLOSE = "too close to the next duty", "距下一班时间不足"


class FaultCode(Word):
    UNKNOWN = "unknown", "未知编号"
    OUTSIDE_WINDOW = "outside_window", "不在规定日期内"
    OUTSIDE_HOURS = "outside_hours", "不在规定时段内"
    ROOM_CLOSED = "room_closed", "场地未开放"
    ROOM_NOT_ALLOWED = "room_not_allowed", "场地不可用"
    ROOM_FULL = "room_full", "场地容量不足"
    ROOM_CLASH = "room_clash", "场地冲突"
    LISTED_TWICE = "listed_twice", "名单重复"
    NOT_ONLINE = "not_online", "不可线上参加"
    NO_CHAIR = "no_chair", "无主持人到场"
    NOT_INVITED = "not_invited", "不在应到范围"
    CAN_NOT_ATTEND = "can_not_attend", "无法参加"
    TWO_PLACES = "two_places", "时间冲突"
    TOO_MANY_SESSIONS = "too_many_sessions", "场次过多"
    ATTENDS_TWICE = "attends_twice", "重复参加"
    MAIN_SITTING = "main_sitting", "应有且仅有一次集中召开"
    NO_QUORUM = "no_quorum", "未达法定到会人数"
    UNDERSTAFFED = "understaffed", "在岗人数不足"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that a plan breaks: where, and a sentence that names what was found."""

    code: FaultCode
    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Cost(Counted):
    """How often each thing of the price list occurs, and what all of it costs together."""

    total: int


def duties(problem: Problem, person: Person, days: Iterable[int] | None = None) -> tuple[Duty, ...]:
    """The shifts of ``person``, in the order of time; those that begin on ``days``, else every one."""
    midnight = problem.slots_per_day
    worked = []
    for day in range(len(person.roster)) if days is None else days:
        shift = problem.shifts.get(person.roster[day])
        if shift is not None:
            worked.append(Duty(day * midnight + shift.start, day * midnight + shift.end, shift.night))
    return tuple(sorted(worked, key=lambda duty: duty.start))


def on_duty(problem: Problem, person: Person) -> set[int]:
    """The slots in which ``person`` is on duty at the post."""
    midnight = problem.slots_per_day
    return {
        day * midnight + slot
        for day, letter in enumerate(person.roster)
        if (shift := problem.shifts.get(letter)) is not None and shift.serves
        for slot in range(shift.start, shift.end)
    }


def busy(problem: Problem, item: Item, post: Id, start: int, site: int, *, online: bool) -> tuple[int, int]:
    """From and to, for who comes from ``post`` to a session at ``site``: the ways there and back included."""
    way_there = 0 if online else problem.travel[problem.posts[post].site][site]
    return start - way_there, start + item.duration + way_there


def attending(problem: Problem, person: Person, first: int, last: int, online: bool) -> Attending | Obstacle:  # noqa: FBT001 - as a session lists them
    """How ``person`` would be there, busy in the slots ``[first, last)``, the ways there and back included.

    An ``Obstacle`` (a ``str``) where it can not be: leave, or not enough rest.
    """
    letters = [person.roster[day] for day in _days(problem, person, first, last)]
    if any(letter == LEAVE or (letter in problem.shifts and problem.shifts[letter].stays) for letter in letters):
        return Obstacle.ON_LEAVE
    # What has ended, or begins, further away than anybody rests makes no difference. A shift ends on the next day.
    far = max(problem.rules.rest, problem.rules.adjacent)
    worked = duties(problem, person, _days(problem, person, first - far - 1 - problem.slots_per_day, last + far + 1))
    spent = sum(max(0, min(last, duty.end) - max(first, duty.start)) for duty in worked)
    if spent == last - first:
        return Attending.DUTY
    if online and not spent:
        return _at_home(problem.rules, worked, first)
    return _beside_duty(problem.rules, worked, first, last)


def _days(problem: Problem, person: Person, first: int, last: int) -> range:
    """Those of the month that ``[first, last)`` touches."""
    midnight = problem.slots_per_day
    return range(max(0, first // midnight), min(len(person.roster), (last - 1) // midnight + 1))


def _at_home(rules: Rules, worked: Iterable[Duty], first: int) -> Attending | Obstacle:
    before = _last_ended(worked, first)
    is_resting = before is not None and before.night and first - before.end < rules.rest
    return Obstacle.RESTS_AFTER_NIGHT if is_resting else Attending.HOME


def _beside_duty(rules: Rules, worked: tuple[Duty, ...], first: int, last: int) -> Attending | Obstacle:
    """For who is not on duty all the time: each end of ``[first, last)`` is judged by the nearest duty there."""
    within = any(duty.start < last and first < duty.end for duty in worked)
    stays_on = within
    if not any(duty.start <= first < duty.end for duty in worked):
        before = _last_ended(worked, first)
        if before is not None:
            gap = first - before.end
            is_near = gap <= rules.adjacent and not before.night
            if not is_near and gap < rules.rest:
                return Obstacle.TOO_SOON
            stays_on |= is_near
    if not any(duty.start < last <= duty.end for duty in worked):
        ended = _last_ended(worked, last)
        if within and ended is not None and ended.night:
            return Obstacle.PAST_NIGHT
        after = next((duty for duty in worked if duty.start >= last), None)
        if after is not None:
            gap = after.start - last
            is_near = gap <= rules.adjacent
            if not is_near and gap < rules.rest:
                return Obstacle.TOO_CLOSE
            stays_on |= is_near
    return Attending.EXTENSION if stays_on else Attending.CALL_IN


def _last_ended(worked: Iterable[Duty], slot: int) -> Duty | None:
    """The last duty that has ended when ``slot`` begins."""
    return max((duty for duty in worked if duty.end <= slot), key=lambda duty: duty.end, default=None)


@dataclass(frozen=True, slots=True)
class _Sitting:
    """A session of the plan whose item and room are known; ``number`` is its place in the plan."""

    number: int
    session: Session
    item: Item
    room: Room

    @property
    def end(self) -> int:
        return self.session.start + self.item.duration

    @property
    def place(self) -> str:
        return f"session {self.number} ({self.session.item} at {self.session.start})"

    @property
    def everybody(self) -> tuple[Id, ...]:
        return self.session.in_person + self.session.online

    def hours(self, problem: Problem) -> tuple[int, int]:
        """From and to, in slots from midnight of its day."""
        begins = self.session.start % problem.slots_per_day
        return begins, begins + self.item.duration


@dataclass(frozen=True, slots=True)
class _Seat:
    """One person in one sitting: busy in ``[first, last)``, the ways included."""

    sitting: _Sitting
    person: Person
    first: int
    last: int
    way: Attending | Obstacle


def _sittings(problem: Problem, plan: Plan) -> list[_Sitting]:
    return [
        _Sitting(number, session, problem.items[session.item], problem.rooms[session.room])
        for number, session in enumerate(plan.sessions)
        if session.item in problem.items and session.room in problem.rooms
    ]


def _seats(problem: Problem, sittings: Iterable[_Sitting]) -> list[_Seat]:
    return [
        _seat(problem, sitting, problem.people[person])
        for sitting in sittings
        for person in sitting.everybody
        if person in problem.people
    ]


def _seat(problem: Problem, sitting: _Sitting, person: Person) -> _Seat:
    online = person.id in sitting.session.online
    first, last = busy(problem, sitting.item, person.post, sitting.session.start, sitting.room.site, online=online)
    return _Seat(sitting, person, first, last, attending(problem, person, first, last, online))


def cost(problem: Problem, plan: Plan) -> Cost:
    """What ``plan`` costs by the prices of ``problem``, whether or not it holds.

    Who can not attend counts as there; a session of an unknown item or room does not count.
    """
    sittings = _sittings(problem, plan)
    seats = _seats(problem, sittings)
    ways = Counter(seat.way for seat in seats)
    come_in = _days_of_coming_in(problem, seats)
    there = defaultdict[Id, set[Id]](set)
    for sitting in sittings:
        there[sitting.item.id].update(sitting.everybody)
    moved_session, moved_attendee = _moved(problem, plan)
    counts = {
        "missed": sum(person not in there[item.id] for item in problem.items.values() for person in item.audience),
        "callin_day": sum(come_in.values()),
        "session": len(sittings),
        "repeat_callin": sum(
            days * (days - 1) // 2 + days * problem.people[person].came_in for person, days in come_in.items()
        ),
        "off_duty_online": ways[Attending.HOME],
        "extension": ways[Attending.EXTENSION],
        "off_preferred_day": sum(_is_off_preferred_day(problem, sitting) for sitting in sittings),
        "off_preferred_hours": sum(_is_off_preferred_hours(problem, sitting) for sitting in sittings),
        "moved_session": moved_session,
        "moved_attendee": moved_attendee,
    }
    prices = asdict(problem.prices)
    return Cost(**counts, total=sum(prices[name] * times for name, times in counts.items()))


def _days_of_coming_in(problem: Problem, seats: Iterable[_Seat]) -> Counter[Id]:
    """On how many days each person comes in on purpose; several sessions of a day are one coming in."""
    days = {
        (seat.person.id, seat.sitting.session.start // problem.slots_per_day)
        for seat in seats
        if seat.way is Attending.CALL_IN
    }
    return Counter(person for person, _day in days)


def _is_off_preferred_day(problem: Problem, sitting: _Sitting) -> bool:
    preferred = sitting.item.preferred_days
    return bool(preferred) and sitting.session.start // problem.slots_per_day not in preferred


def _is_off_preferred_hours(problem: Problem, sitting: _Sitting) -> bool:
    preferred = sitting.item.preferred_hours
    return preferred is not None and not _lies_in(sitting.hours(problem), preferred)


def _lies_in(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _moved(problem: Problem, plan: Plan) -> tuple[int, int]:
    """Sessions, and attendances, that the baseline does not have; 0 and 0 where there is none."""
    baseline = problem.baseline if plan.baseline is None else plan.baseline
    if baseline is None:
        return 0, 0
    return (
        len(_times(plan.sessions) - _times(baseline)),
        len(_attendances(plan.sessions) - _attendances(baseline)),
    )


def _times(sessions: Iterable[Session]) -> set[tuple[Id, int, Id]]:
    return {(session.item, session.start, session.room) for session in sessions}


def _attendances(sessions: Iterable[Session]) -> set[tuple[Id, Id, int]]:
    return {
        (person, session.item, session.start)
        for session in sessions
        for person in (*session.in_person, *session.online)
    }


def faults(problem: Problem, plan: Plan) -> list[Fault]:
    """Every rule that ``plan`` breaks: what is unknown, then by session, room, person, item, post. None: it holds."""
    sittings = _sittings(problem, plan)
    seats = _seats(problem, sittings)
    return [
        *_unknown(problem, plan),
        *(fault for sitting in sittings for fault in _of_sitting(problem, sitting)),
        *_of_rooms(sittings),
        *_of_seats(seats),
        *(fault for item in problem.items.values() for fault in _of_item(item, sittings)),
        *_of_posts(problem, seats),
    ]


def _unknown(problem: Problem, plan: Plan) -> Iterator[Fault]:
    for number, session in enumerate(plan.sessions):
        place = f"session {number} ({session.item} at {session.start})"
        if session.item not in problem.items:
            yield Fault(FaultCode.UNKNOWN, place, f"There is no item {session.item}.")
        if session.room not in problem.rooms:
            yield Fault(FaultCode.UNKNOWN, place, f"There is no room {session.room}.")
        for person in (*session.in_person, *session.online):
            if person not in problem.people:
                yield Fault(FaultCode.UNKNOWN, place, f"There is no person {person}.")


def _of_sitting(problem: Problem, sitting: _Sitting) -> Iterator[Fault]:
    """What is wrong with one session by itself: its time, its room, and who is on its lists."""
    yield from _of_time(problem, sitting)
    session, item, room = sitting.session, sitting.item, sitting.room
    if room.id not in item.rooms:
        yield Fault(FaultCode.ROOM_NOT_ALLOWED, sitting.place, f"{room.id} is not among the rooms of {item.id}.")
    if len(session.in_person) > room.capacity:
        says = f"{len(session.in_person)} people in {room.id}, which holds {room.capacity}."
        yield Fault(FaultCode.ROOM_FULL, sitting.place, says)
    twice = [person for person, times in Counter(sitting.everybody).items() if times > 1]
    if twice:
        yield Fault(FaultCode.LISTED_TWICE, sitting.place, f"Listed twice: {_listed(twice)}.")
    if session.online and not item.online:
        yield Fault(FaultCode.NOT_ONLINE, sitting.place, f"{item.id} can not be attended on-line.")
    if not set(session.in_person) & set(item.chairs):
        yield Fault(FaultCode.NO_CHAIR, sitting.place, f"Nobody who may chair {item.id} is there in person.")


def _of_time(problem: Problem, sitting: _Sitting) -> Iterator[Fault]:
    item, room, hours = sitting.item, sitting.room, sitting.hours(problem)
    day = sitting.session.start // problem.slots_per_day
    spoken = f"It lasts {clock(problem, hours[0])}–{clock(problem, hours[1])}"
    if not item.first <= day <= item.last:
        says = f"It is on day {day}; the window of {item.id} is {item.first}–{item.last}."
        yield Fault(FaultCode.OUTSIDE_WINDOW, sitting.place, says)
    if not _lies_in(hours, problem.rules.hours):
        allowed = "–".join(clock(problem, slot) for slot in problem.rules.hours)
        yield Fault(FaultCode.OUTSIDE_HOURS, sitting.place, f"{spoken}; sessions lie within {allowed}.")
    if not _lies_in(hours, (room.opens, room.closes)):
        says = f"{spoken}; {room.id} is open {clock(problem, room.opens)}–{clock(problem, room.closes)}."
        yield Fault(FaultCode.ROOM_CLOSED, sitting.place, says)


def _of_rooms(sittings: Iterable[_Sitting]) -> Iterator[Fault]:
    used = defaultdict[Id, list[_Sitting]](list)
    for sitting in sittings:
        used[sitting.room.id].append(sitting)
    for room, those in used.items():
        for one, other in combinations(those, 2):
            if one.session.start < other.end and other.session.start < one.end:
                says = f"{room} is taken by session {one.number} ({one.item.id})."
                yield Fault(FaultCode.ROOM_CLASH, other.place, says)


def _of_seats(seats: Iterable[_Seat]) -> Iterator[Fault]:
    taken = defaultdict[Id, list[_Seat]](list)
    for seat in seats:
        place, person, item = seat.sitting.place, seat.person.id, seat.sitting.item
        if person not in item.audience and person not in item.chairs:
            yield Fault(
                FaultCode.NOT_INVITED, place, f"Person {person} is neither invited to {item.id} nor its chair."
            )
        if isinstance(seat.way, Obstacle):
            yield Fault(FaultCode.CAN_NOT_ATTEND, place, f"Person {person} can not be there: {seat.way}.")
            continue
        for other in taken[person]:
            if seat.first < other.last and other.first < seat.last:
                says = f"Person {person} is then in session {other.sitting.number} ({other.sitting.item.id})."
                yield Fault(FaultCode.TWO_PLACES, place, says)
        taken[person].append(seat)


def _of_item(item: Item, sittings: Iterable[_Sitting]) -> Iterator[Fault]:
    """What is wrong with the sessions of one item taken together."""
    those = [sitting for sitting in sittings if sitting.item.id == item.id]
    place = f"item {item.id}"
    if len(those) > item.max_sessions:
        says = f"{len(those)} sessions, where {item.max_sessions} are the most."
        yield Fault(FaultCode.TOO_MANY_SESSIONS, place, says)
    attended = Counter(person for sitting in those for person in sitting.everybody)
    for person, times in attended.items():
        if times > 1 and person not in item.chairs:
            yield Fault(FaultCode.ATTENDS_TWICE, place, f"Person {person} attends {times} times.")
    if item.quorum:
        yield from _of_quorum(item, [sitting for sitting in those if sitting.session.main])


def _of_quorum(item: Item, main: list[_Sitting]) -> Iterator[Fault]:
    place = f"item {item.id}"
    if len(main) != 1:
        yield Fault(FaultCode.MAIN_SITTING, place, f"{len(main)} main sittings, where exactly one is needed.")
        return
    present = len(set(main[0].session.in_person) & set(item.voters))
    if present < item.quorum:
        says = f"{present} voters in the main sitting, where {item.quorum} are needed."
        yield Fault(FaultCode.NO_QUORUM, place, says)


def _of_posts(problem: Problem, seats: Iterable[_Seat]) -> Iterator[Fault]:
    """Posts from which a session takes more people than it can spare. One that is short by itself is no fault."""
    absent = defaultdict[Id, dict[Id, set[int]]](dict)
    for seat in seats:
        if not isinstance(seat.way, Obstacle):
            absent[seat.person.post].setdefault(seat.person.id, set()).update(range(seat.first, seat.last))
    for post, away in absent.items():
        yield from _of_post(problem, problem.posts[post], away)


def _of_post(problem: Problem, post: Post, away: Mapping[Id, set[int]]) -> Iterator[Fault]:
    rostered, absent = Counter[int](), Counter[int]()
    for person in problem.people.values():
        if person.post == post.id:
            worked = on_duty(problem, person)
            rostered.update(worked)
            absent.update(worked & away.get(person.id, set()))
    for start, end, least in least_staffing(problem, post):
        short = [slot for slot in range(start, end) if absent[slot] and rostered[slot] - absent[slot] < least]
        # Slots that follow each other with as many people left are one fault.
        for (left, _), run in groupby(
            enumerate(short), key=lambda at: (rostered[at[1]] - absent[at[1]], at[1] - at[0])
        ):
            slots = [slot for _, slot in run]
            place = f"post {post.id}, slots {slots[0]}–{slots[-1] + 1}"
            when = f"{moment(problem, slots[0])}–{clock(problem, slots[-1] + 1)}"
            yield Fault(FaultCode.UNDERSTAFFED, place, f"{left} left on {when}, where {least} have to stay.")


def least_staffing(problem: Problem, post: Post) -> Iterator[tuple[int, int, int]]:
    """``(start, end, least)`` in slots of the problem, day by day."""
    for day, profile in enumerate(post.day_profile):
        midnight = day * problem.slots_per_day
        for start, end, least in post.profiles[profile]:
            yield midnight + start, midnight + end, least


def slack(problem: Problem, post: Post, there: Mapping[int, int]) -> dict[int, int]:
    """How many more are ``there`` than have to stay, by slot in which any have to; negative: there are too few."""
    found: dict[int, int] = {}
    for start, end, least in least_staffing(problem, post):
        for slot in range(start, end):
            found[slot] = min(found.get(slot, there[slot] - least), there[slot] - least)
    return found


def moment(problem: Problem, slot: int) -> str:
    """``2026-03-14 09:30``"""
    day, within = divmod(slot, problem.slots_per_day)
    return f"{problem.start + dt.timedelta(days=day)} {clock(problem, within)}"


def clock(problem: Problem, slot: int) -> str:
    """``09:30``; the end of a day is 24:00."""
    minutes = slot * problem.slot_minutes % MINUTES_PER_DAY
    hour, minute = divmod(minutes or (MINUTES_PER_DAY if slot else 0), 60)
    return f"{hour:02}:{minute:02}"


def _listed(people: Iterable[Id]) -> str:
    return ", ".join(str(person) for person in people)
