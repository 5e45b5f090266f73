"""What a file of JSON has at a place, and of which kind; what is not as it should be is noted, each by its place."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from zhibu.domain.roster import Id

#: More would not be read by anybody.
MOST_ERRORS = 20
_LONGEST_SHOWN = 40
#: What stands for the value of a key that is missing.
_GONE = object()

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Wrong:
    """``place``: the thing and the key of the file, by name. ``sentence``: what was found, and what to do."""

    place: str
    sentence: str


class PlanFileRefused(Exception):
    """The file is not used. ``errors``: at least one, at most ``MOST_ERRORS``, in the order of the file."""

    def __init__(self, errors: Iterable[Wrong]) -> None:
        self.errors = tuple(errors)[:MOST_ERRORS]
        super().__init__("\n".join(f"{wrong.place}: {wrong.sentence}" for wrong in self.errors))


def refuse(found: Iterable[Wrong]) -> None:
    """Raises ``PlanFileRefused`` where anything was found."""
    errors = tuple(found)
    if errors:
        raise PlanFileRefused(errors)


@dataclass(frozen=True, slots=True)
class At:
    """A value of the file, and its place in it.

    Asked for a kind that it is not of, it notes that in ``found`` and gives something that is; so everything that is
    wrong is found in one reading. What is given then is not to be used.
    """

    value: Any
    place: str
    found: list[Wrong]

    def wrong(self, sentence: str) -> None:
        self.found.append(Wrong(self.place or "the file", sentence))

    def named(self, place: str) -> At:
        return At(self.value, place, self.found)

    @property
    def is_there(self) -> bool:
        return self.value is not _GONE

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def at(self, key: str) -> At:
        """What ``key`` has. Where it is missing that is noted, and nothing more about it."""
        entries = self._object()
        below = self._below(_GONE if entries is None else entries.get(key, _GONE), key)
        if entries is not None and key not in entries:
            below.wrong("this key is missing. Add it.")
        return below

    def maybe(self, key: str, read: Callable[[At], Thing]) -> Thing | None:
        """What ``read`` makes of ``key``; ``None`` where it is missing or ``null``."""
        value = (self._object() or {}).get(key)
        return None if value is None else read(self._below(value, key))

    def entries(self) -> list[tuple[str, At]]:
        return [(key, self._below(value, key)) for key, value in (self._object() or {}).items()]

    def each(self) -> list[At]:
        values: list[Any] = self._of_kind(list, "a list", [])
        return [At(value, f"{self.place}[{number}]", self.found) for number, value in enumerate(values)]

    def integer(self, least: int | None = None, most: int | None = None) -> int:
        number: int = self._of_kind(int, "a whole number", least or 0)
        if least is not None and number < least:
            self.wrong(f"{number} is less than {least}. Write {least} or more.")
        if most is not None and number > most:
            self.wrong(f"{number} is more than {most}. Write {most} or less.")
        return number

    def number(self) -> int | float:
        return self.value if isinstance(self.value, float) else self.integer()

    def text(self) -> str:
        return str(self._of_kind(str, "a text", ""))

    def flag(self) -> bool:
        return bool(self._of_kind(bool, "true or false", instead=False))

    def id(self) -> Id:
        return self.value if isinstance(self.value, str) else int(self._of_kind(int, "a text or a whole number", 0))

    def ids(self) -> tuple[Id, ...]:
        return tuple(each.id() for each in self.each())

    def integers(self) -> tuple[int, ...]:
        """None of them is negative."""
        return tuple(each.integer(0) for each in self.each())

    def interval(self, most: int) -> tuple[int, int]:
        """``[from, to)``: two slots, the first before the second, neither above ``most``."""
        noted = len(self.found)
        ends = [each.integer(0, most) for each in self.each()]
        if len(ends) == 2 and ends[0] < ends[1]:  # noqa: PLR2004 - from and to
            return ends[0], ends[1]
        if noted == len(self.found) and self.is_there:
            self.wrong(f"{_shown(self.value)} is not [from, to]. Write two slots, the earlier first.")
        return 0, most

    def date(self) -> dt.date:
        noted = len(self.found)
        try:
            return dt.date.fromisoformat(self.text())
        except ValueError:
            if noted == len(self.found) and self.is_there:
                self.wrong(f"{_shown(self.value)} is not a day. Write it like 2026-03-01.")
            return dt.date.min

    def _below(self, value: Any, name: str) -> At:
        return At(value, f"{self.place}, {name}" if self.place else name, self.found)

    def _object(self) -> dict[str, Any] | None:
        entries: dict[str, Any] | None = self._of_kind(dict, "an object", None)
        return entries

    def _of_kind(self, kind: type, spoken: str, instead: Any) -> Any:
        # To Python, but to nobody else, true and false are whole numbers.
        if isinstance(self.value, kind) and (kind is bool or not isinstance(self.value, bool)):
            return self.value
        if self.is_there:
            self.wrong(f"{_shown(self.value)} is not {spoken}. Write {spoken} here.")
        return instead


def opened(data: bytes, tag: str) -> At:
    """The whole file, which is of the format ``tag``. Raises ``PlanFileRefused``."""
    try:
        value = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise PlanFileRefused([Wrong("the file", f"it is not JSON: {error}. Give a file of {tag}.")]) from error
    whole = At(value, "", [])
    found = value.get("format") if isinstance(value, dict) else None
    if found != tag:
        refuse([Wrong("format", f"{_shown(found)} is not {tag}. Give a file of {tag}.")])
    return whole


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
