"""Filters for the hours and weekdays of the windows."""

from __future__ import annotations

from django import template

from zhibu.web.windows import words

register = template.Library()

register.filter("clock", words.clock)
register.filter("weekdays", words.weekdays)
