"""What stands on the papers of an election: letters to the superior, lists, count sheets, the result, the volume.

Ready to be read and printed; national forms are Chinese whatever language the pages are in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhibu.domain.elections import Contest, Letter, TellerRole, Way
from zhibu.domain.phrases import Line, day, numeral

#: Rows left empty on a ballot for other names, and on a count sheet.
EMPTY_ROWS = 1

#: Names of which a ballot stands on half a sheet of A4; with more it has the sheet for itself.
MOST_ON_HALF = 7


@dataclass(frozen=True, slots=True)
class Counted:
    """One ballot. ``rows``: name, votes, and what came of it, in the order of the ballot."""

    held_on: dt.date | None
    seats: int
    voters: int
    voters_present: int
    issued: int
    returned: int
    void: int
    rows: Sequence[tuple[str, int, str]]
    outcome: str
    citation: str

    @property
    def valid(self) -> int:
        return self.returned - self.void

    @property
    def sentence(self) -> str:
        return (
            f"应到会有选举权的{self.voters}人，实到{self.voters_present}人；发出选票{self.issued}张，"
            f"收回{self.returned}张，有效{self.valid}张，无效{self.void}张"
        )


@dataclass(frozen=True, slots=True)
class ContestTold:
    """``candidates``: name and a remark (who left and why), by the strokes of the surname."""

    contest: Contest
    body: str
    seats: int
    candidates: Sequence[tuple[str, str]]
    rounds: Sequence[Counted] = ()
    elected: Sequence[str] = ()
    left_open: str = ""

    @property
    def standing(self) -> tuple[str, ...]:
        return tuple(name for name, remark in self.candidates if not remark)


@dataclass(frozen=True, slots=True)
class LetterTold:
    letter: Letter
    dated: dt.date
    number: str


@dataclass(frozen=True, slots=True)
class Told:
    """An election, as its papers tell it. ``superior`` is empty where the tree knows none."""

    organization: str
    superior: str
    way: Way
    planned_on: dt.date
    term_ends: dt.date | None
    contests: Sequence[ContestTold]
    tellers: Sequence[tuple[str, Sequence[tuple[TellerRole, str]]]]
    letters: Sequence[LetterTold]
    posts: Sequence[str]
    posts_on: dt.date | None
    called_off: str
    issued_on: dt.date

    # --- Letters ---------------------------------------------------------------------------------------------------

    def letter(self, letter: Letter) -> LetterPaper:
        """One that goes to the superior. Raises ``KeyError`` for one that comes from there."""
        heading, said = {
            Letter.REQUEST: ("关于进行换届选举的请示", self._request),
            Letter.CANDIDATES: ("关于候选人预备人选的请示", self._candidates),
            Letter.REPORT: ("关于换届选举结果的报告", self._report),
        }[letter]
        given = next((one for one in self.letters if one.letter is letter), None)
        return LetterPaper(
            organization=self.organization,
            heading=f"{self.organization}{heading}",
            to=self.superior or "上级党组织",
            lines=tuple(Line(text) for text in said()),
            issued_on=given.dated if given else self.issued_on,
            number=given.number if given else "",
        )

    def _request(self) -> Iterator[str]:
        ends = f"{self.organization}本届任期至{day(self.term_ends)}届满。" if self.term_ends else ""
        held = f"拟于{day(self.planned_on)}进行换届选举"
        yield f"{ends}根据《中国共产党基层组织选举工作条例》，{held}。现将有关事项请示如下："
        yield f"一、选举办法。{self.way.zh}，均采用无记名投票方式。"
        yield f"二、名额。{'；'.join(f'{one.contest.zh}{one.seats}名' for one in self.contests)}。"
        yield "三、候选人预备人选另行报送。"
        yield "妥否，请批示。"

    def _candidates(self) -> Iterator[str]:
        yield "经充分酝酿，提出候选人预备人选如下（按姓氏笔画为序）："
        for number, one in enumerate(self.contests, 1):
            names = "、".join(one.standing) or "待提出"
            stand = f"{one.contest.zh}候选人预备人选{len(one.standing)}名，应选{one.seats}名"
            yield f"{numeral(number)}、{stand}：{names}。"
        yield "妥否，请批示。"

    def _report(self) -> Iterator[str]:
        approved = next((one for one in self.letters if one.letter is Letter.CANDIDATES_REPLY), None)
        by = f"按照{approved.number}批复，" if approved and approved.number else ""
        yield f"{by}{self.organization}进行了换届选举，现将结果报告如下："
        for number, one in enumerate(self.contests, 1):
            yield f"{numeral(number)}、选举{one.contest.zh}。由{one.body}选举，应选{one.seats}名。"
            for each in one.rounds:
                held = f"{day(each.held_on)}，" if each.held_on else ""
                yield f"{held}{each.sentence}。{'；'.join(f'{name}{votes}票' for name, votes, _said in each.rows)}。"
                yield f"{each.outcome}。"
            yield f"当选（按姓氏笔画为序）：{'、'.join(one.elected) or '无'}。"
            if one.left_open:
                yield one.left_open
        yield "特此报告，请予批复。"

    # --- Sheets ----------------------------------------------------------------------------------------------------

    def list_of_candidates(self) -> SheetPaper:
        """候选人名单. Who left stands there with it."""
        rows = [
            (one.contest.zh, name, remark, str(one.seats)) for one in self.contests for name, remark in one.candidates
        ]
        return SheetPaper(
            organization=self.organization,
            heading="候选人名单",
            facts=(("选举办法", self.way.zh), ("排列", "按姓氏笔画为序")),
            head=("职务", "姓名", "备注", "应选名额"),
            widths=(28, 40, 60, 28),
            rows=tuple(rows),
            signatures=(),
        )

    def count_sheet(self, one: ContestTold, standing: Sequence[str], seats: int) -> SheetPaper:
        """计票单: filled in by hand. Of the ballots only how many, never which."""
        return SheetPaper(
            organization=self.organization,
            heading=f"选举{one.contest.zh}计票单",
            facts=(
                ("应选名额", f"{seats}名"),
                ("有选举权的应到会", "　　　人　　实到　　　人"),
                ("发出选票（按票根清点）", "　　　张　　收回　　　张"),
                ("有效票", "　　　张　　无效票　　　张（收回＝有效＋无效）"),
            ),
            head=("候选人", "赞成（画“正”字）", "票数"),
            widths=(36, 96, 24),
            rows=tuple((name, "", "") for name in standing) + (("", "", ""),) * (EMPTY_ROWS + 1),
            notes=(
                "收回的选票多于发出的选票，选举无效，须重新选举；所选人数多于应选名额的选票无效。",
                "有编号或者记号的选票无效；另选的人写在空行。",
            ),
            signatures=("总监票人", "监票人", "计票人"),
        )

    def result_sheet(self, one: ContestTold) -> SheetPaper:
        """选举结果报告单, read out and signed by who oversaw the count."""
        facts: list[tuple[str, str]] = [("选举机构", one.body), ("应选名额", f"{one.seats}名")]
        rows: list[tuple[str, ...]] = []
        for number, each in enumerate(one.rounds, 1):
            turn = f"第{numeral(number)}次投票" if len(one.rounds) > 1 else "投票"
            held = f"{day(each.held_on)}，" if each.held_on else ""
            facts += [(turn, f"{held}{each.sentence}"), ("结论", f"{each.outcome}。{each.citation}")]
            rows += [(turn, name, str(votes), said) for name, votes, said in each.rows]
        if one.left_open:
            facts.append(("空缺", one.left_open))
        facts.append(("当选", "、".join(one.elected) or "无"))
        return SheetPaper(
            organization=self.organization,
            heading=f"选举{one.contest.zh}结果报告单",
            facts=tuple(facts),
            head=("投票", "候选人", "得票", "结果"),
            widths=(36, 48, 24, 48),
            rows=tuple(rows),
            notes=("按姓氏笔画为序，不按得票多少排列。",),
            signatures=("总监票人", "监票人", "计票人"),
        )

    # --- The volume ------------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        return f"{self.organization}换届选举材料"

    @property
    def lines(self) -> tuple[Line, ...]:
        parts = (
            ("请示与批复", self._letters()),
            ("候选人", self._all_candidates()),
            ("监票人、计票人", self._tellers()),
            ("投票与计票", self._rounds()),
            ("任职", self._posts()),
        )
        return tuple(self._numbered(parts))

    @staticmethod
    def _numbered(parts: Sequence[tuple[str, Iterator[str]]]) -> Iterator[Line]:
        for number, (heading, texts) in enumerate(parts, 1):
            yield Line(f"{numeral(number)}、{heading}", heading=True)
            yield from (Line(text) for text in texts)

    def _letters(self) -> Iterator[str]:
        yield f"{self.way.zh}，拟于{day(self.planned_on)}进行。"
        if not self.letters:
            yield "尚无往来文件。"
        for one in self.letters:
            number = f"，{one.number}" if one.number else ""
            yield f"{one.letter.zh}：{day(one.dated)}{number}。"

    def _all_candidates(self) -> Iterator[str]:
        for one in self.contests:
            names = "、".join(f"{name}（{remark}）" if remark else name for name, remark in one.candidates)
            yield f"{one.contest.zh}应选{one.seats}名，候选人（按姓氏笔画为序）：{names or '尚未提出'}。"

    def _tellers(self) -> Iterator[str]:
        if not self.tellers:
            yield "尚未推选。"
        for body, people in self.tellers:
            yield f"{body}：{'；'.join(f'{role.zh}{name}' for role, name in people)}。"

    def _rounds(self) -> Iterator[str]:
        if not any(one.rounds for one in self.contests):
            yield "尚未投票。"
        for one in self.contests:
            for each in one.rounds:
                held = f"{day(each.held_on)}" if each.held_on else ""
                yield f"{held}选举{one.contest.zh}：{each.sentence}。{each.outcome}。{each.citation}"
                yield f"得票（按姓氏笔画为序）：{'；'.join(f'{name}{votes}票' for name, votes, _said in each.rows)}。"
            if one.rounds:
                yield f"{one.contest.zh}当选：{'、'.join(one.elected) or '无'}。{one.left_open}"

    def _posts(self) -> Iterator[str]:
        if self.called_off:
            yield f"终止：{self.called_off}"
        elif self.posts_on is None:
            yield "尚未登记任职。"
        else:
            yield f"自{day(self.posts_on)}起任职：{'；'.join(self.posts)}。"


@dataclass(frozen=True, slots=True)
class LetterPaper:
    """请示, 报告: on the page of GB/T 9704-2012. ``number`` is the 发文字号, empty where there is none."""

    organization: str
    heading: str
    to: str
    lines: tuple[Line, ...]
    issued_on: dt.date
    number: str = ""


@dataclass(frozen=True, slots=True)
class SheetPaper:
    """A form with a table. ``widths`` in millimetres, 156 together; ``signatures``: who signs below."""

    organization: str
    heading: str
    facts: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    signatures: tuple[str, ...]
    notes: tuple[str, ...] = ()
