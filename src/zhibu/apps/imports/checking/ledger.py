"""三会一课台账: meetings of organizations that are there and hold such meetings, on days that are past, each once."""

from __future__ import annotations

import datetime as dt

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.imports.checking.context import Context, Place
from zhibu.apps.imports.facts import LedgerFact
from zhibu.apps.imports.findings import Code
from zhibu.documents.workbooks.layout import LEDGER
from zhibu.domain.hours import beginning
from zhibu.domain.terms import HELD_BY

SHEET = LEDGER.name


def check_ledger(context: Context) -> None:
    held: dict[tuple[object, ...], int] = {}
    for fact in context.facts.ledger or ():
        place = _check_place(context, fact)
        _check_time(context, fact)
        if place is None or fact.kind is None or fact.day is None:
            continue
        _check_kind(context, fact, place)
        _check_day(context, fact, place)
        if "时间" in fact.faulty:
            continue
        row = held.setdefault((fact.organization, fact.kind, fact.day, beginning(fact.hours)), fact.row)
        if row != fact.row:
            _duplicate(context, fact, row)


def _check_place(context: Context, fact: LedgerFact) -> Place | None:
    """A ledger also tells of organizations that are dissolved by now, or end with this workbook."""
    if not fact.organization:
        return None
    place = context.place(fact.organization)
    row = context.known.organizations.get(fact.organization)
    if place is None and row is not None:
        place = Place(row.code, row.name, row.word, None, row.founded)
    if place is None:
        context.findings.error(
            SHEET,
            fact.row,
            "组织编码",
            fact.organization,
            Code.UNKNOWN,
            _("there is no organization %(code)s. Correct the code or add that organization.")
            % {"code": fact.organization},
            because=context.organizations.cause(fact.organization),
        )
    return place


def _check_time(context: Context, fact: LedgerFact) -> None:
    """The day is compared with that of the workbook when it is read; here day and hour with the clock."""
    if fact.day is None:
        return
    now, first = localtime(context.at), beginning(fact.hours)
    if fact.day > now.date():
        column, value = "日期", fact.day.isoformat()
    elif fact.day == now.date() and isinstance(first, dt.time) and first > now.time():
        column, value = "时间", fact.hours
    else:
        return
    text = _("this is still to come. A ledger tells of meetings that took place.")
    context.findings.error(SHEET, fact.row, column, value, Code.IN_FUTURE, text)


def _check_kind(context: Context, fact: LedgerFact, place: Place) -> None:
    assert fact.kind is not None
    if place.kind is not None and place.kind not in HELD_BY[fact.kind]:
        context.findings.error(
            SHEET,
            fact.row,
            "类型",
            fact.kind.zh,
            Code.BAD_VALUE,
            _("%(name)s is a %(kind)s and holds no %(meeting)s. Correct the kind of meeting or the organization.")
            % {"name": place.name, "kind": place.kind.zh, "meeting": fact.kind.zh},
            because=context.faulty.get(place.code),
        )


def _check_day(context: Context, fact: LedgerFact, place: Place) -> None:
    """An organization that was not there held no meeting: one of two dates is wrong.

    An error, as it is for an appointment. A filed record can not be mended afterwards, and one of a day without the
    organization would stand in no year-book and count for nothing.
    """
    assert fact.day is not None
    row = context.known.organizations.get(place.code)
    dissolved = row.dissolved if row is not None and place.code not in context.organizations.rows else None
    if place.founded is not None and fact.day < place.founded:
        text = _("%(day)s is before %(founded)s, when %(name)s was founded. Correct one of the two dates.")
    elif dissolved is not None and fact.day >= dissolved:
        text = _("%(name)s was dissolved on %(dissolved)s. Correct the date or the organization.")
    else:
        return
    facts = {"day": fact.day, "name": place.name, "founded": place.founded, "dissolved": dissolved}
    context.findings.error(
        SHEET,
        fact.row,
        "日期",
        fact.day.isoformat(),
        Code.OUT_OF_ORDER,
        text % facts,
        because=context.faulty.get(place.code),
    )


def _duplicate(context: Context, fact: LedgerFact, row: int) -> None:
    assert fact.day is not None
    context.findings.error(
        SHEET,
        fact.row,
        "日期",
        fact.day.isoformat(),
        Code.DUPLICATE,
        _("the same meeting stands in row %(row)s. Delete one of them, or write in 时间 when each began.")
        % {"row": row},
    )
