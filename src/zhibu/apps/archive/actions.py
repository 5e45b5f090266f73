"""Every deed ends here: its event becomes a canonical text, in the transaction of the deed."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import NewType
from uuid import UUID

from django.db import transaction

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Document, Event
from zhibu.domain.seal import Canonical, canonical, sha256

#: Who did it: the id of an account, or one of the two below.
Actor = NewType("Actor", str)

#: A person at the terminal of the server.
OPERATOR = Actor("operator")

#: Somebody without an account.
PUBLIC = Actor("public")

#: The version of the event's text.
VERSION = 1


def instant(at: dt.datetime) -> str:
    """UTC with microseconds, as it stands in an event. Refuses a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("an instant knows its zone")
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@transaction.atomic
def record(
    type: str,  # noqa: A002 - the word of the event
    subject: UUID,
    *,
    actor: Actor,
    at: dt.datetime,
    event_at: dt.datetime | None = None,
    document: Mapping[str, Canonical] | None = None,
) -> Event:
    """Write down one deed and hand it to those who listen for it.

    ``at`` is the clock's reading at the door and becomes ``recorded_at``; ``event_at`` is when it happened (the
    same unless said). ``document`` is what was done, as facts; its canonical text is stored once and sealed by
    its SHA-256 in the event.
    """
    digest = None
    if document is not None:
        text = canonical(document)
        digest = sha256(text)
        Document.objects.bulk_create([Document(sha256=digest, text=text)], ignore_conflicts=True)
    happened = event_at or at
    salt = secrets.token_hex(16)
    event = Event.objects.create(
        type=type,
        subject=subject,
        actor=actor,
        event_at=happened,
        recorded_at=at,
        document_sha256=digest,
        salt=salt,
        text=canonical(
            {
                "v": VERSION,
                "type": type,
                "subject": str(subject),
                "event_at": instant(happened),
                "recorded_at": instant(at),
                "actor": actor,
                "document_sha256": digest,
                "salt": salt,
            }
        ),
    )
    for listener in registry.listeners(type):
        listener(event, document)
    return event
