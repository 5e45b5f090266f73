"""The yearly selection of exemplars (评选): who is eligible, who looks at whom, what a count means, what is on file.

Nobody is given points and nobody stands in the order of their votes: people stand by the strokes of their surname.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from zhibu.domain.assembly import most_votes
from zhibu.domain.phrases import Line, day, numeral
from zhibu.domain.terms import SelectionStage, Word

Key = TypeVar("Key")

#: Working days of a public notice: at least, and unless another number is said.
LEAST_NOTICE, MOST_NOTICE = 5, 30

#: So many count, so that one sees what the other does.
FEWEST_TELLERS = 2

#: Until the result somebody can leave, and the whole can be called off.
UNDER_WAY = (
    SelectionStage.NOMINATING,
    SelectionStage.REVIEWING,
    SelectionStage.NOTICE,
    SelectionStage.VOTING,
)


# --- Who is eligible -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conditions:
    """``service_years``: whole years of work at least. ``not_within``: years after the same title; 0 asks nothing."""

    service_years: int = 0
    not_within: int = 0


class Condition(Word):
    WORKS_HERE = "works_here", "在本单位工作或组织关系在本单位"
    SERVICE = "service", "工作年限"
    NOT_LATELY = "not_lately", "近年未获同一称号"


@dataclass(frozen=True, slots=True)
class Finding:
    """``is_met`` is ``None`` where the records do not say; ``detail`` is what they say, ready to be read."""

    condition: Condition
    is_met: bool | None
    detail: str


def findings(
    asked: Conditions, *, works_here: bool, work_began: dt.date | None, last_honored: int | None, on: dt.date
) -> list[Finding]:
    """What the records say of each condition on a day, so that whoever decides sees the reason.

    ``last_honored`` is the last year in which the person was given the same title.
    """
    found = [Finding(Condition.WORKS_HERE, works_here, "在册" if works_here else "当日不在册")]
    if asked.service_years:
        years = None if work_began is None else _whole_years(work_began, on)
        is_met = None if years is None else years >= asked.service_years
        said = "参加工作日期未登记" if years is None else f"满{years}年"
        found.append(Finding(Condition.SERVICE, is_met, f"{said}，要求满{asked.service_years}年"))
    if asked.not_within:
        lately = last_honored is not None and on.year - last_honored <= asked.not_within
        said = "未获过" if last_honored is None else f"{last_honored}年获得"
        found.append(Finding(Condition.NOT_LATELY, not lately, f"{said}，间隔须超过{asked.not_within}年"))
    return found


def _whole_years(since: dt.date, on: dt.date) -> int:
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))


# --- What a count means --------------------------------------------------------------------------------------------


class CountRefused(Word):
    """Why a count can not be right."""

    MORE_ISSUED = "more_issued", "发出的选票多于应投票人数"
    MORE_RETURNED = "more_returned", "收回的选票多于发出的选票，投票无效，须重新投票"
    MORE_VOID = "more_void", "废票多于收回的选票"
    MORE_FOR_ONE = "more_for_one", "有人的得票多于有效票"
    MORE_FOR_ALL = "more_for_all", "得票总数多于有效票乘以名额"


@dataclass(frozen=True, slots=True)
class Tally:
    """The tellers' count. ``void`` are among the ``returned``; all numbers are papers."""

    voters: int
    issued: int
    returned: int
    void: int

    @property
    def valid(self) -> int:
        return self.returned - self.void


def refused(tally: Tally, votes: Mapping[Key, int], places: int) -> CountRefused | None:
    """Why the count can not be right; ``None`` where nothing speaks against it. Raises ``ValueError`` below 0."""
    if min(tally.voters, tally.issued, tally.returned, tally.void, *votes.values()) < 0:
        raise ValueError("a count has no number below 0")
    if tally.issued > tally.voters:
        return CountRefused.MORE_ISSUED
    if tally.returned > tally.issued:
        return CountRefused.MORE_RETURNED
    if tally.void > tally.returned:
        return CountRefused.MORE_VOID
    if max(votes.values(), default=0) > tally.valid:
        return CountRefused.MORE_FOR_ONE
    return CountRefused.MORE_FOR_ALL if sum(votes.values()) > tally.valid * places else None


def chosen(votes: Mapping[Key, int], places: int) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Who is chosen and who is tied at the cut, both in the order of ``votes``. Without a vote nobody is chosen."""
    return most_votes({key: number for key, number in votes.items() if number}, places)


# --- What is on file -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nominee:
    """One of them, as the file tells it. ``findings`` and ``outcome`` are sentences; who objected is never told."""

    name: str
    unit: str
    reasons: Sequence[tuple[str, str]]
    findings: Sequence[str]
    outcome: str
    objections: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """One ballot: which day, the count, the votes by name in the order of the paper."""

    held_on: dt.date
    tally: Tally
    tellers: str
    votes: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Volume:
    """全过程材料 of a selection: from the call to the result, in the order in which it went."""

    organization: str
    title: str
    call: str
    places: int
    called_on: dt.date
    nominate_until: dt.date
    nominees: Sequence[Nominee]
    notice: tuple[dt.date, dt.date] | None
    rounds: Sequence[Round]
    result: Sequence[str]
    called_off: str
    issued_on: dt.date

    @property
    def heading(self) -> str:
        return f"{self.title}评选材料"

    @property
    def lines(self) -> tuple[Line, ...]:
        parts = (
            ("评选通知", self._call()),
            ("推荐与资格审查", self._nominees()),
            ("公示与异议", self._notice()),
            ("投票与计票", self._rounds()),
            ("评选结果", self._result()),
        )
        return tuple(self._numbered(parts))

    @staticmethod
    def _numbered(parts: Sequence[tuple[str, Iterator[str]]]) -> Iterator[Line]:
        for number, (heading, texts) in enumerate(parts, 1):
            yield Line(f"{numeral(number)}、{heading}", heading=True)
            yield from (Line(text) for text in texts)

    def _call(self) -> Iterator[str]:
        yield f"{day(self.called_on)}发出通知，名额{self.places}名，推荐截止{day(self.nominate_until)}。"
        yield from (line.strip() for line in self.call.splitlines() if line.strip())

    def _nominees(self) -> Iterator[str]:
        if not self.nominees:
            yield "没有收到推荐。"
        for one in self.nominees:
            yield f"{one.name}（{one.unit}）：{one.outcome}"
            yield from (f"{by}推荐：{reason}" for by, reason in one.reasons)
            if one.findings:
                yield f"资格审查：{'；'.join(one.findings)}。"

    def _notice(self) -> Iterator[str]:
        if self.notice is None:
            yield "没有公示。"
            return
        yield f"公示自{day(self.notice[0])}起，至{day(self.notice[1])}止。"
        told = [f"{one.name}：{said}" for one in self.nominees for said in one.objections]
        yield from told or ["公示期内没有收到异议。"]

    def _rounds(self) -> Iterator[str]:
        if not self.rounds:
            yield "没有投票。"
        for each in self.rounds:
            count = each.tally
            yield (
                f"{day(each.held_on)}投票：应投{count.voters}人，发出选票{count.issued}张，收回{count.returned}张，"
                f"有效{count.valid}张，废票{count.void}张。监票人：{each.tellers}。"
            )
            yield f"得票（按姓氏笔画排列）：{'；'.join(f'{name}{number}票' for name, number in each.votes)}。"

    def _result(self) -> Iterator[str]:
        if self.called_off:
            yield f"评选终止：{self.called_off}"
        elif not self.result:
            yield "尚未公布结果。"
        else:
            yield f"按姓氏笔画排列：{'、'.join(self.result)}。"
