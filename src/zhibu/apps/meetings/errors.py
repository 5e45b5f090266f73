"""Refusals a person may meet around a meeting. Each text says what happened and what to do next."""


class MeetingRefusal(Exception):
    """Not possible now (409)."""


class OutOfOrder(MeetingRefusal):
    """The meeting is at another stage than this deed needs."""


class NotOnRoll(MeetingRefusal):
    """The person is not on the roll (403)."""


class CodeTooOld(MeetingRefusal):
    """The code was right and has turned since (410)."""


class CodeUnknown(MeetingRefusal):
    """The code belongs to no session that is open here."""


class CountRefused(MeetingRefusal):
    """The numbers of a vote contradict each other."""
