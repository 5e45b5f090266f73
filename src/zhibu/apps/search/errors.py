"""Refusals a person may meet when looking for something."""


class SearchRefused(Exception):
    """Nothing was looked for; the text says why and what to do."""
