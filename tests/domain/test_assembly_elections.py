"""Elections by the rules of 1990 and 2020: valid or void, elected, tied, open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_assembly import ELECTION_1990, ELECTION_2020, of
from zhibu.domain.assembly import (
    Ballots,
    BallotsDisagree,
    ElectionResult,
    MoreHandsThanVoters,
    NegativeNumber,
    NextStep,
    NoSeat,
    NotACandidate,
    Paper,
    Quorum,
    QuorumState,
    Reading,
    WhyVoid,
    elect,
    may_leave_open,
    quorum,
    read,
    second_ballot,
)

ALL_20 = Ballots(20, 20)


def hold(votes, *, seats=3, rule=ELECTION_2020, room=None, ballots=ALL_20):
    return elect(rule, room or of(20, 20), seats=seats, ballots=ballots, votes=votes)


# --- Valid or void -------------------------------------------------------------------------------------------------


def test_an_election_with_one_voter_too_few_present_is_void_and_leaves_all_seats_open():
    result = hold({"丁": 15}, seats=1, room=of(20, 15), ballots=Ballots(15, 15))
    assert result == ElectionResult(
        count=of(20, 15),
        quorum=Quorum(QuorumState.SHORT, whole=20, reached=15, needed=16),
        seats=1,
        needed=None,
        why_void=WhyVoid.NO_QUORUM,
    )
    assert (result.seats_open, result.next_step) == (1, NextStep.ELECT_ANEW)


def test_8_of_10_present_elect_by_the_rule_of_2020_and_not_by_that_of_1990():
    room, ballots = of(10, 8), Ballots(8, 8)
    assert hold({"丁": 8}, seats=1, room=room, ballots=ballots).elected == ("丁",)
    old = hold({"丁": 8}, seats=1, rule=ELECTION_1990, room=room, ballots=ballots)
    assert (old.why_void, old.elected) == (WhyVoid.NO_QUORUM, ())


def test_an_election_on_a_day_without_a_known_rule_is_not_judged():
    result = hold({"丁": 20}, seats=1, rule=None)
    assert (result.why_void, result.elected, result.quorum.state) == (WhyVoid.NO_RULE, (), QuorumState.UNKNOWN)


def test_more_ballots_returned_than_issued_make_the_election_void():
    result = hold({"丁": 18}, seats=1, ballots=Ballots(19, 20))
    assert (result.why_void, result.elected) == (WhyVoid.MORE_RETURNED_THAN_ISSUED, ())
    assert result.next_step is NextStep.ELECT_ANEW


def test_as_many_or_fewer_ballots_returned_than_issued_are_fine():
    assert hold({"丁": 18}, seats=1, ballots=Ballots(20, 20)).elected == ("丁",)
    assert hold({"丁": 18}, seats=1, ballots=Ballots(20, 18)).elected == ("丁",)


# --- Ballots -------------------------------------------------------------------------------------------------------


def test_a_ballot_with_more_names_than_seats_is_void_and_one_with_fewer_is_not():
    papers = [Paper(("丁", "王")), Paper(("丁", "王", "李")), Paper(("王",)), Paper(())]
    assert read(papers, candidates=["丁", "王", "李"], seats=2) == Reading(void=1, votes={"丁": 1, "王": 2, "李": 0})


def test_a_ballot_that_bears_a_mark_is_void():
    papers = [Paper(("丁",), marked=True), Paper(("丁",))]
    assert read(papers, candidates=["丁"], seats=1) == Reading(void=1, votes={"丁": 1})


def test_the_same_name_twice_on_a_ballot_is_one_vote():
    assert read([Paper(("丁", "丁"))], candidates=["丁"], seats=1) == Reading(void=0, votes={"丁": 1})


def test_who_is_written_in_follows_the_candidates():
    reading = read([Paper(("赵", "丁")), Paper(("钱",))], candidates=["丁", "王"], seats=2)
    assert list(reading.votes.items()) == [("丁", 1), ("王", 0), ("赵", 1), ("钱", 1)]


# --- Elected -------------------------------------------------------------------------------------------------------


def test_half_of_the_voters_present_elect_nobody_and_one_more_do():
    room, ballots = of(20, 16), Ballots(16, 16)
    assert hold({"丁": 8}, seats=1, room=room, ballots=ballots).elected == ()
    assert hold({"丁": 9}, seats=1, room=room, ballots=ballots) == ElectionResult(
        count=room, quorum=quorum(ELECTION_2020, room), seats=1, needed=9, elected=("丁",)
    )


def test_more_than_half_is_taken_of_those_present_not_of_the_ballots_returned():
    room = of(20, 16)
    assert hold({"丁": 8}, seats=1, room=room, ballots=Ballots(16, 10)).elected == ()


def test_with_more_than_half_for_more_people_than_seats_the_most_votes_are_elected():
    result = hold({"丁": 12, "王": 19, "李": 15, "赵": 14})
    assert (result.elected, result.tied, result.next_step) == (("王", "李", "赵"), (), NextStep.DONE)


def test_the_elected_stand_in_the_order_of_the_ballot_not_in_that_of_their_votes():
    assert hold({"丁": 11, "王": 20, "李": 15}).elected == ("丁", "王", "李")


def test_level_votes_above_the_cut_need_no_second_ballot():
    assert hold({"丁": 15, "王": 15, "李": 15, "赵": 11}).tied == ()


def test_a_tie_at_the_cut_is_voted_again_among_the_tied():
    result = hold({"丁": 13, "王": 19, "李": 13, "赵": 15})
    assert (result.elected, result.tied, result.seats_open) == (("王", "赵"), ("丁", "李"), 1)
    assert result.next_step is NextStep.SECOND_BALLOT


def test_a_tie_of_three_for_two_seats_is_voted_again_for_two():
    result = hold({"丁": 13, "王": 19, "李": 13, "赵": 13})
    assert (result.elected, result.tied, result.seats_open) == (("王",), ("丁", "李", "赵"), 2)


def test_a_tie_below_half_is_no_tie_for_nobody_of_them_is_elected():
    result = hold({"丁": 10, "王": 19, "李": 10, "赵": 15})
    assert (result.elected, result.tied, result.seats_open) == (("王", "赵"), (), 1)
    assert result.next_step is NextStep.VOTE_AGAIN_OR_LEAVE_OPEN


def test_who_is_written_in_is_elected_like_any_other():
    assert hold({"丁": 6, "赵": 14}, seats=1).elected == ("赵",)


# --- Second ballots and open seats ---------------------------------------------------------------------------------

TIED = hold({"丁": 13, "王": 19, "李": 13, "赵": 15})


def again(votes, *, room=None, ballots=ALL_20, first=TIED, rule=ELECTION_2020):
    return second_ballot(rule, room or of(20, 20), first=first, ballots=ballots, votes=votes)


def test_a_second_ballot_is_won_by_the_most_votes_even_without_half():
    result = again({"丁": 6, "李": 7})
    assert (result.elected, result.seats_open, result.needed, result.next_step) == (("李",), 0, None, NextStep.DONE)


def test_a_second_tie_is_voted_once_more():
    result = again({"丁": 10, "李": 10})
    assert (result.elected, result.tied, result.next_step) == ((), ("丁", "李"), NextStep.SECOND_BALLOT)
    assert again({"丁": 9, "李": 11}, first=result).elected == ("李",)


def test_who_got_no_vote_in_a_second_ballot_may_be_left_out_of_the_figures():
    assert again({"李": 1}).elected == ("李",)
    assert again({}).tied == ("丁", "李")


def test_a_second_ballot_among_others_than_the_tied_is_refused():
    with pytest.raises(NotACandidate) as refusal:
        again({"丁": 9, "王": 11})
    assert refusal.value.person == "王"


def test_a_second_ballot_needs_the_quorum_and_true_ballots_like_the_first():
    assert again({"丁": 8, "李": 7}, room=of(20, 15), ballots=Ballots(15, 15)).why_void is WhyVoid.NO_QUORUM
    assert again({"丁": 8}, ballots=Ballots(10, 11)).why_void is WhyVoid.MORE_RETURNED_THAN_ISSUED


def test_a_second_ballot_where_nothing_is_open_is_refused():
    with pytest.raises(NoSeat):
        again({}, first=hold({"丁": 19}, seats=1))


def test_seats_that_stay_open_are_voted_on_again_and_need_more_than_half_again():
    first = hold({"丁": 9, "王": 19, "李": 8}, seats=2)
    assert first.seats_open == 1
    assert hold({"丁": 10, "李": 9}, seats=first.seats_open).elected == ()
    assert hold({"丁": 11, "李": 9}, seats=first.seats_open).elected == ("丁",)


def test_a_seat_is_left_open_with_the_consent_of_more_than_half_of_the_electors():
    assert may_leave_open(ELECTION_2020, of(20, 16), 9)
    assert not may_leave_open(ELECTION_2020, of(20, 16), 8)
    with pytest.raises(MoreHandsThanVoters):
        may_leave_open(ELECTION_2020, of(20, 16), 17)


# --- Figures that contradict each other ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ballots", "votes", "less"),
    [
        (Ballots(21, 20), {"丁": 1}, "issued"),
        (Ballots(20, 18, 2), {"丁": 17}, "votes of one candidate"),
        (Ballots(20, 10), {"丁": 10, "王": 10, "李": 10, "赵": 1}, "votes of all candidates"),
    ],
)
def test_ballots_that_contradict_each_other_are_refused(ballots, votes, less):
    with pytest.raises(BallotsDisagree) as refusal:
        hold(votes, room=of(22, 20), ballots=ballots)
    assert refusal.value.less == less


def test_as_many_votes_as_the_ballots_can_hold_are_accepted():
    assert hold({"丁": 10, "王": 10, "李": 10}, ballots=Ballots(20, 10)).elected == ()


def test_more_void_ballots_than_returned_are_refused():
    with pytest.raises(BallotsDisagree):
        Ballots(20, 3, 4)


@pytest.mark.parametrize("numbers", [(-1, 0, 0), (0, -1, 0), (1, 1, -1)])
def test_a_negative_number_of_ballots_is_refused(numbers):
    with pytest.raises(NegativeNumber):
        Ballots(*numbers)


def test_negative_votes_and_elections_without_a_seat_are_refused():
    with pytest.raises(NegativeNumber):
        hold({"丁": -1})
    with pytest.raises(NoSeat):
        hold({"丁": 1}, seats=0)


# --- What holds for all elections ----------------------------------------------------------------------------------


@st.composite
def elections(draw):
    voters_present = draw(st.integers(1, 30))
    voters = draw(st.integers(voters_present, 35))
    seats = draw(st.integers(1, 5))
    people = [f"p{i}" for i in range(draw(st.integers(1, 8)))]
    # A few ways of voting, many times each: level votes above half are then common.
    ways = draw(st.lists(st.lists(st.sampled_from(people), max_size=seats + 1, unique=True), min_size=1, max_size=3))
    papers = [Paper(tuple(draw(st.sampled_from(ways)))) for _ in range(draw(st.integers(0, voters_present)))]
    return of(voters, voters_present), seats, people, papers


def judged(election, rule=ELECTION_2020):
    room, seats, people, papers = election
    reading = read(papers, candidates=people, seats=seats)
    ballots = Ballots(room.voters_present, len(papers), reading.void)
    return elect(rule, room, seats=seats, ballots=ballots, votes=reading.votes), reading.votes


@given(elections(), st.sampled_from([ELECTION_1990, ELECTION_2020]))
def test_whoever_is_elected_has_more_than_half_and_nobody_outside_has_more_votes(election, rule):
    result, votes = judged(election, rule)
    room = result.count
    outside = set(votes) - set(result.elected)
    for person in result.elected:
        assert result.why_void is None
        assert 2 * votes[person] > room.voters_present
        assert all(votes[other] < votes[person] for other in outside)
    assert len(result.elected) <= result.seats


@given(elections())
def test_a_second_ballot_is_called_exactly_when_level_votes_stand_on_both_sides_of_the_last_seat(election):
    result, votes = judged(election)
    if result.why_void is not None:
        assert (result.elected, result.tied) == ((), ())
        return
    enough = sorted((n for n in votes.values() if 2 * n > result.count.voters_present), reverse=True)
    if len(enough) <= result.seats:
        assert (len(result.elected), result.tied) == (len(enough), ())
    elif enough[result.seats - 1] > enough[result.seats]:
        assert (result.seats_open, result.tied) == (0, ())
    else:
        level = enough[result.seats]
        assert set(result.tied) == {person for person in votes if votes[person] == level}
        assert 0 < result.seats_open < len(result.tied)


@given(elections())
def test_the_order_of_the_ballot_never_decides_who_is_elected(election):
    result, _votes = judged(election)
    room, seats, people, papers = election
    turned, _ = judged((room, seats, people[::-1], papers))
    assert set(turned.elected) == set(result.elected)
    assert set(turned.tied) == set(result.tied)
    assert turned == replace(result, elected=turned.elected, tied=turned.tied)
