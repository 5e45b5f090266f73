"""What a hostile or huge workbook costs before it is refused: seconds and MiB beyond the file, each in a new process.

    python -m bench.hostile

Prints processor and wall seconds, the growth of the process's peak memory, and the refusal. Exits 1 where one is let
in, or costs more than a second of the processor or 64 MiB.
"""

from __future__ import annotations

import io
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

MEBIBYTE = 1024 * 1024
SECONDS, MEBIBYTES = 1.0, 64

GOOD = Path(__file__).parent.parent / "tests" / "data" / "bureau.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
_OPENED = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
_XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'


def _parts() -> dict[str, bytes]:
    with zipfile.ZipFile(GOOD) as package:
        return {name: package.read(name) for name in package.namelist()}


def _with(name: str, text: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for each, content in (_parts() | {name: text}).items():
            package.writestr(each, content)
    return buffer.getvalue()


def _rows(rows: str) -> bytes:
    return _with(SHEET, _OPENED + rows.encode() + b"</sheetData></worksheet>")


def _lying_bomb() -> bytes:
    size = 256 * MEBIBYTE
    bomb = bytearray(_with("xl/media/a.bin", b" " * size))
    real, lie = struct.pack("<I", size), struct.pack("<I", 1000)
    while (at := bomb.find(real)) >= 0:
        bomb[at : at + 4] = lie
    return bytes(bomb)


def _many_files() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for number in range(60_000):
            package.writestr(str(number), b"")
    return buffer.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "bomb, 1 GiB": lambda: _with("xl/media/a.bin", bytes(1024 * MEBIBYTE)),
    "bomb that lies": _lying_bomb,
    "60,000 files": _many_files,
    "400,000 rows": lambda: _rows("".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(1, 400_001))),
    "a cell far away": lambda: _rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "external entity": lambda: _with(SHEET, _XXE),
    "entity bomb": lambda: _with("xl/sharedStrings.xml", _LAUGHS),
    "path outside": lambda: _with("../../evil.xml", b"<a/>"),
    "web page": lambda: b"<html><script>alert(1)</script></html>",
    "picture (SVG)": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "two files in one": lambda: b"%PDF-1.7\n" + GOOD.read_bytes(),
    "too large": lambda: b"PK\x03\x04" + bytes(40 * MEBIBYTE),
}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _try(file: Path) -> None:
    """In a process of its own: the costs and the refusal of one file."""
    from zhibu.documents.workbooks.layout import LAYOUTS
    from zhibu.documents.workbooks.limits import WorkbookRefused
    from zhibu.documents.workbooks.reading import read

    data, names = file.read_bytes(), [layout.name for layout in LAYOUTS]
    before, processor, wall = _peak(), time.process_time(), time.perf_counter()
    try:
        read(data, wanted=names)
        reason = ""
    except WorkbookRefused as refusal:
        reason = refusal.reason.value
    print(time.process_time() - processor, time.perf_counter() - wall, _peak() - before, reason)


def _tries() -> Iterator[bool]:
    with tempfile.TemporaryDirectory(prefix="zhibu-hostile-") as folder:
        file = Path(folder) / "file.xlsx"
        for name, made in HOSTILE.items():
            file.write_bytes(made())
            told = subprocess.run(
                [sys.executable, "-m", "bench.hostile", str(file)], capture_output=True, text=True, check=True
            ).stdout.split(maxsplit=3)
            processor, wall, grown = map(float, told[:3])
            reason = told[3].strip() if len(told) > 3 else ""
            well = bool(reason) and processor <= SECONDS and grown <= MEBIBYTES
            yield well
            size = file.stat().st_size / MEBIBYTE
            print(
                f"{name:18} {size:6.1f} MiB  {processor:6.3f} s ({wall:6.3f} wall)  +{grown:5.1f} MiB  "
                f"{reason or 'LET IN'}{'' if well else '  MISSED'}"
            )


def main() -> int:
    if len(sys.argv) > 1:
        _try(Path(sys.argv[1]))
        return 0
    well = all(list(_tries()))
    print(f"goals: refused within {SECONDS:.0f} s and {MEBIBYTES} MiB; load {os.getloadavg()[0]:.1f}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
