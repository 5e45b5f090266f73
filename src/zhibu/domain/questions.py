"""Questions of a unit: how they are typed on a phone, and what is right. Whoever answers keeps the result alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zhibu.domain.terms import Word

#: A unit of five minutes holds no more.
MOST_QUESTIONS, MOST_CHOICES = 10, 8
LONGEST_LINE = 300

#: What a line begins with: a right answer, a wrong one, the explanation.
RIGHT, WRONG, WHY = ("*", "＊", "√", "✓"), ("-", "－", "—", "×"), (">", "＞", "》")


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Question:
    """``explanation``: why it is so, shown to whoever answered, right or wrong."""

    text: str
    choices: tuple[Choice, ...]
    explanation: str

    @property
    def is_multiple(self) -> bool:
        """More than one answer is right, and all of them are to be chosen."""
        return len(self.right) > 1

    @property
    def right(self) -> frozenset[int]:
        return frozenset(place for place, choice in enumerate(self.choices) if choice.is_right)

    def is_answered_by(self, chosen: Collection[int]) -> bool:
        return self.right == frozenset(chosen)


class QuestionFault(Word):
    """What is wrong with questions as they were typed."""

    NO_QUESTION = "no_question", "答案前没有题目"
    FEW_CHOICES = "few_choices", "少于两个答案"
    MANY_CHOICES = "many_choices", "答案太多"
    NONE_RIGHT = "none_right", "没有标出正确答案"
    NO_EXPLANATION = "no_explanation", "没有说明"
    EMPTY = "empty", "记号后面没有文字"
    TWICE = "twice", "同一答案写了两次"
    TOO_LONG = "too_long", "太长"
    MANY_QUESTIONS = "many_questions", "题目太多"


class QuestionsRefused(Exception):
    """``line`` counts from 1, in the text as it was typed."""

    def __init__(self, line: int, fault: QuestionFault) -> None:
        super().__init__(f"{line}: {fault.zh}")
        self.line, self.fault = line, fault


def read_questions(typed: str) -> tuple[Question, ...]:
    """Questions, a blank line between them: the question, its answers (* right, - wrong), > why.

    Raises ``QuestionsRefused`` with the line. Nothing typed: none.
    """
    found = [_question(block) for block in _blocks(typed)]
    if len(found) > MOST_QUESTIONS:
        raise QuestionsRefused(1, QuestionFault.MANY_QUESTIONS)
    return tuple(found)


def _blocks(typed: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each question, with their numbers."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(typed.splitlines(), start=1):
        if line.strip():
            block.append((number, line.strip()))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _question(block: list[tuple[int, str]]) -> Question:
    first = block[0][0]
    text: list[str] = []
    choices: list[Choice] = []
    why: list[str] = []
    for number, line in block:
        if len(line) > LONGEST_LINE:
            raise QuestionsRefused(number, QuestionFault.TOO_LONG)
        sign = line[0]
        said = line[1:].strip() if sign in (*RIGHT, *WRONG, *WHY) else line
        if not said:
            raise QuestionsRefused(number, QuestionFault.EMPTY)
        if sign in WHY:
            why.append(said)
        elif sign in (*RIGHT, *WRONG):
            if not text:
                raise QuestionsRefused(number, QuestionFault.NO_QUESTION)
            if any(choice.text == said for choice in choices):
                raise QuestionsRefused(number, QuestionFault.TWICE)
            choices.append(Choice(said, sign in RIGHT))
        elif choices or why:
            why.append(said)
        else:
            text.append(said)
    question = Question("\n".join(text), tuple(choices), "\n".join(why))
    _refuse(first, question)
    return question


def _refuse(line: int, question: Question) -> None:
    if not question.text:
        raise QuestionsRefused(line, QuestionFault.NO_QUESTION)
    if len(question.choices) < 2:  # noqa: PLR2004 - one answer is no choice
        raise QuestionsRefused(line, QuestionFault.FEW_CHOICES)
    if len(question.choices) > MOST_CHOICES:
        raise QuestionsRefused(line, QuestionFault.MANY_CHOICES)
    if not question.right:
        raise QuestionsRefused(line, QuestionFault.NONE_RIGHT)
    if not question.explanation:
        raise QuestionsRefused(line, QuestionFault.NO_EXPLANATION)


def typed(questions: Iterable[Question]) -> str:
    """Questions as they are typed; read again they are the same."""
    return "\n\n".join(_typed(question) for question in questions)


def _typed(question: Question) -> str:
    choices = [f"{'*' if choice.is_right else '-'} {choice.text}" for choice in question.choices]
    why = [f"> {line}" for line in question.explanation.split("\n")]
    return "\n".join([question.text, *choices, *why])


# --- As they are kept and handed on --------------------------------------------------------------------------------


def kept(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Plain facts for JSON."""
    return [
        {
            "text": question.text,
            "choices": [{"text": choice.text, "right": choice.is_right} for choice in question.choices],
            "explanation": question.explanation,
        }
        for question in questions
    ]


def of_kept(facts: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """What ``kept`` made; of facts from elsewhere only after ``read_questions`` took what they say."""
    return tuple(
        Question(
            each["text"],
            tuple(Choice(choice["text"], bool(choice["right"])) for choice in each["choices"]),
            each["explanation"],
        )
        for each in facts
    )
