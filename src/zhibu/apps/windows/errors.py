"""Refusals a person may meet at the service windows."""


class WindowRefusal(Exception):
    """It can not be recorded so; the text says why and what to do."""
