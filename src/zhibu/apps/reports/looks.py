"""Who looked into whose record, on which day and in which capacity: for the person, and for nobody's statistics."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.timezone import localdate

from zhibu.apps.archive.models import Document, Event
from zhibu.apps.people.models import Account, Person
from zhibu.domain.terms import PostKind

#: The events that say so; their subject is the person.
LOOKED, EXPORTED = "record_looked_at", "record_exported"


@dataclass(frozen=True, slots=True)
class Look:
    """``office`` is the organization by whose ``post`` it was open to the looker; ``None`` where it is not known."""

    day: dt.date
    looker: str
    office: UUID | None
    post: PostKind | None
    was_taken: bool


def looks_at(person: Person) -> list[Look]:
    """The latest first. Nobody looks often: one entry for each looker and day, and one where it was taken away."""
    text = Subquery(Document.objects.filter(sha256=OuterRef("document_sha256")).values("text")[:1])
    events = (
        Event.objects.filter(subject=person.pk, type__in=(LOOKED, EXPORTED))
        .annotate(document=text)
        .order_by("-sequence")
        .values_list("type", "actor", "recorded_at", "document")
    )
    rows = list(events)
    names = _names([actor for _type, actor, _at, _document in rows])
    return [_look(kind, names.get(actor, ""), at, document) for kind, actor, at, document in rows]


def _names(actors: Sequence[str]) -> dict[str, str]:
    accounts = Account.objects.filter(pk__in=set(actors)).values_list("pk", "person__name", "name")
    return {str(key): person or name for key, person, name in accounts}


def _look(kind: str, looker: str, at: dt.datetime, document: str | None) -> Look:
    facts = json.loads(document) if document else {}
    office, post = facts.get("office"), facts.get("post")
    return Look(
        day=localdate(at),
        looker=looker,
        office=UUID(office) if office else None,
        post=PostKind(post) if post else None,
        was_taken=kind == EXPORTED,
    )
