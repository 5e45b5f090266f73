"""Looks into an .xls (or .et) before anything parses it: how far its sheets reach, and whether it is locked.

An .xls is a compound file (MS-CFB) that holds one stream of records (MS-XLS). Readers make a full rectangle out of
each sheet, so one cell in the last corner of a small file would cost a gigabyte; only the records tell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from zhibu.documents.workbooks.limits import Limits, Reason, WorkbookRefused

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Sector numbers from here on are marks (free, end of chain, …).
_LAST_SECTOR = 0xFFFFFFFA
_HEADER_SIZE, _ENTRY_SIZE, _MINI_CUTOFF, _MINI_SHIFT = 512, 128, 4096, 6
_STREAM, _ROOT = 2, 5
#: More than a sheet of the allowed size has records.
_MOST_RECORDS = 1_000_000

_END, _PASSWORD, _SHEET, _DIMENSIONS = 0x0A, 0x2F, 0x85, 0x200
_ONE_CELL = frozenset({0xFD, 0x203, 0x27E, 0x204, 0x205, 0x06, 0x206, 0x406, 0x201, 0xD6})
_MANY_CELLS = frozenset({0xBD, 0xBE})


def is_compound(data: bytes) -> bool:
    return data.startswith(SIGNATURE)


def refuse_hostile(data: bytes, limits: Limits) -> None:
    """Raises ``WorkbookRefused`` where the file is locked, broken or too large."""
    try:
        streams = _streams(data)
        if "EncryptedPackage" in streams:
            raise WorkbookRefused(Reason.PASSWORD)
        books = [stream for name, stream in streams.items() if name in {"Workbook", "Book"}]
        if not books:
            raise WorkbookRefused(Reason.NOT_A_WORKBOOK)
        for book in books:
            _refuse_large_sheets(book, limits)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise WorkbookRefused(Reason.DAMAGED) from error


def _streams(data: bytes) -> dict[str, bytes]:
    shift, first_directory, first_mini_table = (
        struct.unpack_from("<H", data, 30)[0],
        struct.unpack_from("<I", data, 48)[0],
        struct.unpack_from("<I", data, 60)[0],
    )
    if shift not in {9, 12}:
        raise WorkbookRefused(Reason.DAMAGED)
    size = 1 << shift
    table = _table(data, size)
    directory = _chain(data, first_directory, table, size)
    entries = [_entry(directory, at) for at in range(0, len(directory) - _ENTRY_SIZE + 1, _ENTRY_SIZE)]
    root = next((start for _name, kind, start, _length in entries if kind == _ROOT), None)
    if root is None:
        raise WorkbookRefused(Reason.DAMAGED)
    mini = _chain(data, root, table, size)
    mini_table = _numbers(_chain(data, first_mini_table, table, size))
    found = {}
    for name, kind, start, length in entries:
        if kind == _STREAM and name in {"Workbook", "Book"}:
            if length < _MINI_CUTOFF:
                text = _chain(mini, start, mini_table, 1 << _MINI_SHIFT, offset=0)
            else:
                text = _chain(data, start, table, size)
            found[name] = text[:length]
        elif kind == _STREAM:
            found.setdefault(name, b"")
    return found


def _entry(directory: bytes, at: int) -> tuple[str, int, int, int]:
    """Name, kind, first sector and length of one entry of the directory."""
    letters, kind = struct.unpack_from("<HB", directory, at + 64)
    start, length = struct.unpack_from("<II", directory, at + 116)
    name = directory[at : at + max(min(letters, 64) - 2, 0)].decode("utf-16-le", "replace")
    return name, kind, start, length


def _numbers(text: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(text) // 4}I", text[: len(text) // 4 * 4])


def _table(data: bytes, size: int) -> tuple[int, ...]:
    """Which sector follows which (FAT), gathered from where the header says its parts are (DIFAT)."""
    parts = list(struct.unpack_from("<109I", data, 76))
    following, visits = struct.unpack_from("<I", data, 68)[0], len(data) // size
    while following < _LAST_SECTOR and visits > 0:
        more = _numbers(_sector(data, following, size))
        parts += more[:-1]
        following, visits = more[-1], visits - 1
    sectors = [_sector(data, part, size) for part in parts if part < _LAST_SECTOR]
    if len(sectors) * size > len(data):
        raise WorkbookRefused(Reason.DAMAGED)
    return _numbers(b"".join(sectors))


def _sector(data: bytes, number: int, size: int, offset: int = _HEADER_SIZE) -> bytes:
    at = number * size + (max(offset, size) if offset else 0)
    return data[at : at + size]


def _chain(data: bytes, first: int, table: tuple[int, ...], size: int, *, offset: int = _HEADER_SIZE) -> bytes:
    """The sectors from ``first`` on. A chain longer than the file is a loop."""
    sectors: list[bytes] = []
    while first < _LAST_SECTOR:
        if len(sectors) * size > len(data):
            raise WorkbookRefused(Reason.DAMAGED)
        sectors.append(_sector(data, first, size, offset))
        first = table[first]
    return b"".join(sectors)


class _Sheet:
    """How far one sheet reaches, learned from its records."""

    def __init__(self) -> None:
        self.rows = self.columns = 0

    def see(self, stream: bytes, kind: int, at: int, length: int) -> None:
        if kind in _ONE_CELL and length >= 4:  # noqa: PLR2004 - row and column
            row, column = struct.unpack_from("<HH", stream, at)
        elif kind in _MANY_CELLS and length >= 6:  # noqa: PLR2004 - row, first and last column
            (row,), (column,) = (
                struct.unpack_from("<H", stream, at),
                struct.unpack_from("<H", stream, at + length - 2),
            )
        elif kind == _DIMENSIONS and length >= 12:  # noqa: PLR2004 - the ends, not included
            row = struct.unpack_from("<I", stream, at + 4)[0] - 1
            column = struct.unpack_from("<H", stream, at + 10)[0] - 1
        else:
            return
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)


def _refuse_large_sheets(stream: bytes, limits: Limits) -> None:
    left = _MOST_RECORDS
    begins: list[int] = []
    for kind, at, _length in _records(stream, 0, left):
        left -= 1
        if kind == _PASSWORD:
            raise WorkbookRefused(Reason.PASSWORD)
        if kind == _SHEET:
            begins.append(struct.unpack_from("<I", stream, at)[0])
    cells = 0
    for begin in begins:
        sheet = _Sheet()
        for kind, at, length in _records(stream, begin, left):
            left -= 1
            sheet.see(stream, kind, at, length)
        cells += sheet.rows * sheet.columns
        if sheet.rows > limits.rows:
            raise WorkbookRefused(Reason.ROWS, limit=limits.rows)
        if cells > limits.cells:
            raise WorkbookRefused(Reason.CELLS, limit=limits.cells)


def _records(stream: bytes, at: int, most: int) -> Iterator[tuple[int, int, int]]:
    """Kind, offset of the content and its length, up to the end of this part of the stream."""
    while at + 4 <= len(stream):
        if most <= 0:
            raise WorkbookRefused(Reason.DAMAGED)
        most -= 1
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, length
        if kind == _END:
            return
        at += 4 + length
