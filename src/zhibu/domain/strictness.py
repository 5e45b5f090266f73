"""How strictly a wording asks: its words (必须, 应当, 一般, 可以) and its numbers. Pure; judged by words alone.

What is asked often, soon, at least and at most is read off the text, so that one wording can be said to be stricter
or looser than another that asks for the same, and two that can not both be followed are found. A text that hides what
it asks is not seen through: a person judges what stands side by side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from zhibu.domain.requirements import Modality

_MUST = re.compile(r"必须|必須|务必|務必|一律|不得|严禁|嚴禁|禁止|不准|不许|不許")
_FORBIDS = re.compile(r"不得|严禁|嚴禁|禁止|不准|不许|不許|不可以|不应当|不應當|不应|不應|不要")
_DEMANDS = re.compile(r"必须|必須|务必|務必|应当|應當|应该|應該|须|須|一律")
_PERMITS = re.compile(r"可以|有权|有權|允许|允許")
_SOFT = (
    (Modality.GENERALLY, re.compile(r"一般|原则上|原則上|尽量|盡量")),
    (Modality.MAY, re.compile(r"(?<!不)可以|视情|視情|自愿|自願")),
)

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2, "〇": 0}
_NUMBER = r"(\d{1,6}|[零〇一二两兩三四五六七八九十百]{1,6})"
_UNIT = r"个?個?(工作日|小时|小時|分钟|分鐘|学时|學時|次|日|天|周|週|月|年|人|名|篇|份|条|條|期|项|項)"
_TIMES_A_YEAR = {"日": 365, "天": 365, "周": 52, "週": 52, "月": 12, "季度": 4, "季": 4, "半年": 2, "年": 1}
_OFTEN = re.compile(rf"每(?:个|個)?(半年|季度|[日天周週月季年])(?:[^。；;，,]{{0,8}}?{_NUMBER}\s*次)?")
_LEAST = re.compile(
    rf"(?:不少于|不少於|至少|不低于|不低於|不得少于|最少)[^\d一-龥]?(?:[^\d。；]{{0,4}}?){_NUMBER}{_UNIT}"
)
_MOST = re.compile(
    rf"(?:不超过|不超過|不多于|不多於|不得超过|不得多于|最多|至多){_NUMBER}{_UNIT}|{_NUMBER}{_UNIT}(?:以内|以內|之内|之內|内|內)"
)
_SENTENCES = re.compile(r"[^。；;！？!?\n]+[。；;！？!?]?\n*|\n+")
_MARKS = re.compile(r"[\W_]+")
_MODAL = re.compile(f"{_MUST.pattern}|{_FORBIDS.pattern}|{_DEMANDS.pattern}|{_PERMITS.pattern}")

#: From which share of common pairs of characters two texts speak of the same, and two sentences of the same thing.
LIKE, SAME_THING = 0.5, 0.8


class Bound(Enum):
    OFTEN = "often"  # times a year
    LEAST = "least"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Strictness:
    """``numbers``: of each bound and unit the values, in the order of the text; a unit of ``OFTEN`` is empty."""

    modality: Modality
    numbers: tuple[tuple[Bound, str, int], ...] = ()

    def of(self, bound: Bound, unit: str) -> list[int]:
        return [value for is_bound, is_unit, value in self.numbers if (is_bound, is_unit) == (bound, unit)]


def strictness_of(text: str, *, forbids: bool = False) -> Strictness:
    """Of a wording as a whole. ``forbids``: it stands in a list of prohibitions, so it is a must by that.

    A must that is also said to hold in general, or at will, is no must.
    """
    plain = unicodedata.normalize("NFKC", text)
    soft = next((modality for modality, said in reversed(_SOFT) if said.search(plain)), None)
    must = forbids or _MUST.search(plain) is not None
    return Strictness(soft or (Modality.MUST if must else Modality.SHOULD), tuple(_numbers(plain)))


def _numbers(plain: str) -> Iterator[tuple[Bound, str, int]]:
    for found in _OFTEN.finditer(plain):
        yield Bound.OFTEN, "", _TIMES_A_YEAR[found[1]] * (_value(found[2]) if found[2] else 1)
    for found in _LEAST.finditer(plain):
        yield Bound.LEAST, found[2], _value(found[1])
    for found in _MOST.finditer(plain):
        yield Bound.MOST, found[2] or found[4], _value(found[1] or found[3])


def _value(said: str) -> int:
    if said.isascii():
        return int(said)
    total, last = 0, 0
    for char in said:
        if char in _DIGITS:
            last = _DIGITS[char]
        else:
            total, last = total + (last or 1) * (100 if char == "百" else 10), 0
    return total + last


_RANK = {modality: rank for rank, modality in enumerate(reversed(list(Modality)))}


class Comparison(Enum):
    ALIKE = "alike"
    STRICTER = "stricter"
    LOOSER = "looser"  # in one thing at least


def compared(mine: Strictness, theirs: Strictness) -> Comparison:
    """How ``theirs`` asks beside ``mine``. A bound that is mine and missing in theirs is looser."""
    signs = {_sign(_RANK[theirs.modality] - _RANK[mine.modality])}
    for bound, unit in {(bound, unit) for bound, unit, _ in (*mine.numbers, *theirs.numbers)}:
        signs |= set(_against(mine.of(bound, unit), theirs.of(bound, unit), up=bound is not Bound.MOST))
    if -1 in signs:
        return Comparison.LOOSER
    return Comparison.STRICTER if 1 in signs else Comparison.ALIKE


def _against(mine: Sequence[int], theirs: Sequence[int], *, up: bool) -> Iterator[int]:
    yield _sign(len(theirs) - len(mine))
    yield from (_sign(their - my if up else my - their) for my, their in zip(mine, theirs, strict=False))


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def loosens(mine: Strictness, theirs: Strictness) -> bool:
    """Whether what is a must would be asked less strictly."""
    return mine.modality is Modality.MUST and compared(mine, theirs) is Comparison.LOOSER


# --- The same thing ------------------------------------------------------------------------------------------------


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters, without punctuation and width; of one character, that."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())
    return frozenset(first + second for first, second in pairwise(plain)) or frozenset(plain)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """0 to 1: the share of common pairs (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def sentences(text: str) -> list[str]:
    """The text in sentences, each with its mark and line ends; joined again they are the text."""
    return _SENTENCES.findall(text)


class Says(Enum):
    DEMANDS = "demands"
    FORBIDS = "forbids"
    PERMITS = "permits"


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a wording: what it says, of what, within which bounds. ``text``: as it stands."""

    text: str
    says: Says
    of: frozenset[str]
    strictness: Strictness


def claims_of(text: str, *, forbids: bool = False) -> list[Claim]:
    """``forbids``: whatever does not demand or permit is forbidden, as in a list of prohibitions."""
    found = []
    for sentence in sentences(text):
        strictness = strictness_of(sentence)
        says = _says(sentence, forbids=forbids) or (Says.DEMANDS if strictness.numbers else None)
        bare = _NUMBERS.sub("", _MODAL.sub("", unicodedata.normalize("NFKC", sentence)))
        if says and (of := pairs_of(bare)):
            found.append(Claim(sentence.strip(), says, of, strictness))
    return found


_NUMBERS = re.compile(rf"{_NUMBER}(?={_UNIT})|不少于|不少於|至少|不低于|不超过|不超過|不多于|最多|最少")


def _says(sentence: str, *, forbids: bool) -> Says | None:
    if _FORBIDS.search(sentence):
        return Says.FORBIDS
    if _PERMITS.search(sentence):
        return Says.PERMITS
    if forbids:
        return Says.FORBIDS
    return Says.DEMANDS if _DEMANDS.search(sentence) else None


def contradiction(one: Iterable[Claim], other: Iterable[Claim]) -> tuple[Claim, Claim] | None:
    """Two claims of the same thing that can not both be followed; ``None``: none is found.

    One demands or permits what the other forbids; or one asks for at least more than the other allows.
    """
    others = list(other)
    for mine in one:
        for theirs in others:
            if (_opposed(mine, theirs) or _out_of_bounds(mine, theirs)) and likeness(
                mine.of, theirs.of
            ) >= SAME_THING:
                return mine, theirs
    return None


def _opposed(one: Claim, other: Claim) -> bool:
    return one.says is not other.says and Says.FORBIDS in {one.says, other.says}


def _out_of_bounds(one: Claim, other: Claim) -> bool:
    if Says.FORBIDS in {one.says, other.says}:
        return False
    return _exceeds(one.strictness, other.strictness) or _exceeds(other.strictness, one.strictness)


def _exceeds(least: Strictness, most: Strictness) -> bool:
    return any(
        bound is Bound.LEAST and any(value > highest for highest in most.of(Bound.MOST, unit))
        for bound, unit, value in least.numbers
    )
