"""Messages reach the disk before they are acknowledged, many in one commit, and none of them twice.

A thread writes for all that wait: whoever called waits for it no longer than it may, whatever the database does.
What is written after they gave up is found again by the next delivery. See ``docs/decisions``, 0018.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, connection, transaction

from zhibu.apps.account_content.models import Incoming
from zhibu.domain.terms import AccountApp, Sending

#: So many messages are written at once.
_BATCH = 64

_log = logging.getLogger(__name__)


class Kept(Enum):
    """What became of a message that came in."""

    NEW = "new"
    REPEATED = "repeated"
    #: Its signature has been used for another message.
    FORGED = "forged"


class QueueAway(Exception):
    """The database did not take it in time; the platform delivers it again."""


class Row(NamedTuple):
    """As in ``Incoming``, in the order of the columns below. ``work_at``: ``None`` where nothing is left to do."""

    once: str
    signature: str
    app: AccountApp
    sender: str
    kind: str
    text: str
    event: str
    key: str
    received_at: dt.datetime
    work_at: dt.datetime | None


_COLUMNS = "once, signature, app, sender, kind, text, event, key, received_at, work_at, state, tries"
_INSERT = (
    f"INSERT INTO {Incoming._meta.db_table} ({_COLUMNS}) "  # noqa: S608 - names of ours
    f"VALUES ({', '.join(['%s'] * 11)}, 0) ON CONFLICT DO NOTHING"
)


class _Repeated(Exception):
    """One of them is there already; which one is not known."""


def take_in(rows: Sequence[Row]) -> list[Kept]:
    """Write them down and commit; which were new, in their order.

    Nearly always all are: then they are written as one. Where one is not they are written one by one.
    """
    try:
        _take_in_new(rows)
    except _Repeated:
        with transaction.atomic():
            return [_take_in_one(row) for row in rows]
    return [Kept.NEW] * len(rows)


@transaction.atomic
def _take_in_new(rows: Sequence[Row]) -> None:
    """All of them, or none and ``_Repeated``."""
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, [_values(row) for row in rows])
        if cursor.rowcount != len(rows):
            raise _Repeated


def _values(row: Row) -> tuple[str | None, ...]:
    received, work = map(connection.ops.adapt_datetimefield_value, (row.received_at, row.work_at))
    state = Sending.WAITING if row.work_at else Sending.NONE
    return (*row[:8], received, work, state.value)


def _take_in_one(row: Row) -> Kept:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _values(row))
        if cursor.rowcount:
            return Kept.NEW
    return Kept.REPEATED if Incoming.objects.filter(once=row.once).exists() else Kept.FORGED


@dataclass(slots=True)
class _Waiting:
    row: Row
    told: threading.Lock
    kept: Kept | None = None


class Queue:
    """Where the threads of one process hand over what came in."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._writer: threading.Thread | None = None

    def put(self, row: Row, *, seconds: float) -> Kept:
        """Returns after the commit. Raises ``QueueAway`` where that takes longer, or can not be done.

        Inside a transaction it is written there.
        """
        if connection.in_atomic_block:
            return take_in([row])[0]
        mine = _Waiting(row, threading.Lock())
        mine.told.acquire()
        self._waiting.put(mine)
        if self._writer is None or not self._writer.is_alive():
            self._begin()
        if not mine.told.acquire(timeout=seconds) or mine.kept is None:
            raise QueueAway
        return mine.kept

    def _begin(self) -> None:
        with self._guard:
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._run, name="writer of messages", daemon=True)
                self._writer.start()

    def _run(self) -> None:
        while True:
            together = [self._waiting.get()]
            while len(together) < _BATCH:
                try:
                    together.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            if not _written(together) and len(together) > 1:
                for each in together:  # one that no database takes keeps none of the others out
                    _written([each])
            for each in together:
                each.told.release()


def _written(together: Sequence[_Waiting]) -> bool:
    try:
        kept = take_in([each.row for each in together])
    except (DatabaseError, InterfaceError) as error:
        _log.warning("messages could not be written down: %s", type(error).__name__)
        connection.close()
        return False
    for each, what in zip(together, kept, strict=True):
        each.kept = what
    return True


#: The one of this process.
QUEUE = Queue()
