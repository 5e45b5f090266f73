"""The plan of the bureau on the served date: organizations, how many belong to each, how they work, the windows.

An invented port city, 港洲, with its harbor (望潮, 鹤屿), its airport (云汀) and its railway station (松渡).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhibu.domain.terms import OrganizationKind
from zhibu.web.operator.demo.rotations import Rotation

ROOT = "GZ"
BUREAU = "港洲检验检疫局"


@dataclass(frozen=True, slots=True)
class Superior:
    """A committee or general branch. ``members`` are those of its committee besides secretary and deputy."""

    code: str
    name: str
    kind: OrganizationKind
    members: int
    has_deputy: bool
    founded: dt.date
    years: int


SUPERIORS = (
    Superior("GZ-1", "局机关党委", OrganizationKind.COMMITTEE, 10, True, dt.date(2002, 4, 16), 5),
    Superior("GZ-2", "海港办事处机关党委", OrganizationKind.COMMITTEE, 9, True, dt.date(2002, 6, 28), 5),
    Superior("GZ-3", "云汀机场办事处机关党委", OrganizationKind.COMMITTEE, 9, True, dt.date(2003, 3, 12), 5),
    Superior("GZ-4", "松渡车站办事处党总支", OrganizationKind.GENERAL_BRANCH, 7, False, dt.date(2004, 9, 8), 3),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A division or section and its branch. ``members`` and ``staff`` are those of the served date."""

    code: str
    name: str
    parent: str
    staff: int
    members: int
    rotation: Rotation
    groups: int = 0

    @property
    def branch(self) -> str:
        return f"{self.name}党支部"


_DAY, _WINDOW = Rotation.OFFICE, Rotation.WINDOW
_THREE, _TWO, _ROUND = Rotation.THREE_SHIFTS, Rotation.TWO_SHIFTS, Rotation.ROUND_THE_CLOCK

#: The division of the seed: two sites, five sections, 22 window posts.
WINDOW_UNIT = "GZ-101"
#: Came out of a merger, and is above fifty members since.
MERGED_UNIT, DISSOLVED_UNIT = "GZ-207", "GZ-208"
FOUNDED_UNIT = "GZ-314"
RENAMED_UNIT = "GZ-309"
MOVED_UNIT = "GZ-117"

