"""班次 and 排班: the shifts, and who has which of them on which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import RosterFact, ShiftFact
from zhibu.apps.imports.findings import Code, Findings
from zhibu.apps.imports.gathering.line import Line
from zhibu.documents.workbooks import cells
from zhibu.documents.workbooks.reading import Cell
from zhibu.documents.workbooks.tables import Row, Table

#: A row of these below the header names the weekdays of the columns; it is nobody's.
_WEEKDAYS = frozenset("一二三四五六日天")


def shift(line: Line) -> ShiftFact:
    code = line.code("代码", 8, needed=True)
    starts = line.read("开始", cells.clock, _("Write it as 08:00."))
    ends = line.read("结束", cells.clock, _("Write it as 16:00 or 次日08:00."))
    if starts is not None and starts[1]:
        line.error("开始", Code.BAD_VALUE, _("a shift begins on its own day. Write it as 00:00."))
    for column, given, other in (("开始", starts, ends), ("结束", ends, starts)):
        if given is None and other is not None and not line.faulty & {"开始", "结束"}:
            line.error(column, Code.MISSING, _("a shift has both hours, or none for a rest. Fill it in."))
    whole = starts is not None and ends is not None and not line.faulty & {"开始", "结束"}
    return ShiftFact(
        code=code,
        name=line.text("名称", 40) or code,
        starts=starts[0] if starts and whole else None,
        ends=ends[0] if ends and whole else None,
        # 22:00–06:00 ends on the next day, whether it says so or not.
        ends_next_day=bool(starts and ends and whole and (ends[1] or ends[0] <= starts[0])),
        row=line.number,
        faulty=line.faulty,
    )


def is_weekday_row(row: Row) -> bool:
    typed = {cells.code(cell).removeprefix("周").removeprefix("星期") for cell in row.cells} - {""}
    return not cells.code(row["工号"]) and not cells.name(row["姓名"]) and typed <= _WEEKDAYS


class Heads:
    """The days above the columns of a roster, by the index of the column."""

    def __init__(
        self, sheet: str, table: Table, *, month: dt.date | None, as_of: dt.date, findings: Findings
    ) -> None:
        self.days: dict[int, dt.date] = {}
        self._sheet, self._table, self._findings = sheet, table, findings
        self._as_of = as_of
        self._codes: dict[Cell, str] = {"": ""}
        said = {index: cells.roster_day(head) for index, head in table.heads.items()}
        year_and_month = cells.month_in_title(table.title)
        if year_and_month is None and month is not None:
            year_and_month = month.year, month.month
        self._year: int | None = None
        self._month: int | None = None
        if year_and_month is not None:
            self._year, self._month = year_and_month
        self._is_told = year_and_month is not None
        for index, head in said.items():
            if head is None:
                self._warn_unknown(index)
            else:
                self._place(index, *head)
        if not self.days:
            findings.error(
                sheet,
                table.header,
                "",
                None,
                Code.MISSING,
                _("no column is headed by a day. Head the columns 11月1日, 11月2日 and so on."),
            )

    def shifts(self, row: Row) -> dict[dt.date, str]:
        """The codes of the shifts in a row; the same few, read once."""
        found = {}
        for index, day in self.days.items():
            cell = row.cells[index]
            code = self._codes.get(cell)
            if code is None:
                code = self._codes[cell] = cells.code(cell)
            if code:
                found[day] = code
        return found

    def names(self) -> Mapping[dt.date, str]:
        return {day: self._name(index) for index, day in self.days.items()}

    def _name(self, index: int) -> str:
        return cells.shown(cells.text(self._table.heads[index]))

    def _warn_unknown(self, index: int) -> None:
        name = self._name(index)
        self._findings.warn(
            self._sheet, self._table.header, name, name, Code.UNKNOWN, _("an unknown column; it was not read.")
        )

    def _place(self, index: int, year: int | None, month: int | None, day: int) -> None:
        try:
            found = self._date(index, year, month, day)
        except ValueError:
            self._complain(index, Code.BAD_DATE, _("there is no such day. Correct the head of the column."))
            return
        if found in self.days.values():
            self._complain(index, Code.DUPLICATE, _("this day has two columns. Delete one of them."))
            return
        self.days[index] = found

    def _complain(self, index: int, code: Code, text: str) -> None:
        name = self._name(index)
        self._findings.error(self._sheet, self._table.header, name, name, code, text)

    def _date(self, index: int, year: int | None, month: int | None, day: int) -> dt.date:
        """The day in the year that the title names; it wins over a year that Excel added to a head by itself."""
        if year is not None and month is not None and not self._is_told:
            return dt.date(year, month, day)
        if self._year is None:
            self._guess(index, month, day)
        assert self._year is not None
        month = month or self._month or self._as_of.month
        if self._month is None:
            return dt.date(self._year, month, day)
        # From December into January the year changes: of the three the one nearest to the month of the title.
        nearest = min(
            range(self._year - 1, self._year + 2),
            key=lambda each: abs(each * 12 + month - (self._year or 0) * 12 - (self._month or 0)),
        )
        return dt.date(nearest, month, day)

    def _guess(self, index: int, month: int | None, day: int) -> None:
        """The year (and month) nearest to the day of the import, for all columns after the first."""
        self._month = month or self._as_of.month
        candidates = []
        for year in range(self._as_of.year - 1, self._as_of.year + 2):
            try:
                candidates.append(dt.date(year, self._month, day))
            except ValueError:
                continue
        if not candidates:
            raise ValueError(day)
        self._year = min(candidates, key=lambda each: abs(each - self._as_of)).year
        name = self._name(index)
        self._findings.warn(
            self._sheet,
            self._table.header,
            name,
            name,
            Code.MISSING,
            _("no year is said; %(year)s is taken. Write a title such as 2026年11月排班表, or say the month.")
            % {"year": self._year},
        )


def roster_row(line: Line, row: Row, heads: Heads) -> RosterFact:
    return RosterFact(
        number=line.code("工号", 20, needed=True),
        name=line.name("姓名", 40),
        shifts=heads.shifts(row),
        row=line.number,
        faulty=line.faulty,
    )
