"""A workbook is opened only after it has been looked into; what is hostile costs next to nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbook import bureau, xlsx
from zhibu.documents.workbooks.layout import LAYOUTS
from zhibu.documents.workbooks.limits import Limits, Reason, WorkbookRefused
from zhibu.documents.workbooks.reading import read

DATA = Path(__file__).parent.parent / "data"
WANTED = tuple(layout.name for layout in LAYOUTS)
SHEET = "xl/worksheets/sheet1.xml"

GOOD = xlsx({"组织机构": bureau()["组织机构"]})


@contextlib.contextmanager
def costs_next_to_nothing() -> Iterator[None]:
    """At most 64 MiB beyond the file itself; what it costs in time is measured by ``bench.hostile``."""
    tracemalloc.start()
    try:
        yield
    finally:
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


def refusal_of(data: bytes, limits: Limits | None = None) -> Reason:
    with costs_next_to_nothing(), pytest.raises(WorkbookRefused) as refusal:
        read(data, wanted=WANTED, **({"limits": limits} if limits else {}))
    return refusal.value.reason


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as package:
        for name, text in parts.items() if isinstance(parts, dict) else parts:
            package.writestr(name, text)
    return buffer.getvalue()


def with_part(name: str, text: bytes) -> bytes:
    return packed(parts_of(GOOD) | {name: text})


def with_sheet(rows: str) -> bytes:
    return with_part(
        SHEET,
        b'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml'
        b'/2006/main"><sheetData>' + rows.encode() + b"</sheetData></worksheet>",
    )


# --- What is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bureau", "bureau-messy", "bureau-errors"])
def test_the_sheets_of_a_bureau_are_read(name):
    book = read((DATA / f"{name}.xlsx").read_bytes(), wanted=WANTED)
    assert [sheet.name for sheet in book.sheets] == [name for name in WANTED if name != "三会一课台账"]
    assert book.others == ()


def test_rows_keep_the_numbers_that_excel_gives_them():
    book = read(xlsx({"班次": [[], [], ["", "代码"], [], ["", "白"]]}), wanted=WANTED)
    assert book.sheets[0].rows == [["", ""], ["", ""], ["", "代码"], ["", ""], ["", "白"]]


def test_sheets_that_nobody_asked_for_are_only_named():
    book = read(xlsx({"组织机构": [["组织编码"]], "草稿": [["x"]], " 班次 ": [["代码"]]}), wanted=WANTED)
    assert [sheet.name for sheet in book.sheets] == ["组织机构", "班次"]
    assert book.others == ("草稿",)


def test_a_formula_gives_what_it_was_last_seen_to_give():
    import xlsxwriter

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    sheet = workbook.add_worksheet("班次")
    sheet.write_formula(0, 0, '="代"&"码"', None, "代码")
    sheet.write_formula(0, 1, "=1/0", None, "#DIV/0!")
    sheet.write_formula(0, 2, '=WEBSERVICE("http://example.invalid/")', None, "开始")
    workbook.close()
    assert read(buffer.getvalue(), wanted=WANTED).sheets[0].rows == [["代码", "", "开始"]]


def test_a_merged_range_has_its_value_in_every_cell():
    import xlsxwriter

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    sheet = workbook.add_worksheet("排班")
    sheet.merge_range(0, 0, 0, 2, "2026年11月排班表")
    sheet.merge_range(1, 1, 2, 1, "检务处")
    sheet.write_row(1, 2, ["白"])
    sheet.write_row(2, 2, ["夜"])
    workbook.close()
    assert read(buffer.getvalue(), wanted=WANTED).sheets[0].rows == [
        ["2026年11月排班表"] * 3,
        ["", "检务处", "白"],
        ["", "检务处", "夜"],
    ]


def test_an_old_xls_is_read_too():
    book = read((DATA / "small.xls").read_bytes(), wanted=WANTED)
    assert book.sheets[0].rows == [
        ["一览表"] * 5,
        [""] * 5,
        ["组织编码", "组织名称", "组织类别", "上级组织编码", "成立日期"],
        ["GZ", "局党组", "党组", "", dt.date(1999, 8, 10)],
        ["GZ-A", "𠮷堃喆党支部", "党支部", "GZ", 36161],
    ]


def test_pictures_and_macros_are_left_behind():
    parts = parts_of(GOOD) | {"xl/vbaProject.bin": b"\0" * 100, "xl/media/image1.png": b"\x89PNG"}
    assert read(packed(parts), wanted=WANTED).sheets == read(GOOD, wanted=WANTED).sheets


# --- What is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"name,number\n1,2\n", Reason.NOT_A_WORKBOOK),
        (b"<html><table></table></html>", Reason.NOT_A_WORKBOOK),
        (b"%PDF-1.7\n" + GOOD, Reason.NOT_A_WORKBOOK),
        (b"MZ" + GOOD, Reason.NOT_A_WORKBOOK),
        (b"PK\x03\x04", Reason.DAMAGED),
        (GOOD[:-30], Reason.DAMAGED),
        (GOOD + b"x", Reason.DISGUISED),
        (GOOD + GOOD, Reason.DISGUISED),
        (packed({"a.txt": b"a"}), Reason.NOT_A_WORKBOOK),
        (packed({"word/document.xml": b"<w/>"}), Reason.OTHER_FORMAT),
        (packed({"xl/workbook.bin": b""}), Reason.OTHER_FORMAT),
        (packed({"content.xml": b"<o/>", "mimetype": b"x"}), Reason.OTHER_FORMAT),
    ],
    # Not by what is in them: a package holds the second in which each worker made it.
    ids=[
        "nothing",
        "csv",
        "html",
        "pdf",
        "program",
        "four bytes",
        "cut off",
        "one byte more",
        "two in one",
        "other package",
        "docx",
        "xlsb",
        "ods",
    ],
)
def test_what_is_no_workbook_is_refused(data, reason):
    assert refusal_of(data) is reason


def test_a_file_beyond_the_size_is_refused_unread():
    assert refusal_of(b"PK\x03\x04" + b"\0" * 1000, Limits(packed=1000)) is Reason.PACKED


@pytest.mark.slow
def test_a_zip_bomb_is_refused():
    assert refusal_of(with_part("xl/media/a.bin", b"\0" * (300 * 1024 * 1024))) is Reason.UNPACKED


@pytest.mark.parametrize("part", [SHEET, "xl/media/a.bin", "xl/sharedStrings.xml"])
def test_a_bomb_that_declares_a_small_size_is_refused(part):
    bomb = bytearray(with_part(part, b" " * (64 * 1024 * 1024)))
    real, lie = struct.pack("<I", 64 * 1024 * 1024), struct.pack("<I", 1000)
    while (at := bomb.find(real)) >= 0:
        bomb[at : at + 4] = lie
    assert refusal_of(bytes(bomb)) in {Reason.UNPACKED, Reason.DAMAGED}


def test_a_part_that_declares_more_than_it_holds_is_refused():
    lying = bytearray(with_part("xl/media/a.bin", b"abc" * 1111))
    real, lie = struct.pack("<I", 3333), struct.pack("<I", 4444)
    while (at := lying.find(real)) >= 0:
        lying[at : at + 4] = lie
    assert refusal_of(bytes(lying)) is Reason.DAMAGED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_inflates_without_a_bound_is_refused(method):
    assert refusal_of(packed(parts_of(GOOD) | {"xl/media/a.bin": b"\0" * 50_000_000}, method)) in {
        Reason.DAMAGED,
        Reason.UNPACKED,
    }


def test_two_files_in_the_same_bytes_are_refused():
    """As in a bomb that overlaps: a kilobyte that is a thousand files."""
    data = bytearray(packed({**parts_of(GOOD), "xl/media/a.bin": b"a" * 40, "xl/media/b.bin": b"a" * 40}))
    central = data.find(b"PK\x01\x02", data.rfind(b"xl/media/a.bin"))
    assert data[central + 46 : central + 60] == b"xl/media/b.bin"
    first = data.find(b"PK\x01\x02")
    data[central + 42 : central + 46] = data[first + 42 : first + 46]
    assert refusal_of(bytes(data)) is Reason.DISGUISED


def test_too_many_files_are_refused():
    assert refusal_of(packed(parts_of(GOOD) | {f"xl/media/{i}.bin": b"" for i in range(200)})) is Reason.FILES


@pytest.mark.slow
def test_a_directory_of_many_thousands_of_files_is_refused_before_it_is_read():
    assert refusal_of(packed({f"{i}": b"" for i in range(60_000)})) is Reason.FILES


@pytest.mark.parametrize(
    "name",
    ["../evil.xml", "/etc/passwd", "xl/../../evil.xml", "C:/evil.xml", "xl\\evil.xml", "XL/WORKBOOK.xml"],
)
def test_unsafe_names_are_refused(name):
    assert refusal_of(packed([*parts_of(GOOD).items(), (name, b"<a/>")])) is Reason.UNSAFE_NAME


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused():
    assert refusal_of(packed([*parts_of(GOOD).items(), (SHEET, b"<a/>")])) is Reason.UNSAFE_NAME


XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    "text",
    [
        XXE,
        LAUGHS,
        b" " * 100_000 + XXE,
        XXE.decode().encode("utf-16"),
        XXE.decode().encode("utf-16-be"),
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        b'<?xml version="1.0" encoding="cp037"?><a/>',
    ],
)
@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "_rels/.rels", "docProps/core.xml", "xl/drawing.vml"]
)
def test_document_types_and_hidden_encodings_are_refused(part, text):
    assert refusal_of(with_part(part, text)) is Reason.UNSAFE_XML


@pytest.mark.slow
def test_four_hundred_thousand_rows_are_refused():
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(1, 400_001))
    assert refusal_of(with_sheet(rows)) is Reason.ROWS
    assert refusal_of(with_sheet("<row/>" * 400_000)) is Reason.ROWS


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', Reason.ROWS),
        ("<row r='1048576'><c><v>1</v></c></row>", Reason.ROWS),
        ('<row spans="1:2" r = "20001"><c><v>1</v></c></row>', Reason.ROWS),
        ('<row r="1"><c s="1" r="B20001"><v>1</v></c></row>', Reason.ROWS),
        ('<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="20001"/>', Reason.ROWS),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="19999"><c r="XFD19999"><v>1</v></c></row>', Reason.CELLS),
        ('<row r="19999"><c r="A19999"/>' + "<c><v>1</v></c>" * 100 + "</row>", Reason.CELLS),
    ],
)
def test_a_sheet_that_reaches_far_is_refused_however_few_cells_it_has(rows, reason):
    assert refusal_of(with_sheet(rows)) is reason


def test_the_limits_are_the_callers():
    assert read(GOOD, wanted=WANTED, limits=Limits(rows=6)).sheets
    assert refusal_of(GOOD, Limits(rows=5)) is Reason.ROWS
    assert refusal_of(GOOD, Limits(files=3)) is Reason.FILES
    assert refusal_of(GOOD, Limits(unpacked=1000)) is Reason.UNPACKED


def test_a_locked_workbook_is_refused_by_its_name():
    """Excel keeps it as a compound file with one encrypted stream in it."""
    xls = bytearray((DATA / "small.xls").read_bytes())
    at = xls.find("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le")
    xls[at : at + len(name)] = name
    struct.pack_into("<H", xls, at + 64, len(name) + 2)
    assert refusal_of(bytes(xls)) is Reason.PASSWORD


def test_a_locked_xls_is_refused_by_its_name():
    xls = bytearray((DATA / "small.xls").read_bytes())
    at = xls.find(struct.pack("<HHH", 0x42, 2, 1200))  # the record that names the code page
    assert at > 0
    struct.pack_into("<H", xls, at, 0x2F)
    assert refusal_of(bytes(xls)) is Reason.PASSWORD


@pytest.mark.parametrize(("row", "column", "reason"), [(65535, 3, Reason.ROWS), (19_999, 255, Reason.CELLS)])
def test_an_xls_that_reaches_far_is_refused_however_few_cells_it_has(row, column, reason):
    xls = bytearray((DATA / "small.xls").read_bytes())
    at = xls.find(struct.pack("<HHHH", 0xFD, 10, 4, 3))  # the text cell in row 5, column D
    assert at > 0
    struct.pack_into("<HH", xls, at + 4, row, column)
    assert refusal_of(bytes(xls)) is reason


def test_an_xls_whose_sectors_run_in_a_circle_is_refused():
    xls = bytearray((DATA / "small.xls").read_bytes())
    (table,) = struct.unpack_from("<I", xls, 76)
    for sector in range(len(xls) // 512 - 1):
        struct.pack_into("<I", xls, (table + 1) * 512 + 4 * sector, sector)
    assert refusal_of(bytes(xls)) is Reason.DAMAGED


@pytest.mark.parametrize("name", ["small.xls", "bureau.xlsx"])
def test_a_broken_file_is_read_or_refused_and_nothing_else(name):
    good = (DATA / name).read_bytes()
    chance = random.Random(20261123)
    for _round in range(150 if name == "small.xls" else 25):
        broken = bytearray(good)
        for _flip in range(chance.choice([1, 3, 30])):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if chance.random() < 0.2:
            del broken[chance.randrange(len(broken)) :]
        with contextlib.suppress(WorkbookRefused):
            read(bytes(broken), wanted=WANTED)


def test_what_is_parsed_is_what_was_checked():
    """A second directory, which another reader might follow, shows it nothing."""
    evil = with_sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>evil</t></is></c></row>')
    for both in (evil + GOOD, GOOD + evil):
        assert refusal_of(both) is Reason.DISGUISED
    assert zlib.crc32(GOOD)  # GOOD itself stays readable
    assert read(GOOD, wanted=WANTED).sheets[0].rows[1][0] == "GZ"
