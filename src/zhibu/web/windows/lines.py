"""Window posts as a list shows them: how many they need now, who is there, and in which hours too few are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from zhibu.apps.rosters.queries import Coverage, Present, coverage
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.staffing import DAY

_ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A post at an instant. ``needed`` is ``None`` where its staffing is unknown. ``after``: who comes next.

    ``after_starts``: in how many minutes from 00:00 of today; ``None`` where nobody comes today or tomorrow.
    """

    post: WindowPost
    today: Coverage
    needed: int | None
    here: tuple[Present, ...]
    missing: int
    after: tuple[Present, ...] = ()
    after_starts: int | None = None

    @property
    def is_open(self) -> bool:
        return bool(self.needed)


def lines_at(posts: Sequence[WindowPost], at: dt.datetime) -> list[Line]:
    """Every post at the local time of ``at``; three queries."""
    today, minute = at.date(), at.hour * 60 + at.minute
    covered = coverage(posts, today, today + _ONE)
    return [line(post, covered[post.pk][today], covered[post.pk][today + _ONE], minute) for post in posts]


def line(post: WindowPost, today: Coverage, tomorrow: Coverage, minute: int) -> Line:
    here = tuple(each for each in today.present if each.starts <= minute < each.ends)
    needed = (
        None
        if today.needed is None
        else sum(each.least for each in today.needed if each.starts <= minute < each.ends)
    )
    to_come = [(each.starts, each) for each in today.present if each.starts > minute]
    to_come += [(each.starts + DAY, each) for each in tomorrow.present if each.starts >= 0]
    first = min((starts for starts, _each in to_come), default=None)
    return Line(
        post=post,
        today=today,
        needed=needed,
        here=here,
        missing=max((needed or 0) - len(here), 0),
        after=tuple(each for starts, each in to_come if starts == first),
        after_starts=first,
    )
