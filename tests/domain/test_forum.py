"""The forum's rules: who is meant, on which page a post stands, how many come in an hour."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.forum import (
    IN_AN_HOUR,
    ON_A_PAGE,
    named,
    numbers_on,
    page_with,
    room_again,
    takes_views,
    tried_names,
)
from zhibu.domain.terms import MeetingStage

AT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


# --- Who is meant ---------------------------------------------------------------------------------------------------


def test_after_each_at_the_longest_name_that_stands_there_is_meant() -> None:
    names = {"陈星", "陈星宇", "林悦", "A12"}
    text = "@陈星宇请看，＠林悦 也看看；a@b.cn @ 陈星 @A12"
    assert named(text, names) == {"陈星宇", "林悦", "A12"}
    assert named("没有人", names) == frozenset()
    assert {"陈星", "陈星宇", "林悦", "A12"} <= tried_names(text)
    assert tried_names("@陈星宇请看") >= {"陈星", "陈星宇"}


def test_a_text_full_of_at_signs_asks_for_few_names() -> None:
    assert len(tried_names("@陈星宇请看这里有很多字" * 5000)) < 300


@given(
    st.text(alphabet="@＠陈星宇林悦a \n", max_size=60),
    st.sets(st.text(alphabet="陈星宇林悦a", min_size=2, max_size=4)),
)
def test_whoever_is_meant_is_among_those_tried(text: str, names: set[str]) -> None:
    assert named(text, names) <= tried_names(text)


# --- Pages and hours ------------------------------------------------------------------------------------------------


def test_a_post_stays_on_its_page() -> None:
    assert [page_with(number) for number in (1, ON_A_PAGE, ON_A_PAGE + 1, 2 * ON_A_PAGE, 2 * ON_A_PAGE + 1)] == [
        1,
        1,
        2,
        2,
        3,
    ]
    assert [numbers_on(page) for page in (1, 2)] == [(1, ON_A_PAGE), (ON_A_PAGE + 1, 2 * ON_A_PAGE)]
    assert all(numbers_on(page_with(n))[0] <= n <= numbers_on(page_with(n))[1] for n in range(1, 200))


def test_so_many_come_in_an_hour_and_then_one_as_the_oldest_grows_old() -> None:
    full = [AT - MINUTE * minute for minute in range(IN_AN_HOUR)]
    assert room_again(full[:-1], AT) is None
    assert room_again(full, AT) == full[-1] + 60 * MINUTE
    assert room_again(full, AT + 31 * MINUTE) is None
    assert room_again([], AT) is None


def test_a_view_is_taken_from_the_announcement_until_the_item_is_decided() -> None:
    taken = [stage for stage in MeetingStage if takes_views(stage, is_decided=False)]
    assert taken == [MeetingStage.ANNOUNCED, MeetingStage.OPEN]
    assert not any(takes_views(stage, is_decided=True) for stage in MeetingStage)
