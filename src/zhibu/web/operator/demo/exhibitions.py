"""The window branch shows what thirty years have left; one consent was withdrawn, one is not given yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from zhibu.domain.terms import ExhibitKind
from zhibu.web.operator.demo.campaigns import Writers
from zhibu.web.operator.demo.days import Days, workday, workdays_later
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.house import WINDOW_UNIT

#: By which the story knows it.
TITLE = "窗口三十年：实物展览"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDeed(MeetingDeed):
    """Around the exhibition; ``meeting`` names none."""

    meeting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """``shape``: what is drawn, "" without a picture. ``other``: somebody else, and how they consented."""

    kind: ExhibitKind
    section: str
    title: str
    text: str
    source: str
    shape: str = ""
    alt: str = ""
    other: tuple[str, str] | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutTogether(ShowDeed):
    organization: str
    foreword: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPiece(ShowDeed):
    piece: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class SayYes(ShowDeed):
    """To all that the person is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoors(ShowDeed):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent(ShowDeed):
    """Of the one exhibit that the person is in."""


_FOREWORD = """窗口从三张桌子开始，到今天的两个大厅。这里的东西都是职工和老同志拿来的，件件注明来源。
照片里的人都同意展出；谁不愿意，随时可以撤下。"""

_FIRST, _RULES, _NIGHT, _TODAY = "三张桌子", "有章可循", "灯一直亮着", "今天的窗口"
_OBJECT, _DOCUMENT, _PICTURE, _STORY = (
    ExhibitKind.OBJECT,
    ExhibitKind.DOCUMENT,
    ExhibitKind.PICTURE,
    ExhibitKind.STORY,
)


def _pieces(withdraws: str) -> tuple[Piece, ...]:
    return (
        Piece(
            kind=_OBJECT,
            section=_FIRST,
            title="第一枚放行章",
            text="窗口开办时用的第一枚放行章，木柄已经磨圆。停用后一直锁在综合科的柜子里。",
            source="综合科移交，窗口开办当年",
            shape="stamp",
            alt="一枚圆形红色印章的印样，中间一颗星",
        ),
        Piece(
            kind=_OBJECT,
            section=_FIRST,
            title="一把算盘",
            text="计费用过的算盘。收费标准换了几版，珠子换过两颗。",
            source="计费管理科移交",
            shape="abacus",
            alt="一把木框算盘，两档珠子拨在上方",
        ),
        Piece(
            kind=_STORY,
            section=_FIRST,
            title="排到门外的队",
            text="""开办第一年的旺季，队排到门外。三张桌子，一张收单，一张审单，一张盖章。
有人提议把三张桌子拼成一排，单子顺着传。那天下午，队就短了一半。
现在叫流程优化，当时只是想让人少站一会儿。""",
            source="综合科根据老职工口述整理",
        ),
        Piece(
            kind=_DOCUMENT,
            section=_RULES,
            title="手抄的值班守则",
            text="第一本制度是手抄的，八条，贴在桌板下面。第一条：来人先站起来。",
            source="签证放行科移交，原件存档案柜",
            shape="book",
            alt="一本翻开的线装簿，左右两页写着几行字",
        ),
        Piece(
            kind=_DOCUMENT,
            section=_RULES,
            title="第一版首问负责制",
            text="打印稿，页边有铅笔改的字：“不归我管”改成“我带您去”。",
            source="产地证签证科移交",
            shape="sheet",
            alt="一页打印稿，页边有几处铅笔改动",
        ),
        Piece(
            kind=_STORY,
            section=_RULES,
            title="一张补过的收据",
            text="""一位货主的收据被雨淋坏，跑了三趟。窗口的同志查了半天底册，补了一张，又在旁边写下怎么查。
后来这几行字成了补办收据的办法，今天还在用。""",
            source="计费管理科根据底册整理",
            shape="receipt",
            alt="一张有水渍的收据，旁边一张补办的收据",
            other=("货主老何", "本人书面同意，原件存综合科卷宗"),
        ),
        Piece(
            kind=_PICTURE,
            section=_NIGHT,
            title="夜班的窗",
            text="凌晨三点的大厅，只有一个窗口亮着灯。",
            source="职工手绘，根据值班时的记忆",
            shape="night",
            alt="夜里的一排窗户，只有一扇亮着黄色的灯",
        ),
        Piece(
            kind=_PICTURE,
            section=_NIGHT,
            title="除夕的查验台",
            text="除夕夜当班的同志，桌上放着一盘饺子。",
            source="职工手绘",
            shape="desk",
            alt="查验台后的一个人，桌上放着一个盘子",
            shown=withdraws,
        ),
        Piece(
            kind=_OBJECT,
            section=_NIGHT,
            title="交接班的手电",
            text="停电的那一夜，靠这只手电办完了最后两票单子。",
            source="值班组移交",
            shape="torch",
            alt="一只手电照出一束光",
        ),
        Piece(
            kind=_STORY,
            section=_NIGHT,
            title="分批开的会",
            text="""倒班的支部，人总到不齐。先看排班表，再定开会的时间；要表决的会开在人最多的时段，党课分批讲。
夜班的一批，由书记或者委员到场，不让下夜班的人再赶来。""",
            source="通关服务处党支部整理",
        ),
        Piece(
            kind=_PICTURE,
            section=_TODAY,
            title="两个大厅",
            text="二十二个窗口，五个科，两个大厅。",
            source="通关服务处党支部绘制",
            shape="halls",
            alt="两座并排的大厅，各有一排窗口",
        ),
        Piece(
            kind=_DOCUMENT,
            section=_TODAY,
            title="窗口留言簿",
            text="一页留言：“以前带一包材料来，现在带一部手机来。”留言人没有署名。",
            source="望潮综合服务大厅",
            shape="book",
            alt="一本翻开的留言簿",
        ),
    )


def exhibitions(days: Days, by: Writers) -> Iterator[MeetingDeed]:
    begun = workday(days.today - dt.timedelta(days=70))
    answered, opened = workdays_later(begun, 1), workdays_later(begun, 3)
    withdrawn = workday(days.today - dt.timedelta(days=20))
    yield PutTogether(
        on=begun,
        time=dt.time(10, 5),
        by=by.branch,
        organization=WINDOW_UNIT,
        foreword=_FOREWORD,
        pieces=_pieces(by.younger),
    )
    yield SayYes(on=answered, time=dt.time(12, 20), by=by.younger)
    yield OpenDoors(on=opened, time=dt.time(9, 15), by=by.branch)
    yield WithdrawConsent(on=withdrawn, time=dt.time(18, 40), by=by.younger)
    yield AddPiece(
        on=workdays_later(days.last, -3),
        time=dt.time(15, 10),
        by=by.branch,
        piece=Piece(
            kind=_STORY,
            section=_TODAY,
            title="带徒弟的人",
            text="每个新来的同志，都先在同一张桌子旁坐一个月。坐在旁边的那个人不说话，只在单子出错前咳一声。",
            source="报检科整理",
            shown=by.older,
        ),
    )
