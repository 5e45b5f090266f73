"""Talks between two people: that they took place. What was said stays between the two."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Talk
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person


@transaction.atomic
def record_talk(
    *,
    organization: Organization,
    one: Person,
    other: Person,
    held_on: dt.date,
    by: Account | None,
    actor: Actor,
    at: dt.datetime,
) -> Talk:
    """Two people talked on a day. Recorded again for the same two and day, nothing changes."""
    if one == other:
        raise MeetingRefusal(_("A talk takes two. Choose somebody else."))
    if held_on > localtime(at).date():
        raise MeetingRefusal(_("This day has not come yet. Record the talk once it has taken place."))
    first, second = sorted((one, other), key=lambda person: person.pk)
    earlier = Talk.objects.filter(organization=organization, one=first, other=second, held_on=held_on).first()
    if earlier is not None:
        return earlier
    talk = Talk.objects.create(
        organization=organization, one=first, other=second, held_on=held_on, recorded_at=at, recorded_by=by
    )
    record(
        "talk_recorded",
        talk.pk,
        actor=actor,
        at=at,
        document={
            "organization": str(organization.pk),
            "people": [str(first.pk), str(second.pk)],
            "held_on": held_on.isoformat(),
        },
    )
    return talk


@transaction.atomic
def withdraw_talk(talk: Talk, *, actor: Actor, at: dt.datetime) -> None:
    """It was entered by mistake."""
    record(
        "talk_withdrawn",
        talk.pk,
        actor=actor,
        at=at,
        document={"organization": str(talk.organization_id), "people": [str(talk.one_id), str(talk.other_id)]},
    )
    talk.delete()
