"""A branch gathers its practice and publishes it as an edition of its playbook; a file from elsewhere is received."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from uuid6 import uuid7

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.files import Kept, keep
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.errors import ShowcaseRefusal
from zhibu.apps.showcases.keys import signing_key
from zhibu.apps.showcases.models import Playbook, PlaybookEdition
from zhibu.apps.showcases.queries import FOLDER, Gathered, gathered, known_people, latest_of, playbook_of
from zhibu.documents import playbooks as files
from zhibu.documents.playbooks import (
    LONGEST_STORY,
    LONGEST_TITLE,
    PlaybookFault,
    PlaybookRefused,
    Signed,
    fingerprint,
)
from zhibu.domain import playbooks as domain
from zhibu.domain.personal import Finding
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import Readership
from zhibu.domain.tree import tops


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """``keys``: of the articles that are to go. ``story``: how they do it. ``looked_at``: names in it are none."""

    title: str
    story: str
    keys: Sequence[str]
    readership: Readership = Readership.HOUSE
    looked_at: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """What would go, and what stays here because of what is in it or because it was not chosen."""

    going: tuple[Gathered, ...]
    staying: tuple[Gathered, ...]
    in_story: tuple[Finding, ...]


def looked_through(organization: Organization, gathering: Gathering, on: dt.date) -> Gone:
    """Raises ``ShowcaseRefusal`` where it can not be published so."""
    known = known_people()
    chosen = set(gathering.keys)
    every = gathered(organization, known, on)
    going = tuple(one for one in every if one.item.key in chosen)
    for one in going:
        _refuse_what_stays_inside(one.item.says.text, one.findings)
    if len(going) != len(chosen):
        raise ShowcaseRefusal(_("The lists have changed meanwhile. Look at them again."))
    if not going:
        raise ShowcaseRefusal(_("No article is chosen. A playbook holds one at least."))
    if len(going) > files.MOST_ITEMS:
        raise ShowcaseRefusal(_("At most %(most)s articles go into a playbook.") % {"most": files.MOST_ITEMS})
    for text, most in ((gathering.title, LONGEST_TITLE), (gathering.story, LONGEST_STORY)):
        if len(text) > most:
            raise ShowcaseRefusal(
                _("“%(text)s …” has %(length)s characters, %(most)s are possible.")
                % {"text": text[:20], "length": len(text), "most": most}
            )
    if not gathering.title.strip():
        raise ShowcaseRefusal(_("A playbook has a title. Write one."))
    in_story = known.found_in(f"{gathering.title}\n{gathering.story}")
    _refuse_what_stays_inside(gathering.title, in_story)
    return Gone(going, tuple(one for one in every if one.item.key not in chosen), in_story)


def _refuse_what_stays_inside(text: str, found: Iterable[Finding]) -> None:
    for one in found:
        if not one.kind.may_be_meant_otherwise:
            raise ShowcaseRefusal(
                _("“%(words)s” (%(kind)s) in “%(text)s” does not leave the branch. Leave that out, or change it.")
                % {"words": one.words, "kind": one.kind.zh, "text": text[:30]}
            )


@transaction.atomic
def publish(organization: Organization, gathering: Gathering, *, actor: Actor, at: dt.datetime) -> PlaybookEdition:
    """The next edition, signed with the key of this installation. It never changes.

    Refused where something personal or internal would go, where names in the story were not looked at, and where
    nothing has changed since the last edition.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    today = localtime(at).date()
    gone = looked_through(organization, gathering, today)
    if gone.in_story and not gathering.looked_at:
        words = "、".join(one.words for one in gone.in_story)
        raise ShowcaseRefusal(
            _("Title or story hold what may be a name or internal: %(words)s. Change it, or say that it is none.")
            % {"words": words}
        )
    before = latest_of(organization)
    secret = signing_key()
    house = Organization.objects.get(path=tops(organization.path)[0])
    made = domain.Playbook(
        id=str(before.playbook.uid if before else uuid7()),
        edition=before.number + 1 if before else 1,
        title=gathering.title.strip(),
        house=house.name,
        branch=organization.name,
        code=organization.code,
        published_on=today,
        story=gathering.story.replace("\r\n", "\n").strip(),
        items=tuple(one.item for one in gone.going),
    )
    if before is not None and _says_the_same(playbook_of(before), made):
        raise ShowcaseRefusal(
            _("Nothing has changed since edition %(number)s. Change the lists or the story first.")
            % {"number": before.number}
        )
    playbook = before.playbook if before else None
    if playbook is None:
        playbook = Playbook(uid=UUID(made.id), organization=organization, key=files.key_of(secret), began_at=at)
    playbook.house, playbook.branch, playbook.key = made.house, made.branch, files.key_of(secret)
    playbook.readership = gathering.readership.value
    playbook.save()
    try:
        content = files.write(made, secret)
        files.read(content)
    except PlaybookRefused as refused:
        raise ShowcaseRefusal(_SAYS[refused.fault]() % {"what": refused.what}) from refused
    return _kept(playbook, made, content, "playbook_published", actor=actor, at=at)


