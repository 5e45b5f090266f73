"""What is refused about ballots, in words for whoever meets it."""

from __future__ import annotations


class BallotRefusal(Exception):
    """The text says what is wrong and what to do."""


class KeyRefused(BallotRefusal):
    """A key file that is none, is of another ballot, or does not open with the phrase."""


class BoxUnreadable(BallotRefusal):
    """The box can not be opened here any more."""
