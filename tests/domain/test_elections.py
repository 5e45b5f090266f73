"""Who elects whom, how many stand, who may count, what several ballots came to, and what is next."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.assembly import NextStep
from zhibu.domain.election_papers import ContestTold, Counted, LetterTold, Told
from zhibu.domain.elections import (
    Body,
    Contest,
    Letter,
    Round,
    Standing,
    Step,
    TellerRole,
    TellersRefused,
    Way,
    bodies,
    body_of,
    contests,
    fewest_candidates,
    missing_before,
    next_of,
    standing,
    steps,
    tellers_refused,
)

DAY = dt.date(2026, 11, 23)
DONE, TIE, ANEW, AGAIN = (
    NextStep.DONE,
    NextStep.SECOND_BALLOT,
    NextStep.ELECT_ANEW,
    NextStep.VOTE_AGAIN_OR_LEAVE_OPEN,
)


def test_the_meeting_elects_the_committee_and_the_committee_its_secretary() -> None:
    assert contests(Way.COMMITTEE, 1) == (Contest.MEMBERS, Contest.SECRETARY, Contest.DEPUTY)
    assert [body_of(one, Way.COMMITTEE) for one in Contest] == [Body.MEETING, Body.COMMITTEE, Body.COMMITTEE]
    assert bodies(Way.COMMITTEE) == (Body.MEETING, Body.COMMITTEE)


def test_without_a_committee_the_meeting_elects_all() -> None:
    assert contests(Way.DIRECT, 0) == (Contest.SECRETARY,)
    assert {body_of(one, Way.DIRECT) for one in contests(Way.DIRECT, 1)} == {Body.MEETING}
    assert bodies(Way.DIRECT) == (Body.MEETING,)


@pytest.mark.parametrize(("seats", "fewest"), [(1, 2), (3, 4), (5, 6), (6, 8), (10, 12), (11, 14)])
def test_a_fifth_more_stand_where_the_rule_is_on_rounded_up(seats: int, fewest: int) -> None:
    assert fewest_candidates(Contest.MEMBERS, seats, asks_surplus=True) == fewest
    assert fewest_candidates(Contest.MEMBERS, seats, asks_surplus=False) == seats
    assert fewest_candidates(Contest.SECRETARY, 1, asks_surplus=True) == 1


CHIEF, OVERSEER, COUNTER = TellerRole.CHIEF, TellerRole.OVERSEER, TellerRole.COUNTER


@pytest.mark.parametrize(
    ("roles", "refused"),
    [
        ([("丁", OVERSEER), ("乙", COUNTER)], (TellersRefused.STANDS, "丁")),
        ([("甲", OVERSEER), ("甲", COUNTER)], (TellersRefused.TWICE, "甲")),
        ([("甲", CHIEF), ("乙", CHIEF), ("丙", COUNTER)], (TellersRefused.TWO_CHIEFS, None)),
        ([("乙", COUNTER)], (TellersRefused.NO_OVERSEER, None)),
        ([("甲", OVERSEER)], (TellersRefused.NO_COUNTER, None)),
        ([], (TellersRefused.NO_OVERSEER, None)),
        ([("甲", CHIEF), ("乙", COUNTER)], None),
    ],
)
def test_who_stands_does_not_count(
    roles: list[tuple[str, TellerRole]], refused: tuple[TellersRefused, str | None] | None
) -> None:
    assert tellers_refused(roles, {"丁"}, Body.MEETING) == refused


def test_in_a_committee_of_a_few_one_oversees_alone() -> None:
    assert tellers_refused([("甲", OVERSEER)], {"丁"}, Body.COMMITTEE) is None


ROUNDS = {
    "none": ([], Standing(2)),
    "all elected": ([Round(("a", "b"), (), DONE)], Standing(2, ("a", "b"), (), DONE)),
    "void": ([Round((), (), ANEW)], Standing(2, (), (), ANEW)),
    "a tie": ([Round(("a",), ("b", "c"), TIE)], Standing(2, ("a",), ("b", "c"), TIE)),
    "a tie decided": ([Round(("a",), ("b", "c"), TIE), Round(("c",), (), DONE)], Standing(2, ("a", "c"), (), DONE)),
    "a void second ballot is held again among the tied": (
        [Round(("a",), ("b", "c"), TIE), Round((), (), ANEW)],
        Standing(2, ("a",), ("b", "c"), ANEW),
    ),
    "one is missing": ([Round(("a",), (), AGAIN)], Standing(2, ("a",), (), AGAIN)),
    "a void ballot after one that elected": (
        [Round(("a",), (), AGAIN), Round((), (), ANEW)],
        Standing(2, ("a",), (), ANEW),
    ),
}


@pytest.mark.parametrize("name", ROUNDS)
def test_ballots_of_one_contest_are_put_together(name: str) -> None:
    rounds, result = ROUNDS[name]
    assert standing(2, rounds) == result


def test_who_leaves_ends_a_tie_or_opens_a_seat() -> None:
    tie: list[Round[str]] = [Round(("a",), ("b", "c"), TIE)]
    assert standing(2, tie, left={"c"}) == Standing(2, ("a", "b"), (), DONE)
    assert standing(2, [*tie, Round((), (), ANEW)], left={"c"}) == Standing(2, ("a", "b"), (), DONE)
    assert standing(2, [Round(("a", "b"), (), DONE)], left={"a"}) == Standing(2, ("b",), (), AGAIN)


def test_consent_leaves_open_what_is_open_and_decides_no_tie() -> None:
    assert standing(2, [Round(("a",), (), AGAIN)], stays_open=True).is_done
    assert standing(2, [Round(("a",), ("b", "c"), TIE)], stays_open=True).next_step is TIE
    assert standing(2, [Round((), (), ANEW)], stays_open=True).next_step is ANEW


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sets(st.sampled_from("abcdef"), max_size=2), st.sampled_from([AGAIN, ANEW])), max_size=4),
    st.sets(st.sampled_from("abcdef")),
)
def test_nobody_who_left_is_elected_and_no_seat_is_filled_twice(
    seats: int, held: list[tuple[set[str], NextStep]], left: set[str]
) -> None:
    taken: set[str] = set()
    rounds = []
    for people, step in held:
        new = tuple(sorted(people - taken))[: seats - len(taken)] if step is AGAIN else ()
        taken |= set(new)
        rounds.append(Round(new, (), step))
    found = standing(seats, rounds, left=left)
    assert not set(found.elected) & left
    assert len(set(found.elected)) == len(found.elected) <= seats
    assert found.is_done is (bool(rounds) and found.seats_open == 0)


def test_each_step_waits_for_the_one_before() -> None:
    order = steps(Way.COMMITTEE, 0)
    assert next_of(order, set()) is Step.REQUEST
    assert missing_before(Step.REPLY, order, set()) is Step.REQUEST
    assert missing_before(Step.REQUEST, order, set()) is None
    assert missing_before(Step.POSTS, order, set(order) - {Step.POSTS, Step.MEMBERS}) is Step.MEMBERS
    assert next_of(order, set(order)) is None
    assert set(order) ^ set(steps(Way.DIRECT, 0)) == {Step.MEMBERS, Step.COMMITTEE, Step.COMMITTEE_TELLERS}


# --- Papers --------------------------------------------------------------------------------------------------------

COUNTED = Counted(DAY, 3, 10, 9, 9, 9, 1, [("丁一", 8, "当选"), ("王二", 3, "未当选")], "选举完成", "《…》")
TOLD = Told(
    organization="检务处党支部",
    superior="机关党委",
    way=Way.COMMITTEE,
    planned_on=DAY,
    term_ends=DAY,
    contests=[
        ContestTold(
            Contest.MEMBERS,
            "党员大会",
            3,
            [("丁一", ""), ("王二", "2026-11-20退出，调动")],
            [COUNTED],
            ["丁一"],
        )
    ],
    tellers=[],
    letters=[LetterTold(Letter.CANDIDATES_REPLY, DAY, "机委〔2026〕3号")],
    posts=[],
    posts_on=None,
    called_off="",
    issued_on=DAY,
)


def test_letters_to_the_superior_are_filled_in() -> None:
    request = TOLD.letter(Letter.REQUEST)
    assert (request.to, request.heading) == ("机关党委", "检务处党支部关于进行换届选举的请示")
    assert "2026年11月23日届满" in request.lines[0].text
    assert request.lines[-1].text == "妥否，请批示。"
    names = TOLD.letter(Letter.CANDIDATES).lines[1].text
    assert names == "一、委员候选人预备人选1名，应选3名：丁一。"  # who left is not put forward
    report = "".join(line.text for line in TOLD.letter(Letter.REPORT).lines)
    assert "按照机委〔2026〕3号批复" in report
    assert "实到9人；发出选票9张，收回9张，有效8张，无效1张" in report
    with pytest.raises(KeyError):
        TOLD.letter(Letter.APPROVAL)


def test_the_count_sheet_has_rooms_to_write_and_no_figure() -> None:
    sheet = TOLD.count_sheet(TOLD.contests[0], ["丁一"], 3)
    assert sheet.rows == (("丁一", "", ""), ("", "", ""), ("", "", ""))
    assert sum(sheet.widths) == 156


def test_the_result_stands_in_the_order_of_the_ballot() -> None:
    sheet = TOLD.result_sheet(TOLD.contests[0])
    assert sheet.rows == (("投票", "丁一", "8", "当选"), ("投票", "王二", "3", "未当选"))
    assert ("当选", "丁一") in sheet.facts


def test_the_volume_says_what_there_is_not_yet() -> None:
    empty = replace(TOLD, contests=[], letters=[])
    texts = [line.text for line in empty.lines if not line.heading]
    assert texts[1:] == ["尚无往来文件。", "尚未推选。", "尚未投票。", "尚未登记任职。"]
    assert [line.text for line in replace(TOLD, called_off="延期").lines][-1] == "终止：延期"
