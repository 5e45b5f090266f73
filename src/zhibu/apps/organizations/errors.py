"""Refusals a person may meet when the tree changes."""


class TreeRefusal(Exception):
    """The tree can not be changed so; the text says why and what to do."""
