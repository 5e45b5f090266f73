"""The window branch hands on how it does it; another branch takes some of it into its own lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.accounts import SUPERVISING
from zhibu.web.operator.demo.days import Days, workday
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.house import WINDOW_UNIT

#: Who takes of it, which rules, and which of these it has put in force.
ADOPTER = "GZ-102"
TAKEN = ("支部委员会会议制度", "党课制度", "主题党日制度", "请假制度")
IN_FORCE = ("党课制度", "请假制度")

TITLE = "三班倒的支部怎样过好组织生活"
STORY = """窗口全年不关门，开一次全员到齐的会几乎不可能。
现在的做法：先看排班表，找出到会人数最多的时段；需要表决的会一次开成，党课和主题党日分批开，每批内容相同。
夜班的那一批由书记或者委员到场。因顶岗没能到会的，事后补请同样有效，补学同样算数。
起初最难的是记录跟不上。定下会后当场整理、次日归档以后，年底不用再补材料。"""
LATER = STORY + "\n今年又把主题党日的调整提前三天告知，临时改班的人少跑了冤枉路。"
REASONS = "倒班支部人人能参加组织生活：分批有制度，补课有出处，记录当天清。各支部可先看会议和请假两项。"

#: Days before today: published, marked, taken, put in force, and published again after the lists had changed.
_PUBLISHED, _MARKED, _TAKEN, _IN_FORCE, _AGAIN = 95, 88, 75, 68, 32


def playbooks(days: Days, committee: str, secretary: str, held: Sequence[MeetingDeed]) -> Iterator[MeetingDeed]:
    def on(ago: int) -> dt.date:
        return workday(days.today - dt.timedelta(days=ago))

    def publish(ago: int, story: str) -> MeetingDeed:
        return deeds.PublishPlaybook(
            on=on(ago),
            time=dt.time(16, 0),
            by=secretary,
            meeting=TITLE,
            organization=WINDOW_UNIT,
            title=TITLE,
            story=story,
        )

    yield publish(_PUBLISHED, STORY)
    yield deeds.MarkPlaybook(
        on=on(_MARKED),
        time=dt.time(10, 30),
        by=committee,
        meeting=TITLE,
        organization=SUPERVISING,
        reasons=REASONS,
        lasts=365,
    )
    own = [deed for deed in held if isinstance(deed, deeds.Convene) and deed.organization == ADOPTER]
    convener = max((deed for deed in own if deed.on <= on(_TAKEN)), key=lambda deed: deed.on).by
    given = {"by": convener, "meeting": TITLE, "organization": ADOPTER}
    yield deeds.AdoptPlaybook(on=on(_TAKEN), time=dt.time(9, 40), sections=TAKEN, **given)
    yield deeds.PutDraftsInForce(on=on(_IN_FORCE), time=dt.time(15, 20), sections=IN_FORCE, **given)
    yield publish(_AGAIN, LATER)
