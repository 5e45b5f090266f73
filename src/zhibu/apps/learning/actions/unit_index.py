"""What a unit is found by: title, topic and text, transcripts and captions of what is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.timezone import localtime

from zhibu.apps.learning.models import Unit, UnitFile, UnitVersion
from zhibu.apps.learning.units import UNIT
from zhibu.apps.search.actions import Text, index_all, unindex, unindex_kind
from zhibu.documents.markdown import plain
from zhibu.domain.captions import read_captions, said

#: Units that are read at a time when all are indexed anew.
_AT_A_TIME = 200


def index_unit(unit: Unit) -> None:
    """In the transaction of every deed that changes what it says or to whom."""
    if unit.is_out:
        index_all(UNIT, texts(_published().filter(unit=unit)))
    else:
        unindex(UNIT, [unit.pk])


def rebuild_units() -> int:
    """All of them anew; returns how many."""
    unindex_kind(UNIT)
    rows = _published().filter(unit__withdrawn_at__isnull=True)
    index_all(UNIT, texts(rows.iterator(chunk_size=_AT_A_TIME)))
    return rows.count()


def _published() -> QuerySet[UnitVersion]:
    """Of each unit the last version that was published."""
    last = UnitVersion.objects.filter(unit=OuterRef("unit"), published_at__isnull=False).order_by("-number")
    rows = UnitVersion.objects.filter(pk=Subquery(last.values("pk")[:1])).select_related("unit__organization")
    return rows.prefetch_related(Prefetch("files", queryset=UnitFile.objects.order_by("position")))


def texts(versions: Iterable[UnitVersion]) -> Iterator[Text]:
    for version in versions:
        unit = version.unit
        assert version.published_at is not None
        yield Text(
            subject=unit.pk,
            organization=unit.organization,
            title=version.title,
            text="\n".join(filter(None, (version.title, unit.topic, plain(version.text), *_spoken(version)))),
            since=localtime(version.published_at).date(),
            audience=unit.reach,
            without_spaces=True,
        )


def _spoken(version: UnitVersion) -> Iterator[str]:
    for file in version.files.all():
        yield file.said
        yield file.transcript
        yield said(read_captions(file.captions)) if file.captions else ""
