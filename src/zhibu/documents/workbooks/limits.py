"""How much a workbook may hold, and why one is refused. The words for a reader are found above."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """``packed``: bytes of the file; ``unpacked`` and ``files``: of the zip inside; ``rows`` of one sheet.

    ``cells`` bounds the rectangles from A1 to the last cell of the sheets, all together: that is what reading
    them takes in memory, however few cells are filled.
    """

    packed: int = 20 * MEBIBYTE
    unpacked: int = 20 * MEBIBYTE
    files: int = 200
    rows: int = 20_000
    cells: int = 1_500_000


#: What the contract grants.
DEFAULT = Limits()


class Reason(StrEnum):
    EMPTY = "empty"
    NOT_A_WORKBOOK = "not_a_workbook"
    OTHER_FORMAT = "other_format"
    PASSWORD = "password"  # noqa: S105 - a reason
    DAMAGED = "damaged"
    DISGUISED = "disguised"
    UNSAFE_NAME = "unsafe_name"
    UNSAFE_XML = "unsafe_xml"
    PACKED = "packed"
    UNPACKED = "unpacked"
    FILES = "files"
    ROWS = "rows"
    CELLS = "cells"


#: Refused for its size alone.
TOO_BIG = frozenset({Reason.PACKED, Reason.UNPACKED, Reason.FILES, Reason.ROWS, Reason.CELLS})


class WorkbookRefused(Exception):
    """The file is not opened. ``limit`` is the bound that it passed, in the unit of ``Limits``; else ``None``."""

    def __init__(self, reason: Reason, *, limit: int | None = None) -> None:
        self.reason = reason
        self.limit = limit
        super().__init__(reason.value)
