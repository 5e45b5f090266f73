"""Who belongs to which window post."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.windows.actions import open_window_post, seat, unseat
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Seat, Section, Site, WindowPost

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
