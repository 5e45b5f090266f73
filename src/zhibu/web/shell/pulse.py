"""Whether this process can read and write, asked at most every two seconds however many ask."""

from __future__ import annotations

import datetime as dt
import threading
import time

from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction

#: For how many seconds a result is kept.
KEPT = 2.0

#: The row that is written. It expired before it was made and its name is too short for a key: nobody gets in by it.
_ROW = "pulse"


class Pulse:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._felt_at = float("-inf")
        self._beats = False

    def beats(self, at: dt.datetime) -> bool:
        with self._lock:
            if time.monotonic() - self._felt_at >= KEPT:
                self._beats = _can_read_and_write(at)
                self._felt_at = time.monotonic()
            return self._beats


def _can_read_and_write(at: dt.datetime) -> bool:
    """A row that is really committed: a full disk and a follower that only reads both fail."""
    try:
        with transaction.atomic():
            Session.objects.update_or_create(pk=_ROW, defaults={"session_data": "", "expire_date": at})
    except DatabaseError:
        return False
    return True
