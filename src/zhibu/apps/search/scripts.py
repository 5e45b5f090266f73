"""Simplified and traditional characters are one: what is compared is simplified, character by character."""

from __future__ import annotations

from typing import Any

#: From here on characters may be Chinese; what stands before is left alone.
_FIRST = 0x2E80


class _Simplified(dict[int, str]):
    """What each character becomes; asked of OpenCC when one is first met.

    Character by character, so that a part of a text becomes a part of what the text becomes; and one for one, so
    that a place in one is a place in the other.
    """

    def __init__(self) -> None:
        super().__init__()
        self._converter: Any = None

    def __missing__(self, code: int) -> str:
        self[code] = char = self._simplified(chr(code)) if code >= _FIRST else chr(code)
        return char

    def _simplified(self, char: str) -> str:
        if self._converter is None:
            from opencc import OpenCC  # loads its tables

            self._converter = OpenCC("t2s")
        if "\ud800" <= char <= "\udfff":
            return char
        converted: str = self._converter.convert(char)
        return converted if len(converted) == 1 else char


_SIMPLIFIED = _Simplified()


def simplified(text: str) -> str:
    """``text`` with every traditional character that has a simplified one replaced by it; as long as it was."""
    return text.translate(_SIMPLIFIED)
