"""Rooms to meet in, and how long the way between two sites takes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.models import Journey, Room
from zhibu.apps.windows.models import Site

#: Minutes of the longest way between two sites that a session can be worth.
LONGEST_JOURNEY = 6 * 60


@transaction.atomic
def keep_room(
    room: Room | None,
    *,
    name: str,
    organization: Organization | None,
    site: Site | None,
    capacity: int,
    opens: dt.time,
    closes: dt.time,
    actor: Actor,
    at: dt.datetime,
) -> Room:
    """A new room (``None``), or other facts of one. Refused where another of that name is in use."""
    name = name.strip()
    same = Room.objects.filter(name=name).first()
    if same is not None and (room is None or same.pk != room.pk):
        raise PlanningRefusal(
            _("There is a room called %(name)s already. Give this one another name.") % {"name": name}
        )
    if closes <= opens:
        raise PlanningRefusal(_("The room closes before it opens. Correct its hours."))
    room = room or Room()
    room.name, room.organization, room.site = name, organization, site
    room.capacity, room.opens, room.closes, room.closed_at = capacity, opens, closes, None
    room.save()
    record(
        "room_kept",
        room.pk,
        actor=actor,
        at=at,
        document={
            "name": name,
            "organization": str(organization.pk) if organization else None,
            "site": str(site.pk) if site else None,
            "capacity": capacity,
            "opens": opens.isoformat("minutes"),
            "closes": closes.isoformat("minutes"),
        },
    )
    return room


@transaction.atomic
def close_room(room: Room, *, actor: Actor, at: dt.datetime) -> None:
    """No plan uses it any more; sessions that stand keep their place."""
    room.closed_at = at
    room.save(update_fields=["closed_at"])
    record("room_closed", room.pk, actor=actor, at=at)


@transaction.atomic
def set_journey(one: Site, other: Site, minutes: int, *, actor: Actor, at: dt.datetime) -> None:
    """So many minutes from one to the other and back."""
    if one.pk == other.pk:
        raise PlanningRefusal(_("From a site to itself there is no way. Choose two sites."))
    if not 0 <= minutes <= LONGEST_JOURNEY:
        raise PlanningRefusal(_("A way takes 0 to %(most)s minutes.") % {"most": LONGEST_JOURNEY})
    first, second = sorted((one, other), key=lambda site: site.pk)
    Journey.objects.update_or_create(one=first, other=second, defaults={"minutes": minutes})
    record("journey_set", first.pk, actor=actor, at=at, document={"to": str(second.pk), "minutes": minutes})
