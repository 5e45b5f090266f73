"""One row being read: what can not be read becomes a finding at its cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.utils.translation import gettext as _

from zhibu.apps.imports.findings import Code, Findings
from zhibu.documents.workbooks import cells
from zhibu.documents.workbooks.reading import Cell
from zhibu.documents.workbooks.tables import Row

T = TypeVar("T")


class Line:
    """Reads the cells of a row by the names of their columns. ``as_of``: no fact may be later."""

    def __init__(self, sheet: str, row: Row, findings: Findings, as_of: dt.date) -> None:
        self.sheet = sheet
        self.number = row.number
        self._row = row
        self._findings = findings
        self.as_of = as_of
        self._faulty: set[str] = set()

    @property
    def faulty(self) -> frozenset[str]:
        return frozenset(self._faulty)

    def has(self, column: str) -> bool:
        """Whether the sheet has this column at all."""
        return column in self._row.columns

    def shown(self, column: str) -> str | None:
        return cells.shown(self._row[column]) or None

    def error(self, column: str, code: Code, text: str) -> None:
        self._faulty.add(column)
        self._findings.error(self.sheet, self.number, column, self.shown(column), code, text)

    def warn(self, column: str, code: Code, text: str) -> None:
        self._findings.warn(self.sheet, self.number, column, self.shown(column), code, text)

    def miss(self, column: str) -> None:
        self.error(column, Code.MISSING, _("nothing is written here. Fill it in."))

    # --- Kinds of cells ---

    def text(self, column: str, longest: int, *, needed: bool = False) -> str:
        return self._fitting(column, cells.text(self._row[column]), longest, needed=needed)

    def lines(self, column: str, longest: int) -> str:
        return self._fitting(column, cells.lines(self._row[column]), longest, needed=False)

    def name(self, column: str, longest: int, *, needed: bool = False) -> str:
        return self._fitting(column, cells.name(self._row[column]), longest, needed=needed)

    def code(self, column: str, longest: int, *, needed: bool = False) -> str:
        return self._fitting(column, cells.code(self._row[column]), longest, needed=needed)

    def day(self, column: str, *, needed: bool = False, year: int | None = None) -> dt.date | None:
        """A date not after ``as_of``. One without a day is taken as the first of its month, with a warning.

        ``year``: of dates that do not say theirs.
        """
        cell = self._row[column]
        try:
            found = cells.day_of(cell, year)
        except cells.Unreadable:
            found = self._month(column, cell)
        if found is None:
            if needed and column not in self._faulty:
                self.miss(column)
            return None
        if found > self.as_of:
            self.error(
                column,
                Code.IN_FUTURE,
                _("%(date)s is after %(as_of)s, the day of this workbook. Correct the date.")
                % {"date": found, "as_of": self.as_of},
            )
            return None
        return found

    def word(self, column: str, words: Mapping[str, T], *, needed: bool = False) -> T | None:
        """One of the words of the field, by its label or another usual one."""
        typed = cells.text(self._row[column])
        if not typed:
            if needed:
                self.miss(column)
            return None
        if typed not in words:
            self.error(
                column,
                Code.BAD_VALUE,
                _("“%(value)s” is not one of the words for it: %(words)s.")
                % {"value": self.shown(column), "words": "、".join(_labels(words))},
            )
            return None
        return words[typed]

    def count(self, column: str, *, needed: bool = False) -> int | None:
        """How many; no more than a column of the table holds."""
        found = self.read(column, _count, _("Write a whole number."))
        if found is None and needed and column not in self._faulty:
            self.miss(column)
        return found

    def read(self, column: str, reader: Callable[[Cell], T], expected: str) -> T | None:
        """The cell by one of the readers of ``cells``; ``expected`` tells how to write it."""
        try:
            return reader(self._row[column])
        except cells.Unreadable:
            self.error(
                column,
                Code.BAD_VALUE,
                _("“%(value)s” can not be read. %(expected)s") % {"value": self.shown(column), "expected": expected},
            )
            return None

    def _month(self, column: str, cell: Cell) -> dt.date | None:
        try:
            found = cells.month(cell)
        except cells.Unreadable:
            self.error(
                column,
                Code.BAD_DATE,
                _("“%(value)s” is no date. Write it as 2005-02-16.") % {"value": self.shown(column)},
            )
            return None
        self.warn(column, Code.BAD_DATE, _("the day is not said; %(date)s is taken.") % {"date": found})
        return found

    def _fitting(self, column: str, value: str, longest: int, *, needed: bool) -> str:
        if not value and needed:
            self.miss(column)
        if len(value) > longest:
            self.error(
                column,
                Code.BAD_VALUE,
                _("this has %(length)s characters; at most %(longest)s fit. Shorten it.")
                % {"length": len(value), "longest": longest},
            )
            return ""
        return value


#: The largest number that the columns of the tables hold.
_MOST = 32_767


def _count(cell: Cell) -> int | None:
    found = cells.whole(cell)
    if found is not None and found > _MOST:
        raise cells.Unreadable
    return found


def _labels(words: Mapping[str, object]) -> list[str]:
    """Of several words for one thing the first."""
    first: dict[object, str] = {}
    for label, thing in words.items():
        first.setdefault(thing, label)
    return list(first.values())
