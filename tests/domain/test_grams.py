"""Any part of a text is found, of one character and of many, and nothing that is not part of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.grams import LONGEST, PIECE, folded, grams, pieces, place_of, sought

TEXTS = st.text(max_size=80) | st.text(st.sampled_from("口岸口 支部党员大会AbＡｂ１é ，\n堃喆犇𠮷👍"), max_size=80)


def hits(query: str, text: str) -> bool:
    """As an index judges it: the words of the query follow each other; of one character, a word begins so."""
    wanted, words = sought(folded(query)), grams(folded(text))
    if len(folded(query)) == 1:
        return any(word.startswith(wanted[0]) for word in words)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


@given(TEXTS, st.data())
def test_every_part_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text)))
    part = text[begin : data.draw(st.integers(begin, len(text)))]
    if folded(part):
        assert hits(part, text)
        place = place_of(part, text)
        assert place is not None
        assert folded(part) in folded(text[slice(*place)])


@given(TEXTS, TEXTS)
def test_what_is_found_is_part_of_the_text(query: str, text: str) -> None:
    if folded(query):
        assert hits(query, text) == (folded(query) in folded(text)) == (place_of(query, text) is not None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＧＺ－Ａ－０１", "gz-a-01"),
        ("Café", "CAFE"),
        ("Cafe\u0301", "café"),
        ("㈱", "(株)"),
        ("三\u3000会\t一\n课", "三 会 一 课"),
        ("支\u200b部", "支部"),
        ("Straße", "STRASSE"),
        ("ｶﾞ", "カ"),
    ],
)
def test_wide_and_narrow_large_and_small_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_words_are_letters_only_so_that_every_index_reads_them_alike() -> None:
    words = grams(folded('口岸 OR "x" * - : 👍𠮷\U0010fffd'))
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert {len(word) for word in words[:-1]} == {8}
    assert len(words[-1]) == 4
    assert grams("") == []


def test_two_characters_that_differ_have_words_that_differ() -> None:
    chars = [chr(code) for code in range(0x20, 0x33400) if not 0xD800 <= code < 0xE000]
    assert len({grams(char)[0] for char in chars}) == len(chars)


@given(st.integers(0, 3), st.integers(1, LONGEST), st.sampled_from(["", "\u200b" * 500, " " * 90]))
def test_what_stands_across_two_pieces_stands_whole_in_one(number: int, length: int, between: str) -> None:
    base = "".join(chr(0x4E00 + index % 20_000) for index in range(3 * PIECE))
    cut = PIECE * number
    text = base[: max(0, cut - 5)] + between + base[max(0, cut - 5) :]
    for begin in range(max(0, cut - length - len(between)), min(cut + 5, len(text) - length), 7):
        part = folded(text[begin : begin + length])
        assert part == "" or any(part in folded(piece) for piece in pieces(text))


def test_a_short_text_is_one_piece_and_a_long_one_loses_nothing() -> None:
    assert list(pieces("")) == [""]
    assert list(pieces("短")) == ["短"]
    assert [len(piece) for piece in pieces("长" * (2 * PIECE + 1))] == [PIECE, PIECE + LONGEST, LONGEST + 1]
