"""What each database is told of a text, and how it is asked. Both hit the same; see ``docs/decisions``, 0012.

SQLite: an FTS5 table that keeps no text, only which words stand where. Its rows are numbered in the order of the
days of their texts, so that the newest hits come first without being sorted. PostgreSQL: the words of a text as a
set; as a set says nothing of their order, the folded text itself has the last word.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import StrIndex

from zhibu.apps.search.models import Indexed
from zhibu.domain.grams import grams, sought

#: The lower half of a row's number in the FTS5 table is the key of ``Indexed``, the upper half its day.
_KEYS = 32


def put(rows: Sequence[Indexed]) -> None:
    """Make ``rows``, which are saved and not in the index, findable."""
    if connection.vendor == "postgresql":
        _tell(
            "UPDATE search_indexed SET title_grams = to_tsvector('simple', %s), "
            "grams = array_to_tsvector(%s::text[]) WHERE id = %s",
            [(" ".join(grams(row.folded_title)), _set_of_words(row.folded_text), row.pk) for row in rows],
        )
    else:
        _tell("INSERT INTO search_grams (rowid, title, text) VALUES (%s, %s, %s)", [_in_fts5(row) for row in rows])


def drop(rows: Sequence[Indexed]) -> None:
    """Have ``rows``, given as they were put, found no longer; they are about to be deleted or put again.

    A table that keeps no text must hear which words to forget.
    """
    if connection.vendor != "postgresql":
        _tell(
            "INSERT INTO search_grams (search_grams, rowid, title, text) VALUES ('delete', %s, %s, %s)",
            [_in_fts5(row) for row in rows],
        )


def holding(rows: QuerySet[Indexed], wanted: Sequence[str], *, in_title: bool) -> QuerySet[Indexed]:
    """Those of ``rows`` whose title, or text, holds all that is ``wanted`` (folded, none empty); the newest first."""
    if connection.vendor == "postgresql":
        return _in_tsvector(rows, wanted, in_title=in_title)
    column = "title" if in_title else "text"
    return rows.extra(  # noqa: S610 - the ORM has no word for a table of FTS5; parameters are handed over apart
        tables=["search_grams"],
        where=[f"search_grams.rowid & {2**_KEYS - 1} = search_indexed.id", "search_grams MATCH %s"],
        params=[" AND ".join(f"{column} : {_phrase(each)}" for each in wanted)],
        order_by=["-search_grams.rowid"],
    )


def _phrase(wanted: str) -> str:
    words = " ".join(sought(wanted))
    return f'"{words}"{" *" if len(wanted) == 1 else ""}'


def with_keys(keys: Collection[int]) -> QuerySet[Indexed]:
    """On PostgreSQL, where thousands of keys are one parameter."""
    return Indexed.objects.extra(where=["search_indexed.id = ANY(%s)"], params=[list(keys)])


def read_through(rows: QuerySet[Indexed], wanted: Sequence[str], *, in_title: bool) -> QuerySet[Indexed]:
    """The same without the index: quicker where ``rows`` are few and what holds ``wanted`` is much."""
    column = "folded_title" if in_title else "folded_text"
    for number, each in enumerate(wanted):
        rows = rows.annotate(**{f"at_{number}": StrIndex(F(column), Value(each))}).filter(**{f"at_{number}__gt": 0})
    return rows.order_by("-since", "-id")


def _in_tsvector(rows: QuerySet[Indexed], wanted: Sequence[str], *, in_title: bool) -> QuerySet[Indexed]:
    if in_title:  # short enough for the positions of its words to be kept
        query = " & ".join(f"({_in_order(each)})" for each in wanted)
        found = rows.extra(where=["search_indexed.title_grams @@ %s::tsquery"], params=[query])
    else:
        query = " & ".join(dict.fromkeys(word for each in wanted for word in sought(each)))
        found = rows.extra(where=["search_indexed.grams @@ %s::tsquery"], params=[query])
        for each in wanted:
            found = found.extra(where=["strpos(search_indexed.folded_text, %s) > 0"], params=[each])
    return found.order_by("-since", "-id")


def _in_order(wanted: str) -> str:
    words = sought(wanted)
    return f"{words[0]}:*" if len(wanted) == 1 else " <-> ".join(words)


def _in_fts5(row: Indexed) -> tuple[int, str, str]:
    """Its number in the table, and the words of its title and its text."""
    number = row.since.toordinal() << _KEYS | row.pk
    return number, " ".join(grams(row.folded_title)), " ".join(grams(row.folded_text))


def _set_of_words(text: str) -> list[str]:
    """The words of a folded text, and each of its characters by itself."""
    return sorted({*grams(text), *(word for char in set(text) for word in grams(char))})


def _tell(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
