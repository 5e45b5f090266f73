"""Who is asking, and what every deed is signed with."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict
from uuid import UUID

from django.http import Http404

from zhibu.apps.archive.actions import Actor
from zhibu.apps.people.models import Person
from zhibu.web.shell import clock
from zhibu.web.shell.middleware import AskedRequest


class Signed(TypedDict):
    """Who does it and when: the clock's reading at the door."""

    actor: Actor
    at: dt.datetime


def signed(request: AskedRequest) -> Signed:
    return {"actor": request.user.actor, "at": clock.now()}


def me(request: AskedRequest) -> Person:
    """Accounts that are nobody's have nothing of their own."""
    if request.user.person is None:
        raise Http404
    return request.user.person


def my_id(request: AskedRequest) -> UUID:
    """The same where the key alone will do, without asking the database for the person."""
    if request.asker.person is None:
        raise Http404
    return request.asker.person
