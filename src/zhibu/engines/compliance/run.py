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
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhibu.engines.compliance.calendar import Asked, number_of
from zhibu.engines.compliance.errors import EvaluationRefused, FactsRefused
from zhibu.engines.compliance.files import Facts, bytes_of, numbers
from zhibu.engines.compliance.kernel import STATUSES, judge
from zhibu.engines.compliance.sums import Sums, added, sums_of
from zhibu.engines.compliance.tables import checksum_of_cells, checksum_of_sums, table_of_cells, table_of_sums

#: So many organizations are judged together: some ten megabytes.
RANGE = 10_000

#: So many ranges at once, and no more however many cores there are: memory is that of these.
AT_ONCE = min(os.cpu_count() or 1, 8)

_ABOUT = "run.json"
_RESULT = "result.json"
_ASIDE = b"zhibu"
_BORDERS = pa.schema(
    [(name, pa.int32()) for name in ("organization", "rule", "first", "last", "due", *"0123")],
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


def evaluate(
    question: Question,
    out: Path,
    *,
    size: int = RANGE,
    engine: Engine | None = None,
    tell: Told = lambda _done, _all: None,
) -> Outcome:
    """Writes the cells and the sums into ``out``, which must not exist yet, and says what they are.

    ``engine`` has the ranges done, in threads unless said. ``tell`` hears after each range how many organizations of
    how many are done. Raises ``EvaluationRefused``.
    """
    if out.exists():
        raise EvaluationRefused(f"{out} is already there. Choose another folder, or remove it.")
    facts = Facts(question.facts)
    part = out.with_name(f"{out.name}.part")
    _begin_or_go_on(part, question, facts, size)
    work = Work(question, part, facts)
    ranges = list(facts.ranges(size))
    done = []
    try:
        with closing((engine or in_threads(AT_ONCE))(work, ranges)) as ready:
            for (_begin, end), one in zip(ranges, ready, strict=True):
                done.append(one)
                tell(end, facts.count)
    except FactsRefused:
        shutil.rmtree(part)  # the facts have to change, and then nothing in it is of use
        raise
    done.append(work.borders())
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


# --- The ranges -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What one file of cells, or of sums over borders, adds to the outcome."""

    cells: int
    statuses: dict[str, int]
    sums: int
    checksum: int

    @property
    def text(self) -> str:
        return json.dumps([self.cells, self.statuses, self.sums, self.checksum])

    @classmethod
    def of(cls, path: Path) -> Done | None:
        """What was written down in a file of cells; ``None`` where there is no whole one."""
        try:
            aside = pq.read_schema(path).metadata or {}
            return cls(*json.loads(aside[_ASIDE]))
        except (OSError, pa.ArrowException, KeyError, ValueError):
            return None


class Work:
    """One evaluation, of which any process can do any range; ranges know nothing of each other."""

    def __init__(self, question: Question, part: Path, facts: Facts | None = None) -> None:
        self.question, self.part = question, part
        self._facts = facts or Facts(question.facts)
        self._asked = Asked(self._facts.rules, question.since, question.until)
        # Files are read forward, one range after the other; what follows is done side by side.
        self._reading = Lock()

    def range(self, begin: int, end: int) -> Done:
        """Judge the organizations ``begin`` … ``end`` (not included) and write what comes out, or find it done."""
        name, asked, facts = f"{begin:09}.parquet", self._asked, self._facts
        done = Done.of(self.part / "cells" / name)
        if done is not None:
            return done
        with self._reading:
            portion = facts.between(begin, end)
        cells = judge(portion, asked, number_of(self.question.on))
        sums = sums_of(cells, asked, begin, end, facts.parent, facts.until)
        reaches_over = (sums.organization < begin) | (facts.until[sums.organization] > end)
        write(self.part / "borders" / name, _table_of_parts(sums.chosen(np.flatnonzero(reaches_over))))
        inside = sums.chosen(np.flatnonzero(~reaches_over))
        own_ids = bytes_of(portion.organizations.column("id")).take(inside.organization - begin)
        write(self.part / "sums" / name, table_of_sums(inside, asked, own_ids))
        counted = np.bincount(cells.status, minlength=len(STATUSES))
        done = Done(
            cells=len(cells),
            statuses=dict(zip(STATUSES, counted.tolist(), strict=True)),
            sums=len(inside),
            checksum=checksum_of_cells(cells, portion, asked) + checksum_of_sums(inside, asked, own_ids),
        )
        table = table_of_cells(cells, portion, asked)
        write(self.part / "cells" / name, table.replace_schema_metadata({_ASIDE: done.text}))
        return done

    def borders(self) -> Done:
        """The sums of organizations whose subtree reaches over a border, from the parts of all ranges."""
        total = added(_parts_of(pq.read_table(path)) for path in sorted((self.part / "borders").glob("*.parquet")))
        own, places = np.unique(total.organization, return_inverse=True)
        own_ids = self._facts.ids_of(own).take(places)
        write(self.part / "sums" / "borders.parquet", table_of_sums(total, self._asked, own_ids))
        return Done(0, {}, len(total), checksum_of_sums(total, self._asked, own_ids))


#: Has all ranges done, and says so in their order. To be closed: then nothing is begun any more.
Engine = Callable[[Work, Sequence[tuple[int, int]]], Generator[Done, None, None]]


def in_threads(at_once: int) -> Engine:
    """In this process: numpy and the files let other threads run while they work."""

    def each(work: Work, ranges: Sequence[tuple[int, int]]) -> Generator[Done, None, None]:
        if at_once == 1:
            for one in ranges:
                yield work.range(*one)
            return
        pool = ThreadPoolExecutor(at_once)
        try:
            yield from pool.map(lambda one: work.range(*one), ranges)
        finally:
            pool.shutdown(cancel_futures=True)

    return each


def _table_of_parts(sums: Sums) -> pa.Table:
    columns = [sums.organization, sums.rule, sums.first, sums.last, sums.due, *sums.numbers]
    return pa.table([pa.array(column) for column in columns], schema=_BORDERS)


def _parts_of(table: pa.Table) -> Sums:
    organization, rule, first, last, due, *counted = (numbers(table.column(name)) for name in _BORDERS.names)
    return Sums(organization, rule, first, last, due, np.stack(counted))


def _outcome(facts: Facts, done: list[Done]) -> Outcome:
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


def write(path: Path, table: pa.Table) -> None:
    words, pressed = [], {}
    for field in table.schema:
        if pa.types.is_list(field.type):
            # Ids of records are as chance made them: to press them costs more than it saves.
            pressed[f"{field.name}.list.element"] = "none"
        else:
            pressed[field.name] = "lz4"
        if pa.types.is_dictionary(field.type):
            words.append(field.name)
    with _Whole(path) as unfinished:
        pq.write_table(
            table, unfinished, use_dictionary=words, write_statistics=["organization"], compression=pressed
        )


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
