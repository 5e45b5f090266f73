"""What the window branch told everybody, about itself and its service; corrected, withdrawn, and being written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, workdays_later
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import WINDOW_UNIT

#: Title, sentence, text, months ago, and whether it is about the service.
ARTICLES = (
    (
        "倒班也能学：一堂党课分四批开",
        "窗口不断岗，人人都听上。",
        (
            "通关服务处的窗口从早到晚有人，支部的党课一直很难凑齐人。\n\n# 怎么做的\n\n"
            "- 按班次排出四个场次，每人一场\n- 同一份讲稿，四名支委轮流讲\n"
            "- 值夜班的同志排在交班之后\n\n四场下来，应到的都到了，窗口一天也没有停。"
        ),
        5,
        False,
    ),
    (
        "报检窗口午间不断岗",
        "中午来也能办。",
        (
            "从本月起，报检窗口午间由两班轮流值守，**十二点到两点照常受理**。\n\n需要准备的材料见[业务指南](/public/guides/1/)；"
            "对窗口服务有意见，可以扫窗口的二维码告诉我们。"
        ),
        4,
        True,
    ),
    (
        "一次告知，支部带头",
        "从党员责任清单里的一条说起。",
        (
            "支部的责任清单里有一条：材料不齐的，当场一次告知。支部大会讨论后，把它写成窗口的一张小卡片。\n\n"
            "| 以前 | 现在 |\n|---|---|\n| 补一样跑一趟 | 缺什么一次写清 |\n| 各说各的 | 口径写进业务指南 |\n\n"
            "卡片上的内容都在[业务指南](/public/guides/)里，随时可查。"
        ),
        2,
        False,
    ),
)

CORRECTED = (
    "年底证书自助打印安排",
    "自助打印机每天开放。",
    "自助打印机每天八点到二十点开放，节假日照常。",
    "自助打印机每天八点到二十点开放，元旦当天停机维护。",
    "元旦当天停机，原文漏写。",
)


def articles(days: Days, *, secretary: str, manager: str, committee: str) -> Iterator[Deed]:
    """Of the branch by its secretary, of the service by the manager; each is approved by another."""
    for title, digest, text, ago, is_service in ARTICLES:
        writer, reviewer = (manager, secretary) if is_service else (secretary, committee)
        on = days.ago(ago, 9)
        yield _written(on, title, digest, text, by=writer)
        yield from _let_through(on, title, by=writer, reviewer=reviewer)
    yield from _corrected(days, manager, secretary)
    off = "自助打印机试用通知"
    tried = days.ago(3, 6)
    yield _written(tried, off, "", "大厅新装两台自助打印机，试用一个月。", by=manager)
    yield from _let_through(tried, off, by=manager, reviewer=secretary)
    yield deeds.WithdrawTold(on=days.ago(1, 6), title=off, because="试用已经结束。", by=manager)
    waits = "船舶夜间到港怎样提前登记"
    text = "夜间和节假日到港的，提前四小时在网上登记，窗口夜班受理。"
    yield _written(workdays_later(days.last, -2), waits, "夜班也办。", text, by=manager)
    yield deeds.HandInTold(on=workdays_later(days.last, -1), title=waits, by=manager)
    draft = "新老党员谈学习"
    yield _written(days.last, draft, "", "（起草中）四个党小组各开了一次交流会。", by=secretary)


def _written(on: dt.date, title: str, digest: str, text: str, *, by: str) -> deeds.WriteTold:
    return deeds.WriteTold(on=on, organization=WINDOW_UNIT, title=title, digest=digest, text=text, by=by)


def _let_through(on: dt.date, title: str, *, by: str, reviewer: str) -> Iterator[Deed]:
    yield deeds.HandInTold(on=workdays_later(on, 1), title=title, by=by)
    yield deeds.PublishTold(on=workdays_later(on, 2), title=title, by=reviewer)


def _corrected(days: Days, manager: str, secretary: str) -> Iterator[Deed]:
    title, digest, text, right, told = CORRECTED
    on = workdays_later(days.last, -9)
    yield _written(on, title, digest, text, by=manager)
    yield from _let_through(on, title, by=manager, reviewer=secretary)
    again = workdays_later(on, 3)
    yield deeds.CorrectTold(on=again, title=title, text=right, correction=told, by=manager)
    yield from _let_through(again, title, by=manager, reviewer=secretary)
