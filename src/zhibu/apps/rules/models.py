"""What the unit adds to the packs on a page: confirmations of rules that were shipped off. The packs are files."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7


class Confirmation(models.Model):
    """The unit has compared a rule with its text, and says where it stands.

    ``rule`` and ``version`` (its first day in force as the pack says it) name what was confirmed. ``document`` is
    the number of the document that was read, ``dated`` its date, ``article`` empty where the text has none. The rule
    counts from ``since`` until ``until``: never for days before somebody confirmed it, so that nobody owes
    afterwards what they could not know. Taken back on the day itself, it never counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=60)
    version = models.DateField()
    document = models.CharField(max_length=60)
    article = models.PositiveSmallIntegerField(null=True)
    dated = models.DateField()
    in_force = models.DateField()
    since = models.DateField()
    until = models.DateField(null=True)
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ["-since", "-confirmed_at"]
        constraints = [
            models.UniqueConstraint(
                name="confirmation_one_open", fields=["rule", "version"], condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(name="confirmation_names_document", condition=~Q(document="")),
            models.CheckConstraint(
                name="confirmation_until_not_before_since", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]

    @property
    def ever_counts(self) -> bool:
        return self.until is None or self.until > self.since

    def __str__(self) -> str:
        return f"{self.rule} {self.document}"
