"""The menu of the official account: what the platform takes, checked before it is asked.

Source: 微信公众平台 · 自定义菜单: at most three lines with at most five below each; names of at most four characters
above and eight below (a letter or digit is half of one); a line that holds others does nothing itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

MOST, MOST_BELOW = 3, 5
#: Characters of a name, above and below.
LONGEST, LONGEST_BELOW = 4, 8


@dataclass(frozen=True, slots=True)
class Line:
    """``does``: what happens when it is pressed; empty where it holds others."""

    name: str
    does: str = ""
    below: tuple[Line, ...] = ()


class Wrong(Enum):
    """What the platform would not take of a line, or what would be no line."""

    NO_NAME = "no_name"
    TOO_LONG = "too_long"
    DOES_NOTHING = "does_nothing"
    DOES_TWO_THINGS = "does_two_things"
    TOO_MANY = "too_many"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Fault:
    """``place``: the line's number, and that below it, from 1 on; ``()`` is the menu as a whole."""

    place: tuple[int, ...]
    wrong: Wrong


def width(name: str) -> float:
    """Characters as the platform counts them: a letter or digit is half of one."""
    return sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.5 for each in name)


def faults(menu: Sequence[Line]) -> tuple[Fault, ...]:
    """Everything about a menu that the platform would refuse or show cut off."""
    found = [Fault((), Wrong.NOTHING)] if not menu else []
    if len(menu) > MOST:
        found.append(Fault((), Wrong.TOO_MANY))
    for number, line in enumerate(menu, 1):
        found += _of_line(line, (number,), LONGEST)
        if len(line.below) > MOST_BELOW:
            found.append(Fault((number,), Wrong.TOO_MANY))
        for below, one in enumerate(line.below, 1):
            found += _of_line(one, (number, below), LONGEST_BELOW)
            if one.below:
                found.append(Fault((number, below), Wrong.DOES_TWO_THINGS))
    return tuple(found)


def _of_line(line: Line, place: tuple[int, ...], longest: int) -> Iterator[Fault]:
    if not line.name.strip():
        yield Fault(place, Wrong.NO_NAME)
    if width(line.name) > longest:
        yield Fault(place, Wrong.TOO_LONG)
    if line.does and line.below:
        yield Fault(place, Wrong.DOES_TWO_THINGS)
    if not line.does and not line.below:
        yield Fault(place, Wrong.DOES_NOTHING)
