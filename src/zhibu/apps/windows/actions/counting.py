"""What comes in from the public is counted, place by place, so that a flood fills neither a desk nor a disk."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from zhibu.apps.windows.models import Counter
from zhibu.domain.allowance import Allowance, take


@transaction.atomic
def room_again(key: str, allowance: Allowance, at: dt.datetime) -> dt.datetime | None:
    """One more is taken at ``key``: ``None``; else nothing is kept, and from when there is room again."""
    Counter.objects.get_or_create(key=key, defaults={"busy_until": at})
    counter = Counter.objects.select_for_update().get(key=key)
    taken = take(allowance, counter.busy_until, at)
    if taken.again is None:
        counter.busy_until = taken.until
        counter.save(update_fields=["busy_until"])
    return taken.again
