"""Refusals a person may meet around what is owed."""


class OversightRefusal(Exception):
    """Not possible now; the text says why and what to do next."""
