"""The facts as Parquet files: what stands in each, and how they are written, opened and read by ranges.

An organization is its number in preorder (superiors before those below them, each subtree in one piece), which is
its row too. Every other file is sorted by that number, so that a range of organizations is a range of rows in each.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhibu.domain.requirements import Rule
from zhibu.domain.terms import OrganizationKind, PostKind
from zhibu.engines.compliance import rules as rule_rows
from zhibu.engines.compliance.columns import DAY, ID, NUMBER, WORD, schema_of
from zhibu.engines.compliance.errors import FactsRefused

#: Days and numbers are 32 bits wide, as in the files; what is made of two of them is 64.
Ints = np.ndarray[Any, np.dtype[np.signedinteger[Any]]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Ids = np.ndarray[Any, np.dtype[np.void]]
Halves = np.ndarray[Any, np.dtype[np.uint64]]

#: Days are numbers from 1970-01-01 on. Before and after every day; what has no beginning or no end.
ALWAYS, NEVER = -719162, 2932897

ORGANIZATIONS = schema_of(
    organization=NUMBER,
    id=ID,
    parent=(NUMBER,),
    kind=WORD,
    began=DAY,
    founded=(DAY,),
    dissolved=(DAY,),
)
STATES = schema_of(
    organization=NUMBER,
    since=DAY,
    members=NUMBER,
    full_members=NUMBER,
    committee_members=NUMBER,
    groups=NUMBER,
)
TERMS = schema_of(organization=NUMBER, since=DAY, ends=(DAY,), until=(DAY,))
MEETINGS = schema_of(
    organization=NUMBER,
    id=ID,
    word=WORD,
    held_on=DAY,
    filed_on=DAY,
    voters=(NUMBER,),
    voters_present=(NUMBER,),
)
WAIVERS = schema_of(
    organization=NUMBER,
    post=(WORD,),
    requirement=WORD,
    first=DAY,
    accepted_on=DAY,
    reason=pa.string(),
)

#: The files of a folder of facts but for the rules, by the names that they have without their ending.
SCHEMAS = {
    "organizations": ORGANIZATIONS,
    "states": STATES,
    "terms": TERMS,
    "meetings": MEETINGS,
    "waivers": WAIVERS,
}
RULES = "rules"

_ROWS_OF_A_GROUP = 131_072

#: No tree of organizations is deeper; a longer chain is a mistake of who wrote it.
_DEEPEST = 64


def file_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


# --- Writing -------------------------------------------------------------------------------------------------------


class FactsWriter:
    """Writes a folder of facts piece by piece, in the order of the organizations; to be closed by ``with``."""

    def __init__(self, folder: Path, rules: Sequence[Rule]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(rule_rows.table_of(rules), file_of(folder, RULES))
        self._files = {
            name: pq.ParquetWriter(
                file_of(folder, name),
                schema,
                use_dictionary=[field.name for field in schema if pa.types.is_dictionary(field.type)],
                write_statistics=["organization"],
            )
            for name, schema in SCHEMAS.items()
        }
        self._waiting: dict[str, list[pa.Table]] = {name: [] for name in SCHEMAS}

    def add(self, name: str, table: pa.Table) -> None:
        """Rows of later organizations than before, or of the same."""
        waiting = self._waiting[name]
        waiting.append(table.cast(SCHEMAS[name]))
        if sum(piece.num_rows for piece in waiting) >= _ROWS_OF_A_GROUP:
            self._write(name)

    def _write(self, name: str) -> None:
        pieces, self._waiting[name] = self._waiting[name], []
        if pieces:
            self._files[name].write_table(pa.concat_tables(pieces), row_group_size=_ROWS_OF_A_GROUP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for name, file in self._files.items():
            if error[0] is None:
                self._write(name)
            file.close()


# --- Columns -------------------------------------------------------------------------------------------------------


def numbers(column: pa.ChunkedArray, empty: int | None = None) -> Ints:
    """Days and numbers, as wide as they are there; ``empty`` stands for what is not there."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    if empty is not None and column.null_count:
        column = pc.fill_null(column, empty)
    found: Ints = column.to_numpy()
    return found


