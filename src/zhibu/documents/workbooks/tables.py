"""Finds the table in a sheet: the header below title rows, the rows of data, the columns nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zhibu.documents.workbooks import cells
from zhibu.documents.workbooks.layout import Layout
from zhibu.documents.workbooks.reading import Cell, Sheet

#: A header stands among the first rows of a sheet.
_SEARCHED = 30
#: What people add to a column's name: a mark that it is needed, a unit, a hint in brackets.
_ADDITIONS = re.compile(r"[*※:]+|[(（].*[)）]")
#: A row with more different cells than that is data; the others are looked at closely.
_FEW = 4
_FOOTER = re.compile(r"(?:合计|总计|小计|共计|备注|附注|说明|注|填表|制表|审核|复核|单位负责人|填报)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data; ``number`` is Excel's. A column that the sheet does not have is blank."""

    number: int
    cells: list[Cell]
    columns: dict[str, int]

    def __getitem__(self, column: str) -> Cell:
        index = self.columns.get(column)
        return "" if index is None else self.cells[index]


@dataclass(frozen=True, slots=True)
class Table:
    """``heads`` are the columns that the layout does not name, by their index; ``twice`` those that stand twice."""

    header: int
    title: str
    columns: dict[str, int]
    heads: dict[int, Cell]
    twice: tuple[str, ...]
    rows: list[Row]


def table_in(sheet: Sheet, layout: Layout) -> Table | None:
    """``None`` where no row looks like the header: it must name two of the columns."""
    searched = [_known(row, layout) for row in sheet.rows[:_SEARCHED]]
    best = max(range(len(searched)), key=lambda index: len(set(searched[index].values())), default=0)
    if not searched or len(set(searched[best].values())) < min(2, len(layout.columns)):
        return None
    header = sheet.rows[best]
    columns: dict[str, int] = {}
    twice: list[str] = []
    for index, name in searched[best].items():
        if columns.setdefault(name, index) != index:
            twice.append(name)
    return Table(
        header=best + 1,
        title=" ".join(dict.fromkeys(cells.text(cell) for row in sheet.rows[:best] for cell in row if cell != "")),
        columns=columns,
        heads={i: cell for i, cell in enumerate(header) if i not in searched[best] and cells.text(cell)},
        twice=tuple(twice),
        rows=list(_data(sheet, best, columns)),
    )


def _known(row: list[Cell], layout: Layout) -> dict[int, str]:
    """Which columns of the layout this row names, by index."""
    names = set(layout.names)
    found = {}
    for index, cell in enumerate(row):
        if isinstance(cell, str) and (name := _ADDITIONS.sub("", cells.code(cell))) in names:
            found[index] = name
    return found


def _data(sheet: Sheet, header: int, columns: dict[str, int]) -> Iterator[Row]:
    head = sheet.rows[header]
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if row != head and not _is_blank_or_footer(row):
            yield Row(index + 1, row, columns)


def _is_blank_or_footer(row: list[Cell]) -> bool:
    filled = set(row)
    if len(filled) > _FEW:
        return False
    texts = {cells.text(cell) for cell in filled} - {""}
    return not texts or (len(texts) == 1 and _FOOTER.match(min(texts)) is not None)
