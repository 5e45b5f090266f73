"""Workbooks that came in: what they said, what they changed, whether that was undone."""

from __future__ import annotations

from django.db import models
from uuid6 import uuid7


class ImportQuerySet(models.QuerySet["Import"]):
    def standing(self) -> ImportQuerySet:
        """Those that have not been undone."""
        return self.filter(undone_at__isnull=True)


class Import(models.Model):
    """One workbook applied. The ids are in the order of time.

    ``report`` is what ``contracts.md`` describes; ``changes`` what is needed to take the import back
    (``changes.Changes.record``).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    as_of = models.DateField()
    is_complete = models.BooleanField(default=False)
    actor = models.CharField(max_length=36)
    recorded_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField()
    changes = models.JSONField()

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name
