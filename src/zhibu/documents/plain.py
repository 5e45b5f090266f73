"""Text as people type and paste it, made fit for paper. Nothing is read as markup, and nothing visible is lost."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import TypeVar

#: What steers a terminal, a printer or the order of letters but is no letter: controls, marks of direction,
#: joiners and selectors, halves of characters, and the two codes XML does not know. Kept: line feed.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def clean(text: str) -> str:
    """``text`` without what can not be seen on paper; lines end in line feeds.

    A tab, as between the cells of a pasted table, becomes one full-width space, so that cells stay apart.
    """
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", "\u3000")


def one_line(text: str) -> str:
    """``text`` for a place that has one line: clean, every run of white space one space."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of ``text``, clean: one for each line that holds something, without its indent."""
    return tuple(line for line in (line.strip() for line in clean(text).split("\n")) if line)


def spelled(text: str) -> str:
    """``text`` with each character that our fonts lack written out, as 〔U+2A6D6〕.

    An empty box on paper says nothing; the number lets a reader find the character.
    """
    return _uncovered().sub(lambda missing: f"〔U+{ord(missing[0]):04X}〕", text)


@cache
def _uncovered() -> re.Pattern[str]:
    ranges = (files("zhibu.documents") / "fonts" / "coverage.txt").read_text("ascii").split()
    covered = ("-".join(re.escape(chr(int(end, 16))) for end in each.split("-")) for each in ranges)
    return re.compile(f"[^\n{''.join(covered)}]")


Thing = TypeVar("Thing")


def cleaned(thing: Thing) -> Thing:
    """A copy of ``thing`` in which every text is clean; goes into dataclasses and tuples."""
    if isinstance(thing, str) and not isinstance(thing, Enum):
        return clean(thing)  # type: ignore[return-value]
    if isinstance(thing, tuple):
        return tuple(cleaned(part) for part in thing)  # type: ignore[return-value]
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{each.name: cleaned(getattr(thing, each.name)) for each in fields(thing)})
    return thing
