"""SQLite whose writers of one process stand in a line.

SQLite lets one write at a time. Who finds it busy sleeps a while and looks again, up to a tenth of a second: while a
thousand people sign in, the database mostly waits for sleepers. Here a thread waits on a lock of the process and goes
on in the very moment the one before it has committed. Other processes (the command line, the worker) meet the busy
time-out of SQLite as before, and so does who waits too long: both are the "database is locked" that becomes 503.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

#: Who writes now, for each file of this process.
_LINES: dict[str, threading.Lock] = {}
_MAKING = threading.Lock()


def line_at(name: str) -> threading.Lock:
    with _MAKING:
        return _LINES.setdefault(name, threading.Lock())


class DatabaseWrapper(base.DatabaseWrapper):
    """Holds the line from BEGIN to the end of the transaction, however it ends."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._holds_line = False

    def _start_transaction_under_autocommit(self) -> None:
        self._line = line_at(str(self.settings_dict["NAME"]))
        if not self._line.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 5)):
            raise OperationalError("database is locked")
        self._holds_line = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # not in the stubs
        except BaseException:
            self._leave_line()
            raise

    def _leave_line(self) -> None:
        if self._holds_line:
            self._holds_line = False
            self._line.release()

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django's signature
        try:
            super()._set_autocommit(autocommit)  # type: ignore[misc] # not in the stubs
        finally:
            if autocommit:
                self._leave_line()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc] # not in the stubs
        finally:
            self._leave_line()
