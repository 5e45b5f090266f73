"""A campaign is written as a draft, opened for a whole subtree, told of once, and closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, Material, Part
from zhibu.apps.notices.actions.telling import Message, overtake, tell
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.models import Appointment, Person
from zhibu.domain.learning import PRESCRIBING
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import SECRETARIES, Occasion

#: Files of one campaign, those of its parts included, and the folder in which they are kept.
MOST_FILES = 30
FOLDER = "learning"
LONGEST_TITLE, LONGEST_TEXT = 120, 4000


@dataclass(frozen=True, slots=True)
class Said:
    """What a campaign says of itself; ``document`` is the text that launched it, with its issuer, number and day."""

    title: str
    text: str
    since: dt.date
    until: dt.date | None = None
    issuer: str = ""
    document: str = ""
    number: str = ""
    dated: dt.date | None = None


@transaction.atomic
def draft(
    *,
    office: Organization,
    by: Person,
    said: Said,
    attached: Sequence[tuple[str, bytes]] = (),
    actor: Actor,
    at: dt.datetime,
) -> Campaign:
    """A campaign that only those who may open it see. ``attached``: name and content of each file, all or none."""
    if office.word not in PRESCRIBING or office.dissolved is not None:
        raise LearningRefusal(_("%(name)s can not open a campaign. Choose a branch or a committee.") % _named(office))
    kept = _fit(said, attached, already=0)
    campaign = Campaign.objects.create(office=office, by=by, made_at=at, **_columns(said))
    keep(campaign, None, kept)
    record("campaign_drafted", campaign.pk, actor=actor, at=at, document=_document(campaign, kept))
    return campaign


@transaction.atomic
def change(
    campaign: Campaign, *, said: Said, attached: Sequence[tuple[str, bytes]] = (), actor: Actor, at: dt.datetime
) -> Campaign:
    """While it is a draft: afterwards others have begun with what it says."""
    campaign = locked(campaign.pk)
    if not campaign.is_draft:
        raise LearningRefusal(_("This campaign is open already. Add a part, or close it and open another one."))
    kept = _fit(said, attached, already=campaign.materials.count())
    for name, value in _columns(said).items():
        setattr(campaign, name, value)
    campaign.save(update_fields=list(_columns(said)))
    keep(campaign, None, kept)
    record("campaign_changed", campaign.pk, actor=actor, at=at, document=_document(campaign, kept))
    return campaign


@transaction.atomic
def drop(campaign: Campaign, *, actor: Actor, at: dt.datetime) -> None:
    """A draft goes with its parts and files; its events stay."""
    campaign = locked(campaign.pk)
    if not campaign.is_draft:
        raise LearningRefusal(_("This campaign is open already, and others have begun with it. Close it instead."))
    digests = set(campaign.materials.values_list("sha256", flat=True))
    record("campaign_dropped", campaign.pk, actor=actor, at=at, document={"title": campaign.title})
    campaign.delete()
    forget_unused(digests)


@transaction.atomic
def open_campaign(campaign: Campaign, *, actor: Actor, at: dt.datetime) -> Campaign:
    """From now on it binds everybody below, and the secretaries there are told once.

    One that was over before is closed at the same time: its texts are kept, and nobody is told to do anything.
    """
    campaign = locked(campaign.pk)
    if not campaign.is_draft:
        raise LearningRefusal(_("This campaign is open already."))
    campaign.opened_at = at
    if campaign.was_before:
        _refuse_parts_of_the_past(campaign)
        campaign.closed_at = at
    campaign.save(update_fields=["opened_at", "closed_at"])
    record(
        "campaign_opened",
        campaign.pk,
        actor=actor,
        at=at,
        document=_document(campaign, ()) | {"was_before": campaign.was_before},
    )
    if campaign.is_running:
        tell_below(campaign, campaign.office, said=campaign.title, key=f"campaign:{campaign.pk}", at=at)
    return campaign


def _refuse_parts_of_the_past(campaign: Campaign) -> None:
    if campaign.parts.exists():
        raise LearningRefusal(
            _("Its last day, %(day)s, has passed: nothing can be asked any more. Remove its parts or that day.")
            % {"day": campaign.until}
        )


@transaction.atomic
def close(campaign: Campaign, *, until: dt.date, actor: Actor, at: dt.datetime) -> Campaign:
    """It is over with ``until``: no part is added any more, and each organization may write its wrap-up."""
    campaign = locked(campaign.pk)
    require_running(campaign)
    if not campaign.since <= until <= localtime(at).date():
        raise LearningRefusal(
            _("The last day lies between %(since)s and today. Choose such a day.") % {"since": campaign.since}
        )
    campaign.until, campaign.closed_at = until, at
    campaign.save(update_fields=["until", "closed_at"])
    record("campaign_closed", campaign.pk, actor=actor, at=at, document={"until": until.isoformat()})
    overtake(about(campaign))
    return campaign


# --- What other deeds of the room need -----------------------------------------------------------------------------


def locked(campaign: UUID) -> Campaign:
    """The campaign as it stands now; deeds on one campaign follow each other."""
    return Campaign.objects.select_for_update(of=("self",)).select_related("office").get(pk=campaign)


def require_running(campaign: Campaign) -> None:
    if campaign.is_draft:
        raise LearningRefusal(_("This campaign is a draft. Open it first."))
    if campaign.was_before:
        raise LearningRefusal(_("This campaign took place before it was entered here. Only its texts are kept."))
    if not campaign.is_running:
        raise LearningRefusal(_("This campaign is over. What was filed for it stands in its wrap-up."))


def about(campaign: Campaign) -> str:
    """What a notice of it opens."""
    return f"campaign:{campaign.pk}"


def tell_below(campaign: Campaign, above: Organization, *, said: str, key: str, at: dt.datetime) -> None:
    """Secretaries and deputies of the organizations below ``above`` are told once; whether they look is not kept."""
    below = in_subtree(above.path, "organization__") & ~Q(organization=above)
    held = Appointment.objects.on(localtime(at).date()).filter(
        below, post__in=SECRETARIES, organization__dissolved__isnull=True
    )
    with override(settings.LANGUAGE_CODE):
        message = Message(Occasion.CIRCULAR, about(campaign), said, above.name, campaign.until)
    tell(held.values_list("person_id", flat=True), message, key=key, at=at)


def looked_at(attached: Sequence[tuple[str, bytes]], *, already: int) -> list[tuple[files.Kept, bytes]]:
    """What each file is; refused by its name where it can not be taken. Nothing is kept yet."""
    if already + len(attached) > MOST_FILES:
        raise LearningRefusal(
            _("At most %(number)s files belong to one campaign. Put some together.") % {"number": MOST_FILES}
        )
    return [(files.looked_at(name, content), content) for name, content in attached]


def keep(campaign: Campaign, part: Part | None, looked: Sequence[tuple[files.Kept, bytes]]) -> None:
    for kept, content in looked:
        files.keep(FOLDER, kept, content)
        Material.objects.create(
            campaign=campaign,
            part=part,
            name=kept.name,
            media_type=kept.media_type,
            sha256=kept.sha256,
            size=kept.size,
        )


def forget_unused(digests: set[str]) -> None:
    """Files that no campaign has any more are deleted once the deed stands."""
    used = set(Material.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    for digest in digests - used:
        transaction.on_commit(partial(files.forget, FOLDER, digest))


def described(looked: Sequence[tuple[files.Kept, bytes]]) -> list[Canonical]:
    """Files as they stand in an event."""
    return [{"name": kept.name, "sha256": kept.sha256, "size": kept.size} for kept, _content in looked]


# --- Details -------------------------------------------------------------------------------------------------------


def _fit(said: Said, attached: Sequence[tuple[str, bytes]], *, already: int) -> list[tuple[files.Kept, bytes]]:
    """Refused by field and file before anything is written."""
    if not said.title.strip() or not said.text.strip():
        raise LearningRefusal(_("A campaign has a title and says what it is about. Write both."))
    for text, most in ((said.title, LONGEST_TITLE), (said.text, LONGEST_TEXT)):
        if len(text) > most:
            raise LearningRefusal(
                _("This has %(length)s characters, %(most)s are possible. Attach the rest as a file.")
                % {"length": len(text), "most": most}
            )
    if said.until is not None and said.until < said.since:
        raise LearningRefusal(
            _("It ends on %(until)s, before it begins on %(since)s. Put the two days right.")
            % {"until": said.until, "since": said.since}
        )
    return looked_at(attached, already=already)


def _columns(said: Said) -> dict[str, str | dt.date | None]:
    texts = {name: getattr(said, name).strip() for name in ("title", "text", "issuer", "document", "number")}
    return texts | {name: getattr(said, name) for name in ("since", "until", "dated")}


def _document(campaign: Campaign, looked: Sequence[tuple[files.Kept, bytes]]) -> dict[str, Canonical]:
    return {
        "office": str(campaign.office_id),
        "title": campaign.title,
        "text": campaign.text,
        "issuer": campaign.issuer,
        "document": campaign.document,
        "number": campaign.number,
        "dated": campaign.dated.isoformat() if campaign.dated else None,
        "since": campaign.since.isoformat(),
        "until": campaign.until.isoformat() if campaign.until else None,
        "files": described(looked),
    }


def _named(organization: Organization) -> dict[str, str]:
    return {"name": organization.name}
