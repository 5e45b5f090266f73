"""Filters for the field's words, in the reader's language."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django import template
from django.utils.translation import get_language, pgettext

from zhibu.domain.terms import Word

register = template.Library()


@cache
def traditional(text: str) -> str:
    from opencc import OpenCC  # loads its tables: only where a reader asks for traditional characters

    converted: str = OpenCC("s2hk").convert(text)
    return converted


@register.filter
def word(term: Word) -> str:
    """A member of an enumeration of ``domain.terms`` as the reader says it."""
    match get_language():
        case "zh-hans":
            return term.zh
        case "zh-hant":
            return traditional(term.zh)
        case _:
            return str(term.value).replace("_", " ")


@register.filter
def weekday_letter(day: dt.date) -> str:
    """As short as a column of a roster is wide."""
    return pgettext("letters of the weekdays", "Mo Tu We Th Fr Sa Su").split()[day.weekday()]
