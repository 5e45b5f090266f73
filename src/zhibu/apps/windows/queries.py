"""Reads of the service windows: how many a post needs in which hours."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q

from zhibu.apps.windows.models import Staffing, WindowPost
from zhibu.domain.staffing import Demand, Needed, demands_of, needed_on

_ONE = dt.timedelta(days=1)


def staffing(posts: Collection[UUID], first: dt.date, last: dt.date) -> dict[UUID, dict[dt.date, tuple[Needed, ...]]]:
    """How many each post needs from ``first`` to ``last``, both included; two queries.

    The hours of a day are in order and lie apart; on a day without any nobody is needed. A day on which a post's
    staffing is unknown is left out, and so is a post of which no day is known.
    """
    found: dict[UUID, dict[dt.date, tuple[Needed, ...]]] = {}
    told = _told(posts, first - _ONE, last)
    days = [first + _ONE * offset for offset in range(-1, (last - first).days + 1)]
    for post in WindowPost.objects.filter(pk__in=posts).order_by():
        asked = [_demands(post, told[post.pk], day) for day in days]
        known = {
            day: needed_on(day, here, (before or ()) if post.holds(day) else ())
            for day, before, here in zip(days[1:], asked, asked[1:], strict=False)
            if here is not None
        }
        if known:
            found[post.pk] = known
    return found


def _told(posts: Collection[UUID], first: dt.date, last: dt.date) -> defaultdict[UUID, list[Staffing]]:
    rows = Staffing.objects.filter(
        Q(until__isnull=True) | Q(until__gt=first), window_post__in=posts, since__lte=last
    ).order_by()
    found: defaultdict[UUID, list[Staffing]] = defaultdict(list)
    for row in rows:
        found[row.window_post_id].append(row)
    return found


def _demands(post: WindowPost, told: Sequence[Staffing], day: dt.date) -> tuple[Demand, ...] | None:
    """What holds on the day: lines of the post's own, else its opening hours and its one number."""
    if not post.holds(day):
        return ()
    own = tuple(row.demand for row in told if row.holds(day))
    return own or demands_of(post.opening_hours, post.weekdays, post.least_staffing)
