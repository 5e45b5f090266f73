"""How a meeting may go from one stage to the next."""

from __future__ import annotations

from zhibu.domain.terms import MeetingStage as Stage

#: From each stage, where a meeting may go. A filed record goes nowhere: only a correction stands beside it.
NEXT: dict[Stage, frozenset[Stage]] = {
    # From draft to closed: a meeting that took place and is entered after the event (补录).
    Stage.DRAFT: frozenset({Stage.ANNOUNCED, Stage.CLOSED, Stage.NOT_HELD}),
    Stage.ANNOUNCED: frozenset({Stage.OPEN, Stage.POSTPONED, Stage.NOT_HELD}),
    Stage.POSTPONED: frozenset({Stage.ANNOUNCED, Stage.NOT_HELD}),
    # Back to announced, and from closed to open: begun or closed by mistake.
    Stage.OPEN: frozenset({Stage.ANNOUNCED, Stage.CLOSED}),
    Stage.CLOSED: frozenset({Stage.OPEN, Stage.DRAFTED}),
    Stage.DRAFTED: frozenset({Stage.CLOSED, Stage.APPROVED}),
    Stage.APPROVED: frozenset({Stage.CLOSED, Stage.FILED}),
    Stage.FILED: frozenset(),
    Stage.NOT_HELD: frozenset(),
}


#: Of a meeting that people still have to come to: while these last, leave is asked and withdrawn.
AHEAD = (Stage.ANNOUNCED, Stage.OPEN)
#: Of a meeting that was announced and to which nobody has to come.
OFF = (Stage.POSTPONED, Stage.NOT_HELD)


def may_become(now: Stage, then: Stage) -> bool:
    return then in NEXT[now]