UNITS = (
    Unit(WINDOW_UNIT, "通关服务处", "GZ-1", 48, 33, _WINDOW, groups=4),
    Unit("GZ-102", "办公室", "GZ-1", 24, 13, _DAY),
    Unit("GZ-103", "法规处", "GZ-1", 14, 5, _DAY),
    Unit("GZ-104", "人事教育处", "GZ-1", 22, 12, _DAY),
    Unit("GZ-105", "财务处", "GZ-1", 20, 9, _DAY),
    Unit("GZ-106", "科技信息处", "GZ-1", 22, 12, _DAY, groups=2),
    Unit("GZ-107", "动植物检疫处", "GZ-1", 21, 10, _DAY),
    Unit("GZ-108", "卫生检疫处", "GZ-1", 23, 13, _DAY, groups=2),
    Unit("GZ-109", "食品安全处", "GZ-1", 19, 9, _DAY),
    Unit("GZ-110", "检验监管处", "GZ-1", 20, 9, _DAY),
    Unit("GZ-111", "纪检监察室", "GZ-1", 18, 9, _DAY),
    Unit("GZ-112", "认证稽查处", "GZ-1", 20, 8, _DAY),
    Unit("GZ-113", "后勤服务中心", "GZ-1", 17, 5, _DAY),
    Unit("GZ-114", "技术中心理化室", "GZ-1", 28, 15, _DAY, groups=2),
    Unit("GZ-115", "技术中心动植检室", "GZ-1", 26, 13, _DAY, groups=2),
    Unit("GZ-116", "旅行健康中心", "GZ-1", 27, 13, _DAY, groups=2),
    Unit(MOVED_UNIT, "冷链查验科", "GZ-2", 21, 9, _TWO),
    Unit("GZ-201", "海港综合科", "GZ-2", 22, 10, _DAY),
    Unit("GZ-202", "望潮客运旅检科", "GZ-2", 28, 13, _THREE, groups=2),
    Unit("GZ-203", "船舶检疫科", "GZ-2", 30, 16, _ROUND, groups=2),
    Unit("GZ-204", "锚地登轮科", "GZ-2", 20, 6, _ROUND),
    Unit("GZ-205", "集装箱一科", "GZ-2", 29, 15, _THREE, groups=2),
    Unit("GZ-206", "集装箱二科", "GZ-2", 25, 13, _THREE, groups=2),
    Unit(MERGED_UNIT, "堆场查验科", "GZ-2", 72, 51, _TWO, groups=4),
    Unit("GZ-209", "散货科", "GZ-2", 24, 11, _DAY),
    Unit("GZ-210", "木材检疫科", "GZ-2", 23, 11, _DAY),
    Unit("GZ-211", "鹤屿港查验科", "GZ-2", 27, 13, _THREE, groups=2),
    Unit("GZ-212", "鹤屿港综合科", "GZ-2", 15, 5, _DAY),
    Unit("GZ-213", "危化品监管科", "GZ-2", 18, 8, _TWO),
    Unit("GZ-214", "海港实验室", "GZ-2", 22, 11, _DAY),
    Unit("GZ-215", "海港报检科", "GZ-2", 23, 11, _DAY),
    Unit("GZ-301", "空港综合科", "GZ-3", 20, 9, _DAY),
    Unit("GZ-302", "空港旅检一科", "GZ-3", 32, 17, _THREE, groups=3),
    Unit("GZ-303", "空港旅检二科", "GZ-3", 32, 16, _THREE, groups=2),
    Unit("GZ-304", "空港旅检三科", "GZ-3", 29, 14, _THREE),
    Unit("GZ-305", "航空器检疫科", "GZ-3", 26, 12, _ROUND, groups=2),
    Unit("GZ-306", "空港货检一科", "GZ-3", 27, 13, _TWO, groups=2),
    Unit("GZ-307", "空港货检二科", "GZ-3", 24, 11, _TWO),
    Unit("GZ-308", "快件科", "GZ-3", 26, 13, _TWO, groups=2),
    Unit(RENAMED_UNIT, "邮递物品科", "GZ-3", 20, 9, _TWO),
    Unit("GZ-310", "空港报检科", "GZ-3", 22, 10, _DAY),
    Unit("GZ-311", "口岸卫生科", "GZ-3", 23, 10, _THREE),
    Unit("GZ-312", "空港实验室", "GZ-3", 20, 9, _DAY),
    Unit("GZ-313", "空港后勤科", "GZ-3", 14, 4, _DAY),
    Unit(FOUNDED_UNIT, "跨境电商科", "GZ-3", 22, 10, _TWO),
    Unit("GZ-401", "车站综合科", "GZ-4", 18, 8, _DAY),
    Unit("GZ-402", "车站旅检一科", "GZ-4", 28, 15, _THREE, groups=2),
    Unit("GZ-403", "车站旅检二科", "GZ-4", 25, 12, _THREE),
    Unit("GZ-404", "车站货检科", "GZ-4", 25, 12, _TWO, groups=2),
    Unit("GZ-405", "班列查验科", "GZ-4", 25, 12, _ROUND, groups=2),
    Unit("GZ-406", "铁路集装箱科", "GZ-4", 24, 11, _THREE),
    Unit("GZ-407", "车站检疫科", "GZ-4", 20, 9, _TWO),
    Unit("GZ-408", "车站报检科", "GZ-4", 17, 8, _DAY),
    Unit("GZ-409", "车站后勤科", "GZ-4", 13, 5, _DAY),
)

BY_CODE = {unit.code: unit for unit in UNITS}

# --- Windows -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hall:
    """A site with its hours, and how many window posts each section has there."""

    name: str
    opening_hours: str
    weekdays: str
    posts: tuple[tuple[str, int], ...]


HALLS = (
    Hall(
        "望潮综合服务大厅",
        "08:30-12:00;13:30-17:30",
        "12345",
        (("综合", 2), ("报检", 4), ("计费管理", 2), ("签证放行", 3), ("产地证签证", 2)),
    ),
    Hall(
        "市民中心口岸专区",
        "09:00-17:00",
        "123456",
        (("综合", 2), ("报检", 2), ("计费管理", 2), ("签证放行", 2), ("产地证签证", 1)),
    ),
)

#: How many people belong to each window post.
SEATS = 2


@dataclass(frozen=True, slots=True)
class WindowPost:
    code: str
    name: str
    section: str
    hall: Hall


def _window_posts() -> tuple[WindowPost, ...]:
    """C01 to C22; within a section they are numbered over both halls."""
    numbered: dict[str, int] = {}
    posts: list[WindowPost] = []
    for hall in HALLS:
        for section, count in hall.posts:
            for _i in range(count):
                numbered[section] = number = numbered.get(section, 0) + 1
                posts.append(WindowPost(f"C{len(posts) + 1:02}", f"{section}{number}号窗口", section, hall))
    return tuple(posts)


WINDOW_POSTS = _window_posts()

#: The years of work of the division's staff: 14 have at least 15, 5 at least 20, the longest 31.
WINDOW_SERVICE = (
    *(31, 26, 23, 22, 20, 19, 18, 18, 17, 17, 16, 16, 15, 15),
    *(14, 14, 13, 13, 12, 12, 11, 11, 10, 10, 9, 9, 9, 8, 8, 8, 7, 7, 7, 6, 6, 6, 6, 5, 5, 5, 5, 4, 3, 3, 2, 2, 1, 0),
)
