"""Consultative ballots: how one ballot is written down, what a box of them comes to, and when nothing is told.

Nothing here elects anybody: elections are held on paper and judged by ``assembly``. A ballot says how many were for
what; where names are put forward, whose place is clear and who is tied. The order of the options is never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zhibu.domain.terms import Word

#: With fewer ballots a result would tell how somebody voted: the box is emptied unread.
FEWEST_BALLOTS = 5

#: Options of one ballot: each has a bit of a ballot that is written down.
FEWEST_OPTIONS, MOST_OPTIONS = 2, 40

#: Tellers of one ballot: two look at each other, and each of them has to be there at the count.
FEWEST_TELLERS, MOST_TELLERS = 2, 4

#: People on the roll of one ballot: each vote writes the whole box anew.
MOST_VOTERS = 5_000

#: Bytes of a receipt's code, of the marks, and of a whole ballot: they are all of one length.
CODE_BYTES, MARK_BYTES = 10, 8
BALLOT_BYTES = CODE_BYTES + MARK_BYTES


class BallotState(Word):
    """Where a ballot stands at an instant."""

    PREPARING = "preparing", "待监票人制钥"
    READY = "ready", "待开始"
    OPEN = "open", "投票中"
    CLOSED = "closed", "待开票"
    COUNTED = "counted", "已开票"
    TOO_FEW = "too_few", "票数不足，未开票"
    UNREADABLE = "unreadable", "无法开票"
    WITHDRAWN = "withdrawn", "已撤回"


#: In these a ballot has ended: its box is empty for good.
ENDED = (BallotState.COUNTED, BallotState.TOO_FEW, BallotState.UNREADABLE, BallotState.WITHDRAWN)


class NoBallot(ValueError):
    """Bytes that were never one of our ballots."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One ballot: the code on its receipt and the places of the options that were marked, from 0 on.

    Without a mark it is an abstention.
    """

    code: bytes
    marks: frozenset[int]


def written(ballot: Ballot) -> bytes:
    """Of the same length whatever was marked. Raises ``NoBallot`` for marks or a code that no ballot has."""
    if len(ballot.code) != CODE_BYTES or not all(0 <= mark < MOST_OPTIONS for mark in ballot.marks):
        raise NoBallot
    return ballot.code + sum(1 << mark for mark in ballot.marks).to_bytes(MARK_BYTES, "big")


def read(text: bytes) -> Ballot:
    """What ``written`` wrote. Raises ``NoBallot``."""
    if len(text) != BALLOT_BYTES:
        raise NoBallot
    bits = int.from_bytes(text[CODE_BYTES:], "big")
    if bits >> MOST_OPTIONS:
        raise NoBallot
    return Ballot(text[:CODE_BYTES], frozenset(mark for mark in range(MOST_OPTIONS) if bits >> mark & 1))


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted. ``marks``: of each option, in their order, in how many valid ballots it is marked.

    ``void``: ballots with more marks than were allowed, or with a mark beside the options; ``blank``: valid ones
    without a mark.
    """

    ballots: int
    valid: int
    void: int
    blank: int
    marks: tuple[int, ...]


def tally(ballots: Iterable[frozenset[int]], *, options: int, most: int) -> Tally:
    """Count the marks of each ballot. A ballot is valid or void as a whole."""
    every = valid = blank = 0
    marks = [0] * options
    for marked in ballots:
        every += 1
        if len(marked) > most or any(mark >= options for mark in marked):
            continue
        valid += 1
        blank += not marked
        for mark in marked:
            marks[mark] += 1
    return Tally(every, valid, every - valid, blank, tuple(marks))


def may_be_told(ballots: int) -> bool:
    return ballots >= FEWEST_BALLOTS


@dataclass(frozen=True, slots=True)
class Forward:
    """Whom a ballot puts forward.

    ``clear``: whose place nobody else could take; ``tied``: who are equal for fewer places than they are, to be voted
    on again among themselves; ``open``: places that are left for the tied, or for nobody.
    """

    clear: tuple[int, ...]
    tied: tuple[int, ...]
    open: int


def put_forward(marks: Sequence[int], *, places: int, left: Iterable[int] = ()) -> Forward:
    """The ``places`` options that most marked, in the order of the options. Neither chance nor order breaks a tie.

    ``left``: who left in the middle and is put forward by no number of marks. Nor is an option that nobody marked.
    """
    gone = set(left)
    standing = [place for place, count in enumerate(marks) if count and place not in gone]
    clear = [place for place in standing if sum(marks[other] >= marks[place] for other in standing) <= places]
    rest = [place for place in standing if place not in clear]
    best = max((marks[place] for place in rest), default=0)
    left_over = places - len(clear)
    tied = [place for place in rest if marks[place] == best] if left_over else []
    return Forward(tuple(clear), tuple(tied), left_over)
