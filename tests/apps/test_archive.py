"""Every deed ends in the archive."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
import rfc8785
from django.db import transaction

from zhibu.apps.archive import registry
from zhibu.apps.archive.actions import OPERATOR, record
from zhibu.apps.archive.models import Document, Event
from zhibu.domain.seal import sha256

pytestmark = pytest.mark.django_db

SUBJECT = UUID("018f0000-0000-7000-8000-000000000001")
AT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_an_event_is_a_canonical_text_that_seals_its_document():
    event = record("tried", SUBJECT, actor=OPERATOR, at=AT, document={"名": "堃", "n": 1})
    document = Document.objects.get()
    assert document.text == '{"n":1,"名":"堃"}'
    assert event.document_sha256 == document.sha256 == sha256(document.text)
    assert event.text.encode() == rfc8785.dumps(
        {
            "v": 1,
            "type": "tried",
            "subject": str(SUBJECT),
            "event_at": "2026-11-23T01:30:00.000000Z",
            "recorded_at": "2026-11-23T01:30:00.000000Z",
            "actor": "operator",
            "document_sha256": document.sha256,
            "salt": event.salt,
        }
    )


def test_the_same_document_is_kept_once_and_two_events_never_share_a_salt():
    first = record("tried", SUBJECT, actor=OPERATOR, at=AT, document={"a": 1})
    second = record("tried", SUBJECT, actor=OPERATOR, at=AT, document={"a": 1})
    assert Document.objects.count() == 1
    assert first.salt != second.salt


def test_a_listener_that_fails_rolls_the_deed_back(monkeypatch):
    def fail(event, document):
        raise RuntimeError("no")

    monkeypatch.setitem(registry._listeners, "tried", [fail])
    with pytest.raises(RuntimeError), transaction.atomic():
        record("tried", SUBJECT, actor=OPERATOR, at=AT)
    assert not Event.objects.exists()
