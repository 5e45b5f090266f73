"""The sheet of one-time codes."""

from __future__ import annotations

import datetime as dt

import pymupdf
import pytest

from zhibu.documents.codes import CodeSheet, CodeSlip, code_sheet

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
AT = dt.datetime(2026, 3, 5, 9, 0, tzinfo=SHANGHAI)
UNTIL = dt.datetime(2026, 3, 12, 18, 0, tzinfo=SHANGHAI)


def sheet_of(*slips: CodeSlip, address: str = "https://zhibu.example/") -> CodeSheet:
    return CodeSheet(organization="旅检一科党支部", address=address, valid_until=UNTIL, slips=slips)


def slips(count: int) -> tuple[CodeSlip, ...]:
    return tuple(CodeSlip(f"陈{number}", f"1000{number:03}", f"CODE-{number:04}") for number in range(count))


def pages_of(pdf: bytes) -> list[str]:
    with pymupdf.open(stream=pdf) as document:
        return [page.get_text() for page in document]


def test_each_slip_carries_its_person_its_code_and_what_to_do() -> None:
    (page,) = pages_of(code_sheet(sheet_of(CodeSlip("张堃", "1000001", "K7QM-4WXD")), at=AT))
    for text in ("张堃", "1000001", "K7QM-4WXD", "https://zhibu.example/", "2026年3月12日18:00", "旅检一科党支部"):
        assert text in page


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (10, 1), (11, 2), (120, 12)])
def test_ten_slips_to_a_page_and_none_is_cut_by_the_edge(people: int, pages: int) -> None:
    printed = pages_of(code_sheet(sheet_of(*slips(people)), at=AT))
    assert len(printed) == pages
    assert [page.count("CODE-") for page in printed[:-1]] == [10] * (pages - 1)
    assert sum(page.count("前有效") for page in printed) == people


def test_a_hostile_name_stays_a_name() -> None:
    hostile = '#eval("1+1") $x$ *b* _i_ \\ @ref <label> // /* `raw`'
    (page,) = pages_of(code_sheet(sheet_of(CodeSlip(hostile, "1", "C")), at=AT))
    assert "".join(hostile.split()) in "".join(page.replace("\u200b", "").split())


def test_the_same_slips_are_the_same_bytes() -> None:
    assert code_sheet(sheet_of(*slips(3)), at=AT) == code_sheet(sheet_of(*slips(3)), at=AT)
