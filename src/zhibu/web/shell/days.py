"""The day of which a page speaks: ``?on=YYYY-MM-DD``, else today."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
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
