"""Rows that hold for a span of days: from ``since`` (included) to ``until`` (not included)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import F, Q

Row = TypeVar("Row", bound=models.Model)


def holds_on(day: dt.date, prefix: str = "") -> Q:
    """The condition that a dated row, reached over ``prefix``, holds on ``day``."""
    since, until = f"{prefix}since", f"{prefix}until"
    return Q(**{f"{since}__lte": day}) & (Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gt": day}))


class DatedQuerySet(models.QuerySet[Row]):
    def on(self, day: dt.date) -> Self:
        return self.filter(holds_on(day))


class Dated(models.Model):
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    def holds(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def span_is_forward(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"{name}_until_after_since", condition=Q(until__isnull=True) | Q(until__gt=F("since"))
    )


def one_open(name: str, *fields: str, condition: Q | None = None, **options: Any) -> models.UniqueConstraint:
    """At most one row that still runs for each combination of ``fields``."""
    still_runs = Q(until__isnull=True)
    return models.UniqueConstraint(
        name=f"{name}_one_open",
        fields=fields,
        condition=still_runs & condition if condition else still_runs,
        **options,
    )
