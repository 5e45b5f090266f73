"""Today: what is ahead of a member, day by day, and what waits for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhibu.apps.learning.making_up import WaitsAs, waits_for
from zhibu.apps.meetings.mine import Ahead, ahead_of, tasks_held_by
from zhibu.apps.notices.queries import new_notices_of
from zhibu.web.shell import clock
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import my_id
from zhibu.web.shell.told import told

#: So many sessions, tasks, minutes and notices are shown; the pages behind them show all.
MOST_AHEAD, MOST_TASKS, MOST_WAITING, MOST_NOTICES = 30, 10, 10, 5


@dataclass(frozen=True, slots=True)
class Day:
    """What is ahead on one day."""

    day: dt.date
    sessions: Sequence[Ahead]


@login_required
@require_safe
def today(request: AskedRequest) -> HttpResponse:
    person, at = my_id(request), clock.now()
    ahead = ahead_of(person, at, most=MOST_AHEAD + 1)
    notices = new_notices_of(person, at)[: MOST_NOTICES + 1]
    lines = [told(notice) for notice in notices]
    tasks = list(tasks_held_by(person, at.date()).filter(done_on__isnull=True)[: MOST_TASKS + 1])
    waits = waits_for(request.asker, at.date(), most=MOST_WAITING)
    shown = groupby(ahead[:MOST_AHEAD], key=lambda one: one.day)
    return render(
        request,
        "member/today.html",
        {
            "days": [Day(day, list(sessions)) for day, sessions in shown],
            "has_more": len(ahead) > MOST_AHEAD,
            "notices": lines[:MOST_NOTICES],
            "has_more_notices": len(lines) > MOST_NOTICES,
            "takes_code": any(one.takes_code for one in ahead),
            "tasks": tasks[:MOST_TASKS],
            "has_more_tasks": len(tasks) > MOST_TASKS,
            "missed": waits[WaitsAs.MISSED],
            "units": waits[WaitsAs.UNIT],
            "waiting": waits[WaitsAs.MINUTES],
        },
    )
