"""One TOML file as tables whose every value is asked for by name and kind, and found again by its line.

``tomllib`` gives values without lines, so the lines are found by reading the text once more for its headers and
keys. Nothing here knows what a rule is.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import TypeAlias, TypeVar

from zhibu.domain.terms import Word

Chosen = TypeVar("Chosen", bound=Word)

#: Names from the top of the file down to a value; the tables of an array are counted from 0.
Path: TypeAlias = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w\-.\"]+)\s*=")
_QUOTES = re.compile(r'"""|\'\'\'')


class Wrong(Exception):
    """Something in a pack is not as it must be: ``key`` of the table at ``path``."""

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(message)


def dotted(path: Path) -> str:
    """``rules[2].binds.kinds``: as it is shown; counted from 1, as people count."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class Lines:
    """On which line a value stands, or the nearest thing around it."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}
        here: Path = ()
        for number, line in _outside_long_strings(text):
            if header := _HEADER.match(line):
                here = self._enter(_parts(header[2]), is_array=header[1] == "[[")
                self._found.setdefault(here, number)
            elif key := _KEY.match(line):
                path = here
                for part in _parts(key[1]):
                    path = (*path, part)
                    self._found.setdefault(path, number)

    def _enter(self, parts: list[str], *, is_array: bool) -> Path:
        path: Path = ()
        for depth, part in enumerate(parts, 1):
            path = (*path, part)
            if is_array and depth == len(parts):
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
        return path

    def of(self, path: Path) -> int:
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, 1)


def _parts(name: str) -> list[str]:
    return [part.strip().strip('"') for part in name.split(".")]


def _outside_long_strings(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines that do not begin inside a string of several lines."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            yield number, line
        inside ^= len(_QUOTES.findall(line)) % 2 == 1


class Table:
    """A table that is read key by key. ``done`` refuses what nobody asked for.

    ``x_or_none`` gives ``None`` where the key is not there; without it a missing key is wrong.
    """

    def __init__(self, values: Mapping[str, object], path: Path = ()) -> None:
        self.path = path
        self._values = values
        self._asked: dict[str, None] = {}

    @classmethod
    def parse(cls, text: str) -> Table:
        """Raises ``tomllib.TOMLDecodeError``."""
        return cls(tomllib.loads(text))

    def wrong(self, key: str, message: str) -> Wrong:
        return Wrong((*self.path, key), message)

    def done(self) -> None:
        for key in self._values:
            if key not in self._asked:
                raise self.wrong(key, f"unknown key; known here: {', '.join(self._asked)}")

    def _is_absent(self, key: str) -> bool:
        self._asked[key] = None
        return key not in self._values

    def _value(self, key: str) -> object:
        if self._is_absent(key):
            raise Wrong(self.path, f"{key} is missing")
        return self._values[key]

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"{value!r} is no text")
        return value.strip()

    def text_or_none(self, key: str) -> str | None:
        return None if self._is_absent(key) else self.text(key)

    def number(self, key: str, *, least: int = 0) -> int:
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(key, f"{value!r} is no whole number from {least} up")
        return value

    def number_or_none(self, key: str, *, least: int = 0) -> int | None:
        return None if self._is_absent(key) else self.number(key, least=least)

    def flag(self, key: str) -> bool:
        """``false`` where the key is not there."""
        if self._is_absent(key):
            return False
        value = self._value(key)
        if not isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is neither true nor false")
        return value

    def day(self, key: str) -> dt.date:
        value = self._value(key)
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise self.wrong(key, f"{value!r} is no date such as 2018-10-28")
        return value

    def day_or_none(self, key: str) -> dt.date | None:
        return None if self._is_absent(key) else self.day(key)

    def word(self, key: str, words: type[Chosen]) -> Chosen:
        return self._as_word(key, self._value(key), words)

    def word_or_none(self, key: str, words: type[Chosen]) -> Chosen | None:
        return None if self._is_absent(key) else self.word(key, words)

    def words(self, key: str, words: type[Chosen]) -> frozenset[Chosen]:
        """A list with at least one word, each once."""
        values = self._value(key)
        if not isinstance(values, list) or not values:
            raise self.wrong(key, f"{values!r} is no list of words")
        found = [self._as_word(key, value, words) for value in values]
        if len(set(found)) < len(found):
            raise self.wrong(key, "a word stands there twice")
        return frozenset(found)

    def words_or_none(self, key: str, words: type[Chosen]) -> frozenset[Chosen] | None:
        return None if self._is_absent(key) else self.words(key, words)

    def _as_word(self, key: str, value: object, words: type[Chosen]) -> Chosen:
        for word in words:
            if word.value == value:
                return word
        raise self.wrong(key, f"{value!r} is none of {', '.join(word.value for word in words)}")

    def table(self, key: str) -> Table:
        value = self._value(key)
        if not isinstance(value, dict):
            raise self.wrong(key, f"{value!r} is no table")
        return Table(value, (*self.path, key))

    def table_or_none(self, key: str) -> Table | None:
        return None if self._is_absent(key) else self.table(key)

    def named_tables(self, key: str) -> dict[str, Table]:
        """Tables by name: ``[key.name]``."""
        return self.table(key).tables()

    def tables(self) -> dict[str, Table]:
        return {name: self.table(name) for name in self._values}

    def listed_tables(self, key: str) -> list[Table]:
        """An array of tables: ``[[key]]``."""
        values = self._value(key)
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.wrong(key, f"write each as a table of its own: [[{key}]]")
        return [Table(value, (*self.path, key, index)) for index, value in enumerate(values)]
