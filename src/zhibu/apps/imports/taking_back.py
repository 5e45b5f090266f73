"""Takes back what ``Changes.record`` wrote down, where nothing rests on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils.translation import gettext as _

from zhibu.apps.archive.former import Remembered, forget, plain
from zhibu.apps.imports.changes import BY_LABEL, TABLES, columns, keys_in, seal, write_altered
from zhibu.apps.imports.errors import UndoRefused
from zhibu.apps.oversight.models import Cell, Counter
from zhibu.apps.search.models import Indexed

Table: TypeAlias = type[models.Model]

#: What is reckoned from records and made anew after every import and undo rests on nothing.
REMADE: frozenset[Table] = frozenset({Cell, Counter, Indexed})

#: As many keys in one condition as every database takes.
_BATCH = 500


class TakingBack:
    """Of one import: what it made, and what it altered, both by table."""

    def __init__(self, changes: Mapping[str, Any]) -> None:
        self._made: dict[Table, list[Any]] = {}
        self._seals: dict[Table, str] = {}
        for each in changes["made"]:
            table = BY_LABEL[each["table"]]
            self._made[table] = [_key(table, key) for key in keys_in(each["keys"])]
            self._seals[table] = each["seal"]
        self._altered: dict[Table, dict[Any, Mapping[str, Any]]] = {}
        for each in changes["altered"]:
            table = BY_LABEL[each["table"]]
            self._altered.setdefault(table, {})[_key(table, each["key"])] = each

    def keys_of(self, table: Table) -> list[Any]:
        """Of the rows that the import made in this table."""
        return self._made.get(table, [])

    def refuse_if_used(self) -> None:
        """Raises ``UndoRefused`` where a row was changed since, or a row from elsewhere refers to one."""
        for table, keys in self._made.items():
            if seal(_facts(table, keys)) != self._seals[table]:
                raise UndoRefused(
                    _("What this import brought has been changed since. It can not be undone any more.")
                )
        for table, altered in self._altered.items():
            rows = {row.pk: row for row in _rows(table, list(altered))}
            if any(key not in rows or not _says(rows[key], each["after"]) for key, each in altered.items()):
                raise UndoRefused(
                    _("What this import changed has been changed again. It can not be undone any more.")
                )
        for table, keys in self._made.items():
            for relation in _references_to(table):
                self._refuse_if_referred_to(table, keys, relation)

    def _refuse_if_referred_to(self, table: Table, keys: Sequence[Any], relation: ForeignObjectRel) -> None:
        referring: Table = relation.related_model
        name = relation.field.attname
        own = set(self._made.get(referring, []))
        own |= {key for key, each in self._altered.get(referring, {}).items() if name in each["after"]}
        for batch in _batches(keys):
            found = referring._default_manager.filter(**{f"{name}__in": batch}).values_list("pk", name)
            for key, used in found.order_by():
                if key not in own:
                    raise UndoRefused(
                        _("Later records rest on what this import brought, such as %(name)s. It can not be undone.")
                        % {"name": table._default_manager.get(pk=used)}
                    )

    def write(self, *, of: dt.datetime) -> None:
        """Whoever refers goes before whoever is referred to; what ended runs again once its successor is gone.

        ``of``: the instant of the import. Who looks back to a day after it does not meet it any more.
        """
        for table in reversed(TABLES):
            if issubclass(table, Remembered):
                forget(table, [*self._made.get(table, []), *self._altered.get(table, {})], at=of)
            for batch in _batches(self._made.get(table, [])):
                table._default_manager.filter(pk__in=batch).delete()
            altered = self._altered.get(table, {})
            rows = list(_rows(table, list(altered)))
            names: set[str] = set()
            for row in rows:
                before = altered[row.pk]["before"]
                names |= before.keys()
                for name, value in before.items():
                    setattr(row, name, _field(table, name).to_python(value))
            write_altered(table, rows, sorted(names))


def _key(table: Table, key: Any) -> Any:
    return table._meta.pk.to_python(key)


def _field(table: Table, name: str) -> models.Field[Any, Any]:
    return next(each for each in table._meta.concrete_fields if each.attname == name)


def _references_to(table: Table) -> Iterator[ForeignObjectRel]:
    """From wherever in the house: rooms that are built later are found as well."""
    for each in table._meta.get_fields(include_hidden=True):
        if isinstance(each, ForeignObjectRel) and not each.many_to_many and each.related_model not in REMADE:
            yield each


def _batches(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def _rows(table: Table, keys: Sequence[Any]) -> Iterator[models.Model]:
    for batch in _batches(keys):
        yield from table._default_manager.filter(pk__in=batch)


def _facts(table: Table, keys: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    names = columns(table)
    for batch in _batches(keys):
        yield from table._default_manager.filter(pk__in=batch).values_list(*names).order_by()


def _says(row: models.Model, values: Mapping[str, Any]) -> bool:
    return all(plain(getattr(row, name)) == value for name, value in values.items())
