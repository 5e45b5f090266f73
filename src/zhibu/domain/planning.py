"""The words of a plan of meetings, and what is usual: how long each kind lasts, what each thing costs."""

from __future__ import annotations

from collections.abc import Mapping

from zhibu.domain.roster import MINUTES_PER_DAY, Prices
from zhibu.domain.terms import MeetingKind, Word


class PlanState(Word):
    """From asking for a plan to what became of it."""

    WAITING = "waiting", "等待排定"
    RUNNING = "running", "正在排定"
    PROPOSED = "proposed", "建议"
    FAILED = "failed", "未能排定"
    ACCEPTED = "accepted", "已采用"
    DROPPED = "dropped", "已放弃"


class Way(Word):
    """How somebody is there (``roster.Attending``, on-line left out: no rule in force here counts it), or is not."""

    DUTY = "duty", "当班参加"
    EXTENSION = "extension", "班前班后参加"
    CALL_IN = "callin", "休息日返岗"
    MISSED = "missed", "不能参加"


#: Minutes that a meeting of each kind lasts unless somebody says otherwise.
LASTS: Mapping[MeetingKind, int] = {
    MeetingKind.GENERAL_MEETING: 90,
    MeetingKind.BRANCH_COMMITTEE_MEETING: 60,
    MeetingKind.COMMITTEE_MEETING: 90,
    MeetingKind.GROUP_MEETING: 60,
    MeetingKind.LESSON: 90,
    MeetingKind.THEME_DAY: 120,
}
USUALLY = 90

#: At most so many sessions of what may be held in turns.
TURNS = 4

#: The price list of ``planning.md``: what each thing costs, once.
PRICES = Prices(
    missed=1000,
    callin_day=50,
    session=20,
    repeat_callin=10,
    off_duty_online=5,
    extension=3,
    off_preferred_day=4,
    off_preferred_hours=2,
    moved_session=15,
    moved_attendee=1,
)

#: Hours of rest, minutes beside a shift in which one stays on, and the hours of a day in which sessions lie.
REST, BESIDE, FROM, UNTIL = 11, 60, 8, 20
#: Minutes from midnight between which a session had better lie: after noon, before people go home.
RATHER = (13 * 60 + 30, 17 * 60)

#: A night's work lasts so many minutes between 22:00 and 06:00 at least.
NIGHT, LATE, EARLY = 180, 22 * 60, 6 * 60


def is_night(starts: int, ends: int) -> bool:
    """Whether three hours or more of a shift lie between 22:00 and 06:00; in minutes from the midnight before it."""
    nights = [(LATE - MINUTES_PER_DAY, EARLY), (LATE, MINUTES_PER_DAY + EARLY)]
    return any(min(ends, last) - max(starts, first) >= NIGHT for first, last in nights)
