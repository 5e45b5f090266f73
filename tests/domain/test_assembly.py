"""The referee's table, sentence by sentence, and both edges of every share."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.assembly import (
    Attendance,
    Count,
    CountsDisagree,
    Exclusion,
    ExclusionRefused,
    Foresight,
    Ground,
    MoreHandsThanVoters,
    MoreWrittenThanAbsent,
    NegativeNumber,
    NotAGround,
    OneAtATime,
    Outcome,
    Presence,
    Quorum,
    QuorumState,
    TwiceOnRoll,
    Verdict,
    Votes,
    Written,
    carries,
    count,
    foresee,
    has_quorum,
    judge,
    quorum,
)
from zhibu.domain.periods import Span
from zhibu.domain.requirements import (
    AssemblyRule,
    Base,
    Binding,
    Citation,
    Comparator,
    Contradictory,
    Decision,
    ElectionRule,
    Layer,
    Modality,
    Threshold,
    Verified,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind, Standing

HALF = Fraction(1, 2)
FOUR_FIFTHS = Fraction(4, 5)


def at_least(share, base=Base.VOTERS):
    return Threshold(base, Comparator.AT_LEAST, share)


def more_than(share, base=Base.VOTERS):
    return Threshold(base, Comparator.MORE_THAN, share)


def rule(kind=AssemblyRule, decision=Decision.RESOLUTION, meeting=MeetingKind.GENERAL_MEETING, **terms):
    return kind(
        id=decision.value,
        label=decision.zh,
        layer=Layer.NATIONAL,
        citation=Citation("某条例", "某机关", 2018, 11, Verified.FULL),
        force=Span(dt.date(2018, 10, 28)),
        modality=Modality.MUST,
        binding=Binding(frozenset({OrganizationKind.BRANCH})),
        meetings=frozenset({meeting}),
        decisions=frozenset({decision}),
        **terms,
    )


RESOLUTION = rule(quorum=at_least(HALF), passing=more_than(HALF))
ADMISSION = rule(
    decision=Decision.ADMISSION,
    quorum=more_than(HALF),
    passing=more_than(HALF),
    written_as_votes=True,
    one_at_a_time=True,
)
COMMITTEE = rule(
    meeting=MeetingKind.BRANCH_COMMITTEE_MEETING,
    quorum=at_least(HALF, Base.BRANCH_COMMITTEE),
    passing=None,
    needed_to_meet=True,
)
ELECTION_2020 = rule(
    ElectionRule,
    Decision.ELECTION,
    quorum=at_least(FOUR_FIFTHS),
    passing=more_than(HALF, Base.VOTERS_PRESENT),
    leaving_open=more_than(HALF, Base.VOTERS_PRESENT),
)
ELECTION_1990 = replace(ELECTION_2020, quorum=more_than(FOUR_FIFTHS))


def of(voters, voters_present):
    """A meeting of voters only."""
    return Count(voters, voters_present, voters, voters_present)


def outcome(rule, voters, voters_present, in_favour, written=0):
    return judge(rule, of(voters, voters_present), Votes(in_favour, written=Written(written))).outcome


# --- A referee's table: resolutions --------------------------------------------------------------------------------


def test_with_9_of_20_present_no_resolution_may_be_voted_on():
    assert judge(RESOLUTION, of(20, 9)) == Verdict(
        count=of(20, 9),
        quorum=Quorum(QuorumState.SHORT, whole=20, reached=9, needed=10),
        outcome=Outcome.NO_QUORUM,
        needed=11,
    )


def test_with_10_of_20_present_and_all_in_favour_a_resolution_may_be_voted_on_and_does_not_pass():
    assert judge(RESOLUTION, of(20, 10)).outcome is Outcome.OPEN
    assert judge(RESOLUTION, of(20, 10), Votes(10)) == Verdict(
        count=of(20, 10),
        quorum=Quorum(QuorumState.MET, whole=20, reached=10, needed=10),
        outcome=Outcome.NOT_PASSED,
        needed=11,
        in_favour=10,
        not_cast=0,
    )


def test_with_10_of_20_present_the_chair_hears_beforehand_that_one_more_must_be_called():
    assert foresee(RESOLUTION, of(20, 10)) == Foresight(
        count=of(20, 10), reachable=10, to_vote=0, to_pass=1, against=0, to_pass_against=1
    )


def test_with_11_of_20_present_and_all_in_favour_a_resolution_passes():
    assert outcome(RESOLUTION, 20, 11, 11) is Outcome.PASSED


def test_10_of_16_present_do_not_pass_a_resolution_of_20_though_they_are_a_majority_of_those_present():
    assert outcome(RESOLUTION, 20, 16, 10) is Outcome.NOT_PASSED


def test_11_of_16_present_pass_a_resolution_of_20():
    assert outcome(RESOLUTION, 20, 16, 11) is Outcome.PASSED


@pytest.mark.parametrize(("voters", "fewest"), [(1, 1), (2, 1), (3, 2), (19, 10), (20, 10), (21, 11)])
def test_half_of_the_voters_are_enough_to_vote_on_a_resolution_and_one_fewer_are_not(voters, fewest):
    assert has_quorum(RESOLUTION, of(voters, fewest))
    assert not has_quorum(RESOLUTION, of(voters, fewest - 1))


@pytest.mark.parametrize(("voters", "fewest"), [(1, 1), (2, 2), (3, 2), (19, 10), (20, 11), (21, 11)])
def test_more_than_half_of_the_voters_carry_a_resolution_and_one_fewer_do_not(voters, fewest):
    everybody = of(voters, voters)
    assert carries(RESOLUTION, everybody, Votes(fewest))
    assert not carries(RESOLUTION, everybody, Votes(fewest - 1))


def test_probationary_members_are_expected_and_present_but_neither_voters_nor_voters_present():
    roll = [
        *(Attendance(f"full-{i}", Standing.FULL, Presence.PRESENT) for i in range(11)),
        *(Attendance(f"away-{i}", Standing.FULL, Presence.LEAVE) for i in range(9)),
        *(Attendance(f"new-{i}", Standing.PROBATIONARY, Presence.PRESENT) for i in range(3)),
    ]
    counted = count(roll)
    assert counted == Count(expected=23, present=14, voters=20, voters_present=11)
    assert judge(RESOLUTION, counted).outcome is Outcome.OPEN


def test_probationary_members_do_not_make_up_a_quorum():
    assert judge(RESOLUTION, Count(23, 12, 20, 9)).outcome is Outcome.NO_QUORUM


# --- A referee's table: elections ----------------------------------------------------------------------------------


def test_with_15_of_20_present_an_election_is_invalid():
    assert outcome(ELECTION_2020, 20, 15, 15) is Outcome.NO_QUORUM


def test_with_16_of_20_present_and_8_in_favour_an_election_is_valid_and_elects_nobody():
    assert outcome(ELECTION_2020, 20, 16, 8) is Outcome.NOT_PASSED


def test_with_16_of_20_present_and_9_in_favour_a_candidate_is_elected():
    assert outcome(ELECTION_2020, 20, 16, 9) is Outcome.PASSED


def test_8_of_10_present_are_too_few_by_the_rule_of_1990_and_enough_by_that_of_2020():
    assert not has_quorum(ELECTION_1990, of(10, 8))
    assert has_quorum(ELECTION_1990, of(10, 9))
    assert has_quorum(ELECTION_2020, of(10, 8))
    assert not has_quorum(ELECTION_2020, of(10, 7))


def test_four_crews_can_not_reach_four_fifths_and_five_crews_can_by_the_rule_of_2020_only():
    assert not has_quorum(ELECTION_2020, of(40, 30))
    assert has_quorum(ELECTION_2020, of(40, 32))
    assert not has_quorum(ELECTION_1990, of(40, 32))


# --- A referee's table: admission of a probationary member ---------------------------------------------------------


def test_with_10_of_20_present_and_2_written_opinions_nobody_is_admitted_for_10_do_not_exceed_half():
    assert judge(ADMISSION, of(20, 10), Votes(10, written=Written(2))) == Verdict(
        count=of(20, 10),
        quorum=Quorum(QuorumState.SHORT, whole=20, reached=10, needed=11),
        outcome=Outcome.NO_QUORUM,
        needed=11,
        in_favour=12,
        not_cast=0,
    )


def test_11_present_in_favour_and_2_in_writing_admit_a_member_for_13_exceed_10():
    verdict = judge(ADMISSION, of(20, 11), Votes(11, written=Written(2)))
    assert (verdict.outcome, verdict.in_favour, verdict.needed) == (Outcome.PASSED, 13, 11)


def test_written_opinions_received_before_decide_an_admission_that_the_room_alone_would_not_pass():
    assert outcome(ADMISSION, 20, 11, 9, written=2) is Outcome.PASSED
    assert outcome(ADMISSION, 20, 11, 9, written=1) is Outcome.NOT_PASSED


def test_written_opinions_against_help_nobody():
    votes = Votes(10, 1, written=Written(in_favour=0, against=1, abstained=1))
    assert judge(ADMISSION, of(20, 11), votes).outcome is Outcome.NOT_PASSED


def test_written_opinions_on_a_resolution_stay_on_record_and_do_not_count():
    verdict = judge(RESOLUTION, of(20, 10), Votes(10, written=Written(2)))
    assert (verdict.outcome, verdict.in_favour, verdict.written_aside) == (Outcome.NOT_PASSED, 10, 2)


def test_candidates_for_admission_are_voted_on_one_at_a_time():
    with pytest.raises(OneAtATime) as refusal:
        judge(ADMISSION, of(20, 11), Votes(11), candidates=2)
    assert refusal.value.candidates == 2
    assert judge(RESOLUTION, of(20, 11), Votes(11), candidates=2).outcome is Outcome.PASSED


def test_a_rule_may_let_written_opinions_make_up_the_quorum_too():
    generous = replace(ADMISSION, written_to_quorum=True)
    assert judge(generous, of(20, 10), Votes(9, written=Written(2))).outcome is Outcome.PASSED
    assert quorum(generous, of(20, 10), written=Written(1)).reached == 11


# --- Other meetings ------------------------------------------------------------------------------------------------


def test_half_of_the_branch_committee_can_meet_and_one_fewer_can_not():
    assert quorum(COMMITTEE, of(5, 3)) == Quorum(QuorumState.MET, whole=5, reached=3, needed=3)
    assert quorum(COMMITTEE, of(5, 2)) == Quorum(QuorumState.SHORT, whole=5, reached=2, needed=3)
    assert has_quorum(COMMITTEE, of(4, 2))


def test_a_committee_member_whose_vote_is_suspended_still_sits_in_the_committee():
    assert quorum(COMMITTEE, Count(4, 2, 3, 1)).state is QuorumState.MET


def test_what_passes_in_a_branch_committee_is_not_guessed_where_the_text_does_not_say():
    verdict = judge(COMMITTEE, of(5, 5), Votes(5))
    assert (verdict.outcome, verdict.needed) == (Outcome.NO_PASSING_RULE, None)
    assert carries(COMMITTEE, of(5, 5), Votes(5)) is None
    assert foresee(COMMITTEE, of(5, 2)) == Foresight(
        of(5, 2), 3, to_vote=1, to_pass=None, against=0, to_pass_against=None, names_passing=False
    )


@pytest.mark.parametrize(
    "meeting",
    [
        MeetingKind.GROUP_MEETING,
        MeetingKind.LESSON,
        MeetingKind.THEME_DAY,
        MeetingKind.ORGANIZATION_LIFE_MEETING,
        MeetingKind.APPRAISAL,
    ],
)
def test_a_meeting_that_teaches_or_talks_needs_no_quorum(meeting):
    assert quorum(None, of(20, 1), meeting=meeting) == Quorum(QuorumState.NOT_REQUIRED, 20, 1, None)
    assert quorum(None, of(20, 1), meeting=meeting).is_met


@pytest.mark.parametrize(
    "meeting",
    [MeetingKind.GENERAL_MEETING, MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.COMMITTEE_MEETING, None],
)
def test_without_a_known_rule_a_meeting_that_decides_has_an_unknown_quorum(meeting):
    assert quorum(None, of(20, 20), meeting=meeting).state is QuorumState.UNKNOWN
    assert not quorum(None, of(20, 20), meeting=meeting).is_met


def test_without_a_known_rule_a_vote_is_recorded_and_not_judged():
    assert judge(None, of(20, 20), Votes(20, written=Written())) == Verdict(
        count=of(20, 20),
        quorum=Quorum(QuorumState.UNKNOWN, 20, 20, None),
        outcome=Outcome.NO_RULE,
        needed=None,
        in_favour=20,
        not_cast=0,
    )


def test_a_unit_may_ask_a_quorum_of_its_groups():
    asked = rule(meeting=MeetingKind.GROUP_MEETING, quorum=at_least(HALF), passing=None)
    assert quorum(asked, of(4, 1), meeting=MeetingKind.GROUP_MEETING).state is QuorumState.SHORT


def test_a_rule_that_names_no_quorum_asks_for_none():
    free = rule(quorum=None, passing=more_than(HALF))
    assert judge(free, of(20, 1)).quorum.state is QuorumState.NOT_REQUIRED
    assert judge(free, of(20, 11), Votes(11)).outcome is Outcome.PASSED


def test_nobody_decides_nothing():
    assert judge(RESOLUTION, of(0, 0)).outcome is Outcome.NO_QUORUM
    assert judge(ELECTION_2020, of(0, 0)).outcome is Outcome.NO_QUORUM


# --- The roll ------------------------------------------------------------------------------------------------------


def line(person, standing=Standing.FULL, presence=Presence.PRESENT, exclusion=None):
    return Attendance(person, standing, presence, exclusion)


def test_only_full_members_whose_right_is_not_suspended_have_a_vote():
    roll = [
        line("Lin"),
        line("Chen", Standing.PROBATIONARY),
        line("Qiu", Standing.SUSPENDED),
        line("Staff", None),
    ]
    assert count(roll) == Count(expected=4, present=4, voters=1, voters_present=1)


@pytest.mark.parametrize("presence", [Presence.ABSENT, Presence.LEAVE, Presence.EXPECTED])
def test_who_did_not_come_is_expected_whatever_the_reason(presence):
    assert count([line("Lin"), line("Chen", presence=presence)]) == Count(2, 1, 2, 1)


def test_an_observer_counts_nowhere():
    assert count([line("Lin"), line("Guest", presence=Presence.OBSERVER)]) == Count(1, 1, 1, 1)


def test_an_empty_roll_counts_nobody():
    assert count([]) == Count(0, 0, 0, 0)


def test_the_same_person_twice_on_the_roll_is_refused():
    with pytest.raises(TwiceOnRoll) as refusal:
        count([line("Lin"), line("Lin", presence=Presence.OBSERVER)])
    assert refusal.value.person == "Lin"


def test_a_member_is_left_out_of_the_base_for_a_listed_ground_with_consent_and_decision():
    ill = Exclusion(Ground.LONG_ILLNESS, consent=True, decision=True)
    assert count([line("Lin"), line("Chen", presence=Presence.ABSENT, exclusion=ill)]) == Count(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("consent", "decision", "missing"),
    [(False, True, ("consent",)), (True, False, ("decision",)), (False, False, ("consent", "decision"))],
)
def test_without_consent_or_decision_on_record_nobody_is_left_out_of_the_base(consent, decision, missing):
    with pytest.raises(ExclusionRefused) as refusal:
        count([line("Chen", presence=Presence.ABSENT, exclusion=Exclusion(Ground.ABROAD, consent, decision))])
    assert (refusal.value.person, refusal.value.missing) == ("Chen", missing)


def test_who_came_can_not_be_left_out_of_the_base():
    with pytest.raises(ExclusionRefused, match="is present"):
        count([line("Chen", exclusion=Exclusion(Ground.ABROAD, consent=True, decision=True))])


@pytest.mark.parametrize("ground", ["shift", "on_shift", "", "leave", None])
def test_being_on_shift_is_no_ground_and_neither_is_anything_else_that_is_not_listed(ground):
    with pytest.raises(NotAGround):
        Exclusion(ground, consent=True, decision=True)
    assert not {"shift", "roster", "duty", "rotation"} & {word for known in Ground for word in known.split("_")}


@pytest.mark.parametrize(
    ("numbers", "less", "more"),
    [
        ((20, 21, 20, 20), "present", "expected"),
        ((20, 10, 21, 10), "voters", "expected"),
        ((20, 10, 8, 9), "voters_present", "voters"),
        ((20, 10, 20, 11), "voters_present", "present"),
        ((20, 12, 18, 9), "present without a vote", "expected without a vote"),
    ],
)
def test_a_count_that_contradicts_itself_is_refused(numbers, less, more):
    with pytest.raises(CountsDisagree) as refusal:
        Count(*numbers)
    assert (refusal.value.less, refusal.value.more) == (less, more)


@pytest.mark.parametrize("place", range(4))
def test_a_negative_count_is_refused(place):
    with pytest.raises(NegativeNumber):
        Count(*(-1 if i == place else 0 for i in range(4)))


# --- Votes ---------------------------------------------------------------------------------------------------------


def test_more_hands_than_voters_present_are_refused():
    with pytest.raises(MoreHandsThanVoters) as refusal:
        judge(RESOLUTION, Count(23, 14, 20, 11), Votes(10, 1, 1))
    assert (refusal.value.hands, refusal.value.voters_present) == (12, 11)


def test_more_hands_than_voters_present_are_refused_even_where_no_rule_is_known():
    with pytest.raises(MoreHandsThanVoters):
        judge(None, of(20, 11), Votes(12))


def test_voters_in_the_room_who_gave_no_vote_are_counted_as_such():
    verdict = judge(RESOLUTION, of(20, 16), Votes(11, 2, 1))
    assert (verdict.outcome, verdict.not_cast) == (Outcome.PASSED, 2)


def test_more_written_opinions_than_absent_voters_are_refused():
    with pytest.raises(MoreWrittenThanAbsent) as refusal:
        judge(ADMISSION, of(20, 18), Votes(18, written=Written(1, 1, 1)))
    assert (refusal.value.written, refusal.value.absent) == (3, 2)


@pytest.mark.parametrize("name", ["in_favour", "against", "abstained"])
def test_a_negative_number_of_votes_is_refused(name):
    with pytest.raises(NegativeNumber) as refusal:
        Votes(**{"in_favour": 0, name: -1})
    assert (refusal.value.name, refusal.value.number) == (name, -1)
    with pytest.raises(NegativeNumber):
        Written(**{name: -1})


def test_a_rule_that_counts_written_votes_against_those_present_contradicts_itself():
    with pytest.raises(Contradictory) as fault:
        rule(quorum=None, passing=more_than(HALF, Base.VOTERS_PRESENT), written_as_votes=True)
    assert fault.value.key == "written"


def test_a_quorum_of_those_present_contradicts_itself():
    with pytest.raises(Contradictory) as fault:
        rule(quorum=at_least(HALF, Base.VOTERS_PRESENT), passing=None)
    assert fault.value.key == "quorum"


# --- Foresight -----------------------------------------------------------------------------------------------------


def test_with_9_of_20_present_one_more_is_called_to_vote_and_two_more_to_pass():
    assert foresee(RESOLUTION, of(20, 9)) == Foresight(
        of(20, 9), 11, to_vote=1, to_pass=2, against=0, to_pass_against=2
    )


def test_each_expected_no_calls_for_one_more_yes():
    assert foresee(RESOLUTION, of(20, 13), against=2).to_pass_against == 0
    assert foresee(RESOLUTION, of(20, 13), against=3).to_pass_against == 1


def test_half_of_all_voters_against_can_never_pass():
    assert foresee(RESOLUTION, of(20, 15), against=9).to_pass_against == 5
    assert foresee(RESOLUTION, of(20, 15), against=10).to_pass_against is None


def test_in_an_election_a_no_is_outweighed_by_those_present_only():
    assert foresee(ELECTION_2020, of(20, 15)) == Foresight(
        of(20, 15), 5, to_vote=1, to_pass=1, against=0, to_pass_against=1
    )
    assert foresee(ELECTION_2020, of(20, 16), against=7).to_pass_against == 0
    assert foresee(ELECTION_2020, of(20, 16), against=8).to_pass_against == 1
    assert foresee(ELECTION_2020, of(20, 16), against=10).to_pass_against is None


def test_who_has_written_an_opinion_that_counts_is_not_called():
    assert foresee(ADMISSION, of(20, 10), written=Written(2)) == Foresight(
        of(20, 10), 8, to_vote=1, to_pass=1, against=0, to_pass_against=1
    )
    assert foresee(ADMISSION, of(4, 2), written=Written(2)).to_vote is None


def test_who_has_written_an_opinion_that_does_not_count_can_still_be_called():
    assert foresee(RESOLUTION, of(4, 2), written=Written(2)).to_pass == 1


def test_an_impossible_question_is_refused():
    with pytest.raises(NegativeNumber):
        foresee(RESOLUTION, of(20, 10), against=-1)
    with pytest.raises(MoreWrittenThanAbsent):
        foresee(ADMISSION, of(20, 19), written=Written(2))


# --- What holds for all numbers ------------------------------------------------------------------------------------

RULES = st.sampled_from([RESOLUTION, ADMISSION, ELECTION_1990, ELECTION_2020])


@st.composite
def rooms(draw, most=60):
    voters = draw(st.integers(1, most))
    voters_present = draw(st.integers(0, voters))
    others = draw(st.integers(0, 5))
    others_present = draw(st.integers(0, others))
    return Count(voters + others, voters_present + others_present, voters, voters_present)


@st.composite
def votes_in(draw, room):
    in_favour = draw(st.integers(0, room.voters_present))
    against = draw(st.integers(0, room.voters_present - in_favour))
    written = draw(st.integers(0, room.absent_voters))
    return Votes(in_favour, against, written=Written(written))


@st.composite
def ballots_cast(draw):
    room = draw(rooms())
    return room, draw(votes_in(room))


shares = st.fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100), max_denominator=100)


@given(shares, st.sampled_from(Comparator), st.integers(1, 2000))
def test_needed_is_the_smallest_number_that_reaches_the_share_exactly(share, comparator, whole):
    needed = Threshold(Base.VOTERS, comparator, share).needed(whole)

    def reaches(number):
        return number >= share * whole if comparator is Comparator.AT_LEAST else number > share * whole

    assert reaches(needed)
    assert needed == 1 or not reaches(needed - 1)
    assert needed <= whole


def passed(rule, room, votes):
    return judge(rule, room, votes).outcome is Outcome.PASSED


@given(RULES, ballots_cast())
def test_one_more_yes_never_turns_passed_into_not_passed(rule, cast):
    room, votes = cast
    if votes.hands < room.voters_present:
        assert passed(rule, room, votes) <= passed(rule, room, replace(votes, in_favour=votes.in_favour + 1))
    if votes.against:
        changed = replace(votes, in_favour=votes.in_favour + 1, against=votes.against - 1)
        assert passed(rule, room, votes) <= passed(rule, room, changed)


@given(RULES, rooms())
def test_a_unanimous_room_passes_from_the_first_voter_on_with_whom_it_can(rule, room):
    """Along a growing room, passing with a unanimous yes begins once and does not end."""
    grown = [room.with_more(called) for called in range(room.absent_voters + 1)]
    passes = [passed(rule, one, Votes(one.voters_present)) for one in grown]
    assert passes == sorted(passes)


@given(RULES, rooms())
def test_one_more_voter_in_the_room_never_breaks_a_quorum(rule, room):
    if room.absent_voters:
        assert has_quorum(rule, room) <= has_quorum(rule, room.with_more(1))


@given(ballots_cast())
def test_without_a_quorum_nothing_passes_and_what_passes_has_more_than_half_of_all_voters(cast):
    room, votes = cast
    for rule_ in (RESOLUTION, ADMISSION):
        if passed(rule_, room, votes):
            assert has_quorum(rule_, room)
            counted = votes.in_favour + (votes.written.in_favour if rule_ is ADMISSION else 0)
            assert 2 * counted > room.voters


@given(ballots_cast())
def test_what_is_not_against_and_not_in_favour_changes_nothing(cast):
    room, votes = cast
    if votes.hands < room.voters_present:
        abstaining = replace(votes, abstained=votes.abstained + 1)
        assert judge(RESOLUTION, room, votes).outcome is judge(RESOLUTION, room, abstaining).outcome


@given(RULES, rooms(most=25), st.integers(0, 26), st.integers(0, 5))
def test_what_is_foreseen_is_what_calling_one_after_another_shows(rule, room, against, written):
    written = min(written, room.absent_voters)
    opinions = Written(written)
    seen = foresee(rule, room, against=against, written=opinions)
    waiting = room.absent_voters - (written if rule.written_as_votes else 0)
    if not rule.written_as_votes:
        opinions = Written()

    def first(test):
        for called in range(waiting + 1):
            grown = Count(room.expected, room.present + called, room.voters, room.voters_present + called)
            if test(grown):
                return called
        return None

    def passes(grown, dissent):
        if dissent > grown.voters_present:
            return False
        votes = Votes(grown.voters_present - dissent, dissent, written=opinions)
        return judge(rule, grown, votes).outcome is Outcome.PASSED

    assert seen == Foresight(
        count=room,
        reachable=waiting,
        to_vote=first(lambda grown: judge(rule, grown).outcome is not Outcome.NO_QUORUM),
        to_pass=first(lambda grown: passes(grown, 0)),
        against=against,
        to_pass_against=first(lambda grown: passes(grown, against)),
    )


@given(
    st.lists(
        st.tuples(st.sampled_from([*Standing, None]), st.sampled_from(Presence), st.booleans()),
        max_size=30,
    )
)
def test_every_roll_gives_a_count_that_does_not_contradict_itself(people):
    ill = Exclusion(Ground.LONG_ILLNESS, consent=True, decision=True)
    roll = [
        Attendance(i, standing, presence, ill if left_out and presence is not Presence.PRESENT else None)
        for i, (standing, presence, left_out) in enumerate(people)
    ]
    counted = count(roll)
    in_base = [one for one in roll if one.presence is not Presence.OBSERVER and one.exclusion is None]
    assert counted == Count(
        expected=len(in_base),
        present=sum(one.presence is Presence.PRESENT for one in in_base),
        voters=sum(one.standing is Standing.FULL for one in in_base),
        voters_present=sum(one.standing is Standing.FULL and one.presence is Presence.PRESENT for one in in_base),
    )
