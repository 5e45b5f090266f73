"""Long lists in pages: ``?page=`` and ``?size=``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Subquery, Value, Window
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
    size, number = _size(request, usual), _number(request)
    found = list(rows.annotate(in_all=Window(Count("pk")))[(number - 1) * size : number * size])
    return _page(found, number, Paginator(rows, size))


def page_of_whole(request: HttpRequest, rows: QuerySet[Any, Any], whole: QuerySet[Any, Any]) -> Page[Any]:
    """The same of many rows that are shown with much that belongs to them: only the keys are put in order.

    ``whole``: the same model in the same order, with all that the page shows of a row.
    """
    size, number = _size(request, SIZES[0]), _number(request)
    in_all = rows.order_by().values(all=Value(1)).annotate(count=Count("pk")).values("count")
    chosen = whole.filter(pk__in=rows[(number - 1) * size : number * size].values("pk"))
    page = _page(list(chosen.annotate(in_all=Subquery(in_all))), number, Paginator(rows, size))
    if isinstance(page.object_list, QuerySet):  # the last page, after all
        page.object_list = whole.filter(pk__in=page.object_list.values("pk"))
    return page


def _number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return int(asked) if asked.isdecimal() and 0 < int(asked) <= _MOST_PAGES else 1


def _page(found: list[Any], number: int, paginator: Paginator[Any]) -> Page[Any]:
    """A page of rows that know how many there are in all; where there is no such page, the last one."""
    if not found and number > 1:
        return paginator.get_page(number)
    paginator.count = vars(found[0])["in_all"] if found else 0
    return Page(found, number, paginator)
