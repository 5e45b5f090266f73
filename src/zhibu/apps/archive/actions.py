"""Every deed ends here: its event becomes a canonical text, in the transaction of the deed."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

#: As many rows in one statement as every database takes.
_BATCH = 2_000


def instant(at: dt.datetime) -> str:
    """UTC with microseconds, as it stands in an event. Refuses a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("an instant knows its zone")
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Deed:
    """One of many deeds of a kind: whom it is about, when it happened, and what was done, as facts."""

    subject: UUID
    event_at: dt.datetime
    document: Mapping[str, Canonical]


@transaction.atomic(savepoint=False)  # a deed that can not be written down is taken back whole
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
        kept = _document(document)
        digest = kept.sha256
        Document.objects.bulk_create([kept], ignore_conflicts=True)
    event = _event(type, subject, actor=actor, at=at, event_at=event_at or at, digest=digest)
    event.save(force_insert=True)
    for listener in registry.listeners(type):
        listener(event, document)
    return event


@transaction.atomic
def record_all(
    type: str,  # noqa: A002 - the word of the event
    deeds: Sequence[Deed],
    *,
    actor: Actor,
    at: dt.datetime,
) -> list[Event]:
    """Write down many deeds of one kind, in their order and a few statements; each is handed on as by ``record``."""
    documents = [_document(deed.document) for deed in deeds]
    Document.objects.bulk_create(documents, ignore_conflicts=True, batch_size=_BATCH)
    events = Event.objects.bulk_create(
        (
            _event(type, deed.subject, actor=actor, at=at, event_at=deed.event_at, digest=kept.sha256)
            for deed, kept in zip(deeds, documents, strict=True)
        ),
        batch_size=_BATCH,
    )
    for listener in registry.listeners(type):
        for event, deed in zip(events, deeds, strict=True):
            listener(event, deed.document)
    return events


def _document(document: Mapping[str, Canonical]) -> Document:
    text = canonical(document)
    return Document(sha256=sha256(text), text=text)


def _event(
    type: str,  # noqa: A002 - the word of the event
    subject: UUID,
    *,
    actor: Actor,
    at: dt.datetime,
    event_at: dt.datetime,
    digest: str | None,
) -> Event:
    salt = secrets.token_hex(16)
    return Event(
        type=type,
        subject=subject,
        actor=actor,
        event_at=event_at,
        recorded_at=at,
        document_sha256=digest,
        salt=salt,
        text=canonical(
            {
                "v": VERSION,
                "type": type,
                "subject": str(subject),
                "event_at": instant(event_at),
                "recorded_at": instant(at),
                "actor": actor,
                "document_sha256": digest,
                "salt": salt,
            }
        ),
    )
