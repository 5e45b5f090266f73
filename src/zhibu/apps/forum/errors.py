"""Refusals a person may meet in the forum."""


class ForumRefusal(Exception):
    """It can not be done so; the text says why and what to do."""


class BearsMark(ForumRefusal):
    """It bears a mark of secrecy. ``may_confirm``: that is an everyday word as well, and the writer may say so."""

    def __init__(self, text: str, *, may_confirm: bool) -> None:
        super().__init__(text)
        self.may_confirm = may_confirm


class TooManyPosts(ForumRefusal):
    """As many were written in this hour as one person may; the text says when to go on. Nothing was kept."""
