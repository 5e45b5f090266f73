"""Canonical texts: what is sealed is a text, stored letter for letter and never made again from fields.

Source: RFC 8785 (JSON Canonicalization Scheme), for the values an event is made of: strings, integers that a
double holds exactly, booleans, null, lists and objects. Fractions are refused; write them as text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Canonical: TypeAlias = "bool | int | str | Sequence[Canonical] | Mapping[str, Canonical] | None"

_EXACT = 2**53 - 1


class NotCanonical(TypeError):
    """The value has no canonical text; the message names where in it."""


def canonical(value: Canonical) -> str:
    """The one text of ``value``: no spaces, keys in the order of their UTF-16 code units."""
    return _text(value, "$")


def _text(value: object, where: str) -> str:
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise NotCanonical(f"{where}: a lone surrogate is no text") from error
            return json.dumps(str(value), ensure_ascii=False)
        case int():
            if abs(value) > _EXACT:
                raise NotCanonical(f"{where}: {value} is beyond 2**53 - 1; write it as text")
            return str(int(value))
        case Mapping():
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
            inside = (f"{_text(name, where)}:{_text(value[name], f'{where}.{name}')}" for name in names)
            return "{" + ",".join(inside) + "}"
        case list() | tuple():
            return "[" + ",".join(_text(item, f"{where}[{i}]") for i, item in enumerate(value)) + "]"
        case _:
            raise NotCanonical(f"{where}: {type(value).__name__} has no canonical text")


def sha256(text: str) -> str:
    """The SHA-256 of the text in UTF-8, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
