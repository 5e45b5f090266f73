"""Names in the sentences of a ledger: 请假2人：陈舟（当班）、方正出差；缺席1人：李想."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_BETWEEN = re.compile(r"[、，,；;。\n\s]")
_IN_BRACKETS = re.compile(r"[（(][^（()）]*[)）]?")
#: 请假2人：, 缺席：, 列席人员：
_LEAD = re.compile(r"^[^：:]{0,8}[：:]")
_NAME = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0003134f]{2,4}|[\u4e00-\u9fff]+(?:·[\u4e00-\u9fff]+)+")
#: What people write beside names; a part with one of these is not called a name.
_NO_NAME = re.compile(
    "无|全勤|当班|值班|值守|倒班|轮班|轮休|上班|夜班|白班|早班|晚班|加班|休假|年假|请假|病假|事假|产假|婚假|丧假|探亲"
    "|出差|公差|公务|公派|因公|因病|因事|因故|外出|外勤|学习|培训|开会|会议|借调|住院|生病|看病|身体|个人|其他|其它"
    "|原因|缺席|缺会|列席|退休|补休|调休|抽调|支援|驻村|挂职|全体|人员|同志|群众|党员|代表|领导|干部|部门|单位|支部"
    "|支委|委员|书记|小组|等人|未到"
)


def found_in(text: str, names: Iterable[str]) -> tuple[list[str], str]:
    """Which of these names stand in ``text``, longer ones first, and what is left of it."""
    found = []
    for name in sorted((name for name in names if name in text), key=len, reverse=True):
        if name in text:
            found.append(name)
            text = text.replace(name, "、")
    return found, text


def likely_names(text: str) -> Sequence[str]:
    """The parts that look like names and like nothing else; a guess for a warning, never for a record."""
    parts = (_LEAD.sub("", part).removesuffix("同志") for part in _BETWEEN.split(_IN_BRACKETS.sub("、", text)))
    return [part for part in parts if _NAME.fullmatch(part) and not _NO_NAME.search(part)]
