"""What is said around a meeting before and beside it: views of those who will be away, and threads of the forum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from zhibu.apps.forum.access import items_given_opinions_by, room_about
from zhibu.apps.forum.models import Opinion, Thread
from zhibu.apps.forum.queries import opinions_at, threads_of_meeting, votes_that_count
from zhibu.apps.meetings.access import PRIVATE
from zhibu.apps.meetings.models import AgendaItem, Meeting
from zhibu.apps.meetings.queries import RollLine
from zhibu.apps.people.access import Asker
from zhibu.domain.assembly import Presence
from zhibu.domain.forum import TAKES_VIEWS
from zhibu.domain.requirements import Decision
from zhibu.web.shell import clock

_AWAY = {Presence.LEAVE, Presence.ABSENT}


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of the agenda. ``gives``: the reader may say something on it beforehand; ``mine``: they did."""

    item: AgendaItem
    opinions: Sequence[Opinion]
    threads: Sequence[Thread]
    gives: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """``room_key``: where the reader may begin a thread about it, "" where nowhere; ``counted``: as in the rules."""

    items: Sequence[ItemLine]
    threads: Sequence[Thread]
    room_key: str = ""
    counted: Sequence[Decision] = field(default_factory=tuple)


def talk_of(
    asker: Asker, meeting: Meeting, agenda: Sequence[AgendaItem], roll: Sequence[RollLine], *, runs: bool
) -> Talk:
    """Two queries, one more for who will be away; none for a draft."""
    if meeting.at_stage in PRIVATE:
        return Talk([ItemLine(item, (), (), gives=False, mine=False) for item in agenda], ())
    mine = next((line for line in roll if line.person == asker.person), None)
    opinions = opinions_at(meeting) if runs or mine is not None else {}
    threads = threads_of_meeting(meeting, asker)
    gives = _given_by(asker, meeting, mine)
    return Talk(
        items=[_line(asker, item, opinions.get(item.pk, ()), threads, gives) for item in agenda],
        threads=[thread for thread in threads if thread.agenda_item_id is None],
        room_key=room_about(asker, meeting),
        counted=votes_that_count(meeting, clock.today()) if opinions else (),
    )


def _given_by(asker: Asker, meeting: Meeting, mine: RollLine | None) -> set[UUID]:
    """The items on which somebody who will be away may still say something."""
    if mine is None or mine.observes or meeting.at_stage not in TAKES_VIEWS:
        return set()
    asked = mine.leave is not None and mine.leave.granted is not False
    if not asked and mine.presence not in _AWAY:
        return set()
    return set(items_given_opinions_by(asker).filter(meeting=meeting).values_list("pk", flat=True))


def _line(
    asker: Asker, item: AgendaItem, opinions: Sequence[Opinion], threads: Sequence[Thread], gives: set[UUID]
) -> ItemLine:
    return ItemLine(
        item=item,
        opinions=opinions,
        threads=[thread for thread in threads if thread.agenda_item_id == item.pk],
        gives=item.pk in gives,
        mine=any(opinion.person_id == asker.person for opinion in opinions),
    )
