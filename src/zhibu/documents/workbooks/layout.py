"""The sheets of a workbook and their columns, by the names they have in the file.

What a column means for a member or a post is asked above; ``needed`` says that a sheet makes no sense without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from zhibu.domain.terms import Affiliation, Gender, MeetingKind, OrganizationKind, PostKind, Word


class Holds(Enum):
    """What the cells of a column hold, for the one who fills in a template."""

    TEXT = auto()
    CODE = auto()
    DATE = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """``choices`` are the words a cell may have; ``refers`` names the sheet and column whose codes it may have."""

    name: str
    holds: Holds = Holds.TEXT
    needed: bool = False
    choices: tuple[str, ...] = ()
    refers: tuple[str, str] | None = None
    example: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet. Under ``days`` further columns are headed by dates."""

    name: str
    columns: tuple[Column, ...]
    days: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.needed)


def _labels(*words: Word) -> tuple[str, ...]:
    return tuple(word.zh for word in words)


_NUMBER = Column("工号", Holds.CODE, needed=True, example="10001")
_NUMBER_OF_STAFF = Column("工号", Holds.CODE, needed=True, refers=("人员花名册", "工号"), example="10001")
_NAME = Column("姓名", example="林晓")

ORGANIZATIONS = Layout(
    "组织机构",
    (
        Column("组织编码", Holds.CODE, needed=True, example="GZ-A-01"),
        Column("组织名称", needed=True, example="检务处党支部"),
        Column("组织类别", needed=True, choices=_labels(*OrganizationKind), example="党支部"),
        Column("上级组织编码", Holds.CODE, needed=True, refers=("组织机构", "组织编码"), example="GZ-A"),
        Column("成立日期", Holds.DATE, example="2005-02-16"),
    ),
)
PEOPLE = Layout(
    "人员花名册",
    (
        _NUMBER,
        Column("姓名", needed=True, example="林晓"),
        Column("性别", choices=_labels(*Gender), example="女"),
        Column("出生日期", Holds.DATE, example="1985-05-06"),
        Column("手机号", Holds.CODE, example="10012345678"),
        Column("部门", example="检务处"),
        Column("参加工作时间", Holds.DATE, example="2008-07-01"),
        Column("政治面貌", needed=True, choices=_labels(*Affiliation), example="中共党员"),
        Column("入党时间", Holds.DATE, example="2012-05-10"),
        Column("转正时间", Holds.DATE, example="2013-05-10"),
        Column("党支部编码", Holds.CODE, refers=("组织机构", "组织编码"), example="GZ-A-01"),
        Column("党支部", example="检务处党支部"),
        Column("党小组编码", Holds.CODE, refers=("组织机构", "组织编码"), example="GZ-A-01-1"),
        Column("单位编码", Holds.CODE, refers=("组织机构", "组织编码"), example="GZ-A-01"),
        Column("岗位编码", Holds.CODE, refers=("窗口岗位", "岗位编码"), example="W01"),
    ),
)
APPOINTMENTS = Layout(
    "任职",
    (
        _NUMBER_OF_STAFF,
        _NAME,
        Column("组织编码", Holds.CODE, needed=True, refers=("组织机构", "组织编码"), example="GZ-A-01"),
        Column("职务", needed=True, choices=_labels(*PostKind), example="书记"),
        Column("任职日期", Holds.DATE, needed=True, example="2024-06-30"),
    ),
)
WINDOW_POSTS = Layout(
    "窗口岗位",
    (
        Column("岗位编码", Holds.CODE, needed=True, example="W01"),
        Column("岗位名称", needed=True, example="综合1号岗"),
        Column("科室", needed=True, example="综合"),
        Column("地点", needed=True, example="局本部报检大厅"),
        Column("开放时间", example="08:30-12:00;13:30-17:30"),
        Column("组织编码", Holds.CODE, refers=("组织机构", "组织编码"), example="GZ-A-01"),
        Column("最少在岗", Holds.NUMBER, example="1"),
        Column("开放星期", example="一二三四五"),
    ),
)
SHIFTS = Layout(
    "班次",
    (
        Column("代码", needed=True, example="夜"),
        Column("开始", needed=True, example="20:00"),
        Column("结束", needed=True, example="次日08:00"),
        Column("名称", example="夜班"),
    ),
)
ROSTER = Layout("排班", (_NUMBER_OF_STAFF, _NAME, Column("部门", example="检务处")), days=True)
HONORS = Layout(
    "荣誉",
    (
        _NUMBER_OF_STAFF,
        _NAME,
        Column("荣誉", needed=True, example="优秀共产党员"),
        Column("年度", Holds.CODE, needed=True, example="2025"),
    ),
)

LEDGER = Layout(
    "三会一课台账",
    (
        Column("组织编码", Holds.CODE, needed=True, refers=("组织机构", "组织编码"), example="GZ-A-01"),
        Column("类型", needed=True, choices=_labels(*MeetingKind), example="支部党员大会"),
        Column("日期", Holds.DATE, needed=True, example="2025-03-20"),
        Column("时间", example="15:00-16:30"),
        Column("地点", example="三楼会议室"),
        Column("主题", example="学习传达，讨论发展党员"),
        Column("主持人", example="林晓"),
        Column("授课人", example="林晓"),
        Column("记录人", example="陈舟"),
        Column("应到", Holds.NUMBER, needed=True, example="12"),
        Column("实到", Holds.NUMBER, needed=True, example="11"),
        Column("缺席及原因", example="陈舟（当班）"),
        Column("列席", example="方正"),
        Column("决议", example="同意接收一名预备党员"),
        Column("补录说明", example="2024年纸质台账"),
    ),
)

#: In the order of the file, which is the order in which they are read and reported.
LAYOUTS: tuple[Layout, ...] = (
    *(ORGANIZATIONS, PEOPLE, APPOINTMENTS, WINDOW_POSTS, SHIFTS, ROSTER, HONORS),
    LEDGER,
)

#: The sheet of guidance in a template: not read, and nobody is told so.
GUIDE = "说明"
