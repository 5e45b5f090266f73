"""The tree of organizations as it stands on one day, computed from facts.

Knows nothing of how placements are stored. Codes order siblings; nothing is ever ordered by a figure.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

#: Characters of one step of a path: 36³ = 46,656 children under one parent.
STEP = 3
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class CycleError(ValueError):
    """Some nodes are their own ancestors; ``keys`` names them."""

    def __init__(self, keys: Iterable[object]) -> None:
        self.keys = list(keys)
        super().__init__(f"a cycle in the tree: {self.keys}")


@dataclass(frozen=True, slots=True)
class Stand(Generic[Key]):
    """Where one node stands: in preorder, ``path`` sorts the tree and a prefix selects a subtree."""

    key: Key
    path: str
    depth: int


def tops(path: str) -> list[str]:
    """The paths of a place in the tree and of all above it, from the root down to ``path`` itself."""
    return [path[:length] for length in range(STEP, len(path) + 1, STEP)]


def _step(index: int) -> str:
    text = ""
    for _ in range(STEP):
        index, digit = divmod(index, 36)
        text = _DIGITS[digit] + text
    return text


def preorder(parents: Mapping[Key, Key | None], order: Mapping[Key, str]) -> list[Stand[Key]]:
    """All nodes in tree order, siblings by ``order``.

    A node whose parent is ``None`` or not in ``parents`` is a root. Raises ``CycleError``.
    """
    children: dict[Key | None, list[Key]] = {}
    for key, parent in parents.items():
        children.setdefault(parent if parent in parents else None, []).append(key)
    for siblings in children.values():
        siblings.sort(key=lambda key: order[key])
    stands: list[Stand[Key]] = []
    waiting = [(key, "", 1, index) for index, key in enumerate(children.get(None, []))][::-1]
    while waiting:
        key, above, depth, index = waiting.pop()
        path = above + _step(index)
        stands.append(Stand(key, path, depth))
        below = [(child, path, depth + 1, i) for i, child in enumerate(children.get(key, []))]
        waiting.extend(reversed(below))
    if len(stands) < len(parents):
        looping: list[Key] = cyclic(parents)
        raise CycleError(looping)
    return stands


def cyclic(parents: Mapping[Key, Key | None]) -> list[Key]:
    """The nodes that are their own ancestors, in the order of ``parents``."""
    clear: set[Key] = set()
    looping: set[Key] = set()
    for start in parents:
        walk: list[Key] = []
        seen: set[Key] = set()
        node: Key | None = start
        while node is not None and node in parents and node not in clear and node not in seen:
            walk.append(node)
            seen.add(node)
            node = parents[node]
        if node is not None and node in seen:
            looping.update(walk[walk.index(node) :])
        clear.update(walk)
    return [key for key in parents if key in looping]
