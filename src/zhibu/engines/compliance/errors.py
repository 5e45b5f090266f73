"""Why an evaluation is refused."""

from __future__ import annotations


class EvaluationRefused(Exception):
    """It can not be done so; the text says what to do next."""


class FactsRefused(EvaluationRefused):
    """The facts are no facts; the text names the file, and the row where there is one (the first is 1)."""
