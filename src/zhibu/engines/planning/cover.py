"""The cover: which start classes an item takes, so that everybody is covered. A relaxation, and a very tight one.

Nobody is seated: of each group only numbers are known, attendance at free places is not tied to one session, and two
sessions of one day may overlap. So no plan costs less than its optimum, which is found in a fraction of a second
where the model of every person and start takes minutes. A plan that costs no more is proven best.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhibu.domain.roster import Id, Item
from zhibu.engines.planning.classes import Catalogue, Group, Price, Row, Share, StartClass
from zhibu.engines.planning.mip import INFINITY, Program
from zhibu.engines.planning.ways import Facts

#: So many days of coming in by one person are told apart in the price of coming in again.
AGAIN = 6


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """One session of the cover: its class, whether it is the main sitting, which groups are called in for it."""

    item: Id
    start_class: StartClass
    main: bool
    called: frozenset[int]


@dataclass(slots=True)
class _Main:
    """A class as main sitting: so many voters are lacking who would have to stay on or be called in."""

    variable: int
    lacking: int
    staying: frozenset[int]
    called: frozenset[int]


@dataclass(slots=True)
class _Item:
    """What the rows of one item gather while its classes are gone through."""

    sessions: list[int] = field(default_factory=list)
    #: group -> variables that count its attendance; and those of them that stand for staying on
    covered: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    stayed: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    #: (group, price) -> sessions where it has a place of its own
    open: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    #: (day, group, price) -> sessions it could be called to
    calls: dict[tuple[Any, int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    #: a post's groups, ways and rows -> sessions that are alike in them, and chairs who take places there
    posts: dict[Any, list[int]] = field(default_factory=lambda: defaultdict(list))
    chairs_at: dict[Any, dict[tuple[int, int], list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    mains: dict[Any, list[_Main]] = field(default_factory=lambda: defaultdict(list))
    places: list[tuple[int, int]] = field(default_factory=list)


class Cover:
    """The program of ``catalogues``.

    With ``shares``, for bounds of items whose people others call in as well: coming in costs what these say, for
    people of none of them nothing, and coming in again nothing.
    """

    def __init__(
        self,
        facts: Facts,
        groups: Sequence[Group],
        catalogues: Mapping[Id, Catalogue],
        shares: Sequence[Share] | None = None,
    ) -> None:
        self.facts, self.groups, self.shares = facts, groups, shares
        self.program = Program()
        self.session_of: dict[tuple[Id, int], int] = {}
        self.classes: list[tuple[int, StartClass]] = []
        self.main_of: list[tuple[int, Id, StartClass]] = []
        self.called: dict[tuple[Any, int], int] = {}
        self.calls_of: list[tuple[int, Id, Any, int]] = []
        self.impossible: list[Id] = []
        for item_id, one in catalogues.items():
            self._item(facts.problem.items[item_id], one)
        if shares is None:
            self._coming_in_again()
        else:
            self._beyond_what_is_free(shares)

    def _call(self, day: Any, group: int) -> int:
        """How many of ``group`` come in on ``day``."""
        if (day, group) not in self.called:
            self.called[day, group] = self.program.variable(self.groups[group].size, self._price_of(group, day))
        return self.called[day, group]

    def _price_of(self, group: int, day: Any) -> int:
        """Of a day of coming in; 0 where all of a share are counted together."""
        if self.shares is None:
            return self.facts.problem.prices.callin_day
        return sum(share.on(day) for share in self.shares if not share.free and self._is_of(group, share))

    def _item(self, item: Item, one: Catalogue) -> None:
        program, groups = self.program, self.groups
        audience = set(item.audience)
        in_audience, are_chairs = one.numbers_of(audience), one.numbers_of(item.chairs)
        are_voters = one.numbers_of(item.voters)
        missed = self.facts.problem.prices.missed
        candidates = (
            {
                number: _as_main(item, start_class, groups, are_voters, self._staying_price())
                for number, start_class in enumerate(one.classes)
            }
            if item.quorum
            else {}
        )
        if not one.classes or (item.quorum and not any(candidates.values())):
            self.impossible.append(item.id)
            program.constant += missed * len(audience)
            return
        kept = _Item()
        for number, start_class in enumerate(one.classes):
            self._class(item, start_class, kept, are_chairs, in_audience)
            main = candidates.get(number)
            if main is not None:
                variable = program.variable()
                program.at_most(0, {variable: 1, kept.sessions[-1]: -1})
                kept.mains[start_class.day].append(_Main(variable, *main))
                self.main_of.append((variable, item.id, start_class))
        program.row(0, item.max_sessions, dict.fromkeys(kept.sessions, 1))
        self._posts(kept, in_audience)
        self._open_places(kept, in_audience)
        called_to = self._calls(item, kept, in_audience)
        if any(places < len(audience) for _, places in kept.places) and not item.online:
            terms: dict[int, float] = dict(kept.places)
            for counted in kept.covered.values():
                for variable in counted:
                    terms[variable] = -1
            program.at_least(0, terms)
        if item.quorum:
            self._main_sitting(kept, called_to)
        for group in sorted(in_audience):
            size = groups[group].size
            terms = {**kept.covered[group], program.variable(size, missed): 1}
            program.row(size, INFINITY if group in are_chairs else size, terms)

    def _staying_price(self) -> int:
        """An attendance that costs less is no reason to look for another voter."""
        return max(1, self.facts.problem.prices.extension)

    def _class(  # noqa: C901 - each way of attending is counted in its own place
        self, item: Item, start_class: StartClass, kept: _Item, are_chairs: set[int], in_audience: set[int]
    ) -> None:
        program, groups = self.program, self.groups
        most = item.max_sessions if start_class.rows or start_class.capacity is not None else 1
        session = program.variable(most, start_class.price, start_class.pinned)
        kept.sessions.append(session)
        self.classes.append((session, start_class))
        bound = {use for uses, _ in start_class.rows for use in uses}
        ways = start_class.ways
        is_easy = any(_is_free(ways[group][0]) and (group, 0) not in bound for group in are_chairs if group in ways)
        special = set() if is_easy else are_chairs
        posts = _by_post(start_class, groups, bound)
        for key in posts.values():
            kept.posts[key].append(session)
        chairs_there: dict[int, float] = {session: -1}
        for group, (there, online) in ways.items():
            size = groups[group].size
            if group in special and there is not None:
                variable = program.variable(size * item.max_sessions, there[1])
                program.at_most(0, {variable: 1, session: -size})
                chairs_there[variable] = 1
                if group in in_audience:
                    kept.covered[group][variable] = 1
                    if not there[0] and there[1]:
                        kept.stayed[group][variable] = 1
                if there[0]:
                    program.at_least(0, {self._call(start_class.day, group): 1, variable: -1})
                    self.calls_of.append((variable, item.id, start_class.day, group))
                if (group, 0) in bound:
                    kept.chairs_at[posts[groups[group].post]][group, 0].append(variable)
            elif there is not None and there[0]:
                kept.calls[start_class.day, group, there[1]].append(session)
            elif there is not None and (group, 0) not in bound:
                kept.open[group, there[1]].append(session)
            has_free_place = _is_free(there) and (group, 0) not in bound and group not in special
            if online is not None and (group, 1) not in bound and not has_free_place:
                kept.open[group, online[1]].append(session)
        if special:
            program.at_least(0, chairs_there)
        most_there = sum(groups[group].size for group in ways)
        kept.places.append(
            (session, most_there if start_class.capacity is None else min(start_class.capacity, most_there))
        )

    def _posts(self, kept: _Item, in_audience: set[int]) -> None:
        """Attendance that takes places at a post: sessions that are alike in that post share it."""
        program, groups = self.program, self.groups
        for key, sessions in kept.posts.items():
            members, rows = key
            bound = {use for uses, _ in rows for use in uses}
            counted: dict[tuple[int, int], int] = {}
            for group, ways in members:
                size = groups[group].size
                for online, way in enumerate(ways):
                    if way is None or way[0] or (group, online) not in bound:
                        continue
                    variable = counted[group, online] = program.variable(size, way[1])
                    program.at_most(0, {variable: 1, **dict.fromkeys(sessions, -size)})
                    if group in in_audience:
                        kept.covered[group][variable] = 1
                        if not online and way[1]:
                            kept.stayed[group][variable] = 1
            for uses, spare in rows:
                terms: dict[int, float] = {counted[use]: 1 for use in uses if use in counted}
                for use in uses:
                    for variable in kept.chairs_at[key][use] if key in kept.chairs_at else ():
                        terms[variable] = 1
                program.at_most(0, {**terms, **dict.fromkeys(sessions, -spare)})

    def _open_places(self, kept: _Item, in_audience: set[int]) -> None:
        for (group, price), sessions in kept.open.items():
            if group not in in_audience:
                continue
            size = self.groups[group].size
            variable = self.program.variable(size, price)
            kept.covered[group][variable] = 1
            if price:
                kept.stayed[group][variable] = 1
            self.program.at_most(0, {variable: 1, **dict.fromkeys(sessions, -size)})

    def _calls(self, item: Item, kept: _Item, in_audience: set[int]) -> dict[tuple[Any, int], int]:
        called_to: dict[tuple[Any, int], int] = {}
        for (day, group, price), sessions in kept.calls.items():
            size = self.groups[group].size
            variable = called_to[day, group] = self.program.variable(size, price)
            if group in in_audience:
                kept.covered[group][variable] = 1
            self.program.at_most(0, {variable: 1, **dict.fromkeys(sessions, -size)})
            self.program.at_least(0, {self._call(day, group): 1, variable: -1})
            self.calls_of.append((variable, item.id, day, group))
        return called_to

    def _main_sitting(self, kept: _Item, called_to: Mapping[tuple[Any, int], int]) -> None:
        program, groups = self.program, self.groups
        program.row(1, 1, {main.variable: 1 for mains in kept.mains.values() for main in mains})
        staying: dict[int, dict[int, float]] = defaultdict(dict)
        for day, mains in kept.mains.items():
            if not any(main.lacking for main in mains):
                continue
            needed: dict[int, float] = {main.variable: -main.lacking for main in mains if main.lacking}
            for group in sorted({group for main in mains for group in main.staying | main.called}):
                size = groups[group].size
                stays = [main.variable for main in mains if group in main.staying]
                called = [main.variable for main in mains if group in main.called]
                if stays:
                    variable = program.variable(size)
                    program.at_most(0, {variable: 1, **dict.fromkeys(stays, -size)})
                    needed[variable] = 1
                    staying[group][variable] = -1
                if called:
                    variable = program.variable(size)
                    program.at_most(0, {variable: 1, **dict.fromkeys(called, -size)})
                    needed[variable] = 1
                    program.at_least(0, {self._call(day, group): 1, variable: -1})
                    if (day, group) in called_to:
                        program.at_least(0, {called_to[day, group]: 1, variable: -1})
            program.at_least(0, needed)
        for group, terms in staying.items():
            if kept.stayed[group]:
                program.at_least(0, {**terms, **kept.stayed[group]})

    def _coming_in_again(self) -> None:
        price = self.facts.problem.prices.repeat_callin
        by_group: dict[int, list[int]] = defaultdict(list)
        for (_, group), variable in self.called.items():
            by_group[group].append(variable)
        for number, days in by_group.items() if price else ():
            who = self.groups[number]
            self.program.pairs(days, price, AGAIN, size=who.size, before=who.before)

    def _beyond_what_is_free(self, shares: Iterable[Share]) -> None:
        for share in shares:
            days = [variable for (_, number), variable in self.called.items() if self._is_of(number, share)]
            if share.free and share.price and days:
                beyond = self.program.variable(10**6, 1)
                self.program.at_least(-share.free, {beyond: 1, **dict.fromkeys(days, -share.price)})

    def _is_of(self, group: int, share: Share) -> bool:
        return self.groups[group].people[0] in share.people

    def chosen(self, values: Sequence[int]) -> list[Chosen]:
        """The sessions of a solution."""
        called: dict[tuple[Id, Any], set[int]] = defaultdict(set)
        for variable, item, day, group in self.calls_of:
            if values[variable]:
                called[item, day].add(group)
        mains = {item: start_class for variable, item, start_class in self.main_of if values[variable]}
        found = []
        for variable, start_class in self.classes:
            callable_there = frozenset(
                group
                for group in called[start_class.item, start_class.day]
                if group in start_class.ways and _is_call(start_class.ways[group][0])
            )
            for turn in range(values[variable]):
                is_main = mains.get(start_class.item) is start_class and turn == 0
                found.append(Chosen(start_class.item, start_class, is_main, callable_there))
        return found


def greedily(
    facts: Facts, groups: Sequence[Group], one: Catalogue, lacking: Mapping[int, int], held: int
) -> list[Chosen]:
    """Sessions of one item by how many of each group who are ``lacking`` it adds, beside those ``held`` already.

    The main sitting first. For where there is no time for the cover.
    """
    item = one.item
    voters = one.numbers_of(item.voters)
    left = {number: lacking[number] for number in one.numbers_of(item.audience) if lacking.get(number)}
    staying = max(1, facts.problem.prices.extension)
    found: list[Chosen] = []
    while held + len(found) < item.max_sessions and any(left.values()):
        is_main = bool(item.quorum) and not held and not found

        def gain(start_class: StartClass, *, is_main: bool = is_main) -> tuple[int, int]:
            main = _as_main(item, start_class, groups, voters, staying) if is_main else None
            return (-(10**6) if main is None else -main[0]) if is_main else 0, sum(_added(start_class, left).values())

        best = max(one.classes, key=gain, default=None)
        if best is None or gain(best)[0] == -(10**6) or not (is_main or gain(best)[1]):
            break
        called = (
            frozenset(group for group, ways in best.ways.items() if _is_call(ways[0])) if is_main else frozenset()
        )
        found.append(Chosen(item.id, best, is_main, called))
        for group, count in _added(best, left).items():
            left[group] -= count
    return found


def most_attended(one: Catalogue, per_day: int) -> Catalogue:
    """Of each day so many classes that most could attend without being called in, and those that are pinned."""
    sizes = {group.number: group.size for group in one.groups}
    there = [-sum(_added(each, sizes).values()) for each in one.classes]
    return one.only(
        sorted(
            number
            for numbers in one.by_day().values()
            for place, number in enumerate(sorted(numbers, key=lambda each: there[each]))
            if place < per_day or one.classes[number].pinned
        )
    )


def _added(start_class: StartClass, left: Mapping[int, int]) -> dict[int, int]:
    """How many of each group who are ``left`` could attend without being called in, as posts can spare them."""
    found = {group: left[group] for group, ways in start_class.ways.items() if left.get(group) and _is_there(ways)}
    for uses, spare in start_class.rows:
        places = spare
        for group in sorted({group for group, _ in uses if group in found}):
            found[group] = min(found[group], places)
            places -= found[group]
    return found


def _is_there(ways: tuple[Price | None, Price | None]) -> bool:
    return any(way is not None and not way[0] for way in ways)


def _is_call(way: Price | None) -> bool:
    return way is not None and way[0]


def _is_free(way: Price | None) -> bool:
    return way is not None and not way[0] and way[1] == 0


def _by_post(start_class: StartClass, groups: Sequence[Group], bound: Iterable[tuple[int, int]]) -> dict[Id, Any]:
    """Of each post with rows: what makes two classes alike in it."""
    rows: dict[Id, list[Row]] = defaultdict(list)
    for uses, spare in start_class.rows:
        rows[groups[min(uses)[0]].post].append((uses, spare))
    concerned = {group for group, _ in bound}
    members: dict[Id, list[Any]] = defaultdict(list)
    for group in sorted(concerned):
        members[groups[group].post].append((group, start_class.ways[group]))
    return {post: (tuple(members[post]), tuple(found)) for post, found in rows.items()}


def _as_main(
    item: Item, start_class: StartClass, groups: Sequence[Group], voters: set[int], staying_price: int
) -> tuple[int, frozenset[int], frozenset[int]] | None:
    """How many voters would be lacking without anybody staying on or called in, who could; ``None``: never enough."""
    bound = {use for uses, _ in start_class.rows for use in uses}
    there = {group: ways[0] for group, ways in start_class.ways.items() if group in voters and ways[0] is not None}
    cheap = {group for group, way in there.items() if not way[0] and way[1] < staying_price}
    sure = sum(groups[group].size for group in cheap if (group, 0) not in bound)
    left = {group for group in cheap if (group, 0) in bound}
    for uses, spare in sorted(start_class.rows, key=lambda row: row[1]):
        sharing = {group for group, online in uses if not online} & left
        if sharing:
            sure += min(spare, sum(groups[group].size for group in sharing))
            left -= sharing
    staying = frozenset(group for group, way in there.items() if not way[0] and group not in cheap)
    called = frozenset(group for group, way in there.items() if way[0])
    most = sure + sum(groups[group].size for group in staying | called)
    if start_class.capacity is not None:
        sure, most = min(sure, start_class.capacity), min(most, start_class.capacity)
    return (max(0, item.quorum - sure), staying, called) if most >= item.quorum else None
