"""An edition of the compendium is published, and members say once that they have read and understood it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Edition, Understanding
from zhibu.apps.lists.queries import document_of, latest_edition_of
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.people.queries import members_of
from zhibu.domain.terms import Occasion, Readership


@transaction.atomic
def publish(*, organization: Organization, readership: Readership, actor: Actor, at: dt.datetime) -> Edition:
    """Seal the book of today's lists under the next number, and tell the members once.

    Refused where nothing is in force, and where nothing has changed since the last edition.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    today, before = localtime(at).date(), latest_edition_of(organization)
    number = before.number + 1 if before else 1
    document = document_of(number, organization, today)
    if not document["sections"]:
        raise ListRefusal(_("No article is in force today. Write the lists first, then publish them."))
    if before is not None and _same(before, document):
        raise ListRefusal(
            _("Nothing has changed since edition %(number)s. Change the lists first.") % {"number": before.number}
        )
    event = record("edition_published", organization.pk, actor=actor, at=at, document=document)
    assert event.document_sha256 is not None
    edition = Edition.objects.create(
        organization=organization,
        number=number,
        on=today,
        readership=readership,
        document_id=event.document_sha256,
        event=event,
        published_at=at,
    )
    with override(settings.LANGUAGE_CODE):
        message = Message(
            Occasion.EDITION,
            f"edition:{edition.pk}",
            _("Compendium of %(name)s, edition %(number)s") % {"name": organization.name, "number": number},
            _("Read it in your own time; then say once that you have read and understood it."),
        )
    members = members_of(organization.path, today).values_list("person", flat=True)
    tell(members, message, key=f"edition:{edition.pk}", at=at)
    return edition


def _same(before: Edition, document: Mapping[str, object]) -> bool:
    return bool(json.loads(before.document.text)["sections"] == document["sections"])


@transaction.atomic
def open_to(edition: Edition, *, readership: Readership, actor: Actor, at: dt.datetime) -> None:
    """Another circle of readers. What the edition says stays as it is."""
    if edition.readership == readership:
        return
    edition.readership = readership.value
    edition.save(update_fields=["readership"])
    record("edition_opened_to", edition.pk, actor=actor, at=at, document={"readership": readership.value})


@transaction.atomic
def say_understood(*, edition: Edition, person: Person, actor: Actor, at: dt.datetime) -> Understanding:
    """Said once; said again, it stays as it was."""
    said, is_new = Understanding.objects.get_or_create(edition=edition, person=person, defaults={"said_at": at})
    if is_new:
        record("edition_understood", edition.pk, actor=actor, at=at, document={"person": str(person.pk)})
    return said
