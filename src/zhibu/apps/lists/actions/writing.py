"""The lists are written: sections, articles, and the wordings that follow one another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.lists.actions.indexing import index_article, index_section
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Article, Edition, Section, Wording
from zhibu.apps.organizations.models import Organization
from zhibu.apps.rules.queries import all_rules
from zhibu.domain.requirements import Obligation
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import Bearer, ListKind, Proof, Reach

#: Characters of a text; of a title.
LONGEST, LONGEST_TITLE = 4000, 120
LAST_NUMBER = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an article is to say. ``number`` 0: the next free one of its section.

    ``tasks``: ids, of the organization's own tasks; what is none of them is refused by the room that keeps tasks.
    """

    text: str
    number: int = 0
    bearer: Bearer | None = None
    is_right: bool = False
    proof: Proof = Proof.NONE
    requirement: str = ""
    tasks: tuple[str, ...] = ()
    source: str = ""
    consequence: str = ""
    ask: str = ""


# --- Sections ------------------------------------------------------------------------------------------------------


@transaction.atomic
def write_section(
    *,
    organization: Organization,
    kind: ListKind,
    title: str,
    number: int = 0,
    reach: Reach = Reach.OWN,
    actor: Actor,
    at: dt.datetime,
) -> Section:
    """Begin a rule, or a part of another list. ``number`` 0: the next free one of the list."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    if organization.dissolved is not None:
        raise ListRefusal(_("%(name)s does not exist any more; its lists stay as they are.") % {"name": organization})
    there = Section.objects.filter(organization=organization, kind=kind)
    number = number or next_number(organization, kind)
    section = Section(
        organization=organization, kind=kind, number=number, title=_titled(title, number, there), reach=reach
    )
    section.save(force_insert=True)
    record("section_written", section.pk, actor=actor, at=at, document=_of_section(section))
    return section


def next_number(organization: Organization, kind: ListKind) -> int:
    """One after the last section of a list."""
    there = Section.objects.filter(organization=organization, kind=kind)
    return (there.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def rename_section(
    section: Section, *, title: str, number: int, reach: Reach, actor: Actor, at: dt.datetime
) -> Section:
    """Another title, place or reach. Editions that are published keep the earlier one."""
    section = Section.objects.select_for_update().get(pk=section.pk)
    others = Section.objects.filter(organization=section.organization_id, kind=section.kind).exclude(pk=section.pk)
    section.title = _titled(title, number, others)
    section.number, section.reach = number, reach.value
    section.save(update_fields=["title", "number", "reach"])
    index_section(section)
    record("section_renamed", section.pk, actor=actor, at=at, document=_of_section(section))
    return section


@transaction.atomic
def drop_section(section: Section, *, actor: Actor, at: dt.datetime) -> None:
    """An empty section, begun by mistake, is taken away."""
    section = Section.objects.select_for_update().get(pk=section.pk)
    if section.articles.exists():
        raise ListRefusal(_("The section has articles. Repeal them; what was in force stays to be read."))
    record("section_dropped", section.pk, actor=actor, at=at, document=_of_section(section))
    section.delete()


def _titled(title: str, number: int, others: QuerySet[Section]) -> str:
    title = " ".join(title.split())
    if not title:
        raise ListRefusal(_("A section has a title. Write one."))
    if len(title) > LONGEST_TITLE:
        raise ListRefusal(
            _("This title has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(title), "most": LONGEST_TITLE}
        )
    if not 1 <= number <= LAST_NUMBER:
        raise ListRefusal(_("A section has a number from 1 to %(last)s.") % {"last": LAST_NUMBER})
    taken = others.filter(number=number).first()
    if taken is not None:
        raise ListRefusal(
            _("Number %(number)s is “%(title)s”. Choose another number.") % {"number": number, "title": taken.title}
        )
    return title


def _of_section(section: Section) -> dict[str, Canonical]:
    return {
        "organization": str(section.organization_id),
        "list": section.kind,
        "number": section.number,
        "title": section.title,
        "reach": section.reach,
    }


# --- Articles ------------------------------------------------------------------------------------------------------


@transaction.atomic
def write_article(*, section: Section, words: Words, since: dt.date, actor: Actor, at: dt.datetime) -> Wording:
    """A new article of a section, in force from a day."""
    section = Section.objects.select_for_update().get(pk=section.pk)
    article = Article.objects.create(section=section)
    wording = _put(article, words, since=since, at=at)
    record("article_written", article.pk, actor=actor, at=at, document=_of_wording(wording))
    return wording


@transaction.atomic
def amend(*, article: Article, words: Words, since: dt.date, actor: Actor, at: dt.datetime) -> Wording:
    """From ``since`` on the article says this; until then it says what it said.

    Refused where a wording that begins on that day or later is there already: two would be in force at once.
    """
    Section.objects.select_for_update().get(pk=article.section_id)
    last = article.wordings.order_by("since").last()
    if last is not None and last.since >= since:
        raise ListRefusal(
            _("A wording is in force from %(day)s already. Choose a later day, or take that wording back.")
            % {"day": last.since.isoformat()}
        )
    if last is not None and last.until is not None:
        if last.until <= localtime(at).date() or since < last.until:
            raise ListRefusal(_("This article was repealed. Write a new one."))
    elif last is not None:
        last.until = since
        last.save(update_fields=["until"])
    number = words.number or (last.number if last else 0)
    wording = _put(article, replace(words, number=number), since=since, at=at)
    record("article_amended", article.pk, actor=actor, at=at, document=_of_wording(wording))
    return wording


@transaction.atomic
def repeal(article: Article, *, until: dt.date, actor: Actor, at: dt.datetime) -> None:
    """From ``until`` on it is not in force any more. It stays to be read under its address."""
    Section.objects.select_for_update().get(pk=article.section_id)
    last = article.wordings.order_by("since").last()
    if last is None or last.until is not None:
        raise ListRefusal(_("This article was repealed already."))
    if until <= last.since:
        raise ListRefusal(
            _("It is in force from %(day)s. Choose a later day, or take that wording back.")
            % {"day": last.since.isoformat()}
        )
    last.until = until
    last.save(update_fields=["until"])
    index_article(article)
    record("article_repealed", article.pk, actor=actor, at=at, document={"until": until.isoformat()})


@transaction.atomic
def take_back(article: Article, *, actor: Actor, at: dt.datetime) -> bool:
    """Undo what is not in force yet, or began today: the last repeal, else the last wording.

    The wording before goes on. Returns whether the article is still there: one whose only wording is taken back
    goes with it. Refused for what was in force before today, and for an article that stands in an edition and would
    go: its address is told there.
    """
    Section.objects.select_for_update().get(pk=article.section_id)
    today = localtime(at).date()
    last = article.wordings.order_by("since").last()
    if last is not None and last.until is not None and last.until >= today:
        _goes_on(last)
        index_article(article)
        record("article_taken_back", article.pk, actor=actor, at=at, document={"repeal": True})
        return True
    if last is None or last.since < today:
        raise ListRefusal(_("It was in force before today. Amend it, or repeal it from a day on."))
    _refuse_to_empty_an_edition(article)
    record("article_taken_back", article.pk, actor=actor, at=at, document={"since": last.since.isoformat()})
    since, _deleted = last.since, last.delete()
    before = article.wordings.order_by("since").last()
    if before is not None and before.until == since:
        _goes_on(before)
    index_article(article)
    if before is None:
        article.delete()
    return before is not None


def _refuse_to_empty_an_edition(article: Article) -> None:
    """The only wording of an article stays where an edition tells of it."""
    if article.wordings.count() > 1:
        return
    told = Edition.objects.filter(document__text__contains=str(article.pk))
    edition = told.select_related("organization").order_by("published_at").first()
    if edition is not None:
        raise ListRefusal(
            _("It stands in edition %(number)s of %(name)s, which leads to it. Repeal it from a day on.")
            % {"number": edition.number, "name": edition.organization.name}
        )


def _goes_on(wording: Wording) -> None:
    """It is in force without end again; refused where another article has its number by now."""
    assert wording.until is not None
    _refuse_taken_number(wording.article, wording.number, wording.until)
    wording.until = None
    wording.save(update_fields=["until"])


def _put(article: Article, words: Words, *, since: dt.date, at: dt.datetime) -> Wording:
    words = _tidied(words)
    if not words.number:
        last = Wording.objects.filter(article__section=article.section_id).aggregate(last=Max("number"))["last"]
        words = replace(words, number=(last or 0) + 1)
    _refuse_what_can_not_stand(article, words, since)
    wording = Wording.objects.create(
        article=article,
        since=since,
        written_at=at,
        **{field.name: getattr(words, field.name) for field in fields(words) if field.name != "bearer"},
        bearer=words.bearer or "",
    )
    index_article(article)
    return wording


def _tidied(words: Words) -> Words:
    texts = {name: getattr(words, name).strip() for name in ("text", "requirement", "source", "consequence", "ask")}
    return replace(words, **texts, tasks=words.tasks if words.proof is Proof.TASK and words.bearer else ())


def _refuse_what_can_not_stand(article: Article, words: Words, since: dt.date) -> None:
    section = article.section
    if not words.text:
        raise ListRefusal(_("An article says something. Write its text."))
    if len(words.text) > LONGEST:
        raise ListRefusal(
            _("This has %(length)s characters, %(most)s are possible. Divide it into two articles.")
            % {"length": len(words.text), "most": LONGEST}
        )
    if not 1 <= words.number <= LAST_NUMBER:
        raise ListRefusal(_("An article has a number from 1 to %(last)s.") % {"last": LAST_NUMBER})
    if section.word is ListKind.DUTIES and words.bearer is None:
        raise ListRefusal(_("A duty is borne by somebody. Choose the organization, a post, or every member."))
    if section.word is ListKind.PROHIBITIONS and not (words.consequence and words.ask):
        raise ListRefusal(_("A prohibition says what happens, and whom to ask. Write both."))
    if words.proof is Proof.REQUIREMENT and words.requirement not in known_requirements():
        raise ListRefusal(
            _("No rule asks for “%(requirement)s”. Choose one of the requirements on the page of rules.")
            % {"requirement": words.requirement}
        )
    if words.tasks and section.reach == Reach.BRANCHES:
        raise ListRefusal(_("It is written for the branches, and each has tasks of its own. Choose none: all count."))
    _refuse_taken_number(article, words.number, since)


def _refuse_taken_number(article: Article, number: int, since: dt.date) -> None:
    """No other article of the section has the number on the day or later."""
    section = article.section
    same = Wording.objects.filter(Q(until__isnull=True) | Q(until__gt=since), article__section=section)
    taken = same.filter(number=number).exclude(article=article).first()
    if taken is not None:
        raise ListRefusal(
            _("Number %(number)s of “%(title)s” is taken: %(text)s Choose another number.")
            % {"number": number, "title": section.title, "text": taken.text[:40].rstrip("。.")}
        )


def known_requirements() -> dict[str, str]:
    """Every requirement that a rule asks for, and its label."""
    return {rule.requirement: rule.label for rule in all_rules() if isinstance(rule, Obligation)}


def _of_wording(wording: Wording) -> dict[str, Canonical]:
    return {
        "section": str(wording.article.section_id),
        "since": wording.since.isoformat(),
        "number": wording.number,
        "text": wording.text,
        "bearer": wording.bearer,
        "right": wording.is_right,
        "proof": wording.proof,
        "requirement": wording.requirement,
        "tasks": list(wording.tasks),
        "source": wording.source,
        "consequence": wording.consequence,
        "ask": wording.ask,
    }


def words_of(wording: Wording) -> Words:
    """What it says, to be written anew with a change."""
    return Words(
        text=wording.text,
        number=wording.number,
        bearer=Bearer(wording.bearer) if wording.bearer else None,
        is_right=wording.is_right,
        proof=Proof(wording.proof),
        requirement=wording.requirement,
        tasks=tuple(wording.tasks),
        source=wording.source,
        consequence=wording.consequence,
        ask=wording.ask,
    )