def codes(column: pa.ChunkedArray, words: Sequence[str]) -> Ints:
    """The places of the words in ``words``; -1 for another word, -2 for what is empty."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    column = column.unify_dictionaries().combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        if not column.num_chunks:
            return np.empty(0, np.int32)
        column = column.chunk(0)
    places = {word: place for place, word in enumerate(words)}
    known = np.array([*(places.get(word, -1) for word in column.dictionary.to_pylist()), -2], np.int32)
    indices = column.indices
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int32()), len(known) - 1)
    found: Ints = known.take(indices.to_numpy(zero_copy_only=False))
    return found


def bytes_of(column: pa.ChunkedArray) -> Ids:
    """Ids as they are."""
    joined = column.combine_chunks()
    if isinstance(joined, pa.ChunkedArray):
        joined = pa.concat_arrays(joined.chunks) if joined.num_chunks else pa.array([], ID)
    data = joined.buffers()[1]
    if data is None or not len(joined):
        return np.empty(0, "V16")
    return np.frombuffer(data, "V16", len(joined), joined.offset * 16)


def halves(of: Ids) -> Halves:
    """Ids as two numbers each, which sort as the ids do: an array of two columns."""
    return of.view(">u8").astype(np.uint64).reshape(-1, 2)


def ids(of: Ids | Halves) -> pa.Array:
    """The way back."""
    data = np.ascontiguousarray(of.astype(">u8") if of.dtype == np.uint64 else of)
    return pa.FixedSizeBinaryArray.from_buffers(ID, len(of), [None, pa.py_buffer(data)])


# --- One file ------------------------------------------------------------------------------------------------------


class Sorted:
    """One file in the order of its organizations. Raises ``FactsRefused`` as soon as it is seen to be none."""

    def __init__(self, folder: Path, name: str, organizations: int | None = None) -> None:
        self.name, self._schema = f"{name}.parquet", SCHEMAS[name]
        self.file = open_file(folder, name)
        self._check_columns()
        self.rows = self.file.metadata.num_rows
        self._organizations = self.rows if organizations is None else organizations
        metadata = self.file.metadata
        #: Those that hold something: an empty file has one that does not.
        self._groups = [group for group in range(metadata.num_row_groups) if metadata.row_group(group).num_rows]
        sizes = [metadata.row_group(group).num_rows for group in self._groups]
        self._starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._held: tuple[int, pa.Table, Ints] | None = None

    def _check_columns(self) -> None:
        found = self.file.schema_arrow
        for field in self._schema:
            if field.name not in found.names:
                raise FactsRefused(f"{self.name} has no column {field.name}.")
            kind = found.field(field.name).type
            if not _fits(kind, field.type):
                raise FactsRefused(f"{self.name}: column {field.name} is {kind}, it should be {field.type}.")

    @cached_property
    def _spans(self) -> tuple[Ints, Ints]:
        """The first and the last organization of each group of rows."""
        column = self.file.schema_arrow.names.index("organization")
        lowest, highest = [], []
        for group, number in enumerate(self._groups):
            known = self.file.metadata.row_group(number).column(column).statistics
            if known is not None and known.has_min_max:
                ends = known.min, known.max
            else:
                numbers_of = self._group(group)[1]
                ends = int(numbers_of.min()), int(numbers_of.max())
            lowest.append(ends[0])
            highest.append(ends[1])
        for group, (low, high) in enumerate(zip(lowest, highest, strict=True)):
            if low < 0 or high >= self._organizations or (group and low < highest[group - 1]):
                self._group(group)  # says which row
                self._out_of_order(group, 0, low)
        return np.array(lowest, np.int64), np.array(highest, np.int64)

    def _out_of_order(self, group: int, row: int, number: int) -> None:
        raise FactsRefused(
            f"{self.name}, row {int(self._starts[group]) + row + 1}: organization {number} comes after a later one. "
            "The rows stand in the order of the organizations."
        )

    def _group(self, group: int) -> tuple[pa.Table, Ints]:
        if self._held is None or self._held[0] != group:
            try:
                table = self.file.read_row_group(self._groups[group], columns=self._schema.names)
            except (OSError, pa.ArrowException) as error:
                raise _broken(self.name, error) from error
            first = int(self._starts[group])
            for field in self._schema:
                column = table.column(field.name)
                if not field.nullable and column.null_count:
                    row = first + int(pc.index(column.is_null(), value=True).as_py()) + 1
                    raise FactsRefused(f"{self.name}, row {row}: {field.name} is empty.")
            table = self._as_wide_as_asked(table)
            of = numbers(table.column("organization"))
            wrong = np.flatnonzero((of < 0) | (of >= self._organizations))
            if len(wrong):
                raise FactsRefused(
                    f"{self.name}, row {first + int(wrong[0]) + 1}: organization {of[wrong[0]]} is not among the "
                    f"{self._organizations} of organizations.parquet, which are numbered from 0 on."
                )
            falls = np.flatnonzero(np.diff(of) < 0)
            if len(falls):
                self._out_of_order(group, int(falls[0]) + 1, int(of[falls[0] + 1]))
            self._held = group, table, of
        return self._held[1], self._held[2]

    def _as_wide_as_asked(self, table: pa.Table) -> pa.Table:
        """Numbers of other programs may be wider."""
        for place, field in enumerate(self._schema):
            if pa.types.is_integer(field.type) and table.column(place).type != field.type:
                try:
                    table = table.set_column(place, field.name, table.column(place).cast(field.type))
                except pa.ArrowInvalid as error:
                    raise FactsRefused(f"{self.name}, column {field.name}: {error}.") from error
        return table

    def between(self, begin: int, end: int) -> tuple[pa.Table, Ints, int]:
        """The rows of the organizations ``begin`` … ``end`` (not included), whose they are, and the first's row."""
        if not self._groups:
            return self._schema.empty_table(), np.empty(0, np.int32), 0
        lowest, highest = self._spans
        tables, owners, first = [], [], None
        for group in range(int(np.searchsorted(highest, begin)), int(np.searchsorted(lowest, end))):
            table, of = self._group(group)
            low, high = (int(place) for place in np.searchsorted(of, [begin, end]))
            if high > low:
                first = int(self._starts[group]) + low if first is None else first
                tables.append(table.slice(low, high - low))
                owners.append(of[low:high])
        if not tables:
            return self._schema.empty_table(), np.empty(0, np.int32), 0
        return pa.concat_tables(tables, promote_options="permissive"), np.concatenate(owners), first or 0


