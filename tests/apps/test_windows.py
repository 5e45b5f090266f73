"""Who belongs to which window post."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.windows.actions.places import join_sections, join_sites, rename_section, rename_site
from zhibu.apps.windows.actions.posts import (
    alter_window_post,
    close_window_post,
    open_window_post,
    set_staffing,
)
from zhibu.apps.windows.actions.seating import seat, unseat
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Seat, Section, Site, Staffing, WindowPost
from zhibu.domain.staffing import Demand

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": world.AT}
EARLIER = dt.date(2026, 3, 2)


def opened(code: str, *, since: dt.date = world.LONG_AGO) -> WindowPost:
    return open_window_post(
        code=code, name=f"{code}号岗", site="大厅", section="报检", organization=None, since=since, **DONE
    )


def events() -> list[str]:
    return list(Event.objects.values_list("type", flat=True))


def test_two_posts_of_one_hall_share_its_site_and_section():
    opened("C01")
    opened("C02")
    assert (Site.objects.count(), Section.objects.count()) == (1, 1)
    assert events() == ["window_post_opened"] * 2


def test_a_code_is_given_once():
    opened("C01")
    with pytest.raises(WindowRefusal, match="C01"):
        opened("C01")


def test_who_takes_another_post_gives_up_the_one_before():
    chen, first, second = world.person("陈星"), opened("C01"), opened("C02")
    seat(chen, post=first, on=EARLIER, **DONE)
    seat(chen, post=second, on=world.DAY, **DONE)
    assert list(Seat.objects.values_list("window_post__code", "since", "until")) == [
        ("C01", EARLIER, world.DAY),
        ("C02", world.DAY, None),
    ]


def test_taking_the_same_post_again_leaves_one_seat_and_one_event():
    chen, post = world.person("陈星"), opened("C01")
    assert seat(chen, post=post, on=EARLIER, **DONE) == seat(chen, post=post, on=world.DAY, **DONE)
    assert events() == ["window_post_opened", "person_seated"]


def test_nobody_sits_at_a_post_before_it_opens():
    chen, post = world.person("陈星"), opened("C01", since=world.DAY)
    with pytest.raises(WindowRefusal, match="C01"):
        seat(chen, post=post, on=EARLIER, **DONE)
    assert seat(chen, post=post, on=world.DAY, **DONE).since == world.DAY


def test_a_seat_can_not_end_on_the_day_it_began():
    chen, post = world.person("陈星"), opened("C01")
    seat(chen, post=post, on=world.DAY, **DONE)
    with pytest.raises(PeopleRefusal):
        unseat(chen, on=world.DAY, **DONE)


def test_unseating_somebody_without_a_post_changes_nothing():
    chen, post = world.person("陈星"), opened("C01")
    unseat(chen, on=world.DAY, **DONE)
    seat(chen, post=post, on=EARLIER, **DONE)
    unseat(chen, on=world.DAY, **DONE)
    unseat(chen, on=world.DAY, **DONE)
    assert events() == ["window_post_opened", "person_seated", "person_unseated"]
    assert not Seat.objects.on(world.DAY).exists()


# --- Altered and closed --------------------------------------------------------------------------------------------

LIKE = {
    "name": "C01号岗",
    "site": "大厅",
    "section": "报检",
    "opening_hours": "",
    "weekdays": "",
    "least_staffing": None,
    "serving": "",
}
LATER = world.DAY + dt.timedelta(days=7)


def test_a_post_is_altered_once_and_the_same_again_changes_nothing():
    post = opened("C01")
    said = LIKE | {"opening_hours": "08:30-12:00", "weekdays": "12345", "least_staffing": 1, "site": "新厅"}
    assert alter_window_post(post, **said, **DONE)
    post.refresh_from_db()
    assert (post.site.name, post.opening_hours, post.least_staffing) == ("新厅", "08:30-12:00", 1)
    assert not alter_window_post(post, **said, **DONE)
    assert events() == ["window_post_opened", "window_post_altered"]


def test_opening_hours_that_nobody_can_read_are_refused_with_how_to_write_them():
    post = opened("C01")
    with pytest.raises(WindowRefusal, match=r"早上.*08:30-12:00"):
        alter_window_post(post, **LIKE | {"opening_hours": "早上"}, **DONE)
    post.refresh_from_db()
    assert post.opening_hours == ""


def test_a_post_is_not_closed_while_people_belong_to_it_on_that_day_or_later():
    chen, post = world.person("陈星"), opened("C01")
    seat(chen, post=post, on=EARLIER, **DONE)
    with pytest.raises(WindowRefusal, match="陈星"):
        close_window_post(post, on=LATER, **DONE)
    unseat(chen, on=LATER, **DONE)
    with pytest.raises(WindowRefusal, match="陈星"):
        close_window_post(post, on=world.DAY, **DONE)
    close_window_post(post, on=LATER, **DONE)
    assert (post.holds(LATER), post.holds(world.DAY)) == (False, True)


def test_a_post_is_closed_once_and_after_it_opened():
    post = opened("C01", since=world.DAY)
    with pytest.raises(WindowRefusal, match="C01"):
        close_window_post(post, on=world.DAY, **DONE)
    close_window_post(post, on=LATER, **DONE)
    with pytest.raises(WindowRefusal, match="2026"):
        close_window_post(post, on=LATER, **DONE)


# --- Staffing ------------------------------------------------------------------------------------------------------


def lines():
    return list(Staffing.objects.order_by("since", "starts").values_list("starts", "least", "since", "until"))


def test_staffing_holds_from_its_day_on_and_ends_what_was_said_before():
    post = opened("C01")
    set_staffing(post, [Demand("12345", 480, 960, 1)], on=EARLIER, **DONE)
    set_staffing(post, [Demand("12345", 480, 960, 2), Demand("12345", 960, 480, 1)], on=world.DAY, **DONE)
    assert lines() == [
        (480, 1, EARLIER, world.DAY),
        (480, 2, world.DAY, None),
        (960, 1, world.DAY, None),
    ]


def test_staffing_said_anew_for_an_earlier_day_takes_the_place_of_what_was_to_come():
    post = opened("C01")
    set_staffing(post, [Demand("1", 480, 960, 1)], on=LATER, **DONE)
    set_staffing(post, [Demand("1", 480, 960, 3)], on=world.DAY, **DONE)
    assert lines() == [(480, 3, world.DAY, None)]
    set_staffing(post, [], on=world.DAY, **DONE)
    assert lines() == []


@pytest.mark.parametrize(
    ("demands", "says"),
    [
        ([Demand("1", 480, 960, 1), Demand("12", 959, 1000, 1)], "一 08:00–16:00.*一二 15:59–16:40"),
        ([Demand("7", 1200, 540, 1), Demand("1", 480, 960, 1)], "日 20:00–09:00"),
        ([Demand("", 480, 960, 1)], "08:00–16:00"),
        ([Demand("1", 480, 960, 0)], "08:00–16:00"),
        ([Demand("1", 480, 1441, 1)], "08:00–24:01"),
    ],
)
def test_staffing_that_asks_twice_or_for_nothing_is_refused_and_nothing_is_kept(demands, says):
    post = opened("C01")
    with pytest.raises(WindowRefusal, match=says):
        set_staffing(post, demands, on=world.DAY, **DONE)
    assert not Staffing.objects.exists()


def test_no_staffing_is_set_before_a_post_opens():
    with pytest.raises(WindowRefusal, match="C01"):
        set_staffing(opened("C01", since=world.DAY), [Demand("1", 480, 960, 1)], on=EARLIER, **DONE)


# --- Sites and sections --------------------------------------------------------------------------------------------


def test_a_place_gets_another_name_unless_another_has_it():
    post = opened("C01")
    Site.objects.create(name="新厅")
    rename_section(post.section, name="签证", **DONE)
    rename_section(post.section, name="签证", **DONE)
    with pytest.raises(WindowRefusal, match="新厅"):
        rename_site(post.site, name="新厅", **DONE)
    assert events() == ["window_post_opened", "service_section_renamed"]


def test_two_places_that_are_one_are_joined():
    post = opened("C01")
    hall, section = Site.objects.create(name="新厅"), Section.objects.create(name="综合")
    with pytest.raises(WindowRefusal, match="大厅"):
        join_sites(post.site, post.site, **DONE)
    join_sites(post.site, hall, **DONE)
    join_sections(Section.objects.get(name="报检"), section, **DONE)
    assert list(WindowPost.objects.values_list("site__name", "section__name")) == [("新厅", "综合")]
    assert (Site.objects.count(), Section.objects.count()) == (1, 1)
    assert events() == ["window_post_opened", "sites_joined", "service_sections_joined"]
