"""What pages and papers show of exhibitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from zhibu.apps.exhibitions.access import ready_exhibits
from zhibu.apps.exhibitions.models import Exhibit, Exhibition
from zhibu.apps.people.queries import holders_of
from zhibu.domain.terms import SECRETARIES

#: The folder in which pictures of exhibits are kept.
FOLDER = "exhibitions"


@dataclass(frozen=True, slots=True)
class Section:
    """Exhibits that follow each other under one heading; "" without one."""

    title: str
    exhibits: tuple[Exhibit, ...]


def sections_of(exhibits: Iterable[Exhibit]) -> list[Section]:
    return [Section(title, tuple(found)) for title, found in groupby(exhibits, key=lambda one: one.section)]


def ready_in(exhibition: Exhibition) -> list[Exhibit]:
    return list(ready_exhibits().filter(exhibition=exhibition))


def keepers_of(exhibition: Exhibition, on: dt.date) -> set[UUID]:
    """The secretary and deputies of the organization on the day."""
    of = exhibition.organization_id
    return {key for post in SECRETARIES for key in holders_of(post, of, on).values_list("pk", flat=True)}
