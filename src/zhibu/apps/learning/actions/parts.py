"""What an organization asks within a campaign, and the meetings that serve it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.learning.access import is_bound
from zhibu.apps.learning.actions.campaigns import (
    LONGEST_TITLE,
    described,
    forget_unused,
    keep,
    locked,
    looked_at,
    require_running,
    tell_below,
)
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, Link, Material, Part, WrapUp
from zhibu.apps.learning.queries import meetings_that_serve
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.phrases import day
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import HELD_BY, MeetingKind, MeetingStage, OrganizationKind

#: Parts of one organization in one campaign: more would be a plan, not a campaign.
MOST_PARTS = 20
LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a part asks: a meeting of ``kind``, or (``None``) a text to be read, between two days, both included."""

    title: str
    first: dt.date
    last: dt.date
    kind: MeetingKind | None = None
    text: str = ""


@transaction.atomic
def add_part(
    campaign: Campaign,
    organization: Organization,
    *,
    by: Person,
    asked: Asked,
    attached: Sequence[tuple[str, bytes]] = (),
    actor: Actor,
    at: dt.datetime,
) -> Part:
    """A superior prescribes it to all branches below and they are told once; a branch has it for itself.

    Into a draft only its office puts parts; nobody is told before it is opened.
    """
    campaign = locked(campaign.pk)
    if not (campaign.is_draft and organization.pk == campaign.office_id):
        require_running(campaign)
    if not is_bound(organization, campaign):
        raise LearningRefusal(
            _("%(name)s does not stand at or below %(office)s, whose campaign this is.")
            % {"name": organization.name, "office": campaign.office.name}
        )
    if campaign.parts.filter(organization=organization).count() >= MOST_PARTS:
        raise LearningRefusal(
            _("%(name)s has %(number)s parts in this campaign already. Change one of them.")
            % {"name": organization.name, "number": MOST_PARTS}
        )
    _refuse_what_does_not_fit(campaign, asked)
    looked = looked_at(attached, already=campaign.materials.count())
    part = Part.objects.create(campaign=campaign, organization=organization, by=by, made_at=at, **_columns(asked))
    keep(campaign, part, looked)
    document = _document(part) | {"files": described(looked)}
    record("campaign_part_added", campaign.pk, actor=actor, at=at, document=document)
    if campaign.is_running and not part.is_own:
        tell_below(
            campaign, organization, said=f"{campaign.title}：{part.title}", key=f"campaign_part:{part.pk}", at=at
        )
    return part


@transaction.atomic
def change_part(
    part: Part, *, asked: Asked, attached: Sequence[tuple[str, bytes]] = (), actor: Actor, at: dt.datetime
) -> Part:
    """What is asked is said anew. Refused where a meeting that serves it already would not fit any more."""
    part = _held(part)
    _require_open(part.campaign)
    _refuse_what_does_not_fit(part.campaign, asked)
    _refuse_to_lose_meetings(part, asked)
    looked = looked_at(attached, already=part.campaign.materials.count())
    for name, value in _columns(asked).items():
        setattr(part, name, value)
    part.save(update_fields=list(_columns(asked)))
    keep(part.campaign, part, looked)
    document = _document(part) | {"files": described(looked)}
    record("campaign_part_changed", part.campaign_id, actor=actor, at=at, document=document)
    return part


@transaction.atomic
def remove_part(part: Part, *, actor: Actor, at: dt.datetime) -> None:
    """Asked by mistake: it goes, its events stay. Refused once a meeting serves it."""
    part = _held(part)
    _require_open(part.campaign)
    if part.links.exists():
        raise LearningRefusal(
            _("Meetings belong to “%(title)s” already, so it stays. Change what it asks instead.")
            % {"title": part.title}
        )
    digests = set(part.materials.values_list("sha256", flat=True))
    record("campaign_part_removed", part.campaign_id, actor=actor, at=at, document=_document(part))
    part.delete()
    forget_unused(digests)


@transaction.atomic
def remove_material(material: Material, *, actor: Actor, at: dt.datetime) -> None:
    """A file goes from a campaign, or a part, that is not over."""
    campaign = locked(material.campaign_id)
    _require_open(campaign)
    document: dict[str, Canonical] = {"name": material.name, "sha256": material.sha256}
    record("campaign_file_removed", campaign.pk, actor=actor, at=at, document=document)
    material.delete()
    forget_unused({material.sha256})


# --- Meetings that serve a part -------------------------------------------------------------------------------------


@transaction.atomic
def link(part: Part, organization: Organization, meeting: Meeting, *, actor: Actor, at: dt.datetime) -> Link:
    """A meeting of the branch serves the part; the same meeting may serve several. Twice changes nothing."""
    part = _held(part)
    _refuse_once_wrapped_up(part.campaign, organization)
    known = Link.objects.filter(part=part, organization=organization, meeting=meeting).first()
    if known is not None:
        return known
    _refuse_foreign_part(part, organization)
    if not meetings_that_serve(part, organization).filter(pk=meeting.pk).exists():
        raise LearningRefusal(_why_not(part, organization, meeting))
    made = Link.objects.create(part=part, organization=organization, meeting=meeting, made_at=at)
    record("campaign_meeting_linked", part.campaign_id, actor=actor, at=at, document=_linked(made))
    return made


