"""Refusals a person may meet around playbooks."""


class ShowcaseRefusal(Exception):
    """Not possible so; the text says why and what to do next."""