def open_file(folder: Path, name: str) -> pq.ParquetFile:
    path = file_of(folder, name)
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError as error:
        raise FactsRefused(f"{folder} has no {path.name}. `zhibu facts --out DIR` writes the facts.") from error
    except (OSError, pa.ArrowException) as error:
        raise _broken(path.name, error) from error


def _broken(name: str, error: Exception) -> FactsRefused:
    return FactsRefused(f"{name} can not be read as Parquet: {error}")


def _fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_dictionary(wanted) or pa.types.is_string(wanted):
        return bool(pa.types.is_string(found) or pa.types.is_large_string(found))
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(found))
    return bool(found == wanted)


# --- A range of organizations --------------------------------------------------------------------------------------

KINDS = tuple(kind.value for kind in OrganizationKind)
POSTS = tuple(post.value for post in PostKind)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one file; ``of``: whose they are, counted from the first organization of the range."""

    table: pa.Table
    of: Ints

    def days(self, name: str, empty: int | None = None) -> Ints:
        return numbers(self.table.column(name), empty)

    def words(self, name: str, words: Sequence[str]) -> Ints:
        return codes(self.table.column(name), words)


@dataclass(frozen=True, slots=True)
class Portion:
    """The facts of the organizations ``begin`` … ``end`` (not included), checked."""

    begin: int
    end: int
    kind: Ints
    began: Ints
    founded: Ints
    dissolved: Ints
    organizations: pa.Table
    states: Rows
    terms: Rows
    meetings: Rows
    waivers: Rows

    @property
    def count(self) -> int:
        return self.end - self.begin


class Facts:
    """A folder of facts. Opening it reads the tree and the rules; the rest is read range by range."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._organizations = Sorted(folder, "organizations")
        self.count = self._organizations.rows
        self._files = {name: Sorted(folder, name, self.count) for name in SCHEMAS if name != "organizations"}
        self.parent, self.until = self._tree()
        self.rules = self._rules()

    @property
    def mark(self) -> str:
        """One word for what the files hold: of their sizes and of the ends of them, where Parquet keeps its index."""
        digest = hashlib.sha256()
        for name in (*SCHEMAS, RULES):
            path = file_of(self.folder, name)
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - 65_536), os.SEEK_SET)
                digest.update(f"{name} {path.stat().st_size}\n".encode() + file.read())
        return digest.hexdigest()[:32]

    def _rules(self) -> tuple[Rule, ...]:
        table = _read_whole(self.folder, RULES)
        missing = [name for name in rule_rows.SCHEMA.names if name not in table.column_names]
        if missing:
            raise FactsRefused(f"rules.parquet has no column {missing[0]}.")
        try:
            return rule_rows.rules_of(table)
        except ValueError as error:
            raise FactsRefused(f"rules.parquet, {error}") from error

    def _tree(self) -> tuple[Ints, Ints]:
        """Of each organization its parent (-1: none) and the first organization that is not below it any more."""
        name = self._organizations.name
        try:
            table = self._organizations.file.read(columns=["organization", "parent"])
        except (OSError, pa.ArrowException) as error:
            raise _broken(name, error) from error
        own, parent = numbers(table.column("organization"), -1), numbers(table.column("parent"), -1)
        place = np.arange(self.count)
        _refuse_first(name, own != place, "its number is not the number of its row less one")
        _refuse_first(name, (parent >= place) | (parent < -1), "its parent does not stand before it")
        depth = np.zeros(self.count, np.int32)
        above = parent.copy()
        while (has := above >= 0).any():
            _refuse_first(name, depth >= _DEEPEST, f"it stands more than {_DEEPEST} levels down")
            depth[has] += 1
            above[has] = parent[above[has]]
        until = np.full(self.count, self.count, np.int32)
        for level in range(int(depth.max(initial=0)) + 1):
            at_level, as_high = np.flatnonzero(depth == level), np.flatnonzero(depth <= level)
            following = np.searchsorted(as_high, at_level, "right")
            until[at_level] = np.append(as_high, self.count)[following]
        outside = np.zeros(self.count, np.bool_)
        has = parent >= 0
        outside[has] = place[has] >= until[parent[has]]
        _refuse_first(name, outside, "it does not follow its parent in one piece with what else is below it")
        return parent, until

    def between(self, begin: int, end: int) -> Portion:
        """Raises ``FactsRefused`` with the first row that can not be."""
        table, _of, _first = self._organizations.between(begin, end)
        kind = codes(table.column("kind"), KINDS)
        began, founded, dissolved = (
            numbers(table.column(name), empty)
            for name, empty in (("began", None), ("founded", ALWAYS), ("dissolved", NEVER))
        )
        _refuse_first("organizations.parquet", kind < 0, "its kind is not known", begin)
        _refuse_first("organizations.parquet", dissolved <= founded, "it was dissolved before it was founded", begin)
        rows = {}
        for name, file in self._files.items():
            found, owners, first = file.between(begin, end)
            rows[name] = Rows(found, owners - begin)
            _CHECKS[name](file.name, rows[name], first, founded, dissolved)
        return Portion(begin, end, kind, began, founded, dissolved, table, **rows)

    def ids_of(self, organizations: Ints) -> Ids:
        """Their ids; the organizations are in order."""
        found = [self._organizations.between(int(one), int(one) + 1)[0].column("id") for one in organizations]
        return np.concatenate([np.empty(0, "V16"), *(bytes_of(column) for column in found)])

    def ranges(self, size: int) -> Iterator[tuple[int, int]]:
        for begin in range(0, self.count, size):
            yield begin, min(begin + size, self.count)


