"""What can be planned apart, and what a superior holds with several of these."""

from __future__ import annotations

from collections import defaultdict
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


def parts_of(problem: Problem) -> Parts:  # noqa: C901 - a union-find is written in one piece
    """Items of organizations that share nobody and no room are apart; what a superior holds with several is joint."""
    concerned: dict[Id, set[Id]] = defaultdict(set)
    for item in problem.items.values():
        for person in (*item.audience, *item.chairs):
            concerned[person].add(item.organization)
    joint = []
    apart: dict[Id, list[Item]] = defaultdict(list)
    for item in problem.items.values():
        others = {other for person in (*item.audience, *item.chairs) for other in concerned[person]}
        if any(_is_above(problem, item.organization, other) for other in others):
            joint.append(item)
        else:
            apart[item.organization].append(item)
    together: dict[Id, Id] = {organization: organization for organization in apart}

    def top(organization: Id) -> Id:
        while together[organization] != organization:
            organization = together[organization]
        return organization

    first_of: dict[tuple[str, Id], Id] = {}
    for organization, items in apart.items():
        for item in items:
            people = {("person", person) for person in (*item.audience, *item.chairs)}
            for key in (*people, *(("room", room) for room in item.rooms)):
                together[top(organization)] = top(first_of.setdefault(key, organization))
    clusters: dict[Id, list[Item]] = defaultdict(list)
    for organization, items in apart.items():
        clusters[top(organization)] += items
    return Parts(tuple(tuple(items) for items in clusters.values()), tuple(joint))


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
