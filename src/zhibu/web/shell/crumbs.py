"""The way to a page, as it stands above its heading."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way; the last has no address: it is the page itself."""

    label: str
    url: str = ""
