"""What rooms of ``web`` have the worker do: it knows none of them, they register here when they are ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

#: Does what is due and returns how much it looked at. Takes the clock, and whether it is time to stop.
Step = Callable[[Callable[[], dt.datetime], Callable[[], bool]], int]

_steps: list[Step] = []


def have_done(step: Step) -> None:
    """Have the worker call ``step`` at each look. Registering it again changes nothing."""
    if step not in _steps:
        _steps.append(step)


def do_what_is_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool]) -> int:
    return sum(step(now, is_over) for step in _steps if not is_over())
