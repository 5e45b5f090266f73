"""How far a branch is with one part of a campaign (学习教育): seen from its records, never from who opened a page."""

from __future__ import annotations

from collections.abc import Iterable

from zhibu.domain.terms import MeetingKind, MeetingStage, OrganizationKind, Word

#: Organizations that may prescribe a part, or have one of their own. Groups study with their branch.
PRESCRIBING = tuple(kind for kind in OrganizationKind if kind is not OrganizationKind.GROUP)


class PartState(Word):
    """Neutral in every case: what is open is simply still to come."""

    DONE = "done", "已开展"
    UNDER_WAY = "under_way", "进行中"
    OPEN = "open", "待开展"


#: Stages at which a meeting is neither held nor going to be held as planned.
_IDLE = {MeetingStage.NOT_HELD}


def state_of(stages: Iterable[MeetingStage]) -> PartState:
    """From the stages of the meetings that serve a part: done once one of them is filed."""
    known = set(stages)
    if MeetingStage.FILED in known:
        return PartState.DONE
    return PartState.UNDER_WAY if known - _IDLE else PartState.OPEN


def is_owed_by(branch: str, *, prescribed_by: str, is_own: bool) -> bool:
    """Whether the branch that stands at a path owes a part: one of its own, or one prescribed above it.

    ``is_own``: the part is a branch's own, and nobody else's.
    """
    return branch == prescribed_by if is_own else branch.startswith(prescribed_by)


# --- Units ---------------------------------------------------------------------------------------------------------

#: Minutes that a unit takes: what fits between two people at a window. Longer ones are made two.
USUAL_MINUTES, MOST_MINUTES = 5, 15


class UnitReach(Word):
    """For whom a unit is, and how it is meant."""

    PRESCRIBED = "prescribed", "规定学习"  # asked of the organization and all below it
    OFFERED = "offered", "自选学习"  # offered to them
    HOUSE = "house", "全局共享"  # offered to everybody of the house


class MediaKind(Word):
    """What is attached to a unit."""

    PICTURE = "picture", "图片"
    AUDIO = "audio", "音频"
    VIDEO = "video", "视频"
    PDF = "pdf", "PDF"


# --- Make-up -------------------------------------------------------------------------------------------------------


class MakeUpState(Word):
    """How far it is that somebody makes up (补学) a lesson they missed."""

    DECLARED = "declared", "待确认"
    CONFIRMED = "confirmed", "已补学"
    REFUSED = "refused", "未确认"


#: Kinds of meetings that are organized study: what somebody attended of them, or made up, counts as hours.
STUDY = (MeetingKind.LESSON,)

#: Stages at which a lesson has taken place: who was not there can make it up.
OVER = (MeetingStage.CLOSED, MeetingStage.DRAFTED, MeetingStage.APPROVED, MeetingStage.FILED)
