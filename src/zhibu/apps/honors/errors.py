"""What is refused about honors and pioneer posts, in words for whoever meets it."""

from __future__ import annotations


class HonorRefusal(Exception):
    """The text says what is wrong and what to do."""
