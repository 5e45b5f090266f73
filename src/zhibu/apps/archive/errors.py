"""Refusals a person may meet around files, and where something bears a mark of secrecy."""


class FileRefused(Exception):
    """The file is not taken; the text says why and what to do."""


class BearsMark(Exception):
    """It bears a mark of secrecy. ``may_confirm``: that is an everyday word as well, and the writer may say so."""

    def __init__(self, text: str, *, may_confirm: bool) -> None:
        super().__init__(text)
        self.may_confirm = may_confirm
