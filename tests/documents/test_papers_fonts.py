"""The fonts that print every paper: open, ours to ship, and wide enough for the names of people."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

import zhibu.documents
from zhibu.documents.plain import clean, one_line, paragraphs, spelled

FONTS = Path(zhibu.documents.__file__).parent / "fonts"
FILES = sorted(path for path in FONTS.iterdir() if path.suffix in {".otf", ".ttf"})


def covered_by(path: Path) -> set[int]:
    return set(pymupdf.Font(fontfile=str(path)).valid_codepoints())


def test_the_list_of_covered_characters_is_that_of_the_fonts() -> None:
    told = set()
    for ends in (FONTS / "coverage.txt").read_text("ascii").split():
        first, _, last = ends.partition("-")
        told |= set(range(int(first, 16), int(last or first, 16) + 1))
    assert told == set().union(*map(covered_by, FILES)) - set(range(0x20))


def test_all_of_gbk_prints_but_one_sign() -> None:
    missing = []
    for high in range(0x81, 0xFF):
        for low in {*range(0x40, 0xFF)} - {0x7F}:
            letter = bytes([high, low]).decode("gbk", errors="ignore")
            # the user-defined rows of GBK are no characters of Unicode
            if letter and not "\ue000" <= letter <= "\uf8ff" and spelled(letter) != letter:
                missing.append(letter)
    assert missing == ["≒"]


@pytest.mark.parametrize("name", ["堃", "喆", "旻", "镕", "玥", "犇", "䶮", "㛃", "𬭎", "𬸚", "𠮷"])
def test_rare_characters_of_names_print(name: str) -> None:
    assert spelled(name) == name


def test_the_fonts_are_within_their_size_and_each_has_a_license() -> None:
    assert sum(path.stat().st_size for path in FILES) <= 26 * 1024 * 1024
    notice = (Path(__file__).parents[2] / "NOTICE").read_text()
    assert all(path.name in notice for path in FILES)
    assert {path.name for path in FONTS.glob("LICENSE-*")} == {
        "LICENSE-GPL-3.0-with-font-exception.txt",
        "LICENSE-OFL-1.1.txt",
    }


def test_no_font_that_is_not_open_is_shipped() -> None:
    for path in FILES:
        assert path.name.startswith(("Fandol", "Zhibu"))
        text = path.read_bytes()
        assert not any(
            maker.encode(code) in text
            for maker in ("Founder", "方正")
            for code in ("utf-16-be", "latin-1" if maker.isascii() else "gbk")
        )


def test_cleaning_keeps_what_can_be_seen() -> None:
    assert clean("甲\u200b乙\x00\u202e丙\r\n丁\t戊\x85己") == "甲乙丙\n丁\u3000戊\n己"
    assert one_line("  甲\n 乙\t丙 ") == "甲 乙 丙"
    assert paragraphs("　　甲 \n\n\u200b\n乙") == ("甲", "乙")
    assert spelled("甲\U0002a6d6\n") == "甲〔U+2A6D6〕\n"
