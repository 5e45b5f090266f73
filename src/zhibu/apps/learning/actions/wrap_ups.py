"""At the end of a campaign an organization says what was done: begun from records, put into its words, and filed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.learning.access import is_bound
from zhibu.apps.learning.actions.campaigns import locked
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, WrapUp
from zhibu.apps.organizations.models import Organization

LONGEST = 20000


@transaction.atomic
def save_wrap_up(
    campaign: Campaign, organization: Organization, *, text: str, actor: Actor, at: dt.datetime
) -> WrapUp:
    """The words of the organization so far; they may be written over until they are filed."""
    campaign = locked(campaign.pk)
    _refuse_what_has_none(campaign, organization)
    kept = WrapUp.objects.filter(campaign=campaign, organization=organization).first()
    if kept is not None and kept.filed_at is not None:
        raise LearningRefusal(_("This wrap-up is filed and does not change any more."))
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise LearningRefusal(_("A wrap-up says something. Begin again from the records if you like."))
    if len(said) > LONGEST:
        raise LearningRefusal(
            _("This has %(length)s characters, %(most)s are possible.") % {"length": len(said), "most": LONGEST}
        )
    wrap_up, _made = WrapUp.objects.update_or_create(
        campaign=campaign, organization=organization, defaults={"text": said, "saved_at": at}
    )
    document = {"organization": str(organization.pk), "text": said}
    record("wrap_up_saved", campaign.pk, actor=actor, at=at, document=document)
    return wrap_up


@transaction.atomic
def file_wrap_up(
    campaign: Campaign, organization: Organization, *, text: str, actor: Actor, at: dt.datetime
) -> WrapUp:
    """Seal these words in the archive. From now on nothing in them changes."""
    wrap_up = save_wrap_up(campaign, organization, text=text, actor=actor, at=at)
    event = record(
        "wrap_up_filed",
        campaign.pk,
        actor=actor,
        at=at,
        document={
            "campaign": {"id": str(campaign.pk), "title": campaign.title},
            "organization": {"code": organization.code, "name": organization.name},
            "text": wrap_up.text,
        },
    )
    wrap_up.filed_at, wrap_up.event, wrap_up.sealed_id = at, event, event.document_sha256
    wrap_up.save(update_fields=["filed_at", "event", "sealed"])
    return wrap_up


def _refuse_what_has_none(campaign: Campaign, organization: Organization) -> None:
    if campaign.was_before:
        raise LearningRefusal(_("This campaign took place before it was entered here. There are no records of it."))
    if campaign.closed_at is None:
        raise LearningRefusal(_("This campaign still runs. A wrap-up is written when it is over."))
    if not is_bound(organization, campaign):
        raise LearningRefusal(_("%(name)s is not bound by this campaign.") % {"name": organization.name})
