"""Talks (谈心谈话): which of the three kinds one is, and whom each kind asks, over time.

Nobody says the kind: it follows from who holds an office of the branch on the day. A branch without a committee has
its secretaries for one. What can not take place is asked of nobody: a talk takes somebody else.

Source: 中国共产党支部工作条例（试行） 2018, art. 19 (number not checked).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zhibu.domain.periods import Span, covered, outside, shared
from zhibu.domain.terms import TalkKind

_BY_OFFICERS = (TalkKind.BETWEEN_MEMBERS, TalkKind.COMMITTEE_AND_MEMBERS, TalkKind.WITHIN_COMMITTEE)


def kind_of(officers: int) -> TalkKind:
    """By how many of the two hold an office of the branch: 0, 1 or 2."""
    return _BY_OFFICERS[officers]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one member stands, each stretch once.

    ``held``: with an office of the branch; ``plain``: in it without one; ``elsewhere``: in another branch.
    """

    held: tuple[Span, ...]
    plain: tuple[Span, ...]
    elsewhere: tuple[Span, ...] = ()


def place_of(*, here: Iterable[Span], offices: Iterable[Span], anywhere: Iterable[Span] = ()) -> Place:
    """``here``: when somebody was a member of the branch; ``offices``: when they held one of its offices."""
    at_home = covered(here)
    held = shared(at_home, covered(offices))
    return Place(tuple(held), tuple(outside(at_home, held)), tuple(outside(covered(anywhere), at_home)))


class Circle:
    """The members of one branch over time, as far as talks ask who was there."""

    def __init__(self, places: Sequence[Place]) -> None:
        officers = [span for place in places for span in place.held]
        members = [span for place in places for span in place.plain]
        self._an_officer, self._two_officers = covered(officers), covered(officers, 2)
        self._a_member, self._two_members = covered(members), covered(members, 2)

    def asked(self, kind: TalkKind, place: Place) -> list[Span]:
        """When a talk of this kind is asked of the one in ``place``, who is one of the circle.

        Whoever came from another branch was asked there as well; of an office held there nothing is known here.
        """
        match kind:
            case TalkKind.WITHIN_COMMITTEE:
                return shared(place.held, self._two_officers)
            case TalkKind.COMMITTEE_AND_MEMBERS:
                with_a_member = shared(place.held, self._a_member)
                return [*with_a_member, *shared(place.plain, self._an_officer), *place.elsewhere]
            case TalkKind.BETWEEN_MEMBERS:
                return [*shared(place.plain, self._two_members), *place.elsewhere]
