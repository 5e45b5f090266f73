"""Refusals a person may meet in the forum."""


class ForumRefusal(Exception):
    """It can not be done so; the text says why and what to do."""


class TooManyPosts(ForumRefusal):
    """As many were written in this hour as one person may; the text says when to go on. Nothing was kept."""
