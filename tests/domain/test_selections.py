"""Who is eligible, which counts can be right, who is chosen and who is tied, what the file says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from zhibu.domain.selections import (
    Condition,
    Conditions,
    CountRefused,
    Nominee,
    Round,
    Tally,
    Volume,
    chosen,
    findings,
    refused,
)

ON = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("work_began", "is_met"),
    [(dt.date(2016, 11, 23), True), (dt.date(2016, 11, 24), False), (None, None), (dt.date(2000, 1, 1), True)],
)
def test_ten_years_of_work_are_whole_on_the_day_itself(work_began: dt.date | None, is_met: bool | None) -> None:
    _here, service = findings(
        Conditions(service_years=10), works_here=True, work_began=work_began, last_honored=None, on=ON
    )
    assert (service.condition, service.is_met) == (Condition.SERVICE, is_met)


@pytest.mark.parametrize(("last", "is_met"), [(None, True), (2024, False), (2023, False), (2022, True)])
def test_who_had_the_title_in_the_three_years_before_waits(last: int | None, is_met: bool) -> None:
    _here, lately = findings(
        Conditions(not_within=3), works_here=True, work_began=None, last_honored=last, on=dt.date(2026, 1, 1)
    )
    assert lately.is_met is is_met


def test_without_conditions_only_belonging_is_asked() -> None:
    [only] = findings(Conditions(), works_here=False, work_began=None, last_honored=2025, on=ON)
    assert (only.condition, only.is_met) == (Condition.WORKS_HERE, False)


@pytest.mark.parametrize(
    ("tally", "votes", "why"),
    [
        (Tally(10, 10, 10, 0), {"a": 10, "b": 10}, None),
        (Tally(10, 11, 10, 0), {"a": 1}, CountRefused.MORE_ISSUED),
        (Tally(10, 9, 10, 0), {"a": 1}, CountRefused.MORE_RETURNED),
        (Tally(10, 9, 9, 10), {"a": 0}, CountRefused.MORE_VOID),
        (Tally(10, 9, 9, 1), {"a": 9}, CountRefused.MORE_FOR_ONE),
        (Tally(10, 10, 10, 0), {"a": 10, "b": 10, "c": 1}, CountRefused.MORE_FOR_ALL),
        (Tally(10, 0, 0, 0), {"a": 0}, None),
    ],
)
def test_a_count_that_can_not_be_right_is_refused(
    tally: Tally, votes: Mapping[str, int], why: CountRefused | None
) -> None:
    assert refused(tally, votes, places=2) is why


@given(some.lists(some.sets(some.sampled_from("abcde"), max_size=3), max_size=40), some.integers(0, 5))
def test_whatever_people_vote_an_honest_count_is_never_refused(papers: list[set[str]], void: int) -> None:
    votes = {name: sum(name in paper for paper in papers) for name in "abcde"}
    returned = len(papers) + void
    assert refused(Tally(returned + 3, returned + 1, returned, void), votes, places=3) is None


@given(some.dictionaries(some.sampled_from("abcdefgh"), some.integers(0, 5)), some.integers(1, 6))
def test_nobody_left_out_has_as_many_votes_as_one_who_is_chosen(votes: dict[str, int], places: int) -> None:
    taken, tied = chosen(votes, places)
    out = [name for name in votes if name not in taken]
    assert all(votes[one] > votes[other] for one, other in product(taken, out))
    assert all(votes[name] for name in (*taken, *tied))
    assert len(taken) <= places
    assert not tied or (len({votes[name] for name in tied}) == 1 and len(taken) < places < len(taken) + len(tied))
    assert tied or len(taken) == min(places, sum(map(bool, votes.values())))


def test_people_stand_in_the_order_of_the_paper_not_in_that_of_their_votes() -> None:
    assert chosen({"丁": 1, "马": 9, "王": 4, "李": 1}, 3) == (("马", "王"), ("丁", "李"))


def test_a_number_below_zero_is_an_error() -> None:
    with pytest.raises(ValueError, match="below 0"):
        refused(Tally(10, 9, 9, 0), {"a": -1}, places=1)


def volume(**other: object) -> Volume:
    told = {
        "organization": "某局",
        "title": "2026年度十大“三好”",
        "call": "推荐身边的人。",
        "places": 1,
        "called_on": dt.date(2026, 9, 1),
        "nominate_until": dt.date(2026, 9, 20),
        "nominees": [
            Nominee("陈星", "一支部", [("一支部", "午间不断岗")], ["在册"], "入选。", ["异议不成立，查无此事"])
        ],
        "notice": (dt.date(2026, 10, 9), dt.date(2026, 10, 16)),
        "rounds": [Round(dt.date(2026, 10, 20), Tally(9, 9, 8, 1), "甲、乙", [("陈星", 7)])],
        "result": ["陈星"],
        "called_off": "",
        "issued_on": dt.date(2026, 10, 21),
    }
    return Volume(**(told | other))  # type: ignore[arg-type]


def test_the_file_tells_the_whole_way_in_its_order() -> None:
    lines = [line.text for line in volume().lines]
    told = [
        "一、评选通知",
        "推荐身边的人。",
        "一支部推荐：午间不断岗",
        "陈星：异议不成立，查无此事",
        "有效7张",
        "陈星7票",
    ]
    places = [next(at for at, line in enumerate(lines) if text in line) for text in told]
    assert places == sorted(places)
    assert lines[-1] == "按姓氏笔画排列：陈星。"


def test_what_did_not_happen_is_said_on_file() -> None:
    empty = volume(nominees=[], notice=None, rounds=[], result=[], called_off="无人推荐")
    lines = [line.text for line in empty.lines if not line.heading]
    assert lines[2:] == ["没有收到推荐。", "没有公示。", "没有投票。", "评选终止：无人推荐"]
    assert "没有收到异议" in "".join(
        line.text for line in volume(nominees=[Nominee("陈星", "一支部", [], [], "入选。")]).lines
    )
