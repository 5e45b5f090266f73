"""Rows of lower rooms as they were known at the end of a day gone by: what was recorded later is taken away again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, reduce
from operator import itemgetter
from typing import Any, TypeVar

from django.db import models
from django.utils.timezone import make_aware

from zhibu.apps.archive.models import Former
from zhibu.apps.organizations.models import Organization, Placement
from zhibu.domain.tree import preorder

Row = TypeVar("Row", bound=models.Model)

#: As many keys in one condition as every database takes.
_BATCH = 500


class Known:
    """What later deeds changed (``archive.former``), to be laid over the rows of today.

    ``later``: what rows said before those deeds, the newest first.
    """

    def __init__(self, later: Iterable[Former] = ()) -> None:
        self._said: dict[str, dict[str, dict[str, Any] | None]] = {}
        for former in later:
            rows = self._said.setdefault(former.table, {})
            rows[former.key] = None if former.said is None else {**(rows.get(former.key) or {}), **former.said}
        self._otherwise: dict[type[models.Model], dict[Any, models.Model | None]] = {}

    def values(self, rows: models.QuerySet[Any], *names: str) -> list[tuple[Any, ...]]:
        """As ``rows.values_list`` gives them.

        What was otherwise then comes last, the whole table of it: the conditions of ``rows`` are not asked of it.
        """
        otherwise = self._of(rows.model)
        if not otherwise:
            return list(rows.values_list(*names))
        found = [facts for key, *facts in rows.values_list("pk", *names) if key not in otherwise]
        then = [row for row in otherwise.values() if row is not None]
        models.prefetch_related_objects(then, *{path for name in names if (path := name.rpartition("__")[0])})
        return [
            *map(tuple, found),
            *(tuple(reduce(getattr, name.split("__"), row) for name in names) for row in then),
        ]

    @property
    def has_other_tree(self) -> bool:
        """Whether organizations were founded, moved or dissolved later."""
        return bool(self._of(Placement))

    def path(self, today: str) -> str:
        """Where the organization stood whose path this is today; empty where it was not there."""
        return self._paths.get(today, "") if self.has_other_tree else today

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        codes, today = {}, {}
        for key, code, path in self.values(Organization.objects.all(), "pk", "code", "path"):
            codes[key], today[key] = code, path
        places = self.values(Placement.objects.all(), "since", "organization_id", "parent_id")
        parents = {key: parent for _since, key, parent in sorted(places, key=itemgetter(0)) if key in codes}
        return {today[stand.key]: stand.path for stand in preorder(parents, codes)}

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """Each of them as it was then, in their order, without those that were not there."""
        found = []
        for row in rows:
            then = self._of(type(row)).get(row.pk, row)
            if then is not None:
                assert isinstance(then, type(row))
                found.append(then)
        return found

    def _of(self, table: type[models.Model]) -> dict[Any, models.Model | None]:
        """The rows of a table that were otherwise, by their keys; ``None``: it was not there."""
        if table not in self._otherwise:
            self._otherwise[table] = dict(self._read(table))
        return self._otherwise[table]

    def _read(self, table: type[models.Model]) -> Iterator[tuple[Any, models.Model | None]]:
        said = {
            table._meta.pk.to_python(key): facts for key, facts in self._said.get(table._meta.label_lower, {}).items()
        }
        fields = {each.attname: each for each in table._meta.concrete_fields}
        keys = [key for key, facts in said.items() if facts is not None]
        rows: dict[Any, models.Model] = {}
        for start in range(0, len(keys), _BATCH):
            rows |= table._default_manager.in_bulk(keys[start : start + _BATCH])
        for key, facts in said.items():
            if facts is None:
                yield key, None
                continue
            row = rows.get(key) or table(pk=key)
            for name, value in facts.items():
                setattr(row, name, fields[name].to_python(value))
            yield key, row


#: Every row as it stands.
NOW = Known()


def known_on(day: dt.date) -> Known:
    """As known at the end of ``day``, in the local zone. One statement, and one for each table that was otherwise."""
    if day == dt.date.max:
        return NOW
    over = make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
    return Known(Former.objects.filter(recorded_at__gte=over).order_by("-id"))
