"""Reads: what a branch could publish, what an edition says, and how it stands beside what a branch has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from zhibu.apps.archive.files import place_of
from zhibu.apps.lists.models import Article, Draft, Wording
from zhibu.apps.lists.queries import in_force
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.showcases.models import Playbook, PlaybookEdition, Showcase, Taken
from zhibu.documents import playbooks as files
from zhibu.domain import playbooks as domain
from zhibu.domain.personal import Finding, findings
from zhibu.domain.playbooks import Beside, Item, Merged, Mine, Saying
from zhibu.domain.terms import Bearer, DraftState, ListKind, Proof

#: Where the files of editions are kept.
FOLDER = "playbooks"

_ORDER = {kind.value: place for place, kind in enumerate(ListKind)}


def saying_of(row: Wording | Draft, section: str, kind: str) -> Saying:
    return Saying(
        kind=ListKind(kind),
        section=section,
        text=row.text,
        bearer=Bearer(row.bearer) if row.bearer else None,
        is_right=row.is_right,
        proof=Proof(row.proof),
        requirement=row.requirement,
        source=row.source,
        consequence=row.consequence,
        ask=row.ask,
    )


def _says(row: Wording) -> Saying:
    return saying_of(row, row.article.section.title, row.article.section.kind)


# --- What a branch could publish -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gathered:
    """An article that the organization wrote itself and is in force, with what is personal or internal in it."""

    item: Item
    findings: tuple[Finding, ...]

    @property
    def may_go(self) -> bool:
        """Unless it holds what can not be meant otherwise."""
        return all(found.kind.may_be_meant_otherwise for found in self.findings)


@dataclass(frozen=True, slots=True)
class Known:
    """Who there is to be named."""

    names: frozenset[str]
    numbers: frozenset[str]

    def found_in(self, text: str) -> tuple[Finding, ...]:
        return tuple(findings(text, names=self.names, numbers=self.numbers))


def known_people() -> Known:
    rows = list(Person.objects.values_list("name", "staff_number"))
    return Known(frozenset(name for name, _ in rows), frozenset(number for _, number in rows))


def gathered(organization: Organization, known: Known, on: dt.date) -> list[Gathered]:
    """Its own articles in force on a day, in the order of its lists."""
    rows = in_force(organization, on).filter(article__section__organization=organization)
    ordered = sorted(rows, key=lambda row: (_ORDER[row.article.section.kind], row.article.section.number, row.number))
    items = [Item(str(row.article_id), _says(row)) for row in ordered]
    return [Gathered(item, _found(item.says, known)) for item in items]


def _found(says: Saying, known: Known) -> tuple[Finding, ...]:
    texts = (says.section, says.text, says.source, says.consequence, says.ask)
    return known.found_in("\n".join(filter(None, texts)))


def latest_of(organization: Organization) -> PlaybookEdition | None:
    """The last edition of its own playbook."""
    own = PlaybookEdition.objects.filter(playbook__organization=organization, playbook__is_received=False)
    return own.select_related("playbook__organization").order_by("-number").first()


# --- What an edition says ------------------------------------------------------------------------------------------


def file_of(edition: PlaybookEdition) -> bytes:
    with default_storage.open(place_of(FOLDER, edition.sha256)) as file:
        content: bytes = file.read()
    return content


def playbook_of(edition: PlaybookEdition) -> domain.Playbook:
    """Read from its file, whose signature is checked each time."""
    return files.read(file_of(edition), key=edition.playbook.key).playbook


def marks_on(playbooks: Iterable[Playbook], on: dt.date) -> dict[UUID, list[Showcase]]:
    """Those that hold on a day, by playbook."""
    rows = Showcase.objects.filter(playbook__in=[one.pk for one in playbooks], since__lte=on, until__gte=on)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on)).select_related("office")
    found: dict[UUID, list[Showcase]] = {}
    for row in rows.order_by("office__path", "since"):
        found.setdefault(row.playbook_id, []).append(row)
    return found


# --- Beside what a branch has --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """An edition beside what a branch has. ``before``: the number of the edition it last took from, if any.

    ``besides``: what it has not taken, ``left_out``: the keys of those that were there then already.
    ``merges``: what it took.
    """

    playbook: domain.Playbook
    besides: tuple[Beside, ...]
    merges: tuple[Merged, ...]
    before: int | None
    left_out: frozenset[str]

    @property
    def may_be_taken(self) -> list[str]:
        """Keys, in order; of the merges those that change something here."""
        new = [one.item.key for one in self.besides if one.may_be_taken]
        return [one.key for one in self.merges if one.may_be_taken and one.says is not None] + new

    @property
    def is_new_here(self) -> bool:
        return self.before is None


def offer(organization: Organization, edition: PlaybookEdition, on: dt.date) -> Offer:
    return offer_of(organization, playbook_of(edition), on)


def offer_of(organization: Organization, playbook: domain.Playbook, on: dt.date) -> Offer:
    """Two sides for what the branch has not taken, three for what it has."""
    taken = taken_by(organization, UUID(playbook.id))
    mine, others = _mine(organization, taken, on)
    says = _editions(playbook, taken)
    before = {key: said for key, row in taken.items() if (said := says[_number(row)].get(key)) is not None}
    merges = domain.three_way(before, says[playbook.edition], mine, others)
    standing = [*(one for one in mine.values() if one is not None), *others]
    rest = [item for item in playbook.items if item.key not in mine]
    earlier = {key for row in taken.values() for key in says[_number(row)]}
    return Offer(
        playbook=playbook,
        besides=tuple(domain.compare(rest, standing)),
        merges=tuple(merges),
        before=max(map(_number, taken.values()), default=None),
        left_out=frozenset(item.key for item in rest if item.key in earlier),
    )


def _number(row: Taken) -> int:
    return row.adoption.edition.number


def _editions(playbook: domain.Playbook, taken: Mapping[str, Taken]) -> dict[int, dict[str, Saying]]:
    """What each article says in this edition and in those that something was taken from, by number and key."""
    told = {playbook.edition: playbook}
    for row in taken.values():
        if _number(row) not in told:
            told[_number(row)] = playbook_of(row.adoption.edition)
    return {number: {item.key: item.says for item in one.items} for number, one in told.items()}


def taken_by(organization: Organization, uid: UUID) -> dict[str, Taken]:
    """By key, the latest time it was taken; not what was taken back or whose draft was dropped."""
    rows = Taken.objects.filter(
        adoption__organization=organization, adoption__edition__playbook__uid=uid, adoption__undone_at__isnull=True
    ).select_related("adoption__edition__playbook", "draft")
    found = {str(row.key): row for row in rows.order_by("adoption__adopted_at")}
    return {key: row for key, row in found.items() if row.draft is None or row.draft.state != DraftState.DROPPED}


def _mine(
    organization: Organization, taken: Mapping[str, Taken], on: dt.date
) -> tuple[dict[str, Mine | None], list[Mine]]:
    """What was taken as it is here today, and whatever else holds here or is proposed."""
    articles = {one.article_id: key for key, one in taken.items() if one.article_id}
    drafts: dict[UUID, str] = {}
    for key, one in taken.items():
        if one.draft is None:
            continue
        if one.draft.is_open:
            drafts[one.draft.pk] = key
        elif one.draft.article_id:
            articles[one.draft.article_id] = key
    mine: dict[str, Mine | None] = dict.fromkeys(taken)
    others: list[Mine] = []
    proposed = _proposed(organization)
    for row in _standing(organization, on):
        if row.article_id in proposed:
            continue
        own = Mine(str(row.article_id), _says(row), row.article.section.organization_id == organization.pk)
        _put(mine, others, articles.get(row.article_id), own)
    for draft in proposed.values():
        says = saying_of(draft, draft.section, draft.kind)
        its_key = drafts.get(draft.pk) or (articles.get(draft.article_id) if draft.article_id else None)
        name = str(draft.article_id) if draft.article_id else f"draft:{draft.pk}"
        _put(mine, others, its_key, Mine(name, says, is_own=its_key is not None or draft.article_id is not None))
    return mine, others


def _put(mine: dict[str, Mine | None], others: list[Mine], key: str | None, one: Mine) -> None:
    if key is None:
        others.append(one)
    else:
        mine[key] = one


def _standing(organization: Organization, on: dt.date) -> Sequence[Wording]:
    """In force today; of its own articles also what is to come, which takes the place of what is to end."""
    rows = {row.article_id: row for row in in_force(organization, on).order_by("article", "since")}
    coming = Wording.objects.filter(article__section__organization=organization, since__gt=on)
    for row in coming.select_related("article__section__organization").order_by("since"):
        rows[row.article_id] = row
    return [row for row in rows.values() if row.until is None or row.until > on]


def _proposed(organization: Organization) -> dict[UUID, Draft]:
    """Its open drafts, by the article each is to change, else by its own key."""
    rows = Draft.objects.filter(organization=organization, state=DraftState.OPEN.value)
    return {row.article_id or row.pk: row for row in rows}


# --- Who took what -------------------------------------------------------------------------------------------------


def own_articles(keys: Iterable[str], organization: Organization) -> QuerySet[Article]:
    return Article.objects.filter(pk__in=list(keys), section__organization=organization)


def newest_edition(playbook: Playbook) -> PlaybookEdition:
    return playbook.editions.select_related("playbook__organization").order_by("-number")[0]
