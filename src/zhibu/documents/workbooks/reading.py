"""Opens a workbook: bytes in, sheets of rows out. Values only; formulas give what they were last seen to give."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from zhibu.documents.workbooks import compound, package
from zhibu.documents.workbooks.limits import DEFAULT, Limits, Reason, WorkbookRefused

#: What one cell holds; an empty one, and one whose formula failed, holds "".
Cell: TypeAlias = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta

#: A merged range of more cells is a banner, not data.
_LARGEST_MERGED = 100_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """Its rows from the first on: ``rows[0]`` is row 1 of Excel. A merged range has its value in every cell."""

    name: str
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets that were asked for, in the order of the file, and the names of the others."""

    sheets: tuple[Sheet, ...]
    others: tuple[str, ...]


def read(data: bytes, *, wanted: Collection[str], limits: Limits = DEFAULT) -> Book:
    """Open an .xlsx or .xls; the sheets named in ``wanted`` are read. Raises ``WorkbookRefused``.

    What is hostile is refused before it is parsed, so that refusing costs next to nothing.
    """
    if not data:
        raise WorkbookRefused(Reason.EMPTY)
    if len(data) > limits.packed:
        raise WorkbookRefused(Reason.PACKED, limit=limits.packed)
    if package.is_zip(data):
        data = package.checked(data, limits)
    elif compound.is_compound(data):
        compound.refuse_hostile(data, limits)
    else:
        raise WorkbookRefused(Reason.NOT_A_WORKBOOK)
    try:
        return _parsed(data, wanted)
    except WorkbookRefused:
        raise
    except BaseException as error:
        if type(error).__module__ in {"python_calamine", "pyo3_runtime"}:
            # A broken file: the parser's own errors, and its panics, which are no ``Exception``.
            raise WorkbookRefused(Reason.DAMAGED) from error
        raise


def _parsed(data: bytes, wanted: Collection[str]) -> Book:
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets: dict[str, Sheet] = {}
    others: list[str] = []
    for index, about in enumerate(workbook.sheets_metadata):
        name = about.name.strip()
        if name not in wanted or name in sheets or about.typ != SheetTypeEnum.WorkSheet:
            others.append(name)
            continue
        sheet = workbook.get_sheet_by_index(index)
        rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
        _fill_merged(rows, sheet.merged_cell_ranges or [])
        sheets[name] = Sheet(name, rows)
    return Book(tuple(sheets.values()), tuple(others))


def _fill_merged(rows: list[list[Cell]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Write the value of each merged range into all its cells, as a reader of the sheet sees it."""
    budget = _LARGEST_MERGED
    for (top, left), (bottom, right) in ranges:
        inside = rows[top : bottom + 1]
        if not inside or left >= len(inside[0]):
            continue
        width = min(right + 1, len(inside[0])) - left
        budget -= len(inside) * width
        if budget < 0:
            return
        for row in inside:
            row[left : left + width] = [inside[0][left]] * width
