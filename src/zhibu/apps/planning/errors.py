"""Refusals a person may meet at a plan. Each text says what happened and what to do next."""


class PlanningRefusal(Exception):
    """Not possible so."""


class NotNow(PlanningRefusal):
    """Not possible in the state in which the plan is."""
