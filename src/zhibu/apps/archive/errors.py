"""Refusals a person may meet around files."""


class FileRefused(Exception):
    """The file is not taken; the text says why and what to do."""
