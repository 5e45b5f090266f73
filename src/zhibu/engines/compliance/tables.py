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
from zhibu.engines.compliance.files import NEVER, POSTS, Flags, Ids, Ints, Portion, bytes_of, halves, ids
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

_ODD = np.uint64(0x9E3779B97F4A7C15)

#: So many are hashed at once that all of it stays in the cache of the processor.
_AT_ONCE = 8_192


def _mix(hashes: Hashes, values: Hashes | Ints) -> None:
    """Take up one value more in each hash, spread over all 64 bits (the finalizer of SplitMix64)."""
    hashes *= _ODD
    hashes += values.astype(np.uint64)
    hashes += np.uint64(1)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        hashes ^= hashes >> np.uint64(shift)
        hashes *= np.uint64(factor)
    hashes ^= hashes >> np.uint64(31)


def _hashed(begin: Hashes, *columns: Hashes | Ints) -> Hashes:
    """Hashes that go on from those in ``begin`` with a value of each column."""
    found = begin.copy()
    for start in range(0, len(found), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        for column in columns:
            _mix(found[some], column[some])
    return found


def _of_words(words: Sequence[str]) -> Hashes:
    """The word itself is hashed, so its place in a list does not matter; -1 is no word."""
    hashes = [int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big") for word in words]
    return np.array([*hashes, 0], np.uint64)


def _of_ids(of: Ids) -> Hashes:
    pairs = halves(of)
    return _hashed(np.zeros(len(of), np.uint64), pairs[:, 0], pairs[:, 1])


def checksum_of_cells(cells: Cells, portion: Portion, asked: Asked) -> int:
    own = _of_ids(bytes_of(portion.organizations.column("id")))
    texts = portion.waivers.table.column("reason").to_pylist()
    each = _hashed(
        own.take(cells.organization),
        _of_words(POSTS)[cells.post],
        _of_words(asked.rule_ids)[asked.id_of_rule].take(cells.rule),
        asked.version.take(cells.rule),
        cells.first,
        cells.last,
        cells.due,
        _of_words(STATUSES).take(cells.status),
        cells.needed,
        cells.completed_on,
        cells.explained_on,
        _of_words(texts)[cells.waiver],
        _of_words(WHY_NOT)[cells.why_not],
    )
    total = int(each.sum(dtype=np.uint64))
    for seed, ends, records in ((1, cells.ends, cells.evidence), (2, cells.ends_without, cells.without_quorum)):
        lengths = np.diff(ends, prepend=np.int32(0))
        place = np.arange(len(records), dtype=np.int32) - np.repeat(ends - lengths, lengths)
        pairs = records.view(">u8").reshape(-1, 2)
        begin = _hashed(np.zeros(len(each), np.uint64), each, np.broadcast_to(np.uint64(seed), len(each)))
        of_records = _hashed(np.repeat(begin, lengths), place, pairs[:, 0], pairs[:, 1])
        total += int(of_records.sum(dtype=np.uint64))
    return total % 2**64


def checksum_of_sums(sums: Sums, asked: Asked, own_ids: Ids) -> int:
    rule = _of_words(asked.rule_ids).take(sums.rule)
    return int(_hashed(_of_ids(own_ids), rule, sums.first, sums.last, sums.due, *sums.numbers).sum(dtype=np.uint64))
