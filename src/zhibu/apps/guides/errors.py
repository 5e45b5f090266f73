"""Refusals a person may meet with guides and questions."""


class GuideRefusal(Exception):
    """It can not be recorded so; the text says why and what to do."""


class TooManyQuestions(GuideRefusal):
    """As many came in this hour as can be taken; the text says when to come again. Nothing was kept."""
