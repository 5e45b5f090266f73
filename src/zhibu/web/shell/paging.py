"""Long lists in pages: ``?page=`` and ``?size=``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window
from django.http import HttpRequest

#: How many entries a page may hold; the first is usual where none is asked for.
SIZES = (25, 50, 100)

#: No list has more pages; what is asked for beyond is no number of a page.
_MOST_PAGES = 10**6

Row = TypeVar("Row")


def page_of(request: HttpRequest, rows: QuerySet[Any, Row] | Sequence[Row], *, usual: int = SIZES[0]) -> Page[Row]:
    """The page that the reader asks for; the nearest one where there is no such page; ``usual`` is a size."""
    return Paginator(rows, _size(request, usual)).get_page(request.GET.get("page"))


def _size(request: HttpRequest, usual: int) -> int:
    asked = request.GET.get("size", "")
    return int(asked) if asked in map(str, SIZES) else usual


def page_at_once(request: HttpRequest, rows: QuerySet[Any, Any], *, usual: int = SIZES[0]) -> Page[Any]:
    """The same in one statement, which counts as it reads; past the last page it takes three."""
    size, asked = _size(request, usual), request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and 0 < int(asked) <= _MOST_PAGES else 1
    found = list(rows.annotate(in_all=Window(Count("pk")))[(number - 1) * size : number * size])
    if not found and number > 1:
        return page_of(request, rows, usual=usual)
    paginator = Paginator(rows, size)
    paginator.count = vars(found[0])["in_all"] if found else 0
    return Page(found, number, paginator)


def page_of_whole(request: HttpRequest, rows: QuerySet[Any, Any], whole: QuerySet[Any, Any]) -> Page[Any]:
    """The same of many rows that are shown with much that belongs to them: only the keys are put in order.

    ``whole``: the same model in the same order, with all that the page shows of a row.
    """
    page = page_of(request, rows)
    chosen = page.object_list
    assert isinstance(chosen, QuerySet)
    page.object_list = whole.filter(pk__in=chosen.values("pk"))
    return page
