"""What rows said before a deed: so that a day gone by can be looked at as it was known then.

Each is written in the transaction of the deed. Who looks back takes away from the rows of today what was recorded
later (``oversight.known``); a row of which nothing is remembered was always known as it stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from zhibu.apps.archive.models import Former

Row = TypeVar("Row", bound=models.Model)

#: As many rows in one statement as every database takes.
_BATCH = 500


class Remembered(models.Model):
    """A row of which is remembered what it said before each deed."""

    class Meta:
        abstract = True


def make(row: Row, *, at: dt.datetime) -> Row:
    """Save a new row, and remember that it was not there before."""
    row.save(force_insert=True)
    remember([(row, None)], at=at)
    return row


def alter(row: models.Model, *, at: dt.datetime, **values: Any) -> None:
    """Give the row these values and save them, remembering what it said before where its table is remembered."""
    if isinstance(row, Remembered):
        remember([(row, {_column(row, name): getattr(row, _column(row, name)) for name in values})], at=at)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def delete(row: Remembered, *, at: dt.datetime) -> None:
    """Take the row away, remembering all that it said."""
    remember([(row, {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields})], at=at)
    row.delete()


def remember(rows: Iterable[tuple[models.Model, Mapping[str, Any] | None]], *, at: dt.datetime) -> None:
    """Of saved rows what they said before the deed at ``at``, by the names of their columns; ``None``: nothing."""
    Former.objects.bulk_create(
        [
            Former(
                table=row._meta.label_lower,
                key=str(row.pk),
                about=getattr(row, "person_id", None),
                said=None if said is None else {name: plain(value) for name, value in said.items()},
                recorded_at=at,
            )
            for row, said in rows
        ],
        batch_size=_BATCH,
    )


def forget(table: type[models.Model], keys: Iterable[Any], *, at: dt.datetime) -> None:
    """The deed at ``at`` was undone and these rows say again what they said before: as if it had never been done."""
    waiting = [str(key) for key in keys]
    for start in range(0, len(waiting), _BATCH):
        Former.objects.filter(
            table=table._meta.label_lower,
            key__in=waiting[start : start + _BATCH],
            recorded_at=at,
        ).delete()


def plain(value: Any) -> Any:
    """As JSON keeps it: numbers, truth and nothing as they are, the rest as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    return DjangoJSONEncoder().default(value)


def _column(row: models.Model, name: str) -> str:
    """A reference is remembered by the key it holds."""
    field = row._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field.attname
