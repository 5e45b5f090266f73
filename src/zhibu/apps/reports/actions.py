"""Opening somebody else's record is itself on record."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.models import Event
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Appointment, Employment, Membership, Person
from zhibu.apps.reports.looks import EXPORTED, LOOKED
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import OFFICES


def look_at(person: Person, *, asker: Asker, at: dt.datetime) -> None:
    """Note that ``asker`` opened the record. Once a day for each of them; one's own record is no event."""
    _note(LOOKED, person, asker, at)


def take_away(person: Person, *, asker: Asker, at: dt.datetime) -> None:
    """Note that ``asker`` took the record with them. Once a day for each of them; one's own is no event."""
    _note(EXPORTED, person, asker, at)


def _note(kind: str, person: Person, asker: Asker, at: dt.datetime) -> None:
    if person.pk == asker.person or _is_noted(kind, person, asker, at):
        return
    with transaction.atomic():
        # Two pages opened at once would each find nothing noted: the second waits for the first.
        Person.objects.select_for_update().get(pk=person.pk)
        if not _is_noted(kind, person, asker, at):
            record(kind, person.pk, actor=Actor(str(asker.account)), at=at, document=_capacity(person, asker))


def _is_noted(kind: str, person: Person, asker: Asker, at: dt.datetime) -> bool:
    """Whether it is, for the local day of ``at``."""
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return Event.objects.filter(
        subject=person.pk,
        type=kind,
        actor=str(asker.account),
        recorded_at__gte=midnight,
        recorded_at__lt=midnight + dt.timedelta(days=1),
    ).exists()


def _capacity(person: Person, asker: Asker) -> dict[str, Canonical]:
    """The office by which the record is open to ``asker``: of several the nearest above the person."""
    latest = [
        rows.filter(person=person).order_by("-since").values_list("organization__path", flat=True).first()
        for rows in (Membership.objects.all(), Employment.objects.all())
    ]
    held = (
        Appointment.objects.on(asker.on)
        .filter(person=asker.person, post__in=OFFICES)
        .order_by("-organization__depth", "since")
        .values_list("organization__path", "organization", "post")
    )
    for path, organization, post in held:
        if any(place is not None and place.startswith(path) for place in latest):
            return {"office": str(organization), "post": post}
    return {}
