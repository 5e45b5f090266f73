"""Votes and elections of a meeting, judged by the rule of its day."""

from __future__ import annotations

import pytest

from tests import world
from tests.apps.stages import DONE, opened
from tests.meetings import branch
from tests.world import DAY
from zhibu.apps.meetings.actions import decisions, roll
from zhibu.apps.meetings.errors import CountRefused
from zhibu.apps.meetings.models import Election
from zhibu.apps.meetings.papers import sheet_of
from zhibu.apps.meetings.queries import count_of, quorum_of, roll_of
from zhibu.apps.meetings.records import record_of
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Ballots, NextStep, Outcome, Presence, QuorumState, Votes, Written
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import MeetingKind, PostKind, VotingWay

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return branch()


def room_of(house, present, **facts):
    """A general meeting of ten voters with so many of them in the room."""
    meeting, session = opened(house, **facts)
    people = [line.person for line in roll_of(meeting)][:present]
    roll.mark(session, Person.objects.filter(pk__in=people), status=Presence.PRESENT, **DONE)
    return meeting, session


def vote(meeting, votes, kind=Decision.RESOLUTION, **facts):
    return decisions.take_vote(
        meeting.agenda.get(position=2), kind=kind, text="同意。", way=VotingWay.HANDS, votes=votes, **facts, **DONE
    )


def test_a_vote_is_judged_by_the_rule_of_the_day_and_says_which(house):
    meeting, _session = room_of(house, 6)
    counted = vote(meeting, Votes(6))
    assert counted.verdict.outcome is Outcome.PASSED
    assert (counted.decision.voters, counted.decision.voters_present) == (10, 6)
    assert counted.decision.citation == "《中国共产党支部工作条例（试行）》第十一条"


def test_half_of_the_voters_may_vote_and_can_not_pass(house):
    meeting, _session = room_of(house, 5)
    assert quorum_of(meeting, count_of(roll_of(meeting))).state is QuorumState.MET
    assert vote(meeting, Votes(5)).verdict.outcome is Outcome.NOT_PASSED


def test_without_a_quorum_no_vote_is_recorded(house):
    meeting, _session = room_of(house, 4)
    with pytest.raises(CountRefused, match="有表决权的应到会10人，已到4人"):
        vote(meeting, Votes(4))
    assert not meeting.agenda.get(position=2).decisions.exists()


@pytest.mark.parametrize("votes", [Votes(7), Votes(3, 2, 2), Votes(1, written=Written(5))])
def test_more_hands_or_letters_than_there_are_voters_are_refused(house, votes):
    meeting, _session = room_of(house, 6)
    with pytest.raises(CountRefused):
        vote(meeting, votes, kind=Decision.ADMISSION)


def test_written_opinions_count_for_an_admission(house):
    meeting, _session = room_of(house, 6)
    counted = vote(meeting, Votes(4, 2, written=Written(in_favour=2)), kind=Decision.ADMISSION, about=house.wen)
    assert (counted.verdict.outcome, counted.verdict.in_favour) == (Outcome.PASSED, 6)


def test_written_opinions_are_refused_where_the_rule_does_not_count_them(house):
    meeting, _session = room_of(house, 6)
    with pytest.raises(CountRefused, match="书面意见"):
        vote(meeting, Votes(6, written=Written(in_favour=2)))
    assert not meeting.agenda.get(position=2).decisions.exists()
    assert vote(meeting, Votes(6)).verdict.outcome is Outcome.PASSED


def test_what_a_committee_resolved_stands_among_the_resolutions_with_its_count(house):
    for post in (PostKind.PUBLICITY_OFFICER, PostKind.ORGANIZATION_OFFICER):
        world.appoint(world.member(post.zh, house.inspection), house.inspection, post)
    meeting, session = opened(house, kind=MeetingKind.BRANCH_COMMITTEE_MEETING)
    roll.mark_all_present(session, **DONE)
    assert vote(meeting, Votes(2, 1)).verdict.outcome is Outcome.NO_PASSING_RULE
    sheet = sheet_of(record_of(meeting), recorded_on=DAY, reasons=True)
    assert [item.resolutions for item in sheet.items] == [
        (),
        ("同意：举手表决，赞成2票，反对1票，弃权0票。",),
    ]