@transaction.atomic
def unlink(part: Part, organization: Organization, meeting: Meeting, *, actor: Actor, at: dt.datetime) -> None:
    """It does not serve the part after all. The meeting stays what it is; twice changes nothing."""
    part = _held(part)
    _refuse_once_wrapped_up(part.campaign, organization)
    known = Link.objects.filter(part=part, organization=organization, meeting=meeting).first()
    if known is not None:
        record("campaign_meeting_unlinked", part.campaign_id, actor=actor, at=at, document=_linked(known))
        known.delete()


def _linked(one: Link) -> dict[str, Canonical]:
    return {"part": str(one.part_id), "organization": str(one.organization_id), "meeting": str(one.meeting_id)}


def _refuse_foreign_part(part: Part, organization: Organization) -> None:
    is_theirs = organization.path.startswith(part.organization.path)
    if organization.word is not OrganizationKind.BRANCH or not is_theirs:
        raise LearningRefusal(
            _("“%(title)s” is not asked of %(name)s.") % {"title": part.title, "name": organization.name}
        )


def _refuse_once_wrapped_up(campaign: Campaign, organization: Organization) -> None:
    if campaign.is_draft or campaign.was_before:
        require_running(campaign)
    if WrapUp.objects.filter(campaign=campaign, organization=organization, filed_at__isnull=False).exists():
        raise LearningRefusal(
            _("The wrap-up of %(name)s is filed, and what it rests on stays as it was.") % {"name": organization.name}
        )


def _why_not(part: Part, organization: Organization, meeting: Meeting) -> str:
    facts = {"meeting": meeting.title, "title": part.title, "name": organization.name}
    if part.word is not None and meeting.word is not part.word:
        return _("“%(meeting)s” is not of the kind that “%(title)s” asks for.") % facts
    if meeting.at_stage is MeetingStage.NOT_HELD:
        return _("“%(meeting)s” was not held. Choose another one.") % facts
    if meeting.held_on is None:
        return _("“%(meeting)s” has no day yet. Set its time first.") % facts
    if not part.first <= meeting.held_on <= part.last:
        facts |= {"first": day(part.first), "last": day(part.last)}
        return _("“%(meeting)s” is not between %(first)s and %(last)s, the days of “%(title)s”.") % facts
    return _("“%(meeting)s” is not a meeting of %(name)s. Choose one of its own.") % facts


# --- Details -------------------------------------------------------------------------------------------------------


def _held(part: Part) -> Part:
    """The part as it stands now; deeds on one campaign follow each other."""
    campaign = locked(part.campaign_id)
    try:
        found = Part.objects.select_related("organization").get(pk=part.pk)
    except Part.DoesNotExist as gone:
        raise LearningRefusal(_("This part has been taken out of the campaign.")) from gone
    found.campaign = campaign
    return found


def _require_open(campaign: Campaign) -> None:
    if not campaign.is_draft:
        require_running(campaign)


def _refuse_what_does_not_fit(campaign: Campaign, asked: Asked) -> None:
    if not asked.title.strip():
        raise LearningRefusal(_("A part has a title. Write what is to be done in a few words."))
    for text, most in ((asked.title, LONGEST_TITLE), (asked.text, LONGEST_TEXT)):
        if len(text) > most:
            raise LearningRefusal(
                _("This has %(length)s characters, %(most)s are possible. Attach the rest as a file.")
                % {"length": len(text), "most": most}
            )
    if asked.last < asked.first:
        raise LearningRefusal(
            _("“%(title)s” ends on %(last)s, before it begins on %(first)s. Put the two days right.")
            % {"title": asked.title, "first": asked.first, "last": asked.last}
        )
    if asked.first < campaign.since or (campaign.until is not None and asked.last > campaign.until):
        raise LearningRefusal(
            _("“%(title)s” lies outside the days of the campaign. Choose days within them.") % {"title": asked.title}
        )
    if asked.kind is not None and not {OrganizationKind.BRANCH, OrganizationKind.GROUP} & set(HELD_BY[asked.kind]):
        raise LearningRefusal(
            _("Branches hold no %(kind)s. Choose another kind for “%(title)s”.")
            % {"kind": asked.kind.zh, "title": asked.title}
        )


def _refuse_to_lose_meetings(part: Part, asked: Asked) -> None:
    for one in part.links.select_related("meeting"):
        held_on, kind = one.meeting.held_on, one.meeting.word
        fits = held_on is not None and asked.first <= held_on <= asked.last and asked.kind in {None, kind}
        if not fits:
            raise LearningRefusal(
                _("“%(meeting)s” serves this part already and would not fit any more. Keep its kind and its day in.")
                % {"meeting": one.meeting.title}
            )


def _columns(asked: Asked) -> dict[str, str | dt.date]:
    kind = asked.kind.value if asked.kind is not None else ""
    return {
        "title": asked.title.strip(),
        "text": asked.text.strip(),
        "kind": kind,
        "first": asked.first,
        "last": asked.last,
    }


def _document(part: Part) -> dict[str, Canonical]:
    return {
        "part": str(part.pk),
        "organization": str(part.organization_id),
        "title": part.title,
        "text": part.text,
        "kind": part.kind,
        "first": part.first.isoformat(),
        "last": part.last.isoformat(),
    }
