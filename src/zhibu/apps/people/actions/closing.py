"""How a dated row of a person ends."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from zhibu.apps.archive.former import alter
from zhibu.apps.organizations.dated import Dated
from zhibu.apps.people.errors import PeopleRefusal


def close(row: Dated | None, on: dt.date, *, at: dt.datetime) -> None:
    """End a dated row. Refused where it would end before it began: what is recorded is not undone by a later day."""
    if row is None:
        return
    if on <= row.since:
        raise PeopleRefusal(
            _("Recorded since %(since)s; %(on)s is not after it. Choose a later day.")
            % {"since": row.since, "on": on}
        )
    alter(row, at=at, until=on)
