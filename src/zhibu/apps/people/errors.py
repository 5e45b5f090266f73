"""Refusals a person may meet."""


class PeopleRefusal(Exception):
    """It can not be recorded so; the text says why and what to do."""


class CodeRefused(PeopleRefusal):
    """The one-time code is unknown, used or too old."""
