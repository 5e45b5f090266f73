"""Long lists of the JSON API: ``?page=&size=``, and addresses of the pages beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


class Asked(Schema):
    """Which part of a list; the parameters of every call that lists."""

    page: int = Field(1, ge=1, le=1_000_000, description="the first is 1; one beyond the last is empty")
    size: int = Field(100, ge=1, le=500, description="entries per page")


class Page(Schema, Generic[Item]):
    items: list[Item]
    count: int = Field(description="entries on all pages")
    next: str | None = Field(description="the address of the page after this one; null on the last")
    previous: str | None = Field(description="the address of the page before this one; null on the first")


def page_of(
    request: HttpRequest, rows: QuerySet[Row, Any], asked: Asked, item: Callable[[Row], Item]
) -> dict[str, object]:
    """The page asked for, in two queries, as the call returns it."""
    count = rows.count()
    first = (asked.page - 1) * asked.size
    return {
        "items": [item(row) for row in rows[first : first + asked.size]],
        "count": count,
        "next": _address(request, asked.page + 1) if first + asked.size < count else None,
        "previous": _address(request, asked.page - 1) if asked.page > 1 else None,
    }


def _address(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"{request.path}?{query.urlencode()}"
