"""The tree of the story: what stood when the bureau began with zhibu, and what was founded, named, moved, merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from zhibu.domain.terms import OrganizationKind
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import (
    BUREAU,
    BY_CODE,
    DISSOLVED_UNIT,
    FOUNDED_UNIT,
    MERGED_UNIT,
    MOVED_UNIT,
    RENAMED_UNIT,
    ROOT,
    SUPERIORS,
    UNITS,
    Unit,
)
from zhibu.web.operator.demo.moves import DISSOLVED_DEPARTMENT, MERGED_DEPARTMENT
from zhibu.web.operator.demo.people import chance
from zhibu.web.operator.demo.posts import FOUNDED_AGO, MERGED_AGO

RENAMED_AGO, MOVED_AGO = 6, 12
#: Names and superiors that hold no longer on the served date.
FORMER_NAMES = {MERGED_UNIT: f"{MERGED_DEPARTMENT}党支部", RENAMED_UNIT: "云汀机场第三党支部"}
FORMER_SUPERIOR = {MOVED_UNIT: "GZ-1"}
_NUMBERS = "一二三四"
#: Of the four groups of the merged branch two came with it, two out of the dissolved one.
_OWN_GROUPS = 2


def organizations(days: Days) -> Iterator[Deed]:
    """Nothing is asked of anybody before the month in which meetings began to be kept here."""
    for deed in (*_standing(days), *_merged(days), *_founded(days)):
        if isinstance(deed, deeds.Found):
            yield replace(deed, began=max(deed.began, days.meetings_since))
        else:
            yield deed
    yield deeds.Move(on=days.ago(MOVED_AGO), code=MOVED_UNIT, under=BY_CODE[MOVED_UNIT].parent)
    yield deeds.Rename(on=days.ago(RENAMED_AGO), code=RENAMED_UNIT, name=BY_CODE[RENAMED_UNIT].branch)


def _standing(days: Days) -> Iterator[Deed]:
    """What stood on the first day, superiors before those below them and in the order of their codes."""
    draw, start = chance("organizations"), days.start
    yield _found(start, ROOT, f"{BUREAU}党组", OrganizationKind.LEADING_GROUP, None, dt.date(1999, 10, 26))
    for superior in SUPERIORS:
        yield _found(start, superior.code, superior.name, superior.kind, ROOT, superior.founded)
    dissolved = Unit(DISSOLVED_UNIT, DISSOLVED_DEPARTMENT, "GZ-2", 0, 0, UNITS[0].rotation, groups=2)
    for unit in sorted([*UNITS, dissolved], key=lambda unit: unit.code):
        if unit.code != FOUNDED_UNIT:
            yield from _branch(unit, start, _long_ago(draw))


def _branch(unit: Unit, start: dt.date, founded: dt.date) -> Iterator[Deed]:
    name = FORMER_NAMES.get(unit.code, unit.branch)
    parent = FORMER_SUPERIOR.get(unit.code, unit.parent)
    yield _found(start, unit.code, name, OrganizationKind.BRANCH, parent, founded)
    is_merged = unit.code == MERGED_UNIT
    department = MERGED_DEPARTMENT if is_merged else unit.name
    for number in range(1, (_OWN_GROUPS if is_merged else unit.groups) + 1):
        yield _group(unit.code, department, number, start, dt.date(2013, 3, 1))


def _founded(days: Days) -> Iterator[Deed]:
    founded, new = days.ago(FOUNDED_AGO), BY_CODE[FOUNDED_UNIT]
    yield _found(founded, new.code, new.branch, OrganizationKind.BRANCH, new.parent, founded)


def _merged(days: Days) -> Iterator[Deed]:
    merged = days.ago(MERGED_AGO)
    unit = BY_CODE[MERGED_UNIT]
    yield deeds.Rename(on=merged, code=unit.code, name=unit.branch)
    for number in range(1, _OWN_GROUPS + 1):
        yield deeds.Rename(on=merged, code=f"{unit.code}-{number}", name=_group_name(unit.name, number))
    for number in range(_OWN_GROUPS + 1, unit.groups + 1):
        yield _group(unit.code, unit.name, number, merged, merged)
        before = f"{DISSOLVED_UNIT}-{number - _OWN_GROUPS}"
        yield deeds.Dissolve(on=merged, code=before, into=f"{MERGED_UNIT}-{number}")
    yield deeds.Dissolve(on=merged, code=DISSOLVED_UNIT, into=MERGED_UNIT)


def _group(branch: str, unit: str, number: int, on: dt.date, since: dt.date) -> Deed:
    return _found(on, f"{branch}-{number}", _group_name(unit, number), OrganizationKind.GROUP, branch, since)


def _group_name(unit: str, number: int) -> str:
    return f"{unit}第{_NUMBERS[number - 1]}党小组"


def _found(
    on: dt.date, code: str, name: str, kind: OrganizationKind, parent: str | None, since: dt.date
) -> deeds.Found:
    """It is judged from the day on which it is recorded: before that nobody had asked it for anything here."""
    return deeds.Found(on=on, code=code, name=name, kind=kind, parent=parent, since=since, began=on)


def _long_ago(draw: Random) -> dt.date:
    return dt.date(draw.randrange(2004, 2013), draw.randrange(1, 13), draw.randrange(1, 29))
