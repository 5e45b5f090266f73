"""Articles are proposed, altered, and put in force or dropped. What is a draft holds nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.lists.actions import writing
from zhibu.apps.lists.actions.writing import LONGEST, LONGEST_TITLE, Words, known_requirements
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Draft, Section
from zhibu.apps.organizations.models import Organization
from zhibu.domain.terms import Bearer, DraftState, ListKind, Proof

LONGEST_CREDIT = 400


@dataclass(frozen=True, slots=True)
class Proposed:
    """``article``: whose wording it is to become; ``None``: a new one. ``words.number`` and ``.tasks`` stay out."""

    kind: ListKind
    section: str
    words: Words
    article: UUID | None = None


@transaction.atomic
def propose(
    organization: Organization, proposals: Sequence[Proposed], *, credit: str, actor: Actor, at: dt.datetime
) -> list[Draft]:
    """All of them or none, in their order. A requirement that no rule here asks for is left out.

    An open draft of the same article gives way to the new one.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    if organization.dissolved is not None:
        raise ListRefusal(_("%(name)s does not exist any more; its lists stay as they are.") % {"name": organization})
    known = known_requirements()
    drafts = [
        Draft(
            organization=organization,
            kind=one.kind.value,
            section=one.section,
            article_id=one.article,
            credit=credit[:LONGEST_CREDIT],
            written_at=at,
            **_fields(_proved(one.words, known)),
        )
        for one in proposals
    ]
    for draft in drafts:
        _refuse_what_can_not_stand(draft)
    changed = [draft.article_id for draft in drafts if draft.article_id]
    same = Draft.objects.filter(organization=organization, state=DraftState.OPEN.value, article__in=changed)
    replaced = [str(key) for key in same.values_list("pk", flat=True)]
    same.update(state=DraftState.DROPPED.value)
    made = Draft.objects.bulk_create(drafts)
    document = {"drafts": [str(draft.pk) for draft in made], "credit": credit, "replaced": replaced}
    record("articles_proposed", organization.pk, actor=actor, at=at, document=document)
    return made


def _proved(words: Words, known: dict[str, str]) -> Words:
    if words.proof is Proof.REQUIREMENT and words.requirement not in known:
        return replace(words, proof=Proof.NONE, requirement="")
    return words


def _fields(words: Words) -> dict[str, object]:
    texts = {name: getattr(words, name).strip() for name in ("text", "requirement", "source", "consequence", "ask")}
    others = {"bearer": words.bearer or "", "is_right": words.is_right, "proof": words.proof.value}
    return texts | others


def _refuse_what_can_not_stand(draft: Draft) -> None:
    if not draft.text or not draft.section:
        raise ListRefusal(_("An article says something. Write its text."))
    if len(draft.text) > LONGEST:
        raise ListRefusal(
            _("This has %(length)s characters, %(most)s are possible. Divide it into two articles.")
            % {"length": len(draft.text), "most": LONGEST}
        )
    if len(draft.section) > LONGEST_TITLE:
        raise ListRefusal(
            _("This title has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(draft.section), "most": LONGEST_TITLE}
        )
    if draft.word is ListKind.DUTIES and not draft.bearer:
        raise ListRefusal(_("A duty is borne by somebody. Choose the organization, a post, or every member."))
    if draft.word is ListKind.PROHIBITIONS and not (draft.consequence and draft.ask):
        raise ListRefusal(_("A prohibition says what happens, and whom to ask. Write both."))


@transaction.atomic
def redraft(draft: Draft, *, section: str, words: Words, actor: Actor, at: dt.datetime) -> Draft:
    """Other words, and another section. Refused once it is in force or dropped."""
    draft = _open(draft)
    fields = _fields(words)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.section = " ".join(section.split())
    _refuse_what_can_not_stand(draft)
    draft.save(update_fields=[*fields, "section"])
    record("draft_altered", draft.pk, actor=actor, at=at, document={"section": draft.section, "text": draft.text})
    return draft


@transaction.atomic
def put_in_force(drafts: Sequence[Draft], *, since: dt.date, actor: Actor, at: dt.datetime) -> list[Draft]:
    """From a day on they are articles of the lists; all of them or none. Missing sections are begun."""
    sections: dict[tuple[str, str], Section] = {}
    done = []
    for one in drafts:
        draft = _open(one)
        if draft.article is not None:
            last = draft.article.wordings.order_by("since").last()
            words = replace(words_of_draft(draft), tasks=tuple(last.tasks) if last else ())
            writing.amend(article=draft.article, words=words, since=since, actor=actor, at=at)
        else:
            key = (draft.kind, draft.section)
            section = sections.get(key) or _section(draft, actor, at)
            sections[key] = section
            wording = writing.write_article(
                section=section, words=words_of_draft(draft), since=since, actor=actor, at=at
            )
            draft.article = wording.article
        draft.state = DraftState.IN_FORCE.value
        draft.save(update_fields=["article", "state"])
        document = {"article": str(draft.article_id), "since": since.isoformat()}
        record("draft_put_in_force", draft.pk, actor=actor, at=at, document=document)
        done.append(draft)
    return done


def _section(draft: Draft, actor: Actor, at: dt.datetime) -> Section:
    there = Section.objects.filter(organization=draft.organization_id, kind=draft.kind, title=draft.section)
    found = there.order_by("number").first()
    return found or writing.write_section(
        organization=draft.organization, kind=draft.word, title=draft.section, actor=actor, at=at
    )


def words_of_draft(draft: Draft) -> Words:
    """What it says, to be altered or put in force."""
    return Words(
        text=draft.text,
        bearer=Bearer(draft.bearer) if draft.bearer else None,
        is_right=draft.is_right,
        proof=Proof(draft.proof),
        requirement=draft.requirement,
        source=draft.source,
        consequence=draft.consequence,
        ask=draft.ask,
    )


@transaction.atomic
def drop(drafts: Sequence[Draft], *, actor: Actor, at: dt.datetime) -> int:
    """They are not wanted. Those in force or dropped already stay as they are; returns how many were dropped."""
    open_ones = Draft.objects.select_for_update().filter(
        pk__in=[draft.pk for draft in drafts], state=DraftState.OPEN.value
    )
    dropped = list(open_ones)
    open_ones.update(state=DraftState.DROPPED.value)
    for draft in dropped:
        record("draft_dropped", draft.pk, actor=actor, at=at, document={"text": draft.text})
    return len(dropped)


def _open(draft: Draft) -> Draft:
    found = Draft.objects.select_for_update(of=("self",)).select_related("organization").get(pk=draft.pk)
    if not found.is_open:
        raise ListRefusal(_("This draft is settled already: %(state)s.") % {"state": DraftState(found.state).zh})
    return found
