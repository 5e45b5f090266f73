"""The whole workbook: each sheet's table found, each row read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import Fact, Facts, LedgerFact, RosterFact, Told
from zhibu.apps.imports.findings import Code, Findings, place
from zhibu.apps.imports.gathering.ledger import ledger_line
from zhibu.apps.imports.gathering.line import Line
from zhibu.apps.imports.gathering.organizations import organization
from zhibu.apps.imports.gathering.people import person
from zhibu.apps.imports.gathering.posts import appointment, honor
from zhibu.apps.imports.gathering.rosters import Heads, is_weekday_row, roster_row, shift
from zhibu.apps.imports.gathering.windows import window_post
from zhibu.documents.workbooks import cells
from zhibu.documents.workbooks.layout import (
    APPOINTMENTS,
    GUIDE,
    HONORS,
    LAYOUTS,
    LEDGER,
    ORGANIZATIONS,
    PEOPLE,
    ROSTER,
    SHIFTS,
    WINDOW_POSTS,
    Layout,
)
from zhibu.documents.workbooks.reading import Book
from zhibu.documents.workbooks.tables import Row, Table, table_in

F = TypeVar("F", bound=Fact)


def gather(book: Book, *, as_of: dt.date, month: dt.date | None, findings: Findings) -> Facts:
    """Everything the workbook says. ``month``: of the roster, where its title does not say it."""
    return _Gatherer(book, as_of, month, findings).facts()


class _Gatherer:
    def __init__(self, book: Book, as_of: dt.date, month: dt.date | None, findings: Findings) -> None:
        self._as_of, self._month, self._findings = as_of, month, findings
        self._unreadable: dict[str, str] = {}
        self._tables: dict[str, Table] = {}
        for name in book.others:
            if name != GUIDE:
                findings.warn(cells.shown(name), None, "", None, Code.UNKNOWN, _("this sheet was not read."))
        layouts = {layout.name: layout for layout in LAYOUTS}
        for sheet in book.sheets:
            table = table_in(sheet, layouts[sheet.name])
            if table is not None:
                self._tables[sheet.name] = table
            elif any(cells.text(cell) for row in sheet.rows for cell in row):
                self._complain_about_header(layouts[sheet.name])
        if not self._unreadable and not any(table.rows for table in self._tables.values()):
            findings.error(
                "",
                None,
                "",
                None,
                Code.MISSING,
                _("The workbook has no rows to read. Fill in the sheets %(sheets)s, or some of them.")
                % {"sheets": "、".join(layouts)},
            )

    def facts(self) -> Facts:
        return Facts(
            organizations=self._told(ORGANIZATIONS, organization),
            people=self._told(PEOPLE, person),
            appointments=self._told(APPOINTMENTS, appointment),
            window_posts=self._told(WINDOW_POSTS, window_post),
            shifts=self._told(SHIFTS, shift),
            roster=self._roster(),
            honors=self._told(HONORS, honor),
            ledger=self._ledger(),
            unreadable=self._unreadable,
        )

    def _told(self, layout: Layout, reader: Callable[[Line], F]) -> Told[F] | None:
        table = self._table(layout)
        if table is None:
            return None
        told: Told[F] = Told(layout.name, table.header, frozenset(table.columns))
        told.facts.extend(reader(self._line(layout, row)) for row in table.rows)
        self._warn_unknown_columns(layout, table)
        return told

    def _roster(self) -> Told[RosterFact] | None:
        table = self._table(ROSTER)
        if table is None:
            return None
        heads = Heads(ROSTER.name, table, month=self._month, as_of=self._as_of, findings=self._findings)
        told: Told[RosterFact] = Told(ROSTER.name, table.header, frozenset(table.columns), heads=heads.names())
        told.facts.extend(
            roster_row(self._line(ROSTER, row), row, heads) for row in table.rows if not is_weekday_row(row)
        )
        return told

    def _ledger(self) -> Told[LedgerFact] | None:
        """Days without a year are those of the year that the title names."""
        table = self._tables.get(LEDGER.name)
        said = cells.month_in_title(table.title) if table else None
        return self._told(LEDGER, lambda line: ledger_line(line, year=said[0] if said else None))

    def _line(self, layout: Layout, row: Row) -> Line:
        return Line(layout.name, row, self._findings, self._as_of)

    def _table(self, layout: Layout) -> Table | None:
        """The table of a sheet, if it has one and every column it can not do without."""
        table = self._tables.get(layout.name)
        if table is None:
            return None
        missing = [name for name in layout.needed if name not in table.columns]
        for name in missing:
            self._findings.error(
                layout.name, table.header, name, None, Code.MISSING, _("the sheet has no such column. Add it.")
            )
        for name in table.twice:
            self._findings.error(
                layout.name,
                table.header,
                name,
                name,
                Code.DUPLICATE,
                _("the sheet has two columns of this name. Delete or rename one of them."),
            )
        if missing:
            self._unreadable[layout.name] = place(layout.name, table.header)
            return None
        return table

    def _complain_about_header(self, layout: Layout) -> None:
        self._unreadable[layout.name] = layout.name
        self._findings.error(
            layout.name,
            None,
            "",
            None,
            Code.MISSING,
            _("no row names the columns. Put a row with %(columns)s above the data.")
            % {"columns": "、".join(layout.names)},
        )

    def _warn_unknown_columns(self, layout: Layout, table: Table) -> None:
        for head in table.heads.values():
            name = cells.shown(cells.text(head))
            self._findings.warn(
                layout.name, table.header, name, name, Code.UNKNOWN, _("an unknown column; it was not read.")
            )
