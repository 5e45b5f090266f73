"""Hours and weekdays of the windows as a page says them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhibu.apps.rosters.models import Shift
from zhibu.domain.staffing import DAY, Short

_WEEK = "1234567"
#: From so many days in a row on one says from which to which.
_IN_A_ROW = 3


def clock(minutes: int) -> str:
    """08:30; what lies in the next day or in the evening before says so."""
    day, rest = divmod(minutes, DAY)
    said = f"{rest // 60:02}:{rest % 60:02}"
    if minutes == DAY:
        return "24:00"
    if day > 0:
        return pgettext("shift", "next day") + f" {said}"
    return said if day == 0 else pgettext("shift", "day before") + f" {said}"


def span(starts: int, ends: int) -> str:
    return f"{clock(starts)}–{clock(ends)}"


def weekdays(digits: str) -> str:
    """星期一至星期五; "" for unknown ones."""
    if digits == _WEEK:
        return _("every day")
    names = [str(WEEKDAYS[int(digit) - 1]) for digit in digits]
    if len(digits) >= _IN_A_ROW and digits in _WEEK:
        return pgettext("weekdays", "%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return pgettext("weekdays", ", ").join(names)


def short_in_words(shorts: Iterable[Short]) -> str:
    """13:30–17:30 1 too few."""
    return pgettext("hours", "; ").join(
        _("%(hours)s: %(missing)s too few") % {"hours": span(each.starts, each.ends), "missing": each.missing}
        for each in shorts
    )


def shift_in_words(shift: Shift) -> str:
    """夜班 20:00–次日 08:00."""
    return f"{shift.name} {span(*shift.span)}" if shift.span else shift.name
