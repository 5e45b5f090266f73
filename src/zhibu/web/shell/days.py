"""The day of which a page speaks: ``?on=YYYY-MM-DD``, else today; and the months of a roster."""

from __future__ import annotations

import calendar
import datetime as dt

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from zhibu.web.shell import clock
from zhibu.web.shell.answers import Unreadable


def day_asked(request: HttpRequest) -> dt.date:
    """The day in the address; raises ``Unreadable`` where it is none."""
    given = request.GET.get("on", "").strip()
    if not given:
        return clock.today()
    try:
        return dt.date.fromisoformat(given)
    except ValueError as error:
        raise Unreadable(_("“%(given)s” is not a day. Write it as 2026-11-23.") % {"given": given}) from error


#: Between these years rosters are kept.
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def month_of(text: str) -> dt.date:
    """The first day of a month that an address names as ``2026-11``; 404 where it names none."""
    year, _dash, month = text.partition("-")
    if len(text) != len("2026-11") or not (year.isdecimal() and month.isdecimal() and year.isascii()):
        raise Http404
    if not _FIRST_YEAR <= int(year) < _LAST_YEAR or not 1 <= int(month) <= 12:  # noqa: PLR2004 - months of a year
        raise Http404
    return dt.date(int(year), int(month), 1)


def days_in(month: dt.date) -> list[dt.date]:
    """Every day of the month of ``month``."""
    return [month.replace(day=day) for day in range(1, calendar.monthrange(month.year, month.month)[1] + 1)]


def months_around(month: dt.date) -> tuple[dt.date, dt.date]:
    """The first days of the month before and of the month after."""
    first = month.replace(day=1)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    return before, (first + dt.timedelta(days=31)).replace(day=1)
