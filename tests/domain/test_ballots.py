"""How a ballot is written down, what a box of them comes to, and who is put forward."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.ballots import (
    BALLOT_BYTES,
    CODE_BYTES,
    MOST_OPTIONS,
    Ballot,
    Forward,
    NoBallot,
    Tally,
    may_be_told,
    put_forward,
    read,
    tally,
    written,
)

MARKS = st.frozensets(st.integers(0, MOST_OPTIONS - 1))
CODES = st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES)


@given(CODES, MARKS)
def test_a_ballot_is_read_as_it_was_written_and_its_length_tells_nothing(code: bytes, marks: frozenset[int]) -> None:
    text = written(Ballot(code, marks))
    assert len(text) == BALLOT_BYTES
    assert read(text) == Ballot(code, marks)


@pytest.mark.parametrize(
    "text", [b"", b"x" * (BALLOT_BYTES - 1), b"x" * (BALLOT_BYTES + 1), b"\0" * CODE_BYTES + b"\xff" * 8]
)
def test_what_was_never_a_ballot_is_refused(text: bytes) -> None:
    with pytest.raises(NoBallot):
        read(text)


@pytest.mark.parametrize(
    "ballot", [Ballot(b"x" * CODE_BYTES, frozenset({MOST_OPTIONS})), Ballot(b"x", frozenset({0}))]
)
def test_no_ballot_is_written_with_a_mark_or_a_code_that_none_has(ballot: Ballot) -> None:
    with pytest.raises(NoBallot):
        written(ballot)


def test_a_ballot_with_more_marks_than_allowed_is_void_as_a_whole_and_an_empty_one_abstains() -> None:
    box = [frozenset({0}), frozenset({0, 1}), frozenset({0, 1, 2}), frozenset(), frozenset({5})]
    assert tally(box, options=3, most=2) == Tally(ballots=5, valid=3, void=2, blank=1, marks=(2, 1, 0))


@given(st.lists(MARKS, max_size=30), st.integers(2, MOST_OPTIONS), st.integers(1, 5))
def test_every_ballot_is_valid_or_void_and_no_option_has_more_marks_than_there_are_valid_ones(
    box: list[frozenset[int]], options: int, most: int
) -> None:
    found = tally(box, options=options, most=most)
    assert found.ballots == len(box) == found.valid + found.void
    assert len(found.marks) == options
    assert all(count <= found.valid - found.blank for count in found.marks)
    assert sum(found.marks) <= most * (found.valid - found.blank)


@pytest.mark.parametrize(("ballots", "told"), [(0, False), (4, False), (5, True)])
def test_with_four_ballots_nothing_is_told_and_with_five_the_result(ballots: int, told: bool) -> None:
    assert may_be_told(ballots) is told


@pytest.mark.parametrize(
    ("marks", "places", "left", "forward"),
    [
        ((5, 3, 1), 2, (), Forward((0, 1), (), 0)),
        ((5, 3, 3), 2, (), Forward((0,), (1, 2), 1)),
        ((3, 3, 3), 2, (), Forward((), (0, 1, 2), 2)),
        ((3, 3, 1), 2, (), Forward((0, 1), (), 0)),  # equal, and there is room for both
        ((0, 4, 0), 2, (), Forward((1,), (), 1)),  # nobody marked the others
        ((5, 3, 3), 2, (0,), Forward((1, 2), (), 0)),  # who left makes room
        ((5, 3, 3), 1, (0,), Forward((), (1, 2), 1)),
        ((0, 0), 1, (), Forward((), (), 1)),
        ((2, 1), 0, (), Forward((), (), 0)),  # an opinion puts nobody forward
    ],
)
def test_whose_place_is_clear_who_is_tied_and_what_stays_open(
    marks: tuple[int, ...], places: int, left: tuple[int, ...], forward: Forward
) -> None:
    assert put_forward(marks, places=places, left=left) == forward


@given(st.lists(st.integers(0, 6), min_size=2, max_size=12), st.integers(0, 6), st.sets(st.integers(0, 11)))
def test_nobody_is_put_forward_before_somebody_with_more_marks(marks: list[int], places: int, left: set[int]) -> None:
    found = put_forward(marks, places=places, left=left)
    assert len(found.clear) + found.open == places
    assert not (set(found.clear) | set(found.tied)) & left
    assert len(found.tied) == 0 or len(found.tied) > found.open > 0
    behind = [place for place in range(len(marks)) if place not in {*found.clear, *found.tied} and place not in left]
    assert all(marks[one] > marks[other] for one in found.clear for other in (*found.tied, *behind))
