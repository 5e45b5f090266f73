"""The order of a ballot: by the strokes of the surname."""

from __future__ import annotations

from itertools import pairwise

import pytest

from zhibu.domain.strokes import USUAL, by_surname, strokes


@pytest.mark.parametrize(
    ("character", "number"),
    [("一", 1), ("丁", 2), ("王", 4), ("赵", 9), ("镕", 15), ("龍", 16), ("㐀", 5), ("A", 99)],
)
def test_a_character_has_its_strokes_and_what_is_none_stands_last(character, number):
    assert strokes(character) == number


def test_candidates_stand_by_the_strokes_of_their_surnames():
    names = ["赵一", "王五", "丁二", "李四", "欧阳春", "张三", "孙六", "Anna"]
    assert sorted(names, key=by_surname) == ["丁二", "王五", "孙六", "李四", "张三", "欧阳春", "赵一", "Anna"]


def test_surnames_of_as_many_strokes_stand_by_the_kind_of_their_strokes():
    """All have four: 王 and 韦 begin across, 毛 and 方 with other strokes (横竖撇点折)."""
    assert sorted("孔毛方王韦", key=by_surname) == ["王", "韦", "毛", "方", "孔"]


def test_namesakes_stand_by_the_given_name_and_a_short_name_before_a_long_one():
    names = ["王国强", "王一二", "王 一", "王丁"]
    assert sorted(names, key=by_surname) == ["王 一", "王一二", "王丁", "王国强"]


def test_the_usual_surnames_are_listed_in_the_order_of_their_strokes_and_once():
    assert len(set(USUAL)) == len(USUAL)
    assert all(strokes(one) <= strokes(other) for one, other in pairwise(USUAL))
