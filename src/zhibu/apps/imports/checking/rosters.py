"""排班: people who are there, each in one row, on shifts that are there."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.imports.checking.context import Context
from zhibu.apps.imports.checking.posts import check_staff
from zhibu.apps.imports.facts import RosterFact
from zhibu.apps.imports.findings import Code
from zhibu.documents.workbooks.layout import ROSTER

SHEET = ROSTER.name


def check_roster(context: Context) -> None:
    roster = context.facts.roster
    if roster is None:
        return
    unknown = {code for fact in roster for code in fact.shifts.values()}
    unknown = {code for code in unknown if not context.has_shift(code)}
    rows: dict[str, int] = {}
    for fact in roster:
        check_staff(context, SHEET, fact)
        row = rows.setdefault(fact.number, fact.row) if fact.number else fact.row
        if row != fact.row:
            context.findings.error(
                SHEET,
                fact.row,
                "工号",
                fact.number,
                Code.DUPLICATE,
                _("%(number)s has a roster in row %(row)s already. Put both into one row.")
                % {"number": fact.number, "row": row},
            )
        if unknown:
            _check_shifts(context, fact, unknown)


def _check_shifts(context: Context, fact: RosterFact, unknown: set[str]) -> None:
    roster = context.facts.roster
    assert roster is not None
    # Once for each code in a row: a shift that is missing from 班次 stands in it day after day.
    first = {code: day for day, code in reversed(list(fact.shifts.items()))}
    for code, day in first.items():
        if code in unknown:
            context.findings.error(
                SHEET,
                fact.row,
                roster.heads[day],
                code,
                Code.UNKNOWN,
                _("there is no shift “%(code)s”. Correct it or add it to 班次.") % {"code": code},
                because=context.shifts.cause(code),
            )
