"""Refusals a person may meet at the roster."""


class RosterRefusal(Exception):
    """It can not be recorded so; the text says why and what to do."""
