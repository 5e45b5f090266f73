"""What an import writes, gathered before anything is written: rows to make, rows to alter, and how to go back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from django.db import models

from zhibu.apps.archive.former import Remembered, plain, remember
from zhibu.apps.honors.models import Honor
from zhibu.apps.meetings.actions.ledger import LedgerEntry
from zhibu.apps.meetings.models import Filing, LedgerLine, LedgerName, Meeting
from zhibu.apps.organizations.models import FormerName, Organization, Placement
from zhibu.apps.people.models import Appointment, Employment, Membership, Person, Term
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.apps.windows.models import Seat, Section, Site, WindowPost

M = TypeVar("M", bound=models.Model)

#: In the order of writing: whoever is referred to stands before whoever refers.
TABLES: tuple[type[models.Model], ...] = (
    Organization,
    Placement,
    FormerName,
    Site,
    Section,
    WindowPost,
    Person,
    Employment,
    Membership,
    Term,
    Appointment,
    Seat,
    Shift,
    RosterDay,
    Honor,
    Meeting,
    LedgerLine,
    LedgerName,
    Filing,
)
BY_LABEL: Mapping[str, type[models.Model]] = {model._meta.label_lower: model for model in TABLES}

#: Not compared and not restored: caches that are made anew, fields that follow from others.
DERIVED: Mapping[type[models.Model], frozenset[str]] = {Organization: frozenset({"path", "depth"})}

#: What of a row was there before, by the name of its column.
Former: TypeAlias = "dict[str, Any]"


def columns(model: type[models.Model]) -> list[str]:
    """The columns of a row that are facts, in order; references by the key they hold."""
    derived = DERIVED.get(model, frozenset())
    return [each.attname for each in model._meta.concrete_fields if each.name not in derived]


@dataclass(slots=True)
class Changes:
    """Rows made and rows altered, by table. Altering a row twice remembers what it was at first.

    ``ledger`` are records to be filed: a deed of the room of meetings, which makes their rows.
    """

    made: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)
    altered: dict[type[models.Model], dict[Any, tuple[models.Model, Former]]] = field(default_factory=dict)
    ledger: list[LedgerEntry] = field(default_factory=list)
    _new: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.made) or any(self.altered.values()) or bool(self.ledger)

    def make(self, row: M) -> M:
        self.made.setdefault(type(row), []).append(row)
        self._new.add(id(row))
        return row

    def makes(self, row: models.Model) -> bool:
        return id(row) in self._new

    def alter(self, row: models.Model, **values: Any) -> bool:
        """Give the row these values; whether any of them was another before."""
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not different:
            return False
        if not self.makes(row):
            kept = self.altered.setdefault(type(row), {}).setdefault(row.pk, (row, {}))[1]
            for name in different:
                kept.setdefault(name, getattr(row, name))
        for name, value in different.items():
            setattr(row, name, value)
        return True

    def write(self, *, at: dt.datetime) -> None:
        """Alter before making: a row that ends makes room for the one that follows it.

        Each table remembers what it said before; where it was empty, what comes holds as far as known, always.
        """
        for model in TABLES:
            made, altered = self.made.get(model, []), list(self.altered.get(model, {}).values())
            is_known = issubclass(model, Remembered) and model._default_manager.exists()
            write_altered(model, [row for row, _former in altered], self._names(model))
            model._default_manager.bulk_create(made, batch_size=5_000)
            if is_known:
                remember([*altered, *((row, None) for row in made)], at=at)

    def _names(self, model: type[models.Model]) -> list[str]:
        return sorted({name for _row, former in self.altered.get(model, {}).values() for name in former})

    def record(self) -> dict[str, Any]:
        """What ``undo`` needs, fit for JSON: the keys of what was made, and what altered rows said before and after.

        ``seal`` is a digest of the rows made; a row that somebody changed since gives another.
        """
        return {
            "made": [
                {
                    "table": model._meta.label_lower,
                    "keys": _ranges([row.pk for row in self.made[model]]),
                    "seal": seal(_facts(model, self.made[model])),
                }
                for model in TABLES
                if self.made.get(model)
            ],
            "altered": [
                {
                    "table": model._meta.label_lower,
                    "key": plain(key),
                    "before": {name: plain(value) for name, value in former.items()},
                    "after": {name: plain(getattr(row, name)) for name in former},
                }
                for model in TABLES
                for key, (row, former) in self.altered.get(model, {}).items()
            ],
        }


def write_altered(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """All of them in a few statements; ``bulk_update`` takes a hundred times as long."""
    fields = {each.attname: each.name for each in model._meta.concrete_fields}
    if rows:
        model._default_manager.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[fields[name] for name in names],
            batch_size=5_000,
        )


def _facts(model: type[models.Model], rows: Iterable[models.Model]) -> Iterable[tuple[Any, ...]]:
    names = columns(model)
    return (tuple(getattr(row, name) for name in names) for row in rows)


def seal(facts: Iterable[tuple[Any, ...]]) -> str:
    """A digest of rows that does not depend on their order."""
    lines = sorted("\x1f".join(map(_written, row)) for row in facts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _written(value: Any) -> str:
    """An instant is the same in whatever zone it comes back from the database."""
    return str(value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value)


def _ranges(keys: Sequence[Any]) -> list[Any]:
    """Numbers that follow one another as [first, last]; other keys one by one."""
    ranges: list[Any] = []
    for key in keys:
        if not isinstance(key, int):
            ranges.append(str(key))
        elif ranges and ranges[-1][1] == key - 1:
            ranges[-1][1] = key
        else:
            ranges.append([key, key])
    return ranges


def keys_in(ranges: Iterable[Any]) -> list[Any]:
    """The keys that ``_ranges`` wrote down."""
    keys: list[Any] = []
    for each in ranges:
        keys.extend(range(each[0], each[1] + 1) if isinstance(each, list) else [each])
    return keys