def test_what_did_not_pass_is_no_resolution(house):
    meeting, _session = room_of(house, 5)
    assert vote(meeting, Votes(5)).verdict.outcome is Outcome.NOT_PASSED
    assert [item.resolutions for item in sheet_of(record_of(meeting), recorded_on=DAY, reasons=True).items] == [
        (),
        (),
    ]


def test_a_tie_is_decided_once_a_void_ballot_decides_nothing_and_a_tie_again_by_a_ballot_of_its_own(house):
    meeting, _session = room_of(house, 10)
    other = Person.objects.get(name="党员0")

    def count(votes, *, first=None, issued=10):
        decisions.count_election(
            meeting.agenda.get(position=2),
            what="委员",
            seats=2,
            ballots=Ballots(issued=issued, returned=10),
            votes=votes,
            first=first,
            **DONE,
        )
        return Election.objects.order_by("pk").last()

    first = count({house.lin: 8, house.chen: 6, other: 6})
    level = {house.chen: 5, other: 5}
    void = count(level, first=first, issued=9)
    again = count(level, first=first)
    assert (void.next_step, again.next_step) == (NextStep.ELECT_ANEW, NextStep.SECOND_BALLOT)
    with pytest.raises(CountRefused, match="已由"):
        count(level, first=first)
    third = count({house.chen: 4, other: 6}, first=again)
    assert [one.person for one in third.candidates.filter(elected=True)] == [other]


def test_an_election_keeps_its_tie_and_the_second_ballot_decides_it(house):
    meeting, _session = room_of(house, 10)
    item = meeting.agenda.get(position=2)
    facts = {"what": "支部委员会委员", "ballots": Ballots(issued=10, returned=10), **DONE}
    third = roll_of(meeting)[-1]
    other = Person.objects.get(pk=third.person)
    first = decisions.count_election(item, seats=2, votes={house.lin: 8, house.chen: 6, other: 6}, **facts)
    assert (first.next_step, first.elected, first.tied) == (NextStep.SECOND_BALLOT, (house.lin,), (house.chen, other))
    kept = Election.objects.get()
    with pytest.raises(CountRefused):
        decisions.count_election(item, seats=1, votes={house.lin: 10}, first=kept, **facts)
    second = decisions.count_election(item, seats=1, votes={house.chen: 3, other: 7}, first=kept, **facts)
    assert (second.next_step, second.elected) == (NextStep.DONE, (other,))


def test_more_ballots_than_were_issued_make_an_election_void_and_more_votes_than_ballots_are_refused(house):
    meeting, _session = room_of(house, 10)
    item = meeting.agenda.get(position=2)
    void = decisions.count_election(
        item, what="委员", seats=1, ballots=Ballots(issued=9, returned=10), votes={house.lin: 10}, **DONE
    )
    assert (void.next_step, void.elected) == (NextStep.ELECT_ANEW, ())
    with pytest.raises(CountRefused):
        decisions.count_election(
            item, what="委员", seats=1, ballots=Ballots(issued=10, returned=9, void=1), votes={house.lin: 9}, **DONE
        )


def test_an_election_with_fewer_than_four_fifths_is_void(house):
    meeting, _session = room_of(house, 7)
    result = decisions.count_election(
        meeting.agenda.get(position=2),
        what="支部委员会委员",
        seats=1,
        ballots=Ballots(issued=7, returned=7),
        votes={house.lin: 7},
        **DONE,
    )
    assert (result.next_step, result.elected) == (NextStep.ELECT_ANEW, ())
