"""People take their places at window posts and give them up."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.people.actions.closing import close
from zhibu.apps.people.models import Person
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Seat, WindowPost


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
