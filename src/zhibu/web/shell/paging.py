"""Long lists in pages: ``?page=`` and ``?size=``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

#: How many entries a page may hold; the first is usual where none is asked for.
SIZES = (25, 50, 100)

Row = TypeVar("Row")


def page_of(request: HttpRequest, rows: QuerySet[Any, Row] | Sequence[Row], *, usual: int = SIZES[0]) -> Page[Row]:
    """The page that the reader asks for; the nearest one where there is no such page; ``usual`` is a size."""
    asked = request.GET.get("size", "")
    size = int(asked) if asked in map(str, SIZES) else usual
    return Paginator(rows, size).get_page(request.GET.get("page"))


def page_of_whole(request: HttpRequest, rows: QuerySet[Any, Any], whole: QuerySet[Any, Any]) -> Page[Any]:
    """The same of many rows that are shown with much that belongs to them: only the keys are put in order.

    ``whole``: the same model in the same order, with all that the page shows of a row.
    """
    page = page_of(request, rows)
    chosen = page.object_list
    assert isinstance(chosen, QuerySet)
    page.object_list = whole.filter(pk__in=chosen.values("pk"))
    return page
