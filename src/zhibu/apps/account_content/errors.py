"""Refusals a person may meet."""


class AccountContentRefusal(Exception):
    """It can not be done so; the text says why and what to do."""