def _says_the_same(one: domain.Playbook, other: domain.Playbook) -> bool:
    return (one.title, one.story, one.items) == (other.title, other.story, other.items)


def _kept(
    playbook: Playbook, told: domain.Playbook, content: bytes, event: str, *, actor: Actor, at: dt.datetime
) -> PlaybookEdition:
    digest = hashlib.sha256(content).hexdigest()
    keep(FOLDER, Kept(f"{told.id}.zip", "zip", digest, len(content)), content)
    document: dict[str, Canonical] = {
        "edition": told.edition,
        "title": told.title,
        "file": digest,
        "key": playbook.key,
    }
    return PlaybookEdition.objects.create(
        playbook=playbook,
        number=told.edition,
        title=told.title,
        items=len(told.items),
        published_on=told.published_on,
        sha256=digest,
        event=record(event, playbook.pk, actor=actor, at=at, document=document),
        recorded_at=at,
    )


@transaction.atomic
def open_playbook_to(playbook: Playbook, *, readership: Readership, actor: Actor, at: dt.datetime) -> None:
    """Another circle of readers here. Files that were handed out stay where they are."""
    if playbook.readership == readership:
        return
    playbook.readership = readership.value
    playbook.save(update_fields=["readership"])
    record("playbook_opened_to", playbook.pk, actor=actor, at=at, document={"readership": readership.value})


# --- Received ------------------------------------------------------------------------------------------------------


def looked_into(content: bytes) -> Signed:
    """What a file holds and who signed it. Raises ``ShowcaseRefusal`` that says what is wrong with it."""
    try:
        return files.read(content)
    except PlaybookRefused as refused:
        raise ShowcaseRefusal(_SAYS[refused.fault]() % {"what": refused.what}) from refused


@transaction.atomic
def receive(
    organization: Organization, content: bytes, *, actor: Actor, at: dt.datetime, accepts: str = ""
) -> PlaybookEdition:
    """A file that came from elsewhere becomes readable here. The same file again changes nothing.

    A later edition must be signed with the key of the earlier one, unless ``accepts`` is the fingerprint of the new
    key: somebody has compared it with the publisher. What this house published stands where it was published.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    signed = looked_into(content)
    told, digest = signed.playbook, hashlib.sha256(content).hexdigest()
    known = Playbook.objects.filter(uid=UUID(told.id))
    same = PlaybookEdition.objects.filter(playbook__in=known, sha256=digest)
    here = same.filter(playbook__organization=organization) | same.filter(
        playbook__is_received=False, playbook__readership=Readership.HOUSE.value
    )
    if (found := here.select_related("playbook__organization").first()) is not None:
        return found
    playbook = known.filter(organization=organization).first()
    others_key = known.exclude(key=signed.key).first()
    if others_key is not None and accepts != fingerprint(signed.key):
        raise ShowcaseRefusal(
            _("It is signed with another key: %(now)s, before %(before)s. Ask the publisher which is right.")
            % {"now": fingerprint(signed.key), "before": fingerprint(others_key.key)}
        )
    if playbook is not None and not playbook.is_received:
        raise ShowcaseRefusal(_("It is the playbook of %(name)s itself.") % {"name": organization.name})
    if playbook is None:
        playbook = Playbook(
            uid=UUID(told.id),
            organization=organization,
            is_received=True,
            readership=Readership.BRANCH.value,
            began_at=at,
        )
    elif playbook.editions.filter(number=told.edition).exists():
        raise ShowcaseRefusal(
            _("Another file was received as edition %(number)s before. Ask the publisher which is right.")
            % {"number": told.edition}
        )
    playbook.house, playbook.branch, playbook.key = told.house, told.branch, signed.key
    playbook.save()
    return _kept(playbook, told, content, "playbook_received", actor=actor, at=at)


_SAYS = {
    PlaybookFault.NO_PLAYBOOK: lambda: _("This file is no playbook. Choose the .zip that the branch published."),
    PlaybookFault.TOO_LARGE: lambda: _("The file holds more than a playbook does. %(what)s"),
    PlaybookFault.ODD_FILE: lambda: _("The playbook holds a file that belongs to no part of it: “%(what)s”."),
    PlaybookFault.MISSING: lambda: _("“%(what)s” is missing in the playbook. Ask for it again."),
    PlaybookFault.ALTERED: lambda: _("The file is not as its publisher signed it. Ask for it again. %(what)s"),
    PlaybookFault.SIGNATURE: lambda: _("The signature of the playbook is not right. Ask for it again."),
    PlaybookFault.OTHER_KEY: lambda: _("The playbook is signed by somebody else: %(what)s."),
    PlaybookFault.OLDER: lambda: _("The playbook is of version “%(what)s”, which never was in use."),
    PlaybookFault.NEWER: lambda: _(
        "The playbook is of version “%(what)s”, newer than what is known here. Bring zhibu up to date."
    ),
    PlaybookFault.BAD_VALUE: lambda: _("“%(what)s” of the playbook can not be read."),
}
