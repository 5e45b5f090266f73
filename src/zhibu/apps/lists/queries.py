"""Reads of the lists: what is in force where on a day, whose duties they are, and an edition as it was published."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from zhibu.apps.lists.models import Edition, Section, Understanding, Wording
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Appointment, Membership
from zhibu.apps.people.queries import members_of
from zhibu.domain import lists
from zhibu.domain.terms import Bearer, ListKind, OrganizationKind, PostKind, Reach
from zhibu.domain.tree import STEP, tops

_ORDER = {kind.value: place for place, kind in enumerate(ListKind)}


def speaks_to(organization: Organization, prefix: str = "") -> Q:
    """The condition that a section holds in ``organization``: its own, and what those above it wrote for branches."""
    above = Q(**{f"{prefix}organization__path__in": tops(organization.path)[:-1]})
    own = Q(**{f"{prefix}organization": organization})
    if organization.kind == OrganizationKind.GROUP:
        own = Q(**{f"{prefix}organization__path": organization.path[:-STEP]})
    return own | (above & Q(**{f"{prefix}reach": Reach.BRANCHES.value}))


def holds_in(section: Section, organization: Organization) -> bool:
    """The same question of a section that has been read."""
    own = organization.path[:-STEP] if organization.kind == OrganizationKind.GROUP else organization.path
    written = section.organization.path
    above = organization.path.startswith(written) and organization.path != written
    return written in {own, organization.path} or (above and section.reach == Reach.BRANCHES)


def in_force(organization: Organization, on: dt.date) -> QuerySet[Wording]:
    """The articles that hold in ``organization`` on a day."""
    rows = Wording.objects.on(on).filter(speaks_to(organization, "article__section__"))
    return rows.select_related("article__section__organization")


def being_written(organization: Organization, kind: ListKind, on: dt.date) -> QuerySet[Wording]:
    """What ``organization`` has written in one list: the wordings in force on a day and those to come, by time."""
    rows = Wording.objects.filter(article__section__organization=organization, article__section__kind=kind)
    still = Q(until__isnull=True) | Q(until__gt=on)
    return rows.filter(still).select_related("article").order_by("article", "since")


def sections_of(wordings: Iterable[Wording]) -> tuple[lists.Section[UUID], ...]:
    """The same as a book: the standard, then the lists; of each, what stands higher in the tree first."""
    by_section: dict[UUID, tuple[Section, list[lists.Article[UUID]]]] = {}
    for row in wordings:
        section = row.article.section
        by_section.setdefault(section.pk, (section, []))[1].append(_article(row))
    ordered = sorted(
        by_section.values(), key=lambda one: (_ORDER[one[0].kind], one[0].organization.path, one[0].number)
    )
    return tuple(
        lists.Section(
            section.pk,
            section.word,
            section.number,
            section.title,
            Reach(section.reach),
            section.organization.name,
            tuple(sorted(articles, key=lambda article: article.number)),
        )
        for section, articles in ordered
    )


def _article(row: Wording) -> lists.Article[UUID]:
    return lists.Article(
        id=row.article_id,
        number=row.number,
        text=row.text,
        bearer=Bearer(row.bearer) if row.bearer else None,
        is_right=row.is_right,
        source=row.source,
        consequence=row.consequence,
        ask=row.ask,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody bears duties: the posts they hold there, and whether they are a member."""

    organization: Organization
    posts: frozenset[PostKind] = frozenset()
    is_member: bool = False

    @property
    def bearers(self) -> frozenset[Bearer]:
        of_posts = frozenset(bearer for bearer in Bearer if self.posts & set(bearer.posts))
        return of_posts | {Bearer.MEMBER} if self.is_member else of_posts


def places_of(person: UUID, on: dt.date) -> list[Place]:
    """Where somebody is a member on a day, and where they hold posts; the former first."""
    posts: defaultdict[UUID, set[PostKind]] = defaultdict(set)
    at: dict[UUID, Organization] = {}
    belongs = Membership.objects.on(on).filter(person=person).select_related("organization")
    members = {row.organization_id: row.organization for row in belongs}
    at |= members
    for row in Appointment.objects.on(on).filter(person=person).select_related("organization"):
        at.setdefault(row.organization_id, row.organization)
        posts[row.organization_id].add(PostKind(row.post))
    return [Place(of, frozenset(posts[key]), key in members) for key, of in at.items()]


