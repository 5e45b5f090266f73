"""The meetings that are one's own: on whose roll one stands."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from zhibu.apps.meetings.access import may_attend, meetings_seen_by
from zhibu.apps.meetings.models import Meeting
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.middleware import AskedRequest


def attended(request: AskedRequest, meeting_id: UUID) -> Meeting:
    """The meeting on whose roll the asker stands: 404 where it is not visible, 403 where they are not on the roll."""
    rows = meetings_seen_by(request.asker).select_related("organization", "host")
    meeting = get_object_or_404(rows, pk=meeting_id)
    forbid_unless(may_attend(request.asker, meeting))
    return meeting
