"""Texts are put into the index, and taken out, in the transaction of the deed that they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from zhibu.apps.organizations.models import Organization
from zhibu.apps.search import index as words
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.scripts import simplified
from zhibu.domain.grams import folded, pieces, squeezed

#: As many rows in one statement as every database takes.
_BATCH = 500

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What can be found of ``subject``: the fields are those of ``Indexed``, the text is whole.

    ``without_spaces``: found as if there were none inside its lines; whoever looks takes out theirs.
    """

    subject: UUID
    organization: Organization
    title: str
    text: str
    since: dt.date
    until: dt.date | None = None
    audience: str = ""
    without_spaces: bool = False


@transaction.atomic(savepoint=False)
def index(kind: str, text: Text) -> None:
    """Have ``text`` found from now on; what was found of its subject before is found no longer."""
    index_all(kind, [text])


@transaction.atomic(savepoint=False)
def index_all(kind: str, texts: Iterable[Text]) -> None:
    """The same for many texts, in a few statements for some hundred of them."""
    for batch in _batches(texts):
        unindex(kind, [text.subject for text in batch])
        rows = [row for text in batch for row in _rows(kind, text)]
        if len(rows) == 1:
            rows[0].save(force_insert=True)
        else:
            Indexed.objects.bulk_create(rows)
        words.put(rows)


@transaction.atomic(savepoint=False)
def unindex(kind: str, subjects: Sequence[UUID]) -> None:
    """Have nothing found of these subjects any more. What is not in the index changes nothing."""
    for batch in _batches(subjects):
        _forget(list(Indexed.objects.filter(kind=kind, subject__in=batch)))


@transaction.atomic
def unindex_kind(kind: str) -> None:
    """Empty the index of one kind, before it is made anew."""
    while rows := list(Indexed.objects.filter(kind=kind).order_by("pk")[:_BATCH]):
        _forget(rows)


def _forget(rows: Sequence[Indexed]) -> None:
    if rows:
        words.drop(rows)
        Indexed.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _rows(kind: str, text: Text) -> Iterator[Indexed]:
    for number, piece in enumerate(pieces(_kept(text.text))):
        yield Indexed(
            kind=kind,
            subject=text.subject,
            number=number,
            organization=text.organization,
            audience=text.audience,
            title=_kept(text.title)[:200],
            text=piece,
            folded_title="" if number else _compared(_kept(text.title)[:200], text),
            folded_text=_compared(piece, text),
            since=text.since,
            until=text.until,
        )


def _compared(said: str, text: Text) -> str:
    """A part of ``text`` as it is compared."""
    return folded(simplified(squeezed(said) if text.without_spaces else said))


def _kept(text: str) -> str:
    """Without what no database takes."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        yield batch
