"""Who has which shift on which day."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.rosters.actions.keeping import keep_roster
from zhibu.apps.rosters.actions.shifts import name_shift
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import RosterDay, Shift

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": world.AT}
FEBRUARY = dt.date(2028, 2, 15)


def shift(code: str, starts: dt.time | None = None, ends: dt.time | None = None, *, name: str = "") -> Shift:
    return name_shift(code=code, name=name or code, starts=starts, ends=ends, **DONE)


@pytest.fixture
def house() -> world.Bureau:
    return world.bureau()


def kept(unit: Organization, rows: dict, month: dt.date = FEBRUARY) -> bool:
    return keep_roster(unit, month=month, rows=rows, **DONE)


def events(kind: str) -> int:
    return Event.objects.filter(type=kind).count()


def test_a_month_of_a_leap_year_has_its_29_days(house):
    night = shift("夜", dt.time(0), dt.time(8))
    assert kept(house.inspection, {house.chen: [night] * 29})
    days = RosterDay.objects.values_list("day", flat=True)
    assert (len(days), days[0], days[28]) == (29, dt.date(2028, 2, 1), dt.date(2028, 2, 29))


@pytest.mark.parametrize("given", [0, 28, 30])
def test_a_row_that_is_no_month_is_refused_by_name_and_nothing_is_kept(house, given):
    night = shift("夜")
    with pytest.raises(RosterRefusal, match=rf"陈星.*{given} .*2028-02.*29"):
        kept(house.inspection, {house.lin: [night] * 29, house.chen: [night] * given})
    assert not RosterDay.objects.exists()


def test_a_unit_and_month_are_one_deed_that_names_nobody(house):
    day, rest = shift("白"), shift("休")
    kept(house.inspection, {house.lin: [day] * 29, house.chen: [rest, None] + [day] * 27})
    event = Event.objects.get(type="roster_kept")
    document = json.loads(Document.objects.get(sha256=event.document_sha256).text)
    assert event.subject == house.inspection.pk
    assert document == {
        "month": "2028-02",
        "rows": {str(house.lin.pk): ["白"] * 29, str(house.chen.pk): ["休", None] + ["白"] * 27},
    }
    assert RosterDay.objects.filter(person=house.chen).count() == 28


def test_the_same_roster_again_changes_nothing(house):
    day = shift("白")
    assert kept(house.inspection, {house.chen: [day] * 29})
    assert not kept(house.inspection, {house.chen: [day] * 29})
    assert events("roster_kept") == 1


def test_a_new_roster_replaces_that_month_of_those_people_and_leaves_the_rest(house):
    day, rest = shift("白"), shift("休")
    kept(house.inspection, {house.lin: [day] * 29, house.chen: [day] * 29})
    kept(house.inspection, {house.chen: [day] * 31}, dt.date(2028, 3, 1))
    kept(house.inspection, {house.chen: [rest] * 28 + [None]})
    by_shift = RosterDay.objects.filter(day__month=2).values_list("person__name", "shift__code")
    assert sorted(set(by_shift)) == [("林悦", "白"), ("陈星", "休")]
    assert RosterDay.objects.count() == 29 + 28 + 31


def test_a_shift_named_again_is_the_same_shift_with_its_new_hours():
    first = shift("早", dt.time(8), dt.time(16), name="早班")
    shift("早", dt.time(8), dt.time(16), name="早班")
    assert events("shift_named") == 1
    assert shift("早", dt.time(7, 30), dt.time(15, 30), name="早班") == first
    assert Shift.objects.get().starts == dt.time(7, 30)
    assert events("shift_named") == 2
