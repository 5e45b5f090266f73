"""The day of which a page speaks: ``?on=YYYY-MM-DD``, else today; and the months of a roster."""

from __future__ import annotations

import datetime as dt
import re

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from zhibu.domain.periods import add_months
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


#: Between these years rosters are kept and meetings planned.
_YEARS = range(2000, 2100)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


def month_in(text: str) -> dt.date | None:
    """The first day of a month written as ``2026-11``; ``None`` where it is none."""
    found = _MONTH.fullmatch(text)
    if found is None or int(found[1]) not in _YEARS:
        return None
    return dt.date(int(found[1]), int(found[2]), 1)


def month_of(text: str) -> dt.date:
    """The month that an address names; 404 where it names none."""
    month = month_in(text)
    if month is None:
        raise Http404
    return month


def months_around(month: dt.date) -> tuple[dt.date, dt.date]:
    """The first days of the month before and of the month after."""
    first = month.replace(day=1)
    return add_months(first, -1), add_months(first, 1)
