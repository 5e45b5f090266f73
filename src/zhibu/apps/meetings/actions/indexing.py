"""Filed records can be found by what they say: at filing, with each correction, and no longer once taken back.

What is found is what everybody who may read the record reads: not the roll, and never why somebody was away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from zhibu.apps.meetings.access import audience_of
from zhibu.apps.meetings.models import Filing
from zhibu.apps.search.actions import Text, index, index_all, unindex, unindex_kind

#: What the index calls a filed record; its subject is the meeting.
RECORD = "record"


def index_record(filing: Filing, document: Mapping[str, Any], corrections: Iterable[str] = ()) -> None:
    """``document`` is what was filed, ``corrections`` all that stand beside it."""
    index(RECORD, _text(filing, document, corrections))


def index_records(filings: Sequence[Filing], documents: Sequence[Mapping[str, Any]]) -> None:
    """Of many that were filed just now: no correction stands beside them."""
    pairs = zip(filings, documents, strict=True)
    index_all(RECORD, (_text(filing, document, ()) for filing, document in pairs))


def unindex_records(meetings: Sequence[UUID]) -> None:
    unindex(RECORD, meetings)


@transaction.atomic
def rebuild_records() -> int:
    """Make anew what records are found by, from what is filed; returns how many there are."""
    unindex_kind(RECORD)
    filings = Filing.objects.select_related("meeting__organization", "document").prefetch_related("corrections")
    index_all(RECORD, _all(filings.order_by("meeting__held_on", "meeting__made_at", "pk")))
    return filings.count()


def _all(filings: QuerySet[Filing]) -> Iterator[Text]:
    for filing in filings.iterator(chunk_size=500):
        corrections = [one.text for one in filing.corrections.all()]
        yield _text(filing, json.loads(filing.document.text), corrections)


def _text(filing: Filing, document: Mapping[str, Any], corrections: Iterable[str]) -> Text:
    meeting = filing.meeting
    assert meeting.held_on is not None
    return Text(
        subject=meeting.pk,
        organization=meeting.organization,
        title=meeting.title,
        text="\n".join(line for line in (*told_in(document), *corrections) if line),
        since=meeting.held_on,
        audience=audience_of(meeting),
    )


def told_in(document: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a record in the order of its paper."""
    yield document["conveyed"]
    for item in document["agenda"]:
        yield item["title"]
        yield item["conveyed"]
        yield item["discussion"]
        yield from (decision["text"] for decision in item["decisions"])
        yield from (election["what"] for election in item["elections"])
    yield document["discussion"]
    yield from (task["text"] for task in document["tasks"])
    for report in document["reports"]:
        yield report["text"]
        yield report["report"]
    yield from (each["correction"] for each in document["previous"])
    yield document["summary"]
    yield document.get("ledger", {}).get("resolutions", "")
