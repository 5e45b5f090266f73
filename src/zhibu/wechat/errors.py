"""What a call from the platform, or to it, can end in."""

from __future__ import annotations


class CallRefused(Exception):
    """Something that came in is not taken; ``status`` is what HTTP says of it."""

    status = 400


class Unreadable(CallRefused):
    """It is no message: not XML, not in the envelope, with an entity in it."""


class NotSigned(CallRefused):
    """The signature is missing or another's, or the call is too old."""

    status = 403


class TooLarge(CallRefused):
    """More than any message has."""

    status = 413


class PlatformAway(Exception):
    """The platform can not be reached now, or asks to wait. Nothing was sent; it is tried again."""


class MaybeSent(PlatformAway):
    """It was handed over and no answer came: the platform may have it."""


class PlatformRefused(Exception):
    """The platform does not take it. ``code`` is its number, ``is_gone``: the receiver is out of reach for good."""

    #: Not subscribed, no such receiver, refuses to be written to.
    _GONE = frozenset({40003, 43004, 43019, 43101, 60111, 81013})

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code

    @property
    def is_gone(self) -> bool:
        return self.code in self._GONE
