"""How text is made findable: each pair of neighbouring characters becomes a word that any full-text index takes.

What holds: a query hits a text exactly when ``folded(query)`` is part of ``folded(text)``, for one character and for
many, for Chinese, Latin letters, digits and punctuation alike; words play no part.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from string import ascii_lowercase

#: As many characters, folded, may be looked for at once.
LONGEST = 40

#: Letters by which one character is told to an index; more characters than the pages of Unicode that hold any.
WIDTH = 4
_MOST = len(ascii_lowercase) ** WIDTH

#: Characters of one piece of a long text.
PIECE = 20_000

_WINDOW = 500


class _Folded(dict[int, str]):
    """What each character becomes; worked out when one is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


class _Coded(dict[str, str]):
    """The letters by which an index knows each character."""

    def __missing__(self, char: str) -> str:
        rest, letters = ord(char), ""
        for _ in range(WIDTH):
            rest, letter = divmod(rest, len(ascii_lowercase))
            letters = ascii_lowercase[letter] + letters
        self[char] = letters
        return letters


def _fold(char: str) -> str:
    """Each character by itself, so that a part of a text folds into a part of what the text folds into."""
    if char.isspace():
        return " "
    wide = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(
        " " if one.isspace() else one if ord(one) < _MOST else "\ufffd"
        for one in wide
        if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Mn", "Me"}
    )


_FOLDED, _CODED = _Folded(), _Coded()


def folded(text: str) -> str:
    """``text`` as it is compared: narrow, lower case, without accents and what can not be seen; one space at most."""
    return " ".join(text.translate(_FOLDED).split())


def squeezed(text: str) -> str:
    """``text`` without the spaces inside its lines, so that it is found with and without them; lines stay apart."""
    return "\n".join("".join(line.split()) for line in text.splitlines())


def grams(folded: str) -> list[str]:
    """The words for a folded text, in order: one for each pair of neighbours, then one for the last character."""
    codes = [_CODED[char] for char in folded]
    return [first + second for first, second in zip(codes, [*codes[1:], ""], strict=False)]


def sought(folded: str) -> list[str]:
    """The words that follow each other in every text that holds ``folded``; of one character, how they begin."""
    return grams(folded)[:-1] or grams(folded)


def pieces(text: str) -> Iterator[str]:
    """``text`` in parts of at most ``PIECE`` characters and what they share with the one before.

    Neighbours overlap so far that whatever may be looked for stands whole in one of them.
    """
    yield text[:PIECE]
    for start in range(PIECE, len(text), PIECE):
        shared = LONGEST
        while shared < start and len(folded(text[start - shared : start])) < LONGEST:
            shared *= 2
        yield text[max(0, start - shared) : start + PIECE]


def place_of(query: str, text: str) -> tuple[int, int] | None:
    """Where ``text``, as it was written, first holds what is looked for: begin and end. ``None``: nowhere."""
    wanted = folded(query)
    if not wanted:
        return None
    for start in range(0, len(text), _WINDOW):  # folding part by part, as a long text is mostly not looked at
        if wanted in folded(text[start : start + 2 * _WINDOW]):
            return _place_in(wanted, text[start : start + 2 * _WINDOW], start)
    return _place_in(wanted, text, 0)


def _place_in(wanted: str, text: str, start: int) -> tuple[int, int] | None:
    kept, origins = _with_origins(text)
    found = kept.find(wanted)
    return None if found < 0 else (start + origins[found], start + origins[found + len(wanted) - 1] + 1)


def _with_origins(text: str) -> tuple[str, list[int]]:
    """``folded(text)``, and for each of its characters the one of ``text`` that it comes from."""
    kept: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        for one in _FOLDED[ord(char)]:
            if one != " " or (kept and kept[-1] != " "):
                kept.append(one)
                origins.append(index)
    return "".join(kept), origins
