"""The parts that pages are made of; ``docs/shell.md`` shows each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms import BoundField
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhibu.web.shell.paging import SIZES

register = template.Library()

#: Each kind of chip has a form of its own beside its color.
_SYMBOLS = {"done": "check", "open": "circle", "note": "note", "quiet": "dash"}


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("shell/icons.svg"),
        name,
    )


@register.inclusion_tag("shell/_figure.html")
def figure(label: str, value: object, *, url: str = "", unit: str = "", definition: str = "") -> dict[str, object]:
    """A number that leads to its records, with how it is counted."""
    return {"label": label, "value": value, "url": url, "unit": unit, "definition": definition}


@register.inclusion_tag("shell/_empty_state.html")
def empty_state(text: str, *, hint: str = "", url: str = "", action: str = "") -> dict[str, str]:
    """What stands where there is nothing to list, and what to do next."""
    return {"text": text, "hint": hint, "url": url, "action": action}


@register.inclusion_tag("shell/_chip.html")
def chip(text: str, kind: str = "quiet") -> dict[str, str]:
    """A status; ``kind`` is done, open, note or quiet."""
    return {"text": text, "kind": kind, "symbol": _SYMBOLS[kind]}


@register.inclusion_tag("shell/_span.html")
def span(since: dt.date, until: dt.date | None) -> dict[str, dt.date | None]:
    """From when to when something held, said with its last day: ``until`` is the first day without it."""
    return {"since": since, "last": until - dt.timedelta(days=1) if until else None}


@register.inclusion_tag("shell/_back.html")
def back(url: str, label: str) -> dict[str, str]:
    return {"url": url, "label": label}


@register.inclusion_tag("shell/_busy.html")
def busy() -> dict[str, str]:
    """Shown while htmx waits for an answer: put it inside the element that asks, or name it in hx-indicator."""
    return {}


@register.inclusion_tag("shell/_downloads.html")
def downloads(*, xlsx: str = "", docx: str = "", pdf: str = "", print: bool = True) -> dict[str, object]:  # noqa: A002
    return {"xlsx": xlsx, "docx": docx, "pdf": pdf, "print": print}


@register.inclusion_tag("shell/_on_date.html", takes_context=True)
def on_date(context: RequestContext, day: dt.date) -> dict[str, object]:
    """Asks for the day of which a page speaks (``?on=``); the rest of the query stays, but for the page number."""
    query = context["request"].GET
    kept = [(name, value) for name in query if name not in {"on", "page"} for value in query.getlist(name)]
    return {"day": day, "kept": kept}


@register.inclusion_tag("shell/_paging.html", takes_context=True)
def paging(context: RequestContext, page: Page[Any]) -> dict[str, object]:
    return {
        "request": context["request"],
        "page": page,
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "sizes": SIZES,
    }


def _classes(widget: forms.Widget) -> str:
    match widget:
        case forms.CheckboxInput():
            return "form-check-input"
        case forms.RadioSelect() | forms.CheckboxSelectMultiple():
            return ""
        case forms.Select():
            return "form-select"
        case _:
            return "form-control"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The widget of a field, dressed by its kind."""
    classes = " ".join(filter(None, [_classes(field.field.widget), field.field.widget.attrs.get("class", "")]))
    return field.as_widget(attrs={"class": classes} if classes else None)
