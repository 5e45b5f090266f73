"""What a text carries that is nobody else's business: names, numbers of people, and marks of what stays inside.

Pure: who there is to be named is handed in. What is found is left out of what a branch publishes of its practice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from zhibu.domain.markings import inside_words, secret_marks
from zhibu.domain.terms import Word


class Inside(Word):
    """What was found; the last two may also be words that only look so, which a person decides."""

    SECRET = "secret", "密级标志"
    PHONE = "phone", "电话号码"
    IDENTITY = "identity", "证件号码"
    STAFF_NUMBER = "staff_number", "工号"
    NAME = "name", "人员姓名"
    INTERNAL = "internal", "内部字样"

    @property
    def may_be_meant_otherwise(self) -> bool:
        return self in {Inside.NAME, Inside.INTERNAL}


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Inside
    words: str


_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1\d{2}[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)|(?<!\d)[2-9]\d{6,7}(?!\d)"
)
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{3,20}(?![0-9A-Za-z])")

#: Characters of a name that is looked for; one of a single character would be found everywhere.
SHORTEST_NAME, LONGEST_NAME = 2, 12


def findings(text: str, *, names: Collection[str], numbers: Collection[str]) -> list[Finding]:
    """Each once, in the order of ``Inside``. ``names`` and ``numbers`` (of staff) as sets."""
    found = [
        *(Finding(Inside.SECRET, words) for words in secret_marks(text)),
        *(Finding(Inside.PHONE, hit.group()) for hit in _PHONE.finditer(text)),
        *(Finding(Inside.IDENTITY, hit.group()) for hit in _IDENTITY.finditer(text)),
        *(Finding(Inside.STAFF_NUMBER, hit.group()) for hit in _NUMBER.finditer(text) if hit.group() in numbers),
        *(Finding(Inside.NAME, name) for name in _named(text, names)),
        *(Finding(Inside.INTERNAL, words) for words in inside_words(text)),
    ]
    return list(dict.fromkeys(found))


def _named(text: str, names: Collection[str]) -> Iterator[str]:
    """Longer names first, at each place."""
    for start in range(len(text)):
        for length in range(LONGEST_NAME, SHORTEST_NAME - 1, -1):
            part = text[start : start + length]
            if len(part) == length and part in names:
                yield part
                break
