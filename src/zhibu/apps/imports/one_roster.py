"""The roster of one unit and month, brought in by whoever keeps it: the sheet 排班 alone, read as in the workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import RosterFact, Told
from zhibu.apps.imports.findings import Code, Finding, Findings, TooManyErrors, in_order
from zhibu.apps.imports.gathering.book import gather
from zhibu.apps.imports.plan import refused
from zhibu.apps.people.models import Person
from zhibu.apps.rosters.models import Shift
from zhibu.documents.workbooks.layout import ROSTER
from zhibu.documents.workbooks.limits import DEFAULT, Limits, WorkbookRefused
from zhibu.documents.workbooks.reading import read

SHEET = ROSTER.name


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What the sheet says, by person and day; with an error nothing of it may be kept. A blank cell says nothing."""

    cells: Mapping[UUID, Mapping[dt.date, Shift]]
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Reading:
    month: dt.date
    people: Mapping[str, Person]
    shifts: Mapping[str, Shift]
    findings: Findings
    cells: dict[UUID, dict[dt.date, Shift]] = field(default_factory=dict)


def roster_in(
    data: bytes,
    *,
    month: dt.date,
    people: Mapping[str, Person],
    shifts: Mapping[str, Shift],
    limits: Limits = DEFAULT,
) -> BroughtIn:
    """``people``: those of the roster by staff number; ``shifts`` by code. Every fault is named by row and column."""
    try:
        book = read(data, wanted=[SHEET], limits=limits)
    except WorkbookRefused as refusal:
        return BroughtIn({}, errors=refused(refusal).errors)
    reading = _Reading(month, people, shifts, Findings())
    with suppress(TooManyErrors):  # so many are shown; the others show once these are mended
        _read_rows(reading, gather(book, as_of=month, month=month, findings=reading.findings).roster)
    errors = in_order(reading.findings.errors)
    return BroughtIn({} if errors else reading.cells, errors, in_order(reading.findings.warnings))


def _read_rows(reading: _Reading, told: Told[RosterFact] | None) -> None:
    findings = reading.findings
    if told is None:
        if not findings.errors:
            findings.error(SHEET, None, "", None, Code.MISSING, _("There is no such sheet. Call the sheet so."))
        return
    for day, head in told.heads.items():
        if day.replace(day=1) != reading.month:
            findings.error(
                SHEET,
                told.header,
                head,
                head,
                Code.BAD_DATE,
                _("this day is not in %(month)s. Bring each month in on its own page.")
                % {"month": f"{reading.month:%Y-%m}"},
            )
    rows: dict[str, int] = {}
    for fact in told.facts:
        _read_row(reading, told, fact, rows)


def _read_row(reading: _Reading, told: Told[RosterFact], fact: RosterFact, rows: dict[str, int]) -> None:
    findings = reading.findings
    if "工号" in fact.faulty:
        return
    person = reading.people.get(fact.number)
    if person is None:
        text = _("nobody in this roster has this number. Correct it, or leave the row out.")
        findings.error(SHEET, fact.row, "工号", fact.number, Code.UNKNOWN, text)
        return
    if fact.name and fact.name != person.name:
        text = _("%(number)s is %(name)s. Correct the number or the name.")
        values = {"number": fact.number, "name": person.name}
        findings.error(SHEET, fact.row, "姓名", fact.name, Code.BAD_VALUE, text % values)
    before = rows.setdefault(fact.number, fact.row)
    if before != fact.row:
        text = _("%(number)s has a roster in row %(row)s already. Put both into one row.")
        values = {"number": fact.number, "row": str(before)}
        findings.error(SHEET, fact.row, "工号", fact.number, Code.DUPLICATE, text % values)
    for day, code in fact.shifts.items():
        shift = reading.shifts.get(code)
        if shift is None:
            text = _("there is no shift “%(code)s”. Write one of %(known)s.")
            values = {"code": code, "known": "、".join(reading.shifts)}
            findings.error(SHEET, fact.row, told.heads[day], code, Code.UNKNOWN, text % values)
        else:
            reading.cells.setdefault(person.pk, {})[day] = shift
