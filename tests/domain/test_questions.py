"""Questions of a unit: typed in a few signs, refused by line, right when all that is right is chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.questions import (
    MOST_QUESTIONS,
    Choice,
    Question,
    QuestionFault,
    QuestionsRefused,
    kept,
    of_kept,
    read_questions,
    typed,
)

ONE = "党员大会多久召开一次？\n- 每月一次\n* 一般每季度一次\n> 支部工作条例第十一条。"


def test_a_question_is_read_with_its_answers_and_its_explanation():
    choices = (Choice("每月一次", is_right=False), Choice("一般每季度一次", is_right=True))
    assert read_questions(ONE) == (Question("党员大会多久召开一次？", choices, "支部工作条例第十一条。"),)


def test_full_width_signs_and_more_lines_of_explanation_are_taken():
    (found,) = read_questions(
        "哪些算到会？\r\n＊本人到场\n√ 经同意线上参加\n－ 委托他人\n＞ 要本人参加。\n不能委托。"
    )
    assert found.is_multiple
    assert found.right == {0, 1}
    assert found.explanation == "要本人参加。\n不能委托。"


def test_all_that_is_right_and_nothing_else_is_the_answer():
    (found,) = read_questions("哪些算到会？\n* 甲\n* 乙\n- 丙\n> 说明")
    answers = [found.is_answered_by(chosen) for chosen in ([0, 1], [1, 0, 1], [0], [0, 1, 2], [], [7])]
    assert answers == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("* 甲\n- 乙\n> 说明", 1, QuestionFault.NO_QUESTION),
        ("问\n* 甲\n> 说明", 1, QuestionFault.FEW_CHOICES),
        ("问\n- 甲\n- 乙\n> 说明", 1, QuestionFault.NONE_RIGHT),
        ("问\n* 甲\n- 乙", 1, QuestionFault.NO_EXPLANATION),
        (f"{ONE}\n\n\n问\n* 甲\n-\n> 说明", 9, QuestionFault.EMPTY),
        ("问\n* 甲\n- 甲\n> 说明", 3, QuestionFault.TWICE),
        ("问\n" + "\n".join(f"* {number}" for number in range(9)) + "\n> 说明", 1, QuestionFault.MANY_CHOICES),
        ("问" * 301, 1, QuestionFault.TOO_LONG),
        ("\n\n".join([ONE] * (MOST_QUESTIONS + 1)), 1, QuestionFault.MANY_QUESTIONS),
    ],
)
def test_what_can_not_be_taken_is_refused_by_its_line(text, line, fault):
    with pytest.raises(QuestionsRefused) as refused:
        read_questions(text)
    assert (refused.value.line, refused.value.fault) == (line, fault)


_LINES = st.text("甲乙丙丁 a", min_size=1, max_size=8).map(str.strip).filter(bool).map(lambda text: f"题{text}")


@given(
    st.lists(
        st.builds(
            lambda text, choices, right, why: Question(
                text,
                tuple(Choice(one, place == right % len(choices)) for place, one in enumerate(choices)),
                why,
            ),
            _LINES,
            st.lists(_LINES, min_size=2, max_size=4, unique=True),
            st.integers(0, 3),
            _LINES,
        ),
        max_size=4,
    )
)
def test_typed_and_read_again_or_kept_and_taken_out_they_are_the_same(questions):
    assert read_questions(typed(questions)) == of_kept(kept(questions)) == tuple(questions)
