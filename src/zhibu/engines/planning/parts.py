"""What can be planned apart, and what a superior holds with several of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhibu.domain.roster import Id, Item, Problem


@dataclass(frozen=True, slots=True)
class Parts:
    """Items that can be planned apart from the others, and each that concerns several of these (``joint``)."""

    apart: tuple[tuple[Item, ...], ...]
    joint: tuple[Item, ...]

    def part_of(self) -> dict[Id, int]:
        """Of each person the part, by its number, that calls for them."""
        return {
            person: number for number, items in enumerate(self.apart) for item in items for person in everybody(item)
        }


def everybody(item: Item) -> tuple[Id, ...]:
    """Each person once."""
    return tuple(dict.fromkeys((*item.audience, *item.chairs)))


def parts_of(problem: Problem) -> Parts:
    """Items of organizations that share nobody and no room are apart; what a superior holds with several is joint."""
    concerned: dict[Id, set[Id]] = defaultdict(set)
    for item in problem.items.values():
        for person in everybody(item):
            concerned[person].add(item.organization)
    joint = []
    apart: dict[Id, list[Item]] = defaultdict(list)
    for item in problem.items.values():
        others = {other for person in everybody(item) for other in concerned[person]}
        if any(_is_above(problem, item.organization, other) for other in others):
            joint.append(item)
        else:
            apart[item.organization].append(item)
    return Parts(_clusters(apart), tuple(joint))


def _clusters(apart: Mapping[Id, Sequence[Item]]) -> tuple[tuple[Item, ...], ...]:
    """The items of organizations that somebody or a room ties together, directly or by others (union-find)."""
    together: dict[Id, Id] = {organization: organization for organization in apart}

    def top(organization: Id) -> Id:
        while together[organization] != organization:
            organization = together[organization]
        return organization

    first_of: dict[tuple[str, Id], Id] = {}
    for organization, items in apart.items():
        ties = {("person", person) for item in items for person in everybody(item)}
        for tie in ties | {("room", room) for item in items for room in item.rooms}:
            together[top(organization)] = top(first_of.setdefault(tie, organization))
    clusters: dict[Id, list[Item]] = defaultdict(list)
    for organization, items in apart.items():
        clusters[top(organization)] += items
    return tuple(tuple(items) for items in clusters.values())


def _is_above(problem: Problem, organization: Id, other: Id) -> bool:
    """Whether ``organization`` stands above ``other``."""
    seen = {other}
    while other in problem.organizations:
        parent = problem.organizations[other].parent
        if parent is None or parent in seen:
            return False
        if parent == organization:
            return True
        seen.add(parent)
        other = parent
    return False
