"""How many a post needs: its own lines, its opening hours, and what stays unknown."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from zhibu.apps.windows.models import Section, Site, Staffing, WindowPost
from zhibu.apps.windows.queries import staffing
from zhibu.domain.staffing import Needed

pytestmark = pytest.mark.django_db

#: Monday, and the Saturday and Sunday before it.
MONDAY = world.DAY
SATURDAY, SUNDAY = MONDAY - dt.timedelta(days=2), MONDAY - dt.timedelta(days=1)


def post(code: str = "C01", **facts) -> WindowPost:
    told = {"opening_hours": "08:30-12:00;13:30-17:30", "weekdays": "12345", "least_staffing": 1} | facts
    return WindowPost.objects.create(
        code=code,
        name=f"{code}号岗",
        site=Site.objects.get_or_create(name="大厅")[0],
        section=Section.objects.get_or_create(name="报检")[0],
        **{"since": world.LONG_AGO} | told,
    )


def line(of: WindowPost, weekdays: str, starts: int, ends: int, least: int, **span) -> Staffing:
    return Staffing.objects.create(
        window_post=of,
        weekdays=weekdays,
        starts=starts,
        ends=ends,
        least=least,
        **{"since": world.LONG_AGO} | span,
    )


def test_opening_hours_and_the_one_number_say_it_where_nothing_else_does():
    hall = post()
    assert staffing([hall.pk], SUNDAY, MONDAY) == {
        hall.pk: {SUNDAY: (), MONDAY: (Needed(510, 720, 1), Needed(810, 1050, 1))}
    }


@pytest.mark.parametrize("facts", [{"opening_hours": ""}, {"weekdays": ""}, {"least_staffing": None}])
def test_a_post_whose_staffing_is_unknown_has_no_entry(facts):
    assert staffing([post(**facts).pk], SUNDAY, MONDAY) == {}


def test_lines_of_its_own_hold_instead_of_the_one_number_from_their_day_on():
    hall = post()
    line(hall, "1234567", 480, 1200, 2, since=MONDAY)
    assert staffing([hall.pk], SUNDAY, MONDAY)[hall.pk] == {SUNDAY: (), MONDAY: (Needed(480, 1200, 2),)}


def test_a_day_is_known_that_lies_behind_a_day_that_is_not():
    hall = post(least_staffing=None)
    line(hall, "1", 480, 1200, 2, since=MONDAY)
    assert staffing([hall.pk], SUNDAY, MONDAY)[hall.pk] == {MONDAY: (Needed(480, 1200, 2),)}


def test_the_night_before_the_first_day_asked_for_reaches_into_it():
    hall = post(opening_hours="20:00-08:00", weekdays="7")
    assert staffing([hall.pk], MONDAY, MONDAY)[hall.pk] == {MONDAY: (Needed(0, 480, 1),)}
    line(hall, "7", 1200, 240, 2, until=MONDAY)
    assert staffing([hall.pk], MONDAY, MONDAY)[hall.pk] == {MONDAY: (Needed(0, 240, 2),)}


def test_nobody_is_needed_before_a_post_opens_and_from_the_day_it_is_closed():
    hall = post(opening_hours="00:00-24:00", weekdays="1234567", since=SUNDAY, until=MONDAY)
    assert staffing([hall.pk], SATURDAY, MONDAY)[hall.pk] == {
        SATURDAY: (),
        SUNDAY: (Needed(0, 1440, 1),),
        MONDAY: (),
    }


def test_many_posts_are_read_in_as_many_queries_as_one():
    several = [post(f"C{number:02}").pk for number in range(5)]
    for asked in (several[:1], several):
        with CaptureQueriesContext(
            connection,
        ) as asking:
            assert len(staffing(asked, SATURDAY, MONDAY)) == len(asked)
        assert len(asking) == 2
