"""Refusals a person may meet around exhibitions."""


class ExhibitionRefusal(Exception):
    """Not possible so; the text says why and what to do next."""
