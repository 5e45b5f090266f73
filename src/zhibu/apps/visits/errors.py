"""Refusals a person may meet around visits."""


class VisitRefusal(Exception):
    """Not possible so; the text says why and what to do next."""
