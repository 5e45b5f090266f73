"""Refusals a person may meet around the lists."""


class ListRefusal(Exception):
    """Not possible so; the text says why and what to do next."""
