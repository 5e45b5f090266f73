"""Window posts are opened, people take their places at them and give them up."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.closing import close
from zhibu.apps.people.models import Person
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Seat, Section, Site, WindowPost


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
) -> WindowPost:
    """A new post at a site, in a section; both are made when first named. Refused where the code is taken."""
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
            "since": since.isoformat(),
        },
    )
    return post


@transaction.atomic
def seat(person: Person, *, post: WindowPost, on: dt.date, actor: Actor, at: dt.datetime) -> Seat:
    """From ``on`` the person belongs to the post; an earlier one is given up. The same post changes nothing."""
    current = person.seats.filter(until__isnull=True).first()
    if current is not None and current.window_post_id == post.pk:
        return current
    if not post.holds(on):
        raise WindowRefusal(
            _("Window post %(post)s is not open on %(on)s. Choose another post or another day.")
            % {"post": post.name, "on": on}
        )
    close(current, on, at=at)
    taken = Seat.objects.create(person=person, window_post=post, since=on)
    record(
        "person_seated",
        person.pk,
        actor=actor,
        at=at,
        document={"post": str(post.pk), "on": on.isoformat()},
    )
    return taken


@transaction.atomic
def unseat(person: Person, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """``on`` is the first day on which the person belongs to no window post. Without a post it changes nothing."""
    current = person.seats.filter(until__isnull=True).first()
    if current is None:
        return
    close(current, on, at=at)
    record(
        "person_unseated",
        person.pk,
        actor=actor,
        at=at,
        document={"post": str(current.window_post_id), "on": on.isoformat()},
    )
