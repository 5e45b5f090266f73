"""What comes out of an evaluation as Parquet tables, and the checksum over it.

The checksum is a sum over cells (with their evidence) and over sums, each hashed by what it says: it does not depend
on how organizations were cut into ranges, in which order they stand, or which engine ran.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from zhibu.engines.compliance.calendar import Asked
from zhibu.engines.compliance.columns import DAY, ID, NUMBER, TEXT, WORD, schema_of
from zhibu.engines.compliance.files import NEVER, POSTS, Ints, Portion, halves, ids
from zhibu.engines.compliance.kernel import OWED, STATUSES, WHY_NOT, Cells
from zhibu.engines.compliance.sums import Sums

Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_IDS = pa.list_(ID)

CELLS = schema_of(
    organization=NUMBER,
    id=ID,
    post=(WORD,),
    rule=WORD,
    version=DAY,
    requirement=WORD,
    first=DAY,
    last=DAY,
    due=DAY,
    status=WORD,
    needed=NUMBER,
    evidence=(_IDS,),
    without_quorum=(_IDS,),
    completed_on=(DAY,),
    explained_on=(DAY,),
    reason=(TEXT,),
    why_not=(WORD,),
)

SUMS = schema_of(
    organization=NUMBER,
    id=ID,
    rule=WORD,
    requirement=WORD,
    first=DAY,
    last=DAY,
    due=DAY,
    owed=NUMBER,
    met=NUMBER,
    late=NUMBER,
    explained=NUMBER,
)


def _days(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=days == NEVER).cast(pa.date32())


def _words(places: Ints, words: Sequence[str]) -> pa.Array:
    indices = pa.array(places.astype(np.int32), mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _lists(ends: Ints, of: Hashes) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(np.append(0, ends).astype(np.int32)), ids(of))


def table_of_cells(cells: Cells, portion: Portion, asked: Asked) -> pa.Table:
    own_ids = portion.organizations.column("id").combine_chunks()
    reasons = portion.waivers.table.column("reason").combine_chunks().cast(pa.string())
    columns = [
        pa.array((cells.organization + portion.begin).astype(np.int32)),
        own_ids.take(pa.array(cells.organization)),
        _words(cells.post, POSTS),
        _words(asked.id_of_rule[cells.rule], asked.rule_ids),
        _days(asked.version[cells.rule]),
        _words(asked.requirement[cells.rule], asked.requirements),
        *(_days(days) for days in (cells.first, cells.last, cells.due)),
        _words(cells.status, STATUSES),
        pa.array(cells.needed.astype(np.int32)),
        _lists(cells.ends, cells.evidence),
        _lists(cells.ends_without, cells.without_quorum),
        _days(cells.completed_on),
        _days(cells.explained_on),
        reasons.take(pa.array(cells.waiver, mask=cells.waiver < 0)),
        _words(np.where(cells.why_not == OWED, -1, cells.why_not), WHY_NOT),
    ]
    return pa.table(columns, schema=CELLS)


def table_of_sums(sums: Sums, asked: Asked, own_ids: pa.Array) -> pa.Table:
    """``own_ids`` are the ids of the organizations of its rows."""
    requirement_of = {rule.id: asked.requirements.index(rule.requirement) for rule in asked.rules}
    requirement = np.array([requirement_of[name] for name in asked.rule_ids], np.int64)
    columns = [
        pa.array(sums.organization.astype(np.int32)),
        own_ids,
        _words(sums.rule, asked.rule_ids),
        _words(requirement[sums.rule], asked.requirements),
        *(_days(days) for days in (sums.first, sums.last, sums.due)),
        *(pa.array(sums.numbers[:, number].astype(np.int32)) for number in range(4)),
    ]
    return pa.table(columns, schema=SUMS)


# --- The checksum --------------------------------------------------------------------------------------------------

_ODD = np.uint64(0x9E3779B97F4A7C15)


def _mixed(values: Hashes) -> Hashes:
    """One after the other spread over all 64 bits (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _of_words(places: Ints, words: Sequence[str]) -> Hashes:
    """The word itself is hashed, so its place in a list does not matter; -1 is no word."""
    hashes = [int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big") for word in words]
    return np.array([*hashes, 0], np.uint64)[places]


def _of(*columns: Hashes | Ints) -> Hashes:
    total = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        total = _mixed((total * _ODD) + column.astype(np.uint64) + np.uint64(1))
    return total


def checksum_of_cells(cells: Cells, portion: Portion, asked: Asked) -> int:
    own = halves(portion.organizations.column("id"))[cells.organization]
    texts = portion.waivers.table.column("reason").to_pylist()
    each = _of(
        own[:, 0],
        own[:, 1],
        _of_words(cells.post, POSTS),
        _of_words(asked.id_of_rule[cells.rule], asked.rule_ids),
        asked.version[cells.rule],
        cells.first,
        cells.last,
        cells.due,
        _of_words(cells.status, STATUSES),
        cells.needed,
        cells.completed_on,
        cells.explained_on,
        _of_words(cells.waiver, texts),
        _of_words(np.where(cells.why_not == OWED, -1, cells.why_not), WHY_NOT),
    )
    total = int(each.sum(dtype=np.uint64))
    for seed, ends, records in ((1, cells.ends, cells.evidence), (2, cells.ends_without, cells.without_quorum)):
        lengths = np.diff(np.append(0, ends))
        cell = np.repeat(each, lengths)
        place = np.arange(len(records)) - np.repeat(ends - lengths, lengths)
        of_records = _of(cell, np.full(len(records), seed), place, records[:, 0], records[:, 1])
        total += int(of_records.sum(dtype=np.uint64))
    return total % 2**64


def checksum_of_sums(sums: Sums, asked: Asked, own_ids: pa.Array) -> int:
    own = halves(pa.chunked_array([own_ids]))
    rule = _of_words(sums.rule, asked.rule_ids)
    each = _of(own[:, 0], own[:, 1], rule, sums.first, sums.last, sums.due, *sums.numbers.T)
    return int(each.sum(dtype=np.uint64))
