"""Tables as .xlsx: a dataclass in, bytes out. Every cell is a text: no formula, no link, nothing that runs."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

#: What one cell of the format holds; a longer text is cut and ends with an ellipsis.
LONGEST_TEXT = 32_767
_LONGEST_NAME = 31
_WIDEST, _NARROWEST = 48, 8
#: Rows that decide the width of a column; more would not change how it looks.
_ROWS_MEASURED = 200


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: a row of headings that stays in sight, and the rows under it, each as long as the headings."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def workbook(tables: Sequence[Table], *, title: str, made_at: dt.datetime, notes: Sequence[str] = ()) -> bytes:
    """The tables, each on a sheet of its own; ``notes`` (what was counted, of which day) on one after them."""
    import xlsxwriter  # heavy: only where somebody takes a table with them

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": _text(title), "created": made_at.replace(tzinfo=None)})
    heading = book.add_format({"bold": True, "bottom": 1, "valign": "vcenter"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    taken: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.name, taken))
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, _text(name), heading)
            sheet.set_column(column, column, _width([name, *(row[column] for row in table.rows[:_ROWS_MEASURED])]))
        for number, row in enumerate(table.rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, _text(text))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        # Staff numbers and figures are texts on purpose; the green corners would say that this is a mistake.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(table.rows) + 1}"})
    if notes:
        sheet = book.add_worksheet(_sheet_name(title, taken))
        sheet.set_column(0, 0, 80)
        for number, note in enumerate(notes):
            sheet.write_string(number, 0, _text(note), wrapped)
    book.close()
    return buffer.getvalue()


def _text(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= LONGEST_TEXT else whole[: LONGEST_TEXT - 1] + "…"


def _sheet_name(name: str, taken: set[str]) -> str:
    """The name as a sheet may have it: 31 characters, none of those it forbids, no two alike."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip(" '")[:_LONGEST_NAME].strip(" '") or "1"
    found, number = plain, 1
    while found.lower() in taken:
        number += 1
        found = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
    taken.add(found.lower())
    return found


def _width(texts: Sequence[str]) -> int:
    widest = max(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text) for text in texts)
    return min(max(widest + 2, _NARROWEST), _WIDEST)
