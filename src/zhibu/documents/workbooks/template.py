"""Writes an empty workbook to fill in: every sheet, its columns, the words a cell may have, and a guide."""

from __future__ import annotations

import calendar
import datetime as dt
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zhibu.documents.workbooks.layout import GUIDE, LAYOUTS, ROSTER, SHIFTS, Column, Holds, Layout

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

#: Down to here the columns have their formats and drop-downs.
_ROWS = 5_000
#: The longest list of words that Excel takes in a drop-down.
_LONGEST_LIST = 255


def template(guide: Sequence[Sequence[str]], *, month: dt.date) -> bytes:
    """An .xlsx. ``guide`` are the rows of its first sheet, the heads first; the roster is for ``month``."""
    import xlsxwriter

    buffer = io.BytesIO()
    # Whatever stands in a cell is text: nothing becomes a formula or a link.
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = _Formats(book)
    _write_guide(book.add_worksheet(GUIDE), guide, formats)
    for layout in LAYOUTS:
        _write_sheet(book.add_worksheet(layout.name), layout, month, formats)
    book.close()
    return buffer.getvalue()


class _Formats:
    def __init__(self, book: Workbook) -> None:
        self.head = book.add_format({"bold": True, "bg_color": "#EDEFF2", "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.text = book.add_format({"num_format": "@"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.number = book.add_format({"num_format": "0"})

    def of(self, column: Column) -> Any:
        return {Holds.DATE: self.date, Holds.NUMBER: self.number}.get(column.holds, self.text)


def _write_guide(sheet: Worksheet, guide: Sequence[Sequence[str]], formats: _Formats) -> None:
    for index, width in enumerate((14, 16, 60, 10, 28)):
        sheet.set_column(index, index, width, formats.wrapped)
    for number, row in enumerate(guide):
        for index, text in enumerate(row):
            sheet.write_string(number, index, text, formats.head if number == 0 else formats.wrapped)
    sheet.freeze_panes(1, 0)


def _write_sheet(sheet: Worksheet, layout: Layout, month: dt.date, formats: _Formats) -> None:
    header = 0
    if layout is ROSTER:
        sheet.write_string(0, 0, f"{month.year}年{month.month}月排班表", formats.title)
        header = 1
    for index, column in enumerate(layout.columns):
        sheet.set_column(index, index, 14 if column.holds is not Holds.TEXT else 18, formats.of(column))
        sheet.write_string(header, index, column.name, formats.head)
        _validate(sheet, header + 1, index, column)
    if layout.days:
        first = len(layout.columns)
        days = calendar.monthrange(month.year, month.month)[1]
        sheet.set_column(first, first + days - 1, 8, formats.text)
        for day in range(1, days + 1):
            sheet.write_string(header, first + day - 1, f"{month.month}月{day}日", formats.head)
        _offer(sheet, header + 1, first, first + days - 1, f"={SHIFTS.name}!$A$2:$A$50")
    sheet.freeze_panes(header + 1, 2 if layout.days else 1)


def _validate(sheet: Worksheet, first: int, index: int, column: Column) -> None:
    if column.choices:
        assert sum(len(word) + 1 for word in column.choices) <= _LONGEST_LIST
        sheet.data_validation(first, index, _ROWS, index, {"validate": "list", "source": list(column.choices)})
    elif column.refers:
        name, head = column.refers
        of = next(layout for layout in LAYOUTS if layout.name == name)
        letter = chr(ord("A") + of.names.index(head))
        _offer(sheet, first, index, index, f"={name}!${letter}$2:${letter}${_ROWS}")
    elif column.holds is Holds.NUMBER:
        rule = {"validate": "integer", "criteria": ">=", "value": 0}
        sheet.data_validation(first, index, _ROWS, index, rule)


def _offer(sheet: Worksheet, first: int, left: int, right: int, source: str) -> None:
    """A drop-down of codes from another sheet; a code that is not there yet may be typed all the same."""
    offer = {"validate": "list", "source": source, "error_type": "information"}
    sheet.data_validation(first, left, _ROWS, right, offer)
