"""Reads of the service windows: how many a post needs in which hours, and who belongs to it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.windows.models import Seat, Section, Staffing, WindowPost
from zhibu.domain.staffing import Demand, Needed, demands_of, needed_on
from zhibu.domain.terms import Role
from zhibu.domain.tree import STEP

_ONE = dt.timedelta(days=1)


def staffing(posts: Collection[UUID], first: dt.date, last: dt.date) -> dict[UUID, dict[dt.date, tuple[Needed, ...]]]:
    """How many each post needs from ``first`` to ``last``, both included; two queries.

    The hours of a day are in order and lie apart; on a day without any nobody is needed. A day on which a post's
    staffing is unknown is left out, and so is a post of which no day is known.
    """
    return staffing_of(WindowPost.objects.filter(pk__in=posts).order_by(), first, last)


def staffing_of(
    posts: Iterable[WindowPost], first: dt.date, last: dt.date, *, lines: Iterable[Staffing] | None = None
) -> dict[UUID, dict[dt.date, tuple[Needed, ...]]]:
    """The same of posts that are read already; one query, or none where their ``lines`` are read as well."""
    found: dict[UUID, dict[dt.date, tuple[Needed, ...]]] = {}
    read = list(posts)
    told: defaultdict[UUID, list[Staffing]] = defaultdict(list)
    for row in _lines_between(read, first - _ONE, last) if lines is None else lines:
        told[row.window_post_id].append(row)
    days = [first + _ONE * offset for offset in range(-1, (last - first).days + 1)]
    for post in read:
        asked = [_demands(post, told[post.pk], day) for day in days]
        known = {
            day: needed_on(day, here, (before or ()) if post.holds(day) else ())
            for day, before, here in zip(days[1:], asked, asked[1:], strict=False)
            if here is not None
        }
        if known:
            found[post.pk] = known
    return found


def _lines_between(posts: Iterable[WindowPost], first: dt.date, last: dt.date) -> QuerySet[Staffing]:
    return Staffing.objects.filter(
        Q(until__isnull=True) | Q(until__gt=first), window_post__in=[post.pk for post in posts], since__lte=last
    ).order_by()


def _demands(post: WindowPost, told: Sequence[Staffing], day: dt.date) -> tuple[Demand, ...] | None:
    """What holds on the day: lines of the post's own, else its opening hours and its one number."""
    if not post.holds(day):
        return ()
    own = tuple(row.demand for row in told if row.holds(day))
    return own or demands_of(post.opening_hours, post.weekdays, post.least_staffing)


def lines_of(post: WindowPost, day: dt.date) -> list[Staffing]:
    """What the post says of itself on the day; none where its opening hours and its number say it."""
    return list(post.staffing.on(day))


def seats_at(first: dt.date, last: dt.date) -> QuerySet[Seat]:
    """All that held on any day from ``first`` to ``last``, both included, by staff number."""
    rows = Seat.objects.filter(Q(until__isnull=True) | Q(until__gt=first), since__lte=last)
    return rows.order_by("person__staff_number", "since")


def seats_between(posts: Collection[UUID], first: dt.date, last: dt.date) -> QuerySet[Seat]:
    """Who belonged to these posts on any of the days, with the person."""
    return seats_at(first, last).filter(window_post__in=posts).select_related("person")


def with_crews(posts: QuerySet[WindowPost], day: dt.date) -> QuerySet[WindowPost]:
    """Each post with ``crew``: how many people belong to it on the day."""
    return posts.annotate(crew=Count("seats", filter=holds_on(day, "seats__")))


def seat_of(person: UUID, day: dt.date) -> Seat | None:
    """The seat with its post and section; ``None`` where somebody belongs to no window."""
    rows = Seat.objects.on(day).filter(person=person, window_post__organization__isnull=False)
    return rows.select_related("window_post__section", "window_post__organization").first()


def colleagues_of(seat: Seat, day: dt.date) -> QuerySet[Person]:
    """Those who belong to a post of the same section and unit on the day, the person included."""
    return seated_in(seat.window_post.section, seat.window_post.organization, day, day)


def seated_in(section: Section, unit: Organization | None, first: dt.date, last: dt.date) -> QuerySet[Person]:
    """Who belongs to a post of the section in the unit on any of the days, by staff number."""
    posts = WindowPost.objects.filter(section=section, organization=unit)
    seats = seats_at(first, last).filter(window_post__in=posts).order_by()
    return Person.objects.filter(pk__in=seats.values("person")).order_by("staff_number")


def managers_of(unit: Organization, day: dt.date) -> set[UUID]:
    """The people who manage the windows of the unit, by a grant for it or for one above it."""
    above = [unit.path[:length] for length in range(STEP, len(unit.path) + 1, STEP)]
    granted = Account.objects.filter(
        holds_on(day, "grants__"),
        grants__role=Role.WINDOW_MANAGER,
        grants__organization__path__in=above,
        is_active=True,
        person__isnull=False,
    )
    return set(granted.values_list("person_id", flat=True))