def _read_whole(folder: Path, name: str) -> pa.Table:
    try:
        return open_file(folder, name).read()
    except (OSError, pa.ArrowException) as error:
        raise _broken(f"{name}.parquet", error) from error


def _refuse_first(name: str, wrong: Flags, text: str, first: int = 0) -> None:
    if wrong.any():
        raise FactsRefused(f"{name}, row {first + int(np.argmax(wrong)) + 1}: {text}.")


def _check_states(name: str, rows: Rows, first: int, _founded: Ints, _dissolved: Ints) -> None:
    _refuse_unordered(name, rows, first)


def _check_terms(name: str, rows: Rows, first: int, _founded: Ints, _dissolved: Ints) -> None:
    _refuse_unordered(name, rows, first)
    until, ends, since = rows.days("until", NEVER), rows.days("ends", NEVER), rows.days("since")
    _refuse_first(name, (until <= since) | (ends < since), "the term ends before it begins", first)


def _refuse_unordered(name: str, rows: Rows, first: int) -> None:
    since = rows.days("since")
    falls = np.append(False, (np.diff(since) < 0) & (np.diff(rows.of) == 0))
    _refuse_first(name, falls, "it begins before the one before it of the same organization", first)


def _check_meetings(name: str, rows: Rows, first: int, founded: Ints, dissolved: Ints) -> None:
    held = rows.days("held_on")
    for wrong, text in (
        (held < founded[rows.of], "before its organization was founded"),
        (held >= dissolved[rows.of], "when its organization was dissolved already"),
    ):
        if wrong.any():
            meeting = UUID(bytes=rows.table.column("id")[int(np.argmax(wrong))].as_py())
            _refuse_first(name, wrong, f"{meeting} was held {text}", first)
    for column in ("voters", "voters_present"):
        least = pc.min(rows.table.column(column)).as_py()
        if least is not None and least < 0:
            _refuse_first(name, rows.days(column, 0) < 0, "fewer than nobody came or has a vote", first)


def _check_waivers(name: str, rows: Rows, first: int, _founded: Ints, _dissolved: Ints) -> None:
    _refuse_first(name, rows.words("post", POSTS) == -1, "its post is not known", first)


_CHECKS = {
    "states": _check_states,
    "terms": _check_terms,
    "meetings": _check_meetings,
    "waivers": _check_waivers,
}
