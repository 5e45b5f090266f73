"""What the worker does about ballots: ends those with too few votes, erases the boxes of those that have ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from zhibu.apps.ballots.actions.ending import settle_due


def empty_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool]) -> int:  # noqa: ARG001 - a step's signature
    return settle_due(now())
