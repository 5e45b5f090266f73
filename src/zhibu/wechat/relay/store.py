"""What the relay holds: calls of the platform until the inner server has them, in one SQLite file, and no more."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Seconds for which a call waits. Shorter than the inner server remembers which messages it has.
LASTS = 20 * 3600
#: So many calls and bytes are held; beyond, the platform is asked to come again.
MOST, LARGEST = 20_000, 64 * 1024 * 1024
#: Seconds that a call waits for the disk; the platform waits five.
PATIENCE = 3.0

#: ``taken`` says how much is held: counted anew for each call, a long queue would make each of them slow.
_TABLES = """
CREATE TABLE IF NOT EXISTS held (
  id INTEGER PRIMARY KEY AUTOINCREMENT, signature TEXT NOT NULL UNIQUE, query TEXT NOT NULL, body BLOB NOT NULL,
  received_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS held_received_at ON held (received_at);
CREATE TABLE IF NOT EXISTS taken (
  id INTEGER PRIMARY KEY CHECK (id = 1), calls INTEGER NOT NULL, size INTEGER NOT NULL
) STRICT;
INSERT INTO taken (id, calls, size) VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
CREATE TRIGGER IF NOT EXISTS held_comes AFTER INSERT ON held BEGIN
  UPDATE taken SET calls = calls + 1, size = size + length(new.body);
END;
CREATE TRIGGER IF NOT EXISTS held_goes AFTER DELETE ON held BEGIN
  UPDATE taken SET calls = calls - 1, size = size - length(old.body);
END;
"""


class StoreAway(Exception):
    """It can not be written down now, or there is no room: the platform delivers it again."""


@dataclass(frozen=True, slots=True)
class Held:
    """A call as it came in. ``id`` is never given twice."""

    id: int
    query: Mapping[str, str]
    body: bytes
    received_at: float


class Store:
    """One file, one connection, one at a time. What was put in is on the disk when ``put`` returns."""

    def __init__(self, file: Path, *, most: int = MOST, largest: int = LARGEST) -> None:
        self._file, self._most, self._largest = file, most, largest
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """In one transaction. Raises ``StoreAway``."""
        if not self._guard.acquire(timeout=PATIENCE):
            raise StoreAway
        try:
            database = self._connection or self._opened()
            with database:
                database.execute("BEGIN IMMEDIATE")
                yield database
        except sqlite3.Error as error:
            raise StoreAway(str(error)) from error
        finally:
            self._guard.release()

    def _opened(self) -> sqlite3.Connection:
        made = sqlite3.connect(self._file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=FULL")
        made.execute("PRAGMA secure_delete=ON")
        made.executescript(_TABLES)
        self._connection = made
        return made

    def put(self, signature: str, query: Mapping[str, str], body: bytes, *, at: float) -> None:
        """A call that is held already changes nothing. Raises ``StoreAway``."""
        with self._writing() as database:
            database.execute("DELETE FROM held WHERE received_at < ?", (at - LASTS,))
            calls, size = database.execute("SELECT calls, size FROM taken").fetchone()
            if calls >= self._most or size + len(body) > self._largest:
                raise StoreAway("full")
            database.execute(
                "INSERT INTO held (signature, query, body, received_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (signature, json.dumps(query), body, at),
            )

    def hand_over(self, done: Sequence[int], *, most: int, largest: int) -> list[Held]:
        """Forget those that are done; the oldest of the others, so many and of so many bytes, at least one."""
        found: list[Held] = []
        with self._writing() as database:
            database.executemany("DELETE FROM held WHERE id = ?", [(id_,) for id_ in done])
            rows = database.execute("SELECT id, query, body, received_at FROM held ORDER BY id LIMIT ?", (most,))
            for id_, query, body, received_at in rows:
                largest -= len(body)
                if found and largest < 0:
                    break
                found.append(Held(id_, json.loads(query), body, received_at))
        return found

    def is_well(self) -> bool:
        try:
            with self._writing():
                return True
        except StoreAway:
            return False
