"""Faults of rule packs. They stop the start: a wrong rule would judge wrongly, and quietly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong, where. ``key`` is dotted from the top of the file; lines count from 1."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class PackRefused(ImproperlyConfigured):
    """The packs can not be used as they are; ``faults`` names every place to mend."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(["Rule packs can not be used:", *map(str, self.faults)]))


class ConfirmationRefused(Exception):
    """A rule can not be confirmed so; the text says what to do next. ``field`` is the one to mend, empty for none."""

    def __init__(self, text: str, field: str = "") -> None:
        self.field = field
        super().__init__(text)
