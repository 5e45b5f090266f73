"""Window posts are opened, altered and closed, and it is said how many they need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Section, Site, Staffing, WindowPost
from zhibu.domain.staffing import DAY, Demand, hours_in, overlap


@transaction.atomic
def open_window_post(
    *,
    code: str,
    name: str,
    site: str,
    section: str,
    organization: Organization | None,
    since: dt.date,
    actor: Actor,
    at: dt.datetime,
    opening_hours: str = "",
    weekdays: str = "",
    least_staffing: int | None = None,
    serving: str = "",
) -> WindowPost:
    """A new post at a site, in a section; both are made when first named. Refused where the code is taken."""
    _refuse_unreadable(opening_hours)
    if WindowPost.objects.filter(code=code).exists():
        raise WindowRefusal(
            _("Window post %(code)s exists already. Choose another code or change that post.") % {"code": code}
        )
    post = WindowPost.objects.create(
        code=code,
        name=name,
        site=Site.objects.get_or_create(name=site)[0],
        section=Section.objects.get_or_create(name=section)[0],
        organization=organization,
        opening_hours=opening_hours,
        weekdays=weekdays,
        least_staffing=least_staffing,
        serving=serving,
        since=since,
    )
    record(
        "window_post_opened",
        post.pk,
        actor=actor,
        at=at,
        document={
            "code": code,
            "name": name,
            "site": site,
            "section": section,
            "organization": str(organization.pk) if organization else None,
            "opening_hours": opening_hours,
            "weekdays": weekdays,
            "least_staffing": least_staffing,
            "serving": serving,
            "since": since.isoformat(),
        },
    )
    return post


@transaction.atomic
def alter_window_post(
    post: WindowPost,
    *,
    name: str,
    site: str,
    section: str,
    opening_hours: str,
    weekdays: str,
    least_staffing: int | None,
    serving: str,
    actor: Actor,
    at: dt.datetime,
) -> bool:
    """What a post is like: whether that changed anything. A site or section that is not there yet is made."""
    _refuse_unreadable(opening_hours)
    said: dict[str, Any] = {
        "name": name,
        "site": Site.objects.get_or_create(name=site)[0],
        "section": Section.objects.get_or_create(name=section)[0],
        "opening_hours": opening_hours,
        "weekdays": weekdays,
        "least_staffing": least_staffing,
        "serving": serving,
    }
    changed = {field: value for field, value in said.items() if getattr(post, field) != value}
    if not changed:
        return False
    for field, value in changed.items():
        setattr(post, field, value)
    post.save(update_fields=list(changed))
    record(
        "window_post_altered",
        post.pk,
        actor=actor,
        at=at,
        document={
            field: value.name if isinstance(value, (Site, Section)) else value for field, value in changed.items()
        },
    )
    return True


def _refuse_unreadable(opening_hours: str) -> None:
    if opening_hours and hours_in(opening_hours) is None:
        raise WindowRefusal(
            _("The opening hours “%(given)s” can not be read. Write them as 08:30-12:00;13:30-17:30.")
            % {"given": opening_hours}
        )


@transaction.atomic
def close_window_post(post: WindowPost, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """``on`` is the first day without the post. Refused while people belong to it on that day or later."""
    if post.until is not None:
        raise WindowRefusal(_("%(post)s is closed from %(on)s on already.") % {"post": post.name, "on": post.until})
    if on <= post.since:
        raise WindowRefusal(
            _("%(post)s opened on %(since)s; %(on)s is not after it. Choose a later day.")
            % {"post": post.name, "since": post.since, "on": on}
        )
    seated = post.seats.filter(Q(until__isnull=True) | Q(until__gt=on)).select_related("person")
    names = [seat.person.name for seat in seated]
    if names:
        raise WindowRefusal(
            _("%(names)s belong to %(post)s on %(on)s or later. Give them another post first, or none.")
            % {"names": "、".join(names), "post": post.name, "on": on}
        )
    post.until = on
    post.save(update_fields=["until"])
    record("window_post_closed", post.pk, actor=actor, at=at, document={"on": on.isoformat()})


@transaction.atomic
def set_staffing(post: WindowPost, demands: Sequence[Demand], *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """From ``on`` the post needs so many in these hours, instead of what was said before for that day and later.

    Without any line its opening hours and its one number say it again. Refused where two lines ask for the same
    hour; ``windows.queries.crew_of`` tells where more are asked for than belong to the post.
    """
    if not post.holds(on):
        raise WindowRefusal(
            _("Window post %(post)s is not open on %(on)s. Choose another post or another day.")
            % {"post": post.name, "on": on}
        )
    for demand in demands:
        _refuse_odd(demand)
    if twice := overlap(demands):
        raise WindowRefusal(
            _("%(one)s and %(other)s ask for the same hours. Let one end where the other begins.")
            % {"one": in_words(twice[0]), "other": in_words(twice[1])}
        )
    post.staffing.filter(since__gte=on).delete()
    post.staffing.filter(Q(until__isnull=True) | Q(until__gt=on)).update(until=on)
    Staffing.objects.bulk_create(
        Staffing(
            window_post=post,
            weekdays=each.weekdays,
            starts=each.starts,
            ends=each.ends,
            least=each.least,
            since=on,
        )
        for each in demands
    )
    record(
        "staffing_set",
        post.pk,
        actor=actor,
        at=at,
        document={
            "on": on.isoformat(),
            "lines": [[each.weekdays, each.starts, each.ends, each.least] for each in demands],
        },
    )


def _refuse_odd(demand: Demand) -> None:
    if not demand.weekdays or not 0 <= demand.starts < DAY or not 0 < demand.ends <= DAY or demand.least < 1:
        raise WindowRefusal(
            _("%(line)s asks for nothing. Give weekdays, hours from 00:00 to 24:00 and at least one person.")
            % {"line": in_words(demand)}
        )


def in_words(demand: Demand) -> str:
    """一二三 08:30–12:00."""
    days = "".join("一二三四五六日"[int(digit) - 1] for digit in demand.weekdays)
    return f"{days} {clock(demand.starts)}–{clock(demand.ends)}"


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
