"""Who comes in to which meeting, and what every deed at it is signed with."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

from zhibu.apps.meetings.access import may_run, meetings_seen_by
from zhibu.apps.meetings.models import AgendaItem, Meeting, Session
from zhibu.apps.meetings.queries import with_previous
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.middleware import AskedRequest


def seen(request: AskedRequest, meeting_id: UUID, *, and_previous: bool = False) -> Meeting:
    """The meeting, or 404. ``is_joint`` tells whether several organizations hold it.

    ``and_previous``: ``queries.with_previous`` too.
    """
    rows = meetings_seen_by(request.asker).select_related(
        "organization", "host__organization", "convener", "chair", "recorder", "ledger_line"
    )
    joint = Meeting.joint_with.through.objects.filter(Q(meeting=OuterRef("pk")) | Q(meeting=OuterRef("host")))
    if and_previous:
        rows = with_previous(rows)
    return get_object_or_404(rows.annotate(is_joint=Exists(joint)), pk=meeting_id)


def run(request: AskedRequest, meeting_id: UUID, *, and_previous: bool = False) -> Meeting:
    """The meeting, or 404 where it is not visible, 403 where it is for others to run."""
    meeting = seen(request, meeting_id, and_previous=and_previous)
    forbid_unless(may_run(request.asker, meeting))
    return meeting


def run_session(request: AskedRequest, session_id: UUID) -> Session:
    """The session of a meeting that the asker runs, or 404, 403."""
    visible = Session.objects.filter(meeting__in=meetings_seen_by(request.asker))
    session = get_object_or_404(
        visible.select_related("meeting__organization", "meeting__convener", "meeting__chair", "meeting__recorder"),
        pk=session_id,
    )
    forbid_unless(may_run(request.asker, session.meeting))
    return session


def run_item(request: AskedRequest, meeting_id: UUID, item_id: UUID) -> AgendaItem:
    """The item of a meeting that the asker runs, with its meeting."""
    meeting = run(request, meeting_id)
    item = get_object_or_404(AgendaItem.objects.filter(meeting=meeting), pk=item_id)
    item.meeting = meeting
    return item
