"""Honors are put on record."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.honors.models import Honor
from zhibu.apps.people.models import Person


@transaction.atomic
def bestow(person: Person, *, title: str, year: int, actor: Actor, at: dt.datetime) -> Honor:
    """The person has this honor of that year. The same honor again changes nothing."""
    honor, made = Honor.objects.get_or_create(person=person, title=title, year=year)
    if made:
        record("honor_bestowed", person.pk, actor=actor, at=at, document={"title": title, "year": year})
    return honor
