"""A changed agenda: which line means which item."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.agenda import renamed

TITLES = st.lists(st.sampled_from("甲乙丙丁戊己"), unique=True)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], ["甲"], {}),
        (["甲"], [], {}),
        (["甲", "乙"], ["乙", "甲"], {}),
        (["传达学习", "讨论发展党圆"], ["传达学习", "讨论发展党员"], {"讨论发展党员": "讨论发展党圆"}),
        (["甲", "发展党圆"], ["新", "甲", "发展党员"], {"发展党员": "发展党圆"}),
        (["甲", "发展党圆"], ["甲", "新", "发展党员"], {"发展党员": "发展党圆"}),
        (["甲", "旧", "发展党圆"], ["甲", "发展党员"], {"发展党员": "发展党圆"}),
        (["讨论陈晨转正", "讨论李明转正"], ["讨论李明转正", "讨论王五转正"], {}),
    ],
)
def test_a_line_in_the_place_of_an_item_is_that_item_with_another_title(before, after, expected):
    assert renamed(before, after) == expected


@given(before=TITLES, after=TITLES)
def test_no_item_is_meant_twice_and_what_keeps_its_title_is_not_renamed(before, after):
    was = renamed(before, after)
    assert len(set(was.values())) == len(was)
    assert set(was) <= set(after) - set(before)
    assert set(was.values()) <= set(before) - set(after)
