"""Somebody comes to work, moves to another unit, leaves."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.actions import initials_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.closing import close
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Employment, Person
from zhibu.domain.terms import Affiliation, Gender


def pinyin_of(name: str) -> str:
    """The whole name in pinyin, lower case, without spaces: 林晓 → linxiao."""
    from pypinyin import lazy_pinyin  # 55 MB of dictionaries: only where somebody gets a name

    return "".join(lazy_pinyin(name)).lower()[:160]


@transaction.atomic
def employ(
    *,
    staff_number: str,
    name: str,
    organization: Organization | None,
    since: dt.date,
    actor: Actor,
    at: dt.datetime,
    department: str = "",
    gender: Gender | None = None,
    born: dt.date | None = None,
    phone: str = "",
    affiliation: Affiliation | None = None,
) -> Person:
    """Somebody comes to work in a unit. Refused where the staff number is taken."""
    if Person.objects.filter(staff_number=staff_number).exists():
        raise PeopleRefusal(
            _("Staff number %(number)s is taken. Correct the number or open that person.") % {"number": staff_number}
        )
    person = Person.objects.create(
        staff_number=staff_number,
        name=name,
        initials=initials_of(name)[:40],
        pinyin=pinyin_of(name),
        gender=gender or "",
        born=born,
        phone=phone,
        work_began=since,
        affiliation=affiliation or "",
    )
    Employment.objects.create(person=person, organization=organization, department=department, since=since)
    record(
        "person_employed",
        person.pk,
        actor=actor,
        at=at,
        document={"unit": str(organization.pk) if organization else None, "since": since.isoformat()},
    )
    return person


@transaction.atomic
def transfer_work(
    person: Person, *, to: Organization, on: dt.date, actor: Actor, at: dt.datetime, department: str = ""
) -> None:
    """From ``on`` the person works in another unit."""
    close(person.employments.filter(until__isnull=True).first(), on, at=at)
    Employment.objects.create(person=person, organization=to, department=department, since=on)
    record("person_transferred", person.pk, actor=actor, at=at, document={"to": str(to.pk), "on": on.isoformat()})


@transaction.atomic
def leave(person: Person, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """``on`` is the first day without the person: work, membership and posts end."""
    for row in (
        *person.employments.filter(until__isnull=True),
        *person.memberships.filter(until__isnull=True),
        *person.appointments.filter(until__isnull=True),
    ):
        close(row, on, at=at)
    record("person_left", person.pk, actor=actor, at=at, document={"on": on.isoformat()})
