"""Who comes in as whom: the person behind an account, and what every deed is signed with."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from zhibu.apps.meetings.access import may_attend, meetings_seen_by
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.people.models import Person
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.middleware import AskedRequest


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


def attended(request: AskedRequest, meeting_id: UUID) -> Meeting:
    """The meeting on whose roll the asker stands: 404 where it is not visible, 403 where they are not on the roll."""
    rows = meetings_seen_by(request.asker).select_related("organization", "host")
    meeting = get_object_or_404(rows, pk=meeting_id)
    forbid_unless(may_attend(request.asker, meeting))
    return meeting
