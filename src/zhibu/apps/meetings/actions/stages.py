"""How a meeting goes from one stage to the next, and what refuses it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.meetings.errors import OutOfOrder
from zhibu.apps.meetings.models import Meeting
from zhibu.domain.stages import may_become
from zhibu.domain.terms import MeetingStage

#: From the opening until the record is filed: what happens at a meeting can be put on record.
VOTABLE = (MeetingStage.OPEN, MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED)


def locked(meeting_id: UUID) -> Meeting:
    """The meeting, held for this transaction: two deeds on one meeting follow each other."""
    return Meeting.objects.select_for_update().get(pk=meeting_id)


def require(meeting: Meeting, *stages: MeetingStage) -> None:
    """Raises ``OutOfOrder`` unless the meeting is at one of these stages."""
    if meeting.at_stage not in stages:
        raise OutOfOrder(
            _("“%(title)s” is at the stage “%(stage)s”; this is possible at: %(stages)s.")
            % {
                "title": meeting.title,
                "stage": meeting.at_stage.zh,
                "stages": "、".join(stage.zh for stage in stages),
            }
        )


def advance(meeting: Meeting, to: MeetingStage, *also: str) -> None:
    """Write the next stage (and the fields ``also``). Raises ``OutOfOrder`` where the way is not open."""
    if not may_become(meeting.at_stage, to):
        raise OutOfOrder(
            _("“%(title)s” is at the stage “%(stage)s” and can not become “%(to)s”.")
            % {"title": meeting.title, "stage": meeting.at_stage.zh, "to": to.zh}
        )
    meeting.stage = to.value
    meeting.save(update_fields=["stage", *also])
