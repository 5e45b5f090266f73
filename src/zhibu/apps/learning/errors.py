"""Refusals a person may meet around a campaign. Each text says what happened and what to do next."""


class LearningRefusal(Exception):
    """Not possible so."""


class NotMissed(LearningRefusal):
    """Somebody was there, or was not called, and so has nothing to make up."""
