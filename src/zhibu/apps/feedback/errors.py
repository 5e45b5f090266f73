"""Refusals a person may meet with feedback and evaluations."""


class FeedbackRefusal(Exception):
    """It can not be recorded so; the text says why and what to do."""


class TooMuchFeedback(FeedbackRefusal):
    """As much came in this hour as can be taken here; the text says when to come again. Nothing was kept."""
