"""A ballot that was counted, and one in which people vote: whom the branch puts forward, what it wants to study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, workday_before, workdays_later
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import WINDOW_UNIT
from zhibu.web.operator.demo.windows import Place

COUNTED = "推荐一名党员先锋岗人选"
OPEN = "下季度专题学习选哪个题目"
TOPICS = ("口岸新规的窗口解答", "通宵班怎么交接", "进出口商品归类常见差错", "外语应答")

#: Which places of the options each of those who vote marks; the others of the roll do not vote.
_COUNTED_VOTES = ((1,), (0,), (1,), (1,), (), (2,), (1,), (0,), (1,))
_OPEN_VOTES = ((0, 1), (1,), (3,))


def ballots(days: Days, seated: Sequence[Place]) -> Iterator[Deed]:
    """Tellers and candidates sit at the windows; the open one ends a week after today."""
    stayed = [place.person for place in seated if place.person.is_settled and len(place.person.work) == 1]
    tellers, candidates = (stayed[0].number, stayed[1].number), stayed[2:5]
    began = workday_before(days.today - dt.timedelta(days=40))
    yield deeds.HoldBallot(
        on=began,
        organization=WINDOW_UNIT,
        question=COUNTED,
        text="任期一年。先提名，由支部委员会审查后公示；本次投票只作推荐。",
        options=tuple(person.name for person in candidates),
        are_names=True,
        most=1,
        places=1,
        lasts=dt.timedelta(days=3),
        tellers=tellers,
        votes=_COUNTED_VOTES,
    )
    yield deeds.CountBallot(on=workdays_later(began + dt.timedelta(days=3), 1), question=COUNTED)
    yield deeds.HoldBallot(
        on=workday_before(days.today),
        organization=WINDOW_UNIT,
        question=OPEN,
        text="最多选两个题目。",
        options=TOPICS,
        are_names=False,
        most=2,
        places=0,
        lasts=dt.timedelta(days=8),
        tellers=tellers,
        votes=_OPEN_VOTES,
    )
