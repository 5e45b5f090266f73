"""By when an answer is promised, when a guide is read again, and what is looked for."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.grams import LONGEST, folded, squeezed
from zhibu.domain.guidance import MOST_WORDS, attempts, kept, may_be_read_again, promised_day, read_again

FRIDAY = dt.date(2026, 11, 20)


def monday_to_friday(day: dt.date) -> bool:
    return day.weekday() < 5


def test_an_answer_is_promised_in_working_days_and_the_day_of_asking_is_none_of_them() -> None:
    assert promised_day(FRIDAY, monday_to_friday) == dt.date(2026, 11, 27)
    assert promised_day(FRIDAY, monday_to_friday, within=1) == dt.date(2026, 11, 23)
    assert promised_day(dt.date(2026, 11, 21), monday_to_friday, within=1) == dt.date(2026, 11, 23)
    assert promised_day(FRIDAY, lambda _day: True) == dt.date(2026, 11, 25)
    with pytest.raises(ValueError, match="no working day"):
        promised_day(FRIDAY, lambda _day: False)


def test_a_guide_is_read_again_after_a_year_and_within_two() -> None:
    since = dt.date(2026, 11, 23)
    assert read_again(since) == dt.date(2027, 11, 23)
    assert [may_be_read_again(day, since) for day in (since, dt.date(2028, 11, 23), dt.date(2028, 11, 24))] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("asked", "tried"),
    [
        ("产地证", (("产地证",),)),
        ("产地 证", (("产地", "证"), ("产地证",))),
        ("产地证怎么办理？", (("产地证怎么办理",), ("产地证",))),
        ("请问报检需要什么材料", (("请问报检需要什么材料",), ("报检",))),
        ("", ()),
        ("？！ ", ()),
        ("怎么办", (("怎么办",),)),
    ],
)
def test_what_is_looked_for_is_tried_as_typed_then_without_what_people_wrap_around_it(asked, tried) -> None:
    assert attempts(asked) == tried


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_a_few_attempts_of_a_few_words_without_spaces(asked: str) -> None:
    for words in attempts(asked):
        assert 1 <= len(words) <= MOST_WORDS
        assert all(word and not any(char.isspace() for char in word) for word in words)


@given(st.text(alphabet=st.sampled_from("产地证 AB\t\n　"), max_size=LONGEST))
def test_spaces_inside_a_line_neither_help_nor_hinder(text: str) -> None:
    assert squeezed(text) == "\n".join("".join(line.split()) for line in text.splitlines())
    assert folded(squeezed(text)).replace(" ", "") == folded(text).replace(" ", "")


def test_what_is_kept_keeps_rare_characters_and_emoji_whole_and_drops_what_is_no_letter() -> None:
    assert kept(" 𫠊㙍\r\n👨‍👩‍👧 ❤️ 葛\U000e0100 ") == "𫠊㙍\n👨‍👩‍👧 ❤️ 葛\U000e0100"
    assert kept("a\x00b\u202ec\ud800d\ufeff") == "abcd"