def duties_at(places: Sequence[Place], on: dt.date) -> list[tuple[Place, list[Wording]]]:
    """The duties and rights that somebody bears at each place, as they are worded on a day. One query.

    What is written for every member is told once, at the first place where it holds.
    """
    condition = Q(pk__in=[])
    for place in places:
        condition |= speaks_to(place.organization, "article__section__")
    rows = sorted(
        Wording.objects.on(on)
        .filter(condition, article__section__kind=ListKind.DUTIES)
        .select_related("article__section__organization"),
        key=_place,
    )
    found: list[tuple[Place, list[Wording]]] = []
    told: set[int] = set()
    for place in places:
        theirs = [
            row
            for row in rows
            if row.pk not in told
            and row.bearer in place.bearers
            and holds_in(row.article.section, place.organization)
        ]
        told |= {row.pk for row in theirs if row.bearer == Bearer.MEMBER}
        found.append((place, theirs))
    return found


def duties_of(organization: Organization, bearer: Bearer, on: dt.date) -> list[Wording]:
    """What is written for one bearer in ``organization``."""
    rows = in_force(organization, on).filter(article__section__kind=ListKind.DUTIES, bearer=bearer)
    return sorted(rows, key=_place)


def _place(row: Wording) -> tuple[str, int, int]:
    section = row.article.section
    return section.organization.path, section.number, row.number


def standard_of(organization: Organization, on: dt.date) -> list[Wording]:
    """The standard of the unit (such as 三好标准) that holds here, in its order; empty where none is written."""
    return sorted(in_force(organization, on).filter(article__section__kind=ListKind.STANDARD), key=_place)


def latest_edition_of(organization: Organization) -> Edition | None:
    return Edition.objects.filter(organization=organization).select_related("document").order_by("-number").first()


# --- An edition ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """An edition as its document says it."""

    organization: str
    number: int
    on: dt.date
    sections: tuple[lists.Section[UUID], ...]


def document_of(edition: int, organization: Organization, on: dt.date) -> dict[str, Any]:
    """What an edition seals: the articles in force in the organization on a day, letter for letter."""
    return {
        "organization": {"id": str(organization.pk), "code": organization.code, "name": organization.name},
        "edition": edition,
        "on": on.isoformat(),
        "sections": [
            {
                "id": str(section.id),
                "list": section.kind.value,
                "number": section.number,
                "title": section.title,
                "reach": section.reach.value,
                "owner": section.owner,
                "articles": [
                    {
                        "id": str(article.id),
                        "number": article.number,
                        "text": article.text,
                        "bearer": article.bearer.value if article.bearer else None,
                        "right": article.is_right,
                        "source": article.source,
                        "consequence": article.consequence,
                        "ask": article.ask,
                    }
                    for article in section.articles
                ],
            }
            for section in sections_of(in_force(organization, on))
        ],
    }


def published(edition: Edition) -> Published:
    """Read from what was sealed, never from today's articles."""
    told: Mapping[str, Any] = json.loads(edition.document.text)
    sections = tuple(
        lists.Section(
            UUID(section["id"]),
            ListKind(section["list"]),
            section["number"],
            section["title"],
            Reach(section["reach"]),
            section["owner"],
            tuple(_read(article) for article in section["articles"]),
        )
        for section in told["sections"]
    )
    return Published(told["organization"]["name"], told["edition"], dt.date.fromisoformat(told["on"]), sections)


def _read(article: Mapping[str, Any]) -> lists.Article[UUID]:
    return lists.Article(
        id=UUID(article["id"]),
        number=article["number"],
        text=article["text"],
        bearer=Bearer(article["bearer"]) if article["bearer"] else None,
        is_right=article["right"],
        source=article["source"],
        consequence=article["consequence"],
        ask=article["ask"],
    )


def edition_before(edition: Edition) -> Edition | None:
    earlier = Edition.objects.filter(organization=edition.organization_id, number__lt=edition.number)
    return earlier.select_related("document").order_by("-number").first()


def changes_in(edition: Edition) -> list[lists.Change[UUID]]:
    """What it changes from the edition before; empty for the first."""
    before = edition_before(edition)
    return lists.differences(published(before).sections, published(edition).sections) if before else []


def changes_since(latest: Edition | None, organization: Organization, on: dt.date) -> list[lists.Change[UUID]]:
    """What an edition of a day would change from the latest; empty where there is none."""
    if latest is None:
        return []
    return lists.differences(published(latest).sections, sections_of(in_force(organization, on)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A member who is asked whether they understand an edition; ``said_at`` is ``None`` until they say so."""

    name: str
    said_at: dt.datetime | None


def who_is_asked(edition: Edition, on: dt.date) -> list[Asked]:
    """The members today of the organization itself, by name. Two queries."""
    said = dict(Understanding.objects.filter(edition=edition).values_list("person", "said_at"))
    members = members_of(edition.organization.path, on).filter(organization=edition.organization_id)
    rows = members.select_related("person").order_by("person__pinyin", "person__staff_number")
    return [Asked(row.person.name, said.get(row.person_id)) for row in rows]
