"""Writes facts as ``domain.compliance`` knows them into a folder of Parquet files, some organizations at a time.

People are left out: the whole form judges organizations and posts, and its files name nobody.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pyarrow as pa

from zhibu.domain.compliance import Organization, Record, Waiver
from zhibu.domain.requirements import Rule
from zhibu.domain.terms import PostKind
from zhibu.engines.compliance.errors import EvaluationRefused
from zhibu.engines.compliance.files import (
    MEETINGS,
    ORGANIZATIONS,
    STATES,
    TERMS,
    WAIVERS,
    FactsWriter,
)

#: For how many organizations records are asked for at once.
BATCH = 500

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Placed:
    """An organization under its parent; ``None`` for a root."""

    organization: Organization[UUID]
    parent: UUID | None


def write(
    folder: Path,
    placed: Iterable[Placed],
    records_of: Callable[[Collection[UUID]], Iterable[Record[UUID]]],
    waivers: Iterable[Waiver[UUID]],
    rules: Sequence[Rule],
    *,
    tell: Callable[[int], None] = lambda _done: None,
) -> int:
    """Write them into ``folder``, which must not exist yet; it appears when it is whole.

    ``placed`` in preorder. ``records_of`` is asked for the records of some organizations; others' are passed over.
    ``tell`` hears how many organizations are written. Returns how many they are. Raises ``EvaluationRefused``.
    """
    part = folder.with_name(f"{folder.name}.part")
    for place in (folder, part):
        if place.exists():
            raise EvaluationRefused(f"{place} is already there. Choose another folder, or remove it.")
    try:
        count = _write(part, placed, records_of, waivers, rules, tell)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    part.replace(folder)
    return count


def _write(
    part: Path,
    placed: Iterable[Placed],
    records_of: Callable[[Collection[UUID]], Iterable[Record[UUID]]],
    waivers: Iterable[Waiver[UUID]],
    rules: Sequence[Rule],
    tell: Callable[[int], None],
) -> int:
    numbers: dict[UUID, int] = {}
    accepted: dict[UUID, list[Waiver[UUID]]] = {}
    for waiver in waivers:
        accepted.setdefault(waiver.organization, []).append(waiver)
    with FactsWriter(part, rules) as writer:
        for some in _batched(placed, BATCH):
            for one in some:
                numbers[one.organization.id] = len(numbers)
            _add(writer, some, numbers, records_of({one.organization.id for one in some}), accepted)
            tell(len(numbers))
    return len(numbers)


def _batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while some := list(itertools.islice(rows, size)):
        yield some


def _add(
    writer: FactsWriter,
    some: Sequence[Placed],
    numbers: dict[UUID, int],
    records: Iterable[Record[UUID]],
    accepted: dict[UUID, list[Waiver[UUID]]],
) -> None:
    organizations = [one.organization for one in some]
    chosen = {one.id for one in organizations}
    mine = sorted(
        (record for record in records if record.person is None and record.organization in chosen),
        key=lambda record: (
            numbers[record.organization],
            record.held_on,
            record.filed_on,
            record.id,
            record.word,
        ),
    )
    tables: dict[str, tuple[pa.Schema, Iterator[Row]]] = {
        "organizations": (ORGANIZATIONS, (_organization(one, numbers) for one in some)),
        "states": (STATES, (row for one in organizations for row in _states(one, numbers))),
        "terms": (TERMS, (row for one in organizations for row in _terms(one, numbers))),
        "meetings": (MEETINGS, (_meeting(record, numbers) for record in mine)),
        "waivers": (
            WAIVERS,
            (_waiver(waiver, numbers) for one in organizations for waiver in accepted.get(one.id, ())
             if waiver.subject == one.id or isinstance(waiver.subject, PostKind)),
        ),
    }  # fmt: skip
    for name, (schema, rows) in tables.items():
        plain = pa.schema([_plain(field) for field in schema])
        writer.add(name, pa.Table.from_pylist(list(rows), schema=plain))


def _plain(field: pa.Field) -> pa.Field:
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field


def _organization(one: Placed, numbers: dict[UUID, int]) -> Row:
    facts = one.organization
    return {
        "organization": numbers[facts.id],
        "id": facts.id.bytes,
        "parent": None if one.parent is None else numbers[one.parent],
        "kind": facts.kind.value,
        "began": facts.began,
        "founded": facts.founded,
        "dissolved": facts.dissolved,
    }


def _states(one: Organization[UUID], numbers: dict[UUID, int]) -> Iterator[Row]:
    for known in one.states:
        state = known.state
        yield {
            "organization": numbers[one.id],
            "since": known.since,
            "members": state.members,
            "full_members": state.full_members,
            "committee_members": state.committee_members,
            "groups": state.groups,
        }


def _terms(one: Organization[UUID], numbers: dict[UUID, int]) -> Iterator[Row]:
    for term in one.terms:
        yield {"organization": numbers[one.id], "since": term.since, "ends": term.ends, "until": term.until}


def _meeting(record: Record[UUID], numbers: dict[UUID, int]) -> Row:
    return {
        "organization": numbers[record.organization],
        "id": record.id.bytes,
        "word": record.word,
        "held_on": record.held_on,
        "filed_on": record.filed_on,
        "voters": record.voters,
        "voters_present": record.voters_present,
    }


def _waiver(waiver: Waiver[UUID], numbers: dict[UUID, int]) -> Row:
    return {
        "organization": numbers[waiver.organization],
        "post": waiver.subject.value if isinstance(waiver.subject, PostKind) else None,
        "requirement": waiver.requirement,
        "first": waiver.first,
        "accepted_on": waiver.accepted_on,
        "reason": waiver.reason,
    }
