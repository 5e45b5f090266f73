"""Refusals a person may meet around notices."""


class NoticeRefusal(Exception):
    """Not possible so; the text says why and what to do next."""
