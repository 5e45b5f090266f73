"""Writes a roster as the sheets 班次 and 排班 of the workbook, so that it can be filled in and brought back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

from zhibu.documents.workbooks.layout import ROSTER, SHIFTS


@dataclass(frozen=True, slots=True)
class RosterLine:
    """Somebody of the roster; ``codes`` from the first day of the month to its last, "" for none."""

    number: str
    name: str
    department: str
    codes: Sequence[str]


#: Code, beginning, end, name; the hours as the workbook writes them, "" for a rest.
ShiftLine = tuple[str, str, str, str]


def roster_book(month: dt.date, lines: Sequence[RosterLine], shifts: Sequence[ShiftLine]) -> bytes:
    """An .xlsx. Every cell is a text: nothing becomes a formula or a link. A cell offers the codes of the shifts."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#EDEFF2", "bottom": 1})
    title, text = book.add_format({"bold": True, "font_size": 14}), book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(ROSTER.name)
    sheet.write_string(0, 0, f"{month.year}年{month.month}月排班表", title)
    days = len(lines[0].codes) if lines else 0
    heads = [*ROSTER.names, *(f"{month.month}月{day}日" for day in range(1, days + 1))]
    for index, name in enumerate(heads):
        sheet.write_string(1, index, name, head)
    for number, line in enumerate(lines, start=2):
        for index, cell in enumerate((line.number, line.name, line.department, *line.codes)):
            sheet.write_string(number, index, cell, text)
    first = len(ROSTER.names)
    sheet.set_column(0, first - 1, 14, text)
    if days:
        sheet.set_column(first, first + days - 1, 8, text)
        offer = {
            "validate": "list",
            "source": f"={SHIFTS.name}!$A$2:$A${len(shifts) + 1}",
            "error_type": "information",
        }
        sheet.data_validation(2, first, len(lines) + 1, first + days - 1, offer)
    sheet.freeze_panes(2, 2)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD20000"})
    named = book.add_worksheet(SHIFTS.name)
    for index, name in enumerate(SHIFTS.names):
        named.write_string(0, index, name, head)
    for number, shift in enumerate(shifts, start=1):
        for index, cell in enumerate(shift):
            named.write_string(number, index, cell, text)
    book.close()
    return buffer.getvalue()
