"""What comes out of an evaluation as Parquet tables, and the checksum over it.

The checksum is a sum over cells (with their evidence) and over sums, each hashed by what it says: it does not depend
on how organizations were cut into ranges, in which order they stand, or which engine ran.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from zhibu.engines.compliance.calendar import Asked
from zhibu.engines.compliance.columns import DAY, ID, NUMBER, TEXT, WORD, schema_of
from zhibu.engines.compliance.files import NEVER, POSTS, Flags, Ids, Ints, Portion, bytes_of, ids
from zhibu.engines.compliance.kernel import STATUSES, WHY_NOT, Cells
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


def _array(kind: pa.DataType, values: Ints, there: Flags | None = None) -> pa.Array:
    """Of 32-bit numbers, without a copy; empty where it is not ``there``."""
    data = pa.py_buffer(np.ascontiguousarray(values, np.int32))
    if there is None or there.all():
        return pa.Array.from_buffers(kind, len(values), [None, data])
    return pa.Array.from_buffers(kind, len(values), [pa.py_buffer(np.packbits(there, bitorder="little")), data])


def _days(days: Ints) -> pa.Array:
    return _array(DAY, days)


def _days_or_empty(days: Ints) -> pa.Array:
    return _array(DAY, days, days != NEVER)


def _words(places: Ints, words: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(_array(NUMBER, places), pa.array(words, TEXT), safe=False)


def _words_or_empty(places: Ints, words: Sequence[str]) -> pa.Array:
    indices = _array(NUMBER, places, places >= 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, TEXT), safe=False)


def _lists(ends: Ints, of: Ids) -> pa.Array:
    return pa.ListArray.from_arrays(_array(NUMBER, np.append(np.int32(0), ends)), ids(of))


def table_of_cells(cells: Cells, portion: Portion, asked: Asked) -> pa.Table:
    own_ids = bytes_of(portion.organizations.column("id"))
    reasons = portion.waivers.table.column("reason").combine_chunks().cast(TEXT)
    columns = [
        _array(NUMBER, cells.organization + portion.begin),
        ids(own_ids.take(cells.organization)),
        _words_or_empty(cells.post, POSTS),
        _words(asked.id_of_rule.take(cells.rule), asked.rule_ids),
        _days(asked.version.take(cells.rule)),
        _words(asked.requirement.take(cells.rule), asked.requirements),
        *(_days(days) for days in (cells.first, cells.last, cells.due)),
        _words(cells.status, STATUSES),
        _array(NUMBER, cells.needed),
        _lists(cells.ends, cells.evidence),
        _lists(cells.ends_without, cells.without_quorum),
        _days_or_empty(cells.completed_on),
        _days_or_empty(cells.explained_on),
        reasons.take(_array(NUMBER, cells.waiver, cells.waiver >= 0)),
        _words_or_empty(cells.why_not, WHY_NOT),
    ]
    return pa.table(columns, schema=CELLS)


def table_of_sums(sums: Sums, asked: Asked, own_ids: Ids) -> pa.Table:
    """``own_ids`` are the ids of the organizations of its rows."""
    requirement_of = {rule.id: asked.requirements.index(rule.requirement) for rule in asked.rules}
    requirement = np.array([requirement_of[name] for name in asked.rule_ids], np.int32)
    columns = [
        _array(NUMBER, sums.organization),
        ids(own_ids),
        _words(sums.rule, asked.rule_ids),
        _words(requirement[sums.rule], asked.requirements),
        *(_days(days) for days in (sums.first, sums.last, sums.due)),
        *(_array(NUMBER, numbers) for numbers in sums.numbers),
    ]
    return pa.table(columns, schema=SUMS)


# --- The checksum --------------------------------------------------------------------------------------------------

#: The columns of a row are taken times the powers of this number, so that none counts as another would.
_ODD = 0x9E3779B97F4A7C15

#: So many are hashed at once that all of it stays in the cache of the processor.
_AT_ONCE = 16_384


def _hashed(*columns: Hashes | Ints) -> Hashes:
    """A hash of each row, of what all columns say in it."""
    found = np.zeros(len(columns[0]), np.int64)
    for place, column in enumerate(columns, start=1):
        found += np.multiply(column, np.uint64(pow(_ODD, place, 2**64)).astype(np.int64))
    return _spread(found.view(np.uint64))


def _by_parts(rows: int) -> Iterator[slice]:
    for start in range(0, rows, _AT_ONCE):
        yield slice(start, min(start + _AT_ONCE, rows))


def _spread(hashes: Hashes) -> Hashes:
    """Let each bit tell on all others (the finalizer of SplitMix64)."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        hashes ^= hashes >> np.uint64(shift)
        hashes *= np.uint64(factor)
    hashes ^= hashes >> np.uint64(31)
    return hashes


def _of_words(words: Sequence[str]) -> Ints:
    """The word itself is hashed, so its place in a list does not matter; -1 is no word."""
    hashes = [int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big") for word in words]
    return np.array([*hashes, 0], np.uint64).view(np.int64)


def _of_ids(of: Ids) -> tuple[Ints, Ints]:
    """Their two halves."""
    pairs = of.view("<i8").reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def checksum_of_cells(cells: Cells, portion: Portion, asked: Asked) -> int:
    own = _hashed(*_of_ids(bytes_of(portion.organizations.column("id")))).view(np.int64)
    reasons = portion.waivers.table.column("reason").combine_chunks().dictionary_encode()
    texts = np.append(_of_words(reasons.dictionary.to_pylist()).take(reasons.indices.to_numpy()), 0)
    posts, statuses, why_not = (_of_words(words) for words in (POSTS, STATUSES, WHY_NOT))
    rules = _of_words(asked.rule_ids).take(asked.id_of_rule)
    each = np.empty(len(cells), np.int64)
    for some in _by_parts(len(cells)):
        rule = cells.rule[some]
        each[some] = _hashed(
            own.take(cells.organization[some]),
            posts.take(cells.post[some]),
            rules.take(rule),
            asked.version.take(rule),
            cells.first[some],
            cells.last[some],
            cells.due[some],
            statuses.take(cells.status[some]),
            cells.needed[some],
            cells.completed_on[some],
            cells.explained_on[some],
            texts.take(cells.waiver[some]),
            why_not.take(cells.why_not[some]),
        ).view(np.int64)
    total = int(each.view(np.uint64).sum(dtype=np.uint64))
    for seed, ends, of, records in (
        (1, cells.ends, cells.cell_of_evidence, cells.evidence),
        (2, cells.ends_without, cells.cell_without_quorum, cells.without_quorum),
    ):
        begins = np.append(0, ends) - seed
        place = np.arange(len(records))
        for some in _by_parts(len(records)):
            rank = place[some] - begins.take(of[some])
            total += int(_hashed(each.take(of[some]), rank, *_of_ids(records[some])).sum(dtype=np.uint64))
    return total % 2**64


def checksum_of_sums(sums: Sums, asked: Asked, own_ids: Ids) -> int:
    rule = _of_words(asked.rule_ids).take(sums.rule)
    hashes = _hashed(*_of_ids(own_ids), rule, sums.first, sums.last, sums.due, *sums.numbers)
    return int(hashes.sum(dtype=np.uint64))
