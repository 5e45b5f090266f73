"""Looks into an .xlsx before anything parses it: a zip that lies, bursts or hides something is refused.

What is handed on is a new zip, made of the very parts that were checked. A reader that finds another directory in
the same bytes than we did (two directories, a file before the zip) can then not be shown another workbook.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from zhibu.documents.workbooks.limits import Limits, Reason, WorkbookRefused

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
#: The record that ends a zip without a comment, and the fixed part before a file's name.
END_SIZE, LOCAL_SIZE = 22, 30
CHUNK = 64 * 1024
#: zipfile's flag of an encrypted file.
ENCRYPTED = 0x1

#: The parts a reader of values needs; pictures, macros, drawings and caches are left behind.
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:_rels/)?workbook\.xml(?:\.rels)?|xl/worksheets/.*"
    r"|xl/sharedStrings\.xml|xl/styles\.xml",
    re.IGNORECASE,
)
_XML = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")

_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLACED_CELL = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*?)?\sr\s*=")
_FAR_ROW = re.compile(rb"""\sr\s*=\s*["']\$?[A-Za-z]*\$?(\d{5,})""")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row(?:\s[^>]*?)?\sr\s*=\s*["'](\d+)""")
_LETTERS = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{2,})""")


def is_zip(data: bytes) -> bool:
    return data.startswith(LOCAL)


def checked(data: bytes, limits: Limits) -> bytes:
    """The workbook again, made of its checked parts. Raises ``WorkbookRefused``."""
    # Counted in the raw bytes: a directory of a million entries is refused before it is read.
    if data.count(CENTRAL) > limits.files:
        raise WorkbookRefused(Reason.FILES, limit=limits.files)
    if data[-END_SIZE:][: len(END)] != END:
        raise WorkbookRefused(Reason.DISGUISED if END in data else Reason.DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            _refuse_odd_entries(entries, limits)
            parts = dict(_inflate(package, entries, limits))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise WorkbookRefused(Reason.DAMAGED) from error
    if "xl/workbook.xml" not in parts:
        names = {entry.filename for entry in entries}
        is_office = names & {"xl/workbook.bin", "content.xml", "word/document.xml", "ppt/presentation.xml"}
        raise WorkbookRefused(Reason.OTHER_FORMAT if is_office else Reason.NOT_A_WORKBOOK)
    _refuse_large_sheets(parts, limits)
    return _packed(parts)


def _refuse_odd_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > limits.files:
        raise WorkbookRefused(Reason.FILES, limit=limits.files)
    if any(_is_unsafe(name) for name in names) or len({name.lower() for name in names}) < len(names):
        raise WorkbookRefused(Reason.UNSAFE_NAME)
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise WorkbookRefused(Reason.PASSWORD)
    # The other methods inflate without a bound.
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        raise WorkbookRefused(Reason.DAMAGED)
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise WorkbookRefused(Reason.UNPACKED, limit=limits.unpacked)
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        # Something before the first file, or two files in the same bytes.
        if entry.header_offset < end or (end == 0 and entry.header_offset != 0):
            raise WorkbookRefused(Reason.DISGUISED)
        end = entry.header_offset + LOCAL_SIZE + len(entry.filename) + entry.compress_size


def _is_unsafe(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or "\x00" in name or ".." in name.split("/")


def _inflate(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The needed parts, in the clear; every part is inflated, counted and checked, whatever its header says."""
    left = limits.unpacked
    for entry in entries:
        if entry.is_dir():
            continue
        with package.open(entry) as file:
            chunks: list[bytes] = []
            while chunk := file.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise WorkbookRefused(Reason.UNPACKED, limit=limits.unpacked)
                chunks.append(chunk)
        text = b"".join(chunks)
        if len(text) != entry.file_size:
            raise WorkbookRefused(Reason.DAMAGED)
        if _XML.search(entry.filename):
            _refuse_unsafe_xml(text)
        if _NEEDED.fullmatch(entry.filename):
            yield entry.filename, text


def _refuse_unsafe_xml(text: bytes) -> None:
    """No document type, hence no entities; and no encoding in which one could hide."""
    declared = _DECLARED_ENCODING.match(text.removeprefix(b"\xef\xbb\xbf"))
    if (
        b"<!DOCTYPE" in text
        or b"<!ENTITY" in text
        or b"\x00" in text[:4]
        or text.startswith((b"\xff\xfe", b"\xfe\xff"))
        or (declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii", b"ascii"})
    ):
        raise WorkbookRefused(Reason.UNSAFE_XML)


def _refuse_large_sheets(parts: dict[str, bytes], limits: Limits) -> None:
    left = limits.cells
    for text in parts.values():
        if b"sheetData" not in text:
            continue
        left -= _refuse_long(text, limits.rows) * _widest(text)
        if left < 0:
            raise WorkbookRefused(Reason.CELLS, limit=limits.cells)


def _refuse_long(text: bytes, most: int) -> int:
    """How many rows a reader would make of the sheet: to the last one named, however few there are."""
    rows = sum(1 for _found in _ROW.finditer(text))
    if rows <= most:
        named = max((int(found[1]) for found in _ROW_NUMBER.finditer(text)), default=0)
        far = max((int(found[1]) for found in _FAR_ROW.finditer(text)), default=0)
        rows = max(rows, named, far)
    if rows > most:
        raise WorkbookRefused(Reason.ROWS, limit=most)
    return rows


def _widest(text: bytes) -> int:
    """The number of the last column; one with a single letter counts as Z."""
    widest = max((_column(found[1]) for found in _LETTERS.finditer(text)), default=26)
    cells = sum(1 for _found in _CELL.finditer(text))
    if cells > sum(1 for _found in _PLACED_CELL.finditer(text)):
        # Cells that do not say where they are stand one after the other.
        widest = max(widest, *(sum(1 for _found in _CELL.finditer(row)) for row in _ROW.split(text)))
    return widest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return buffer.getvalue()
