"""What is refused about an election, in words for whoever meets it."""

from __future__ import annotations


class ElectionRefusal(Exception):
    """The text says what is wrong and what to do."""
