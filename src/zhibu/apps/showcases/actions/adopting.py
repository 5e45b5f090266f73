"""A branch takes articles of a playbook into the drafts of its lists, with credit; and takes that back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.lists.actions import drafting
from zhibu.apps.lists.actions.drafting import Proposed
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.lists.models import Draft
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.errors import ShowcaseRefusal
from zhibu.apps.showcases.models import Adoption, PlaybookEdition, Taken
from zhibu.apps.showcases.queries import Offer, offer, own_articles, taken_by
from zhibu.domain.playbooks import Barred, Merged, Mine, Outcome, Saying, Standing
from zhibu.domain.terms import Proof


@transaction.atomic
def adopt(
    organization: Organization, edition: PlaybookEdition, keys: Sequence[str], *, actor: Actor, at: dt.datetime
) -> Adoption:
    """What is chosen becomes drafts of the lists, all of it or nothing; nothing is in force by that.

    Refused where it would loosen a must, where two rules would contradict each other, and where nothing is chosen.
    What the branch has already is noted as such, so that a later edition can be compared with it.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    if edition.playbook.organization_id == organization.pk and not edition.playbook.is_received:
        raise ShowcaseRefusal(_("It is the playbook of %(name)s itself.") % {"name": organization.name})
    offered = offer(organization, edition, localtime(at).date())
    chosen = dict.fromkeys(keys)
    _refuse_what_may_not_be_taken(offered, chosen)
    taken = taken_by(organization, edition.playbook.uid)
    rows: dict[str, Taken] = {key: Taken(key=UUID(key)) for key in chosen}
    proposals: dict[str, Proposed] = {}
    for merge in offered.merges:
        if merge.key in chosen or merge.outcome in {Outcome.SAME, Outcome.ALIKE}:
            before = taken[merge.key]
            row = rows[merge.key] = Taken(key=UUID(merge.key), draft=before.draft, article_id=before.article_id)
            if merge.key in chosen and merge.says is not None:
                _follow(merge, merge.says, row, proposals, actor=actor, at=at)
    for beside in offered.besides:
        key, mine = beside.item.key, beside.mine
        if key in chosen:
            proposals[key] = _proposed(beside.item.says, mine)
        elif beside.standing is Standing.HAD and mine is not None and mine.is_own:
            rows[key] = Taken(key=UUID(key), article_id=UUID(mine.key))
    credit = _credit(edition)
    made = drafting.propose(organization, list(proposals.values()), credit=credit, actor=actor, at=at)
    for key, draft in zip(proposals, made, strict=True):
        rows[key] = Taken(key=UUID(key), draft=draft)
    document = {"organization": str(organization.pk), "edition": str(edition.pk), "articles": list(chosen)}
    adoption = Adoption(organization=organization, edition=edition, adopted_at=at)
    adoption.event = record("playbook_adopted", adoption.pk, actor=actor, at=at, document=document)
    adoption.save(force_insert=True)
    for row in rows.values():
        row.adoption = adoption
    Taken.objects.bulk_create(rows.values())
    return adoption


def _credit(edition: PlaybookEdition) -> str:
    playbook = edition.playbook
    with override(settings.LANGUAGE_CODE):
        return _("from “%(title)s”, edition %(number)s, by %(branch)s of %(house)s") % {
            "title": edition.title,
            "number": edition.number,
            "branch": playbook.branch,
            "house": playbook.house,
        }


def _refuse_what_may_not_be_taken(offered: Offer, chosen: Mapping[str, None]) -> None:
    if not chosen:
        raise ShowcaseRefusal(_("No article is chosen. Choose at least one."))
    may: dict[str, tuple[Saying | None, bool, Barred | None]]
    may = {one.item.key: (one.item.says, one.may_be_taken, one.barred) for one in offered.besides}
    may |= {one.key: (one.theirs, one.may_be_taken, one.barred) for one in offered.merges}
    for key in chosen:
        says, may_be_taken, barred = may.get(key, (None, False, None))
        if says is None:
            raise ShowcaseRefusal(_("The playbook does not offer that article here. Look at the comparison again."))
        if barred is not None:
            raise ShowcaseRefusal(_barred(says, barred))
        if not may_be_taken:
            raise ShowcaseRefusal(
                _("“%(text)s” is there already, nothing is to be taken.") % {"text": says.text[:40]}
            )


def _barred(says: Saying, barred: Barred) -> str:
    return _("“%(text)s” can not be taken: %(because)s. “%(one)s” stands against “%(other)s”.") % {
        "text": says.text[:40],
        "because": barred.because.zh,
        "one": barred.one[:80],
        "other": barred.other[:80],
    }


def _proposed(says: Saying, mine: Mine | None) -> Proposed:
    """In the place of an article of one's own, else new. What shows that mine is done goes on showing it."""
    own = mine if mine is not None and mine.is_own else None
    if own is not None and says.proof is Proof.NONE:
        words = _words(says, own.says.proof, own.says.requirement)
    else:
        words = _words(says, says.proof, says.requirement)
    return Proposed(says.kind, own.says.section if own else says.section, words, UUID(own.key) if own else None)


def _words(says: Saying, proof: Proof, requirement: str) -> Words:
    return Words(
        text=says.text,
        bearer=says.bearer,
        is_right=says.is_right,
        proof=proof,
        requirement=requirement,
        source=says.source,
        consequence=says.consequence,
        ask=says.ask,
    )


def _follow(
    merge: Merged, says: Saying, row: Taken, proposals: dict[str, Proposed], *, actor: Actor, at: dt.datetime
) -> None:
    """A draft that is still open says the merged words; an article in force gets a draft to change it."""
    words = _words(says, says.proof, says.requirement)
    if row.draft is not None and row.draft.is_open:
        row.draft = drafting.redraft(row.draft, section=says.section, words=words, actor=actor, at=at)
        return
    assert merge.mine is not None
    proposals[merge.key] = Proposed(says.kind, says.section, words, UUID(merge.mine.key))


# --- Taken back ----------------------------------------------------------------------------------------------------


@transaction.atomic
def undo_adoption(adoption: Adoption, *, actor: Actor, at: dt.datetime) -> int:
    """Its drafts that are not in force go. Done again, it changes nothing. Returns how many drafts were dropped.

    What was put in force already stays; it is changed or repealed as every article is.
    """
    adoption = Adoption.objects.select_for_update().get(pk=adoption.pk)
    if adoption.undone_at is not None:
        return 0
    earlier = Taken.objects.filter(adoption__organization=adoption.organization_id).exclude(adoption=adoption)
    earlier = earlier.filter(adoption__undone_at__isnull=True, draft__isnull=False)
    drafts = Draft.objects.filter(pk__in=adoption.taken.values("draft")).exclude(pk__in=earlier.values("draft"))
    dropped = drafting.drop(list(drafts), actor=actor, at=at)
    adoption.undone_at = at
    adoption.save(update_fields=["undone_at"])
    record("adoption_undone", adoption.pk, actor=actor, at=at, document={"dropped": dropped})
    return dropped


def articles_left(adoption: Adoption) -> int:
    """How many of its articles are in force, and stay when it is taken back."""
    keys = adoption.taken.filter(draft__article__isnull=False).values_list("draft__article", flat=True)
    return own_articles(map(str, keys), adoption.organization).filter(drafts__state="in_force").distinct().count()
