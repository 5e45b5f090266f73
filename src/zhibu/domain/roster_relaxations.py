"""What would have to give way so that a meeting which no sitting satisfies can take place: the smallest of each kind.

Every time of the month and every room is tried, so nothing smaller of its kind is enough. The meeting is looked at by
itself: what other meetings take from it is not asked here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from zhibu.domain.roster import (
    Id,
    Item,
    Obstacle,
    Person,
    Problem,
    Room,
    attending,
    busy,
    clock,
    moment,
    on_duty,
    slack,
)
from zhibu.domain.terms import Word

#: The slots in which somebody who attends is away from a post where some have to stay.
Away: TypeAlias = frozenset[int]

#: By the number of people who cover at posts: how many are there, and (post, people) of those posts.
Reach: TypeAlias = dict[int, tuple[int, tuple[tuple[Id, int], ...]]]


class RelaxationKind(Word):
    COVER = "cover", "顶岗"
    ONLINE = "online", "线上参加"
    WINDOW = "window", "放宽期限"
    ROOM = "room", "另用场地"
    LARGER_ROOM = "larger_room", "更大的场地"
    QUORUM = "quorum", "降低人数要求"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """``amount``: people who cover, days, seats or voters, 0 where there is nothing to count.

    With it ``there`` of those who are needed can sit together from slot ``start`` in ``room``. ``posts``: where how
    many cover. ``sentence`` says it in words.
    """

    kind: RelaxationKind
    amount: int
    start: int
    room: Id
    there: int
    sentence: str
    posts: tuple[tuple[Id, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Impossible:
    """No sitting of ``item`` has ``needed`` of the ``of`` people who count; ``most`` is the most at any time.

    ``relaxations`` may be empty: nothing of the kinds that are known here is enough.
    """

    item: Id
    needed: int
    of: int
    most: int
    sentence: str
    relaxations: tuple[Relaxation, ...]


@dataclass(frozen=True, slots=True)
class Fullest:
    """From slot ``start`` of one day ``there`` of those who count can sit together in ``room``, with a chair."""

    start: int
    room: Id
    there: int


def fullest(problem: Problem, item: Item) -> tuple[int, list[Fullest]]:
    """How many are needed, and of each day of the window the time at which most can sit together.

    Of equally full times the earliest in the preferred hours, else the earliest. A day on which nobody can sit is
    left out. The item is looked at by itself.
    """
    asked = _Asked(problem, item)
    own = [problem.rooms[room] for room in item.rooms]
    found = []
    for day in asked.window:
        times = [Fullest(start, room.id, asked.most(start, room)) for start, room in asked.starts([day], own)]
        best = max(
            times, key=lambda one: (one.there, _is_preferred(problem, item, one.start), -one.start), default=None
        )
        if best is not None and best.there:
            found.append(best)
    return asked.needed, found


def _is_preferred(problem: Problem, item: Item, start: int) -> bool:
    begins = start % problem.slots_per_day
    hours = item.preferred_hours
    return hours is None or (hours[0] <= begins and begins + item.duration <= hours[1])


def impossible(problem: Problem, item: Item) -> Impossible | None:
    """``None`` where some sitting in the window satisfies ``item``: a chair in person, and its quorum.

    Without a quorum: a chair, and anybody of the audience. Each relaxation is enough by itself.
    """
    asked = _Asked(problem, item)
    own = [problem.rooms[room] for room in item.rooms]
    there = 0
    for start, room in asked.starts(asked.window, own):
        there = max(there, asked.most(start, room))
        if there >= asked.needed:
            return None
    found = (
        _cover(asked, own),
        _online(asked, own),
        _window(asked, own),
        _room(asked),
        _larger_room(asked, own),
        _quorum(asked, own, there),
    )
    return Impossible(
        item=item.id,
        needed=asked.needed,
        of=len(asked.counted),
        most=there,
        sentence=_sentence(asked, there),
        relaxations=tuple(relaxation for relaxation in found if relaxation is not None),
    )


@dataclass(frozen=True, slots=True)
class _Alike:
    """People of one post and roster who are the same to the item."""

    person: Person
    is_chair: bool
    counts: bool


class _Asked:
    """``counted``: who is counted, voters where a quorum is asked, else the audience; ``needed`` of them."""

    def __init__(self, problem: Problem, item: Item) -> None:
        self.problem, self.item = problem, item
        invited = {*item.audience, *item.chairs}
        self.counted = set(item.voters) & invited if item.quorum else set(item.audience)
        self.needed = item.quorum or 1
        self.window = range(item.first, item.last + 1)
        alike: dict[tuple[Id, str, bool, bool], _Alike] = {}
        self.sizes: Counter[_Alike] = Counter()
        for id_ in dict.fromkeys((*item.audience, *item.chairs)):
            person = problem.people[id_]
            key = (person.post, person.roster, id_ in item.chairs, id_ in self.counted)
            self.sizes[alike.setdefault(key, _Alike(person, *key[2:]))] += 1
        posts = {each.person.post for each in self.sizes}
        self.on_duty = {
            person.roster: on_duty(problem, person) for person in problem.people.values() if person.post in posts
        }
        self.slack = {post: self._slack(post) for post in posts}
        self._reached: dict[tuple[int, int, bool], list[tuple[bool, Reach]]] = {}

    def _slack(self, post: Id) -> dict[int, int]:
        """How many more are on duty than have to stay."""
        rostered = Counter(
            slot
            for person in self.problem.people.values()
            if person.post == post
            for slot in self.on_duty[person.roster]
        )
        return slack(self.problem, self.problem.posts[post], rostered)

    @property
    def online(self) -> bool:
        """Whether those on-line are counted: never to a quorum."""
        return self.item.online and not self.item.quorum

    def starts(self, days: Iterable[int], rooms: Iterable[Room]) -> Iterator[tuple[int, Room]]:
        """Earlier ones first."""
        earliest, latest = self.problem.rules.hours
        rooms = list(rooms)
        for day in days:
            for begins in range(earliest, latest - self.item.duration + 1):
                for room in rooms:
                    if room.opens <= begins and begins + self.item.duration <= room.closes:
                        yield day * self.problem.slots_per_day + begins, room

    def most(self, start: int, room: Room, *, online: bool | None = None, capacity: int | None = None) -> int:
        """So many of those who count, at most, with a chair; 0 where nobody can chair."""
        return max(
            (
                self.seated(reach[0][0], room, chair_counts=counts, online=online, capacity=capacity)
                for counts, reach in self.reached(start, room, online=online)
                if 0 in reach
            ),
            default=0,
        )

    def seated(
        self, there: int, room: Room, *, chair_counts: bool, online: bool | None = None, capacity: int | None = None
    ) -> int:
        """Of those ``there`` who count so many have a seat, the chair sitting among them."""
        seats = room.capacity if capacity is None else capacity
        if seats < 1:
            return 0
        is_online = self.online if online is None else online
        return there if is_online else min(there, seats - 1 + chair_counts)

    def reached(self, start: int, room: Room, *, online: bool | None = None) -> list[tuple[bool, Reach]]:
        """Of each who may chair: whether counted too, and how many are there by how many cover at posts."""
        is_online = self.online if online is None else online
        key = (start, room.site, is_online)
        if key not in self._reached:
            self._reached[key] = list(self._reach(start, room.site, online=is_online))
        return self._reached[key]

    def _reach(self, start: int, site: int, *, online: bool) -> Iterator[tuple[bool, Reach]]:
        in_person = {each: self._away(each.person, start, site, online=False) for each in self.sizes}
        there = {
            each: self._away(each.person, start, site, online=True) if online else in_person[each]
            for each in self.sizes
        }
        chairs = {
            (each.person.post, away, each.counts): each
            for each, away in in_person.items()
            if each.is_chair and away is not None
        }
        for (post, chair_away, counts), chair in chairs.items():
            others: dict[Id, Counter[Away]] = defaultdict(Counter, {post: Counter()})
            for each, away in there.items():
                size = self.sizes[each] - (each == chair)
                if away is not None and each.counts and size:
                    others[each.person.post][away] += size
            reach: Reach = {0: (int(counts), ())}
            for other_post, aways in others.items():
                taken = chair_away if other_post == post else frozenset[int]()
                reach = _further(reach, other_post, _by_cover(aways, taken, self.slack[other_post]))
            yield counts, reach

    def _away(self, person: Person, start: int, site: int, *, online: bool) -> Away | None:
        """``None``: ``person`` can not be there."""
        first, last = self.busy(person.post, start, site, online=online)
        if isinstance(attending(self.problem, person, first, last, online), Obstacle):
            return None
        worked, asked = self.on_duty[person.roster], self.slack[person.post]
        return frozenset(slot for slot in range(first, last) if slot in worked and slot in asked)

    def busy(self, post: Id, start: int, site: int, *, online: bool = False) -> tuple[int, int]:
        return busy(self.problem, self.item, post, start, site, online=online)

    def when(self, start: int) -> str:
        return f"{moment(self.problem, start)}–{clock(self.problem, start + self.item.duration)}"

    def of_those(self, there: int) -> str:
        return f"{there} of {len(self.counted)} {'voters' if self.item.quorum else 'of the audience'}"

    def then(self, there: int, start: int, room: Room) -> str:
        return f"Then {self.of_those(there)} can sit together on {self.when(start)} in {room.id}."


def _by_cover(aways: Counter[Away], taken: Away, slack: Mapping[int, int]) -> list[int | None]:
    """How many can be away at once when so many cover, from 0 until more would not help.

    ``taken``: the slots in which the chair is away. ``None``: not even the chair.
    """
    everybody = aways.total()
    slots = sorted({slot for away in aways for slot in away} | taken)
    counts: list[int | None] = []
    while not counts or counts[-1] is None or counts[-1] < everybody:
        allowed = [max(0, slack[slot] + len(counts)) - (slot in taken) for slot in slots]
        counts.append(None if min(allowed, default=0) < 0 else _away_at_once(aways, slots, allowed))
    return counts


def _away_at_once(aways: Mapping[Away, int], slots: list[int], allowed: list[int]) -> int:
    """The most people of whom in ``slots[i]`` at most ``allowed[i]`` are away."""
    place = {slot: number for number, slot in enumerate(slots)}
    whole: list[tuple[int, int]] = []
    broken: list[tuple[list[int], int]] = []
    free = 0
    for away, size in aways.items():
        places = sorted(place[slot] for slot in away)
        if not places:
            free += size
        elif places[-1] - places[0] + 1 == len(places):
            whole += [(places[0], places[-1])] * size
        else:
            broken.append((places, size))
    most = 0
    # Who is away twice, with a duty of others between, is rare: of those every number is tried.
    for numbers in product(*(range(size + 1) for _, size in broken)):
        left = list(allowed)
        for (places, _), number in zip(broken, numbers, strict=True):
            for each in places:
                left[each] -= number
        if min(left, default=0) >= 0:
            most = max(most, sum(numbers) + _intervals(whole, left))
    return free + most


def _intervals(whole: list[tuple[int, int]], allowed: list[int]) -> int:
    """The most intervals, ends included; where there are too many, the one that ends last is dropped first."""
    kept: list[tuple[int, int]] = []
    dropped = 0
    for slot, most in enumerate(allowed):
        kept = [each for each in kept if each[1] >= slot] + [each for each in whole if each[0] == slot]
        kept.sort(key=lambda each: each[1])
        dropped += max(0, len(kept) - most)
        kept = kept[:most]
    return len(whole) - dropped


def _further(reach: Reach, post: Id, by_cover: list[int | None]) -> Reach:
    """``reach`` with those of one more post."""
    new: Reach = {}
    for people, (there, posts) in reach.items():
        for cover, more in enumerate(by_cover):
            if more is not None and there + more > new.get(people + cover, (-1, ()))[0]:
                new[people + cover] = (there + more, (*posts, (post, cover)) if cover else posts)
    return new


def _cover(asked: _Asked, rooms: list[Room]) -> Relaxation | None:
    best: Relaxation | None = None
    for start, room in asked.starts(asked.window, rooms):
        for chair_counts, reach in asked.reached(start, room):
            for people, (reached, posts) in sorted(reach.items()):
                there = asked.seated(reached, room, chair_counts=chair_counts)
                if there >= asked.needed and (best is None or people < best.amount):
                    best = Relaxation(RelaxationKind.COVER, people, start, room.id, there, "", posts)
    return None if best is None else replace(best, sentence=_cover_in_words(asked, best))


def _cover_in_words(asked: _Asked, found: Relaxation) -> str:
    room = asked.problem.rooms[found.room]
    covers = []
    for post, people in found.posts:
        away = [slot for slot in range(*asked.busy(post, found.start, room.site)) if slot in asked.slack[post]]
        when = f"{moment(asked.problem, away[0])}–{clock(asked.problem, away[-1] + 1)}"
        covers.append(f"{people} {'person' if people == 1 else 'people'} more at post {post} on {when}")
    return f"{' and '.join(covers)}. {asked.then(found.there, found.start, room)}"


def _online(asked: _Asked, rooms: list[Room]) -> Relaxation | None:
    if asked.online:
        return None
    there, start, room = _best(asked, rooms, online=True)
    if there < asked.needed or room is None:
        return None
    counted = ", and counted to the quorum where a rule of the unit allows it" if asked.item.quorum else ""
    when = f"{asked.of_those(there)} can then attend on {asked.when(start)}, the chair in {room.id}"
    says = f"On-line attendance allowed{counted}: {when}."
    return Relaxation(RelaxationKind.ONLINE, 0, start, room.id, there, says)


def _best(asked: _Asked, rooms: Iterable[Room], *, online: bool | None = None) -> tuple[int, int, Room | None]:
    """The most in the window, and the first time and room with so many; no room where nobody can be there."""
    best: tuple[int, int, Room | None] = (0, 0, None)
    for start, room in asked.starts(asked.window, rooms):
        there = asked.most(start, room, online=online)
        if there > best[0]:
            best = (there, start, room)
    return best


def _window(asked: _Asked, rooms: list[Room]) -> Relaxation | None:
    """The nearest day outside; of two that are as near the later."""
    first, last = asked.item.first, asked.item.last
    days = sorted(
        (day for day in range(asked.problem.days) if day not in asked.window),
        key=lambda day: (max(day - last, first - day), -day),
    )
    for start, room in asked.starts(days, rooms):
        there = asked.most(start, room)
        if there >= asked.needed:
            day = start // asked.problem.slots_per_day
            amount, ends = (day - last, "until") if day > last else (first - day, "from")
            date = moment(asked.problem, start).split()[0]
            says = f"The window {ends} {date}. {asked.then(there, start, room)}"
            return Relaxation(RelaxationKind.WINDOW, amount, start, room.id, there, says)
    return None


def _room(asked: _Asked) -> Relaxation | None:
    others = [room for room in asked.problem.rooms.values() if room.id not in asked.item.rooms]
    for start, room in asked.starts(asked.window, others):
        there = asked.most(start, room)
        if there >= asked.needed:
            says = f"Room {room.id}. {asked.then(there, start, room)}"
            return Relaxation(RelaxationKind.ROOM, 0, start, room.id, there, says)
    return None


def _larger_room(asked: _Asked, rooms: list[Room]) -> Relaxation | None:
    best: Relaxation | None = None
    for start, room in asked.starts(asked.window, rooms):
        most = len(asked.item.audience) + len(asked.item.chairs)
        if asked.most(start, room, capacity=most) < asked.needed:
            continue
        for seats in range(room.capacity + 1, asked.needed + 2):
            more = seats - room.capacity
            if best is not None and more >= best.amount:
                break
            there = asked.most(start, room, capacity=seats)
            if there >= asked.needed:
                says = f"Room {room.id} with {seats} places instead of {room.capacity}. "
                says += asked.then(there, start, room)
                best = Relaxation(RelaxationKind.LARGER_ROOM, more, start, room.id, there, says)
    return best


def _quorum(asked: _Asked, rooms: list[Room], most: int) -> Relaxation | None:
    if not (asked.item.quorum and most):
        return None
    there, start, room = _best(asked, rooms)
    if room is None:
        return None
    says = f"A quorum of {there} instead of {asked.needed}. {asked.then(there, start, room)}"
    return Relaxation(RelaxationKind.QUORUM, asked.needed - there, start, room.id, there, says)


def _sentence(asked: _Asked, most: int) -> str:
    if most:
        says = f"{asked.of_those(most)} is the most at any time, with a chair; {asked.needed} are needed."
    else:
        says = "At no time can somebody who may chair it be there together with any of those who are needed."
    if asked.item.last == asked.problem.days - 1:
        last = moment(asked.problem, asked.problem.days * asked.problem.slots_per_day - 1).split()[0]
        says += f" Days after {last} are not in the roster and not known."
    return says
