"""Of which organization, and of which month, a page of planning is."""

from __future__ import annotations

import datetime as dt

from django.http import Http404
from django.utils.translation import gettext as _

from zhibu.apps.organizations.models import Organization
from zhibu.apps.planning.access import organizations_planned_by
from zhibu.web.shell import clock
from zhibu.web.shell.answers import Unreadable
from zhibu.web.shell.days import month_in, months_around
from zhibu.web.shell.middleware import AskedRequest

#: From this day of a month on the next one is the one to plan.
_LATE_IN_MONTH = 20


def asked_for(request: AskedRequest, organizations: list[Organization]) -> Organization:
    code = request.GET.get("organization")
    if code is None:
        mine = [one for one in organizations if one.path in request.asker.offices]
        return (mine or organizations)[-1 if mine else 0]
    found = next((one for one in organizations if one.code == code), None)
    if found is None:
        found = organizations_planned_by(request.asker).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def asked_month(request: AskedRequest) -> dt.date:
    """The month in the address; else this one, late in it the next."""
    text = request.GET.get("month", "")
    if text:
        return month_named(text)
    today = clock.today()
    first = today.replace(day=1)
    return months_around(first)[1] if today.day >= _LATE_IN_MONTH else first


def month_named(text: str) -> dt.date:
    month = month_in(text)
    if month is None:
        raise Unreadable(_("“%(text)s” is no month. Write it like 2026-12.") % {"text": text[:20]})
    return month
