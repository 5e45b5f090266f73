"""One worker at a time for one database: whoever holds the lock works, others wait and take over when it ends.

The system lets go of the lock when its holder ends, in whatever way: nothing has to be cleared away after a crash.
"""

from __future__ import annotations

import fcntl
from pathlib import Path
from types import TracebackType
from typing import IO, Self

#: Of PostgreSQL's advisory locks, the one that a worker of zhibu holds.
_KEY = 0x7A68696275


class Alone:
    """The right to work. On PostgreSQL it hangs on the connection, which the work uses too: no one works without."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._session: object = None

    def taken(self) -> bool:
        """Take it now, or see that another has it. One who has it already keeps it."""
        from django.db import connection

        if connection.vendor == "postgresql":
            return self._holds_in_database()
        return self._holds_file(Path(f"{connection.settings_dict['NAME']}-worker"))

    def _holds_in_database(self) -> bool:
        from django.db import connection

        connection.ensure_connection()
        if self._session is connection.connection:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_KEY])
            held: bool = cursor.fetchone()[0]
        self._session = connection.connection if held else None
        return held

    def _holds_file(self, path: Path) -> bool:
        if self._file is not None:
            return True
        file = path.open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        from django.db import connection

        connection.close()
        if self._file is not None:
            self._file.close()
