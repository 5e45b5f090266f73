"""Texts of other rooms, kept once more so that they are found. All of it can be made anew from those rooms."""

from __future__ import annotations

from django.db import models

from zhibu.apps.organizations.dated import Dated, span_is_forward
from zhibu.apps.organizations.models import Organization


class Indexed(Dated):
    """A text that can be found, or piece ``number`` of a long one (``domain.grams.pieces``).

    ``kind`` and ``subject`` say of what, in the words of the room that it comes from; so is ``audience``, for whom
    it is beyond those who oversee ``organization``. It is of ``since`` and holds until ``until``. What is compared
    is ``folded``; the title stands with the first piece only. The words by which it is found are kept beside it, in
    what the database offers for that (``index.py``).
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    number = models.PositiveSmallIntegerField(default=0)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    audience = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    folded_title = models.TextField(blank=True)
    folded_text = models.TextField(blank=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            span_is_forward("indexed"),
            models.UniqueConstraint(name="indexed_piece_once", fields=["kind", "subject", "number"]),
        ]
        indexes = [models.Index(fields=["since", "id"]), models.Index(fields=["kind", "organization", "id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"
