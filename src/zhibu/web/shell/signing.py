"""What every deed is signed with."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from zhibu.apps.archive.actions import Actor
from zhibu.web.shell import clock
from zhibu.web.shell.middleware import AskedRequest


class Signed(TypedDict):
    """Who does it and when: the clock's reading at the door."""

    actor: Actor
    at: dt.datetime


def signed(request: AskedRequest) -> Signed:
    return {"actor": request.user.actor, "at": clock.now()}
