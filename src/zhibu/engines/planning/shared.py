"""What a superior's items cost at least, beside branches that call in the same people.

A day of coming in is paid once, whoever asks for it. Let a part of the problem cost at least ``B``, and at least
``F`` where some of its people come in for nothing. If a joint item calls these in on ``N`` days, part and item
together cost at least ``max(B, F + N x price)`` beside what else the item costs: the one pays for all its days, or
the other for all of its own. So the joint item pays by how much ``N x price`` exceeds ``B - F``, and the bounds add
up. An item of one sitting calls in on one day: there ``F`` is that of coming in for nothing on that day alone, and is
asked of the days that matter.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from zhibu.domain.roster import Id, Item
from zhibu.engines.planning.classes import Share
from zhibu.engines.planning.parts import Parts, everybody
from zhibu.engines.planning.work import Least

#: Asks for what items cost by shares, many at once: ``{key: (items, shares)}``; what has no time is left out.
Asks: TypeAlias = Callable[[Mapping[Any, tuple[tuple[Item, ...], tuple[Share, ...]]]], dict[Any, Least]]

#: Of several items that share people the one that has to be attended in person gets so much more of the price: where
#: on-line attendance is cheap, a small price is enough to say that nobody comes in instead.
IN_PERSON = 9

#: Days are asked for so often.
ROUNDS = 40


@dataclass(slots=True)
class SharedDays:
    """``costs``: what the plan of each part costs, which no bound of it will exceed; ``price`` of a day."""

    parts: Parts
    costs: Mapping[int, float]
    price: int
    asks: Asks
    part_of: dict[Id, int] = field(default_factory=dict)
    #: Of each joint item, those of each part whom it concerns.
    people: dict[Id, dict[int, frozenset[Id]]] = field(default_factory=dict)
    #: What a part saves at most where all of its people come in for nothing, some, or some on one day.
    free: dict[int, int] = field(default_factory=dict)
    free_for: dict[tuple[int, frozenset[Id]], int] = field(default_factory=dict)
    free_on: dict[tuple[int, frozenset[Id], int], int] = field(default_factory=dict)
    bounds: dict[Id, float] = field(default_factory=dict)
    impossible: set[Id] = field(default_factory=set)
    #: Of items of one sitting: on which day they cost least, beside which parts that call in people that day as well.
    hints: dict[Id, tuple[int, frozenset[int]]] = field(default_factory=dict)

    def seek(self) -> None:
        """Fills ``bounds``, ``hints``, and ``impossible``: what no sitting satisfies."""
        self.part_of = self.parts.part_of()
        for item in self.parts.joint:
            found: dict[int, set[Id]] = defaultdict(set)
            for person in everybody(item):
                if self.part_of.get(person) in self.costs:
                    found[self.part_of[person]].add(person)
            self.people[item.id] = {number: frozenset(people) for number, people in found.items()}
        self._ask_what_is_free()
        self._ask_by_day([item for item in self.parts.joint if item.max_sessions == 1])
        several = [item for item in self.parts.joint if item.max_sessions > 1]
        least = self.asks({item.id: ((item,), self._shares(item)) for item in several})
        self.bounds |= {id_: one.bound for id_, one in least.items()}
        self.impossible.update(id_ for one in least.values() for id_ in one.impossible)

    def _ask_what_is_free(self) -> None:
        numbers = sorted({number for those in self.people.values() for number in those})
        found = self.asks({number: (self.parts.apart[number], ()) for number in numbers})
        self.free = {number: self._saved(number, found.get(number)) for number in numbers}
        jobs = {
            (number, some): (self.parts.apart[number], (Share(self._others(number, some), self.price, 0),))
            for those in self.people.values()
            for number, some in those.items()
            if self.free[number] and self._others(number, some)
        }
        found = self.asks(jobs)
        for number, some in jobs:
            self.free_for[number, some] = min(self.free[number], self._saved(number, found.get((number, some))))

    def _others(self, number: int, people: Iterable[Id]) -> frozenset[Id]:
        return frozenset(person for item in self.parts.apart[number] for person in everybody(item)).difference(people)

    def _saved(self, number: int, least: Least | None) -> int:
        return max(0, int(self.costs[number] - (least.bound if least is not None else 0)))

    def _saved_by(self, number: int, people: frozenset[Id]) -> int:
        return self.free_for.get((number, people), self.free[number])

    def _pieces(self, item: Item) -> Iterator[tuple[int | None, frozenset[Id], int, int]]:
        """Part and people, and which share of the price of their days ``item`` gets, of how many.

        Where a part saves nothing by people who come in for nothing, each of them is paid for alone, else all those
        of the part together. ``None``: people whom no part concerns.
        """
        nobodys = frozenset(person for person in everybody(item) if person not in self.part_of)
        for number, people in (*self.people[item.id].items(), (None, nobodys)):
            if number is not None and self.free[number]:
                those = [other for other in self.parts.joint if number in self.people[other.id]]
                yield number, people, _weight(item), sum(map(_weight, those))
                continue
            alike: dict[int, set[Id]] = defaultdict(set)
            for person in people:
                alike[sum(_weight(other) for other in self.parts.joint if person in everybody(other))].add(person)
            for weights, some in sorted(alike.items()):
                yield number, frozenset(some), _weight(item), weights

    def _shares(self, item: Item) -> tuple[Share, ...]:
        return tuple(
            Share(
                some,
                self.price * mine // of,
                0 if number is None else math.ceil(self._saved_by(number, self.people[item.id][number]) * mine / of),
            )
            for number, some, mine, of in self._pieces(item)
        )

    def _shares_by_day(self, item: Item) -> tuple[Share, ...]:
        """Of an item of one sitting: the price less what the part saves by that day; at most all that it could."""
        made = []
        for number, some, mine, of in self._pieces(item):
            people = some if number is None else self.people[item.id][number]
            most = 0 if number is None else self._saved_by(number, people)
            by_day = {
                day: max(0, self.price - saved) * mine // of
                for (other, those, day), saved in self.free_on.items()
                if other == number and those == people
            }
            made.append(Share(some, max(0, self.price - most) * mine // of, 0, by_day))
        return tuple(made)

    def _ask_by_day(self, items: Iterable[Item]) -> None:
        """As long as the least price of an item stands on a day that was not asked for, it is."""
        left = {item.id: item for item in items}
        for _ in range(ROUNDS):
            found = self.asks({id_: ((item,), self._shares_by_day(item)) for id_, item in left.items()})
            jobs: dict[tuple[int, frozenset[Id], int], tuple[tuple[Item, ...], tuple[Share, ...]]] = {}
            for id_, least in found.items():
                self.bounds[id_] = max(self.bounds.get(id_, 0), least.bound)
                self.impossible.update(least.impossible)
                days = {(self.part_of[person], day) for person, day in least.called if person in self.part_of}
                if days:
                    self.hints[id_] = (min(days)[1], frozenset(number for number, _ in days))
                unknown = {
                    (number, self.people[id_][number], day)
                    for number, day in days
                    if number in self.people[id_] and self._saved_by(number, self.people[id_][number])
                }
                unknown -= self.free_on.keys()
                jobs |= {key: self._free_that_day(*key) for key in unknown}
                if not unknown:
                    del left[id_]
            saved = self.asks(jobs)
            if not jobs or len(saved) < len(jobs):
                break
            for (number, people, day), least in saved.items():
                at_most = min(self.price * len(people), self._saved_by(number, people))
                self.free_on[number, people, day] = min(at_most, self._saved(number, least))

    def _free_that_day(
        self, number: int, people: frozenset[Id], day: int
    ) -> tuple[tuple[Item, ...], tuple[Share, ...]]:
        others = Share(self._others(number, people), self.price, 0)
        return self.parts.apart[number], (others, Share(people, self.price, 0, {day: 0}))


def _weight(item: Item) -> int:
    return 1 if item.online else IN_PERSON
