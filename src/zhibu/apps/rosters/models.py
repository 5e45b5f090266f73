"""Shifts, and who has which shift on which day."""

from __future__ import annotations

from django.db import models
from uuid6 import uuid7

from zhibu.apps.people.models import Person


class Shift(models.Model):
    """班次. A rest has no hours. ``ends_next_day`` counts from the day of the roster."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=40)
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    ends_next_day = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="shift_hours_both_or_none",
                condition=models.Q(starts__isnull=True, ends__isnull=True)
                | models.Q(starts__isnull=False, ends__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_leave(self) -> bool:
        """Without hours, and called a leave (年假, 病假, 事假 …): who has it is not asked to come in."""
        return self.starts is None and "假" in self.code + self.name


class RosterDay(models.Model):
    """One person's shift on one day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="roster")
    day = models.DateField(db_index=True)
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="roster_days")

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(name="roster_one_shift_a_day", fields=["person", "day"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"
