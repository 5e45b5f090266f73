"""Events and the documents they seal, and what rows said before.

Nothing here is ever changed; a document may be deleted where law asks.
"""

from __future__ import annotations

from django.db import models
from uuid6 import uuid7


class Document(models.Model):
    """A text kept letter for letter, found by its SHA-256. The event that seals it outlives it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.sha256[:12]


class Event(models.Model):
    """One deed, as the canonical text (RFC 8785) that was written when it was done.

    The columns beside ``text`` repeat it so that it can be found; the text is what counts. It holds no names:
    ids, instants and digests only.
    """

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.CharField(max_length=60)
    subject = models.UUIDField()
    actor = models.CharField(max_length=36)
    event_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    document_sha256 = models.CharField(max_length=64, null=True)
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["subject", "type", "sequence"]),
            models.Index(fields=["type", "sequence"]),
            models.Index(fields=["actor", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.type}"


class Former(models.Model):
    """What a row of another room said until a deed made it, altered it or took it away.

    ``said``: of the columns that said something else, what they said, as JSON keeps it; ``None``: there was no such
    row. Of several for one row each is to be laid over the one after it. ``about``: whose row it is, if somebody's.
    """

    id = models.BigAutoField(primary_key=True)
    table = models.CharField(max_length=60)
    key = models.CharField(max_length=36)
    about = models.UUIDField(null=True, db_index=True)
    said = models.JSONField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["recorded_at"]), models.Index(fields=["table", "key"])]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
