"""One evaluation from a folder of facts to a folder of results, range by range.

All is made in a folder beside the one asked for and put into its place when it is whole: what stands under the name
that was asked for is never half. A run that was interrupted goes on with the ranges that are not done.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhibu.engines.compliance.calendar import Asked, number_of
from zhibu.engines.compliance.errors import EvaluationRefused, FactsRefused
from zhibu.engines.compliance.files import Facts, numbers
from zhibu.engines.compliance.kernel import STATUSES, judge
from zhibu.engines.compliance.sums import Sums, added, sums_of
from zhibu.engines.compliance.tables import checksum_of_cells, checksum_of_sums, table_of_cells, table_of_sums

#: So many organizations are judged together: some hundred megabytes.
RANGE = 10_000

_ABOUT = "run.json"
_RESULT = "result.json"
_ASIDE = b"zhibu"
_BORDERS = pa.schema(
    [(name, pa.int64()) for name in ("organization", "rule", "first", "last", "due", *"0123")],
)

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which facts, as known at the end of which day, for the periods that touch ``since`` … ``until``."""

    facts: Path
    on: dt.date
    since: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    organizations: int
    cells: int
    statuses: dict[str, int]
    sums: int
    checksum: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(question: Question, out: Path, *, size: int = RANGE, tell: Told = lambda _done, _all: None) -> Outcome:
    """Writes the cells and the sums into ``out``, which must not exist yet, and says what they are.

    ``tell`` hears after each range how many organizations of how many are done. Raises ``EvaluationRefused``.
    """
    if out.exists():
        raise EvaluationRefused(f"{out} is already there. Choose another folder, or remove it.")
    facts = Facts(question.facts)
    part = out.with_name(f"{out.name}.part")
    _begin_or_go_on(part, question, facts, size)
    asked = Asked(facts.rules, question.since, question.until)
    try:
        done = []
        for begin, end in facts.ranges(size):
            done.append(_range(part, facts, asked, number_of(question.on), begin, end))
            tell(end, facts.count)
    except FactsRefused:
        shutil.rmtree(part)  # the facts have to change, and then nothing in it is of use
        raise
    done.append(_borders(part, facts, asked))
    outcome = _outcome(facts, done)
    _write_text(part / _RESULT, {**_words_of(question), **outcome.as_json()})
    part.replace(out)
    shutil.rmtree(out / "borders")
    (out / _ABOUT).unlink()
    return outcome


def _words_of(question: Question) -> dict[str, str]:
    return {
        "on": question.on.isoformat(),
        "from": question.since.isoformat(),
        "to": question.until.isoformat(),
    }


def _begin_or_go_on(part: Path, question: Question, facts: Facts, size: int) -> None:
    about = {**_words_of(question), "facts": facts.mark, "range": size}
    if part.exists():
        try:
            found = json.loads((part / _ABOUT).read_text())
        except (OSError, ValueError):
            found = None
        if found != about:
            raise EvaluationRefused(
                f"{part} holds the beginning of another evaluation (other facts, days or rules). "
                "Remove it, or choose another --out."
            )
    else:
        part.mkdir(parents=True)
        _write_text(part / _ABOUT, about)
    for folder in ("cells", "sums", "borders"):
        (part / folder).mkdir(exist_ok=True)


# --- One range -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Done:
    """What one file of cells, or of sums over borders, adds to the outcome."""

    cells: int
    statuses: dict[str, int]
    sums: int
    checksum: int

    @property
    def text(self) -> str:
        return json.dumps([self.cells, self.statuses, self.sums, self.checksum])

    @classmethod
    def of(cls, path: Path) -> _Done | None:
        """What was written down in a file of cells; ``None`` where there is no whole one."""
        try:
            aside = pq.read_schema(path).metadata or {}
            return cls(*json.loads(aside[_ASIDE]))
        except (OSError, pa.ArrowException, KeyError, ValueError):
            return None


def _range(part: Path, facts: Facts, asked: Asked, on: int, begin: int, end: int) -> _Done:
    name = f"{begin:09}.parquet"
    done = _Done.of(part / "cells" / name)
    if done is not None:
        return done
    portion = facts.between(begin, end)
    cells = judge(portion, asked, on)
    sums = sums_of(cells, asked, begin, end, facts.parent, facts.until)
    reaches_over = (sums.organization < begin) | (facts.until[sums.organization] > end)
    _write(part / "borders" / name, _table_of_parts(sums.chosen(reaches_over)))
    inside = sums.chosen(~reaches_over)
    own_ids = portion.organizations.column("id").combine_chunks().take(pa.array(inside.organization - begin))
    _write(part / "sums" / name, table_of_sums(inside, asked, own_ids))
    counted = np.bincount(cells.status, minlength=len(STATUSES))
    done = _Done(
        cells=len(cells),
        statuses=dict(zip(STATUSES, counted.tolist(), strict=True)),
        sums=len(inside),
        checksum=checksum_of_cells(cells, portion, asked) + checksum_of_sums(inside, asked, own_ids),
    )
    _write(part / "cells" / name, table_of_cells(cells, portion, asked).replace_schema_metadata({_ASIDE: done.text}))
    return done


def _table_of_parts(sums: Sums) -> pa.Table:
    columns = [sums.organization, sums.rule, sums.first, sums.last, sums.due, *sums.numbers.T]
    return pa.table([pa.array(np.ascontiguousarray(column)) for column in columns], schema=_BORDERS)


def _parts_of(table: pa.Table) -> Sums:
    organization, rule, first, last, due, *counted = (numbers(table.column(name)) for name in _BORDERS.names)
    return Sums(organization, rule, first, last, due, np.stack(counted, axis=1))


def _borders(part: Path, facts: Facts, asked: Asked) -> _Done:
    """The sums of organizations whose subtree reaches over a border, from the parts of all ranges."""
    total = added(_parts_of(pq.read_table(path)) for path in sorted((part / "borders").glob("*.parquet")))
    own, places = np.unique(total.organization, return_inverse=True)
    own_ids = facts.ids_of(own).take(pa.array(places.astype(np.int64)))
    _write(part / "sums" / "borders.parquet", table_of_sums(total, asked, own_ids))
    return _Done(0, {}, len(total), checksum_of_sums(total, asked, own_ids))


def _outcome(facts: Facts, done: list[_Done]) -> Outcome:
    statuses: Counter[str] = Counter()
    for one in done:
        statuses.update(one.statuses)
    return Outcome(
        organizations=facts.count,
        cells=sum(one.cells for one in done),
        statuses={status: statuses[status] for status in STATUSES},
        sums=sum(one.sums for one in done),
        checksum=f"{sum(one.checksum for one in done) % 2**64:016x}",
    )


# --- Files ---------------------------------------------------------------------------------------------------------


def _write(path: Path, table: pa.Table) -> None:
    words = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    with _Whole(path) as unfinished:
        pq.write_table(table, unfinished, use_dictionary=words, write_statistics=["organization"])


def _write_text(path: Path, document: dict[str, Any]) -> None:
    with _Whole(path) as unfinished:
        unfinished.write_text(json.dumps(document, ensure_ascii=False) + "\n")


class _Whole:
    """A file that is there whole or not at all, also after the power failed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Path:
        self._unfinished = self._path.with_name(f"{self._path.name}.unfinished")
        return self._unfinished

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            with self._unfinished.open("rb") as file:
                os.fsync(file.fileno())
            self._unfinished.replace(self._path)
