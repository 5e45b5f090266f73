"""What is found: title hits first, then the newest. Nothing about who asks changes the order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.search.errors import SearchRefused
from zhibu.apps.search.index import holding, read_through, with_keys
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.scripts import simplified
from zhibu.domain.grams import LONGEST, folded, place_of

#: As many hits in the title, and as many in the text, are listed; whoever finds more types on.
MOST = 200

#: So many texts are read through sooner than the index tells which of all the texts of the house are among them.
_FEW = 2500

#: Characters of a text that are shown before a hit, and from its beginning.
_BEFORE, _SHOWN = 30, 120


@dataclass(frozen=True, slots=True)
class Scope:
    """One kind of text, and which of them the asker may read: conditions on ``Indexed``, of which one has to hold.

    They name organizations and subjects by subqueries, so that an index leads to what few may read.
    """

    kind: str
    readable: Sequence[Q]


def texts_of(kind: str, organizations: QuerySet[Organization], *audiences: str) -> Scope:
    """The texts of these organizations; where audiences are named, only those that are for one of them."""
    condition = Q(organization__in=organizations.order_by().values("pk"))
    return Scope(kind, [condition & Q(audience__in=audiences) if audiences else condition])


@dataclass(frozen=True, slots=True)
class Found:
    """Keys of ``Indexed``, one for each subject, in their order; ``are_more``: not all are listed."""

    keys: tuple[int, ...] = ()
    are_more: bool = False


class Marked(NamedTuple):
    """Part of a text: the hit, and what stands before and after it. Nothing of it is markup."""

    before: str
    hit: str
    after: str


@dataclass(frozen=True, slots=True)
class Hit:
    """``subject`` is what ``kind`` says. A title or a text without the hit has all of it in ``before``."""

    kind: str
    subject: UUID
    organization: Organization
    since: dt.date
    title: Marked
    text: Marked


def found(
    query: str,
    within: Sequence[Scope],
    *,
    under: Sequence[str] | None = None,
    on: dt.date | None = None,
) -> Found:
    """What holds ``query`` and may be read; ``under`` one of these paths, in force ``on`` that day.

    An empty query finds nothing. Raises ``SearchRefused`` for one that is too long.
    """
    return found_all([query], within, under=under, on=on)


def found_all(
    words: Sequence[str],
    within: Sequence[Scope],
    *,
    under: Sequence[str] | None = None,
    on: dt.date | None = None,
) -> Found:
    """The same of what holds every one of ``words``, all of them in the title or all of them in the text."""
    if any(len(word) > LONGEST * 10 for word in words):
        raise SearchRefused(_("Look for at most %(most)d characters.") % {"most": LONGEST})
    wanted = [kept for word in words if (kept := folded(simplified(word)))]
    if any(len(word) > LONGEST for word in wanted):
        raise SearchRefused(_("Look for at most %(most)d characters.") % {"most": LONGEST})
    ways = [Q(kind=scope.kind) & way for scope in within for way in scope.readable]
    if not wanted or not ways:
        return Found()
    rows = Indexed.objects.all()
    if under is not None:
        below = reduce(or_, (in_subtree(path) for path in under), Q(pk__in=[]))
        rows = rows.filter(organization__in=Organization.objects.filter(below).values("pk"))
    if on is not None:
        rows = rows.filter(holds_on(on))
    few = _few(rows, ways)
    looks, rows = (holding, rows.filter(reduce(or_, ways, Q(pk__in=[])))) if few is None else (read_through, few)
    keys: dict[UUID, int] = {}
    are_more = False
    for in_title in (True, False):
        hits = list(looks(rows, wanted, in_title=in_title).values_list("subject", "pk")[: MOST + 1])
        are_more |= len(hits) > MOST
        for subject, key in hits[:MOST]:
            keys.setdefault(subject, key)
    return Found(tuple(keys.values()), are_more)


def _few(rows: QuerySet[Indexed], ways: Sequence[Q]) -> QuerySet[Indexed] | None:
    """Those of ``rows`` that fit one of ``ways``, where they are few; ``None`` where they are many.

    SQLite looks each way up by itself. PostgreSQL guesses that half of the house fits them and then reads from the
    newest text on; it is asked way by way, and told what was found by its keys.
    """
    if connection.vendor == "sqlite":
        fitting = rows.filter(reduce(or_, ways, Q(pk__in=[])))
        return None if fitting.order_by().values("pk")[_FEW : _FEW + 1] else fitting
    first, *others = [rows.filter(way).order_by().values_list("pk", flat=True)[: _FEW + 1] for way in ways]
    keys = list(first.union(*others, all=True)[: _FEW + 1])
    return None if len(keys) > _FEW else with_keys(set(keys))


def hits(keys: Sequence[int], query: str) -> list[Hit]:
    """What is shown of ``keys``, in their order, in one query."""
    rows = Indexed.objects.select_related("organization").in_bulk(keys)
    return [_hit(rows[key], query) for key in keys if key in rows]


def _hit(row: Indexed, query: str) -> Hit:
    return Hit(row.kind, row.subject, row.organization, row.since, _whole(row.title, query), part(row.text, query))


def _place(query: str, text: str) -> tuple[int, int] | None:
    return place_of(simplified(query), simplified(text))


def _whole(text: str, query: str) -> Marked:
    place = _place(query, text)
    return _marked(text, place, 0, len(text)) if place else Marked(text, "", "")


def part(text: str, query: str) -> Marked:
    """A line of ``text`` around what was looked for, else its beginning."""
    place = _place(query, text)
    if place is None:
        return Marked(_ended(text[:_SHOWN].split(), cut=len(text) > _SHOWN), "", "")
    begin = max(0, place[0] - _BEFORE)
    return _marked(text, place, begin, min(len(text), max(place[1], begin + _SHOWN)))


def _marked(text: str, place: tuple[int, int], begin: int, end: int) -> Marked:
    before, hit, after = text[begin : place[0]], text[slice(*place)], text[place[1] : end]
    return Marked(
        f"{'…' if begin else ''}{_in_one_line(before)}",
        _in_one_line(hit),
        f"{_in_one_line(after)}{'…' if end < len(text) else ''}",
    )


def _in_one_line(text: str) -> str:
    return "".join(" " if char.isspace() else char for char in text)


def _ended(words: Sequence[str], *, cut: bool) -> str:
    return f"{' '.join(words)}{'…' if cut else ''}"
