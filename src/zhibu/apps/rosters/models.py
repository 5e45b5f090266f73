"""Shifts, who has which shift on which day, in which order they follow each other, and who wants to change one."""

from __future__ import annotations

import datetime as dt

from django.db import models
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.staffing import DAY
from zhibu.domain.swapping import Span
from zhibu.domain.terms import RosterWay, SwapState


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
    def span(self) -> Span | None:
        """In minutes from 00:00 of the roster's day; ``None`` for a rest."""
        if self.starts is None or self.ends is None:
            return None
        ends = self.ends.hour * 60 + self.ends.minute + (DAY if self.ends_next_day else 0)
        return self.starts.hour * 60 + self.starts.minute, ends

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


class Rotation(models.Model):
    """轮班: the shifts of a unit in the order in which they follow each other.

    ``cycle``: their codes, a space apart; "-" is a day of which the roster says nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Organization, models.PROTECT, related_name="rotations")
    name = models.CharField(max_length=40)
    cycle = models.CharField(max_length=400)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(name="rotation_named_once", fields=["unit", "name"])]

    def __str__(self) -> str:
        return self.name


class LastChange(models.Model):
    """What changed last in a month of a unit's roster, so that it can be taken back.

    ``cells``: by person and day of the month the code of the shift before and after, "" for none.
    """

    unit = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    month = models.DateField()
    way = models.CharField(max_length=8, choices=RosterWay.choices())
    cells = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["unit", "month"]
        constraints = [models.UniqueConstraint(name="last_change_one_a_month", fields=["unit", "month"])]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.way}"

    @property
    def word(self) -> RosterWay:
        return RosterWay(self.way)

    @property
    def count(self) -> int:
        """How many days of how many people together."""
        return sum(len(days) for days in self.cells.values())


class SwapRequest(models.Model):
    """换班: two people want to have each other's shifts on some days.

    ``unit``: whose window managers decide. ``first_day``: when it is there, an open request has lapsed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asker = models.ForeignKey(Person, models.PROTECT, related_name="swaps_asked")
    other = models.ForeignKey(Person, models.PROTECT, related_name="swaps_answered")
    unit = models.ForeignKey(Organization, models.PROTECT, related_name="swaps")
    first_day = models.DateField()
    state = models.CharField(max_length=10, choices=SwapState.choices(), default=SwapState.ASKED.value)
    note = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(name="swap_of_two", condition=~models.Q(asker=models.F("other"))),
            models.CheckConstraint(
                name="swap_state_known",
                condition=models.Q(state__in=[word.value for word in SwapState if word is not SwapState.LAPSED]),
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "first_day"])]

    def __str__(self) -> str:
        return f"{self.asker_id} {self.other_id} {self.first_day}"

    def state_on(self, day: dt.date) -> SwapState:
        """An open request lapses when its first day has passed; nobody has to write that down."""
        state = SwapState(self.state)
        return SwapState.LAPSED if state in OPEN and self.first_day < day else state


#: In which states a request still waits for somebody.
OPEN = frozenset({SwapState.ASKED, SwapState.AGREED})


class SwapDay(models.Model):
    """One day of a request, with the shifts that the two had when it was asked."""

    swap = models.ForeignKey(SwapRequest, models.CASCADE, related_name="days")
    day = models.DateField()
    asker_has = models.ForeignKey(Shift, models.PROTECT, related_name="+")
    other_has = models.ForeignKey(Shift, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(name="swap_day_once", fields=["swap", "day"])]

    def __str__(self) -> str:
        return f"{self.day}"
