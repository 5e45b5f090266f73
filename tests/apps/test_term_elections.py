"""The election of a term on paper, from its request to its posts; each thing that can go wrong has its outcome."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.elections import DONE, Story
from tests.world import DAY
from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.archive.models import Event
from zhibu.apps.elections.actions import counting, running
from zhibu.apps.elections.actions.running import Begun, Given
from zhibu.apps.elections.errors import ElectionRefusal
from zhibu.apps.elections.models import ElectionRound, TermElection
from zhibu.apps.elections.queries import told_of
from zhibu.apps.meetings.actions import decisions
from zhibu.apps.meetings.models import Election as Ballot
from zhibu.apps.meetings.queries import count_of, roll_of
from zhibu.apps.people.models import Appointment, Term
from zhibu.domain.assembly import NextStep, WhyVoid
from zhibu.domain.elections import Body, Contest, Letter, Step, TellerRole, Way
from zhibu.domain.terms import PostKind, Standing

pytestmark = pytest.mark.django_db


def posts_of(story: Story) -> dict[str, str]:
    rows = Appointment.objects.filter(organization=story.branch, until__isnull=True).select_related("person")
    return {one.person.name: one.post for one in rows}


def test_from_the_request_to_the_posts() -> None:
    story = Story(deputies=1).until_approval()
    assert story.state.next_step is Step.POSTS
    counting.take_posts(story.election, on=DAY, years=3, work={story.stand[2]: PostKind.PUBLICITY_OFFICER}, **DONE)
    assert posts_of(story) == {"丁一": "secretary", "王二": "deputy_secretary", "李三": "publicity_officer"}
    term = Term.objects.get(organization=story.branch, until__isnull=True)
    assert (term.since, term.ends) == (DAY, dt.date(2029, 11, 23))
    assert story.state.next_step is None
    assert Appointment.objects.get(person=story.lin).until == DAY
    assert Event.objects.filter(type="election_posts_taken").count() == 1


def test_without_a_committee_the_meeting_elects_directly() -> None:
    story = Story(Way.DIRECT).until_ballot()
    assert [step for step in story.state.order if step in {Step.MEMBERS, Step.COMMITTEE}] == []
    assert story.count(Contest.SECRETARY, [(story.stand[0], 10)]).next_step is NextStep.DONE
    story.letter(Letter.REPORT)
    story.letter(Letter.APPROVAL)
    counting.take_posts(story.election, on=DAY, years=3, work={}, **DONE)
    assert posts_of(story) == {"丁一": "secretary"}


def test_the_new_committee_votes_before_its_posts_begin() -> None:
    story = Story().until_committee()
    item = story.state.items[Body.COMMITTEE]
    assert item is not None
    count = count_of(roll_of(item.meeting))
    assert (count.voters, count.voters_present) == (3, 3)
    lin = item.meeting.roll.get(person=story.lin)
    assert (lin.votes, lin.observes) == (False, True)


@pytest.mark.parametrize(
    ("before", "letter"),
    [([], Letter.REPLY), ([Letter.REQUEST, Letter.REPLY], Letter.CANDIDATES), ([], Letter.APPROVAL)],
)
def test_a_letter_out_of_its_turn_is_refused(before: list[Letter], letter: Letter) -> None:
    story = Story()
    for one in before:
        story.letter(one)
    with pytest.raises(ElectionRefusal, match="之前，须先完成"):
        story.letter(letter)


def test_a_letter_is_not_earlier_than_the_one_before_nor_of_a_day_to_come_nor_without_its_number() -> None:
    story = Story()
    story.letter(Letter.REQUEST, DAY)
    with pytest.raises(ElectionRefusal, match="不能早于"):
        story.letter(Letter.REPLY, DAY - dt.timedelta(days=1))
    with pytest.raises(ElectionRefusal, match="还未到"):
        story.letter(Letter.REPLY, DAY + dt.timedelta(days=1))
    with pytest.raises(ElectionRefusal, match="文号"):
        running.give_letter(story.election, Letter.REPLY, Given(dated=DAY), **DONE)
    story.letter(Letter.REPLY)
    with pytest.raises(ElectionRefusal, match="不再改动"):
        story.letter(Letter.REQUEST)


def test_a_letter_whose_name_bears_a_mark_of_secrecy_is_not_kept() -> None:
    story = Story()
    with pytest.raises(BearsMark):
        running.give_letter(story.election, Letter.REQUEST, Given(dated=DAY, file=("机密★请示.txt", b"x")), **DONE)
    assert not story.election.letters.exists()


def test_a_count_before_the_superior_has_agreed_to_the_candidates_is_refused() -> None:
    story = Story().until_candidates()
    with pytest.raises(ElectionRefusal, match="报送候选人预备人选"):
        story.count(Contest.MEMBERS, [(story.stand[0], 9)])
    assert not ElectionRound.objects.exists()


def test_who_has_no_vote_and_who_counts_does_not_stand_and_who_stands_does_not_count() -> None:
    story = Story().until_candidates()
    probationary = world.member("预备的", story.branch, standing=Standing.PROBATIONARY)
    with pytest.raises(ElectionRefusal, match="预备的不是本组织有选举权"):
        story.put_up(Contest.MEMBERS, [*story.stand, probationary])
    with pytest.raises(ElectionRefusal, match="候选人不得担任"):
        running.name_tellers(
            story.election,
            Body.MEETING,
            [(story.stand[0], TellerRole.OVERSEER), (story.counter, TellerRole.COUNTER)],
            **DONE,
        )
    running.name_tellers(
        story.election,
        Body.MEETING,
        [(story.overseer, TellerRole.OVERSEER), (story.counter, TellerRole.COUNTER)],
        **DONE,
    )
    with pytest.raises(ElectionRefusal, match="候选人不得监票"):
        story.put_up(Contest.MEMBERS, [*story.stand, story.counter])
    with pytest.raises(ElectionRefusal, match="从委员中产生"):
        story.put_up(Contest.SECRETARY, [story.rest[0]])


def test_more_returned_than_issued_voids_the_whole_and_it_is_held_again() -> None:
    story = Story().until_ballot()
    result = story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 7, 3), strict=True)), issued=9, returned=10)
    assert (result.why_void, result.next_step) == (WhyVoid.MORE_RETURNED_THAN_ISSUED, NextStep.ELECT_ANEW)
    assert story.state.next_step is Step.MEMBERS
    story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 7, 3), strict=True)))
    assert story.state.contests[Contest.MEMBERS].standing.is_done
    assert Ballot.objects.count() == 2


def test_fewer_than_four_fifths_elect_nobody() -> None:
    story = Story(present=7).until_ballot()
    result = story.count(Contest.MEMBERS, list(zip(story.stand, (7, 7, 6, 1), strict=True)))
    assert (result.why_void, result.elected) == (WhyVoid.NO_QUORUM, ())


@pytest.mark.parametrize(
    "votes",
    [(11, 5, 5, 5), (10, 10, 10, 1)],
    ids=["for one above the valid ballots", "for all above ballots times seats"],
)
def test_votes_that_can_not_be_are_refused(votes: tuple[int, ...]) -> None:
    story = Story().until_ballot()
    with pytest.raises(ElectionRefusal, match="前后不一致"):
        story.count(Contest.MEMBERS, list(zip(story.stand, votes, strict=True)))
    assert not Ballot.objects.exists()


def test_half_of_those_present_is_too_little_and_the_seat_is_voted_again() -> None:
    story = Story().until_ballot()
    result = story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 5, 3), strict=True)))
    assert [one.name for one in result.elected] == ["丁一", "王二"]
    assert result.next_step is NextStep.VOTE_AGAIN_OR_LEAVE_OPEN
    one = story.state.contests[Contest.MEMBERS]
    assert ([person.name for person in one.on_ballot], one.standing.seats_open) == (["李三", "张四"], 1)
    story.count(Contest.MEMBERS, [(story.stand[2], 4), (story.stand[3], 6)])
    assert [person.name for person in story.state.contests[Contest.MEMBERS].elected] == ["丁一", "王二", "张四"]


def test_a_tie_is_decided_among_the_tied() -> None:
    story = Story().until_ballot()
    story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 6, 6), strict=True)))
    one = story.state.contests[Contest.MEMBERS]
    assert (one.standing.next_step, [person.name for person in one.on_ballot]) == (
        NextStep.SECOND_BALLOT,
        ["李三", "张四"],
    )
    with pytest.raises(ElectionRefusal):
        story.count(Contest.MEMBERS, [(story.rest[0], 10)])
    story.count(Contest.MEMBERS, [(story.stand[2], 4), (story.stand[3], 6)])
    assert [person.name for person in story.state.contests[Contest.MEMBERS].elected] == ["丁一", "王二", "张四"]


def test_a_tie_ends_when_one_of_the_tied_leaves() -> None:
    story = Story().until_ballot()
    story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 6, 6), strict=True)))
    running.leave(story.election, story.stand[3], reason="调往外单位", **DONE)
    one = story.state.contests[Contest.MEMBERS]
    assert [person.name for person in one.elected] == ["丁一", "王二", "李三"]
    assert one.standing.is_done


def test_seats_stay_open_with_the_consent_of_more_than_half_of_those_present() -> None:
    story = Story().until_ballot()
    story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 5, 3), strict=True)))
    with pytest.raises(ElectionRefusal, match="未超过半数"):
        counting.leave_open(story.election, Contest.MEMBERS, in_favour=5, **DONE)
    with pytest.raises(ElectionRefusal, match="重新清点"):
        counting.leave_open(story.election, Contest.MEMBERS, in_favour=11, **DONE)
    counting.leave_open(story.election, Contest.MEMBERS, in_favour=6, **DONE)
    assert story.state.next_step is Step.COMMITTEE


def test_a_secretary_s_seat_never_stays_open() -> None:
    story = Story(Way.DIRECT).until_ballot()
    story.count(Contest.SECRETARY, [(story.stand[0], 5)])
    with pytest.raises(ElectionRefusal, match="另行选举"):
        counting.leave_open(story.election, Contest.SECRETARY, in_favour=10, **DONE)


def test_who_leaves_in_the_middle_counts_for_nobody_and_the_ballots_stay_valid() -> None:
    story = Story().until_ballot()
    running.leave(story.election, story.stand[3], reason="调往外单位", **DONE)
    assert [person.name for person in story.state.contests[Contest.MEMBERS].on_ballot] == ["丁一", "王二", "李三"]
    with pytest.raises(ElectionRefusal, match="张四已退出"):
        story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 7, 3), strict=True)))
    result = story.count(Contest.MEMBERS, list(zip(story.stand[:3], (9, 8, 7), strict=True)))
    assert result.next_step is NextStep.DONE


def test_where_too_few_are_left_others_are_put_up_and_the_superior_is_asked_again() -> None:
    story = Story().until_ballot()
    for person in story.stand[2:]:
        running.leave(story.election, person, reason="调往外单位", **DONE)
    assert story.state.next_step is Step.NOMINEES
    with pytest.raises(ElectionRefusal, match="提出候选人预备人选"):
        story.count(Contest.MEMBERS, [(story.stand[0], 9)])
    story.put_up(Contest.MEMBERS, [*story.stand[:2], *story.rest])
    assert story.state.next_step is Step.CANDIDATES
    with pytest.raises(ElectionRefusal, match="李三已退出"):
        story.put_up(Contest.MEMBERS, story.stand[:3])


def test_a_list_that_is_with_the_superior_does_not_change() -> None:
    story = Story().until_candidates()
    story.letter(Letter.CANDIDATES)
    with pytest.raises(ElectionRefusal, match="已经报送上级"):
        story.put_up(Contest.MEMBERS, story.stand[:3])


def test_an_elected_one_who_leaves_before_the_approval_opens_the_seat_again() -> None:
    story = Story().until_approval()
    running.leave(story.election, story.stand[0], reason="调往外单位", **DONE)
    state = story.state
    assert state.contests[Contest.MEMBERS].standing.seats_open == 1
    with pytest.raises(ElectionRefusal):
        counting.take_posts(story.election, on=DAY, years=3, work={}, **DONE)
    assert posts_of(story)[story.lin.name] == "secretary"


def test_who_was_written_in_is_elected_like_any_other() -> None:
    story = Story().until_ballot()
    story.count(Contest.MEMBERS, [*zip(story.stand, (9, 8, 1, 1), strict=True), (story.rest[0], 7)])
    assert story.rest[0] in story.state.contests[Contest.MEMBERS].elected


def test_a_teller_who_was_written_in_is_refused() -> None:
    story = Story().until_ballot()
    with pytest.raises(ElectionRefusal, match="计六是监票人或计票人"):
        story.count(Contest.MEMBERS, [*zip(story.stand, (9, 8, 1, 1), strict=True), (story.counter, 7)])


def test_only_who_is_in_the_committee_becomes_its_secretary() -> None:
    story = Story().until_committee()
    with pytest.raises(ElectionRefusal, match="未当选委员"):
        story.count(Contest.SECRETARY, [(story.rest[0], 3)], issued=3)


def test_a_count_withdrawn_at_the_meeting_is_gone_here_and_counted_again() -> None:
    story = Story().members_elected()
    decisions.withdraw_election(Ballot.objects.get(), reason="登记有误", **DONE)
    assert story.state.next_step is Step.MEMBERS
    story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 7, 3), strict=True)))
    assert story.state.next_step is Step.COMMITTEE


def test_posts_are_taken_on_the_day_of_the_approval_or_later_never_before() -> None:
    story = Story().until_approval()
    for on in (DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)):
        with pytest.raises(ElectionRefusal, match="任职日期"):
            counting.take_posts(story.election, on=on, years=3, work={}, **DONE)


def test_one_election_at_a_time_and_none_of_a_group() -> None:
    story = Story()
    said = Begun(way=Way.DIRECT, seats=0, deputies=0, planned_on=DAY)
    with pytest.raises(ElectionRefusal, match="正在进行"):
        running.begin(story.branch, said, **DONE)
    with pytest.raises(ElectionRefusal, match="没有任期"):
        running.begin(story.house.first_group, said, **DONE)
    running.call_off(story.election, reason="延期", **DONE)
    running.begin(story.branch, said, **DONE)
    with pytest.raises(ElectionRefusal, match="已经结束"):
        story.letter(Letter.REQUEST)
    assert TermElection.objects.count() == 2


def test_the_volume_tells_the_whole_in_its_order() -> None:
    story = Story().until_approval()
    counting.take_posts(story.election, on=DAY, years=3, work={}, **DONE)
    told = told_of(story.state, DAY)
    text = "\n".join(line.text for line in told.lines)
    assert [line.text for line in told.lines if line.heading] == [
        "一、请示与批复",
        "二、候选人",
        "三、监票人、计票人",
        "四、投票与计票",
        "五、任职",
    ]
    assert "丁一9票；王二8票；李三7票；张四3票" in text
    assert "委员当选：丁一、王二、李三" in text
    assert "丁一（书记）" in text
