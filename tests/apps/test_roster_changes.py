"""A roster changed day by day, a change taken back, rotations kept: what is refused, and what stays."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.rosters.actions.keeping import change_roster, keep_roster, undo
from zhibu.apps.rosters.actions.shifts import drop_rotation, keep_rotation, name_shift
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import LastChange, RosterDay, Rotation
from zhibu.domain.terms import RosterWay

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": world.AT}
MONTH = dt.date(2026, 12, 1)
FIRST, SECOND = MONTH, dt.date(2026, 12, 2)


@pytest.fixture
def house() -> world.Bureau:
    return world.bureau()


@pytest.fixture
def shifts(house):
    hours = {"白": (dt.time(8, 30), dt.time(17, 30)), "夜": (dt.time(20), dt.time(8)), "休": (None, None)}
    return {
        code: name_shift(code=code, name=code, starts=starts, ends=ends, ends_next_day=code == "夜", **DONE)
        for code, (starts, ends) in hours.items()
    }


def change(house, cells, **said) -> int:
    told = {"month": MONTH, "way": RosterWay.PAGE} | said
    return change_roster(house.inspection, cells=cells, **told, **DONE)


def roster():
    return {
        (name, day.day): code
        for name, day, code in RosterDay.objects.values_list("person__name", "day", "shift__code")
    }


def test_only_the_days_that_are_named_change_and_the_same_again_is_no_deed(house, shifts):
    keep_roster(house.inspection, month=MONTH, rows={house.chen: [shifts["白"]] * 2 + [None] * 29}, **DONE)
    cells = {house.chen.pk: {FIRST: shifts["夜"], SECOND: shifts["白"]}, house.lin.pk: {SECOND: shifts["休"]}}
    assert change(house, cells) == 2
    assert roster() == {("陈星", 1): "夜", ("陈星", 2): "白", ("林悦", 2): "休"}
    assert change(house, cells) == 0
    assert Event.objects.filter(type="roster_changed").count() == 1


def test_a_day_of_another_month_is_refused_and_nothing_is_kept(house, shifts):
    with pytest.raises(RosterRefusal, match=r"2027-01-01.*2026-12"):
        change(house, {house.chen.pk: {FIRST: shifts["夜"], dt.date(2027, 1, 1): shifts["夜"]}})
    assert roster() == {}


def test_the_last_change_of_a_month_is_taken_back_once(house, shifts):
    keep_roster(house.inspection, month=MONTH, rows={house.chen: [shifts["白"]] + [None] * 30}, **DONE)
    change(house, {house.chen.pk: {FIRST: None, SECOND: shifts["夜"]}})
    assert roster() == {("陈星", 2): "夜"}
    undo(LastChange.objects.get(), **DONE)
    assert roster() == {("陈星", 1): "白"}
    assert not LastChange.objects.exists()
    assert Event.objects.filter(type="roster_change_undone").count() == 1


def test_a_change_whose_days_were_changed_again_is_not_taken_back(house, shifts):
    change(house, {house.chen.pk: {FIRST: shifts["夜"]}})
    keep_roster(house.inspection, month=MONTH, rows={house.chen: [shifts["白"]] + [None] * 30}, **DONE)
    with pytest.raises(RosterRefusal):
        undo(LastChange.objects.get(), **DONE)
    assert roster() == {("陈星", 1): "白"}


def test_each_month_of_a_unit_keeps_its_own_last_change(house, shifts):
    change(house, {house.chen.pk: {FIRST: shifts["夜"]}})
    change(house, {house.chen.pk: {FIRST: shifts["白"]}})
    january = dt.date(2027, 1, 1)
    change(house, {house.chen.pk: {january: shifts["夜"]}}, month=january)
    assert LastChange.objects.count() == 2
    undo(LastChange.objects.get(month=MONTH), **DONE)
    said = RosterDay.objects.order_by("day").values_list("day", "shift__code")
    assert list(said) == [(FIRST, "夜"), (january, "夜")]


def test_three_hundred_people_of_a_month_are_one_deed(house, shifts, django_assert_max_num_queries):
    people = [world.person(f"人{number:03}") for number in range(300)]
    days = [MONTH + dt.timedelta(days=count) for count in range(31)]
    cells = {person.pk: dict.fromkeys(days, shifts["夜"]) for person in people}
    with django_assert_max_num_queries(60):
        assert change(house, cells) == 9300
    with django_assert_max_num_queries(60):
        undo(LastChange.objects.get(), **DONE)
    assert roster() == {}


# --- Rotations -----------------------------------------------------------------------------------------------------


def kept(house, name="三班", cycle=("白", "夜", "休", "-"), **said) -> Rotation:
    return keep_rotation(house.inspection, name=name, cycle=cycle, **said, **DONE)


def test_a_rotation_is_kept_altered_and_dropped(house, shifts):
    first = kept(house)
    assert kept(house, rotation=first) == first
    kept(house, name="三班二", cycle=("白",), rotation=first)
    assert list(Rotation.objects.values_list("name", "cycle")) == [("三班二", "白")]
    drop_rotation(first, **DONE)
    assert [event.type for event in Event.objects.filter(type__startswith="rotation").order_by("sequence")] == [
        "rotation_kept",
        "rotation_kept",
        "rotation_dropped",
    ]


@pytest.mark.parametrize(
    ("cycle", "says"), [((), "84"), (("白",) * 85, "85"), (("白", "D", "E", "D"), "D、E.*休、夜、白")]
)
def test_a_cycle_that_is_none_is_refused_with_what_may_stand_there(house, shifts, cycle, says):
    with pytest.raises(RosterRefusal, match=says):
        kept(house, cycle=cycle)
    assert not Rotation.objects.exists()


def test_two_rotations_of_a_unit_are_not_called_the_same(house, shifts):
    kept(house)
    with pytest.raises(RosterRefusal, match="三班"):
        kept(house, cycle=("白",))
    keep_rotation(house.quay, name="三班", cycle=["白"], **DONE)
