"""Honors on record. No scores, no order."""

from __future__ import annotations

from django.db import models
from uuid6 import uuid7

from zhibu.apps.people.models import Person


class Honor(models.Model):
    """荣誉 of a person in a year."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="honors")
    title = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["-year", "title"]
        constraints = [models.UniqueConstraint(name="honor_once", fields=["person", "title", "year"])]

    def __str__(self) -> str:
        return self.title
