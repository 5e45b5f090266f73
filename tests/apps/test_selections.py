"""A selection from its call to its result, with everything that may come between."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest

from tests import world
from tests.windows import Windows
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR, PUBLIC
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.honors import access
from zhibu.apps.honors.actions import candidates, selections
from zhibu.apps.honors.actions.selections import Call, Counted
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Candidate, Honor, Selection
from zhibu.apps.honors.queries import findings_of, volume_of
from zhibu.apps.people.models import Account, Person
from zhibu.apps.people.queries import asker_of
from zhibu.domain.selections import Conditions
from zhibu.domain.terms import PostKind, SelectionStage

pytestmark = pytest.mark.django_db

#: The last day of the notice of five working days that is given on ``DAY``, a Monday; and a morning after it.
LAST = dt.date(2026, 11, 30)
AFTER = AT + dt.timedelta(days=8)


def done(at: dt.datetime = AT) -> dict[str, Any]:
    return {"actor": OPERATOR, "at": at}


class Year:
    """十大“三好” of the branch, run by its secretary Lin; ``said``: what the call says otherwise."""

    def __init__(self, **said: Any) -> None:
        self.windows = Windows()
        self.house = self.windows.house
        self.branch = self.house.inspection
        self.lin, self.chen, self.wen = self.windows.lin, self.windows.chen, self.windows.wen
        told: dict[str, Any] = {
            "title": "十大“三好”",
            "year": 2026,
            "text": "推荐身边的人。",
            "places": 2,
            "nominate_until": DAY,
        }
        self.selection = selections.call(self.branch, Call(**(told | said)), **done())
        self.people = [world.member(name, self.branch) for name in ("丁一", "马二", "王三")]

    def nominated(self, person: Person, by: Person | None = None, **said: Any) -> Candidate:
        candidates.nominate(self.selection, person, by=by or self.chen, reason="午间不断岗", **said, **done())
        return Candidate.objects.get(person=person)

    def listed(self) -> list[Candidate]:
        found = [self.nominated(person) for person in self.people]
        selections.end_nominations(self.selection, **done())
        for one in found:
            candidates.agree(one, **done())
            candidates.find(one, is_fit=True, reason="符合条件", by=self.lin, **done())
        return found

    def shown(self) -> list[Candidate]:
        found = self.listed()
        selections.give_notice(self.selection, **done())
        return found

    def voted(self) -> list[Candidate]:
        found = self.shown()
        selections.open_vote(self.selection, voters=9, **done(AFTER))
        return found

    def counted(self, *votes: int, on: list[Candidate] | None = None, **said: Any) -> None:
        paper = on if on is not None else list(Candidate.objects.order_by("pk"))
        told = {
            "held_on": AFTER.date(),
            "issued": 9,
            "returned": 9,
            "void": 0,
            "tellers": "甲某、乙某",
            "votes": {one.pk: number for one, number in zip(paper, votes, strict=True)},
        }
        selections.count(self.selection, Counted(**(told | said)), **done(AFTER))

    @property
    def stage(self) -> SelectionStage:
        return Selection.objects.get(pk=self.selection.pk).at_stage


@pytest.fixture
def year() -> Year:
    return Year()


def test_from_the_call_to_the_honors(year: Year) -> None:
    year.voted()
    year.counted(8, 1, 7)
    chosen = selections.close(year.selection, remark="", **done(AFTER))
    assert [one.person.name for one in chosen] == ["丁一", "王三"]
    assert {(honor.person.name, honor.year, honor.conferred_by) for honor in Honor.objects.all() if honor.person} == {
        ("丁一", 2026, year.branch.name),
        ("王三", 2026, year.branch.name),
    }
    assert year.stage is SelectionStage.CLOSED
    assert [line.text for line in volume_of(Selection.objects.get(), DAY).lines][-1] == "按姓氏笔画排列：丁一、王三。"
    with pytest.raises(HonorRefusal, match="已公布"):
        selections.close(year.selection, remark="", **done(AFTER))


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"title": " "}, "写明"),
        ({"text": ""}, "写明"),
        ({"title": "好" * 81}, "80"),
        ({"places": 0}, "名额"),
        ({"places": 101}, "名额"),
        ({"year": 2030}, "今年"),
        ({"nominate_until": DAY - dt.timedelta(days=1)}, "已经过去"),
        ({"notice_days": 4}, "5"),
        ({"conditions": Conditions(service_years=41)}, "40"),
    ],
)
def test_a_call_that_can_not_be_is_refused_and_nothing_is_kept(said: dict[str, Any], refusal: str) -> None:
    with pytest.raises(HonorRefusal, match=refusal):
        Year(**said)
    assert not Selection.objects.exists()


def test_the_same_is_not_called_twice_but_again_after_it_was_called_off(year: Year) -> None:
    again = Call(title="十大“三好”", year=2026, text="再来", places=1, nominate_until=DAY)
    with pytest.raises(HonorRefusal, match="已经发起"):
        selections.call(year.branch, again, **done())
    selections.call_off(year.selection, reason="条件有误", **done())
    assert selections.call(year.branch, again, **done()).pk != year.selection.pk


# --- Nominations ---------------------------------------------------------------------------------------------------


def test_nobody_nominates_themself_twice_without_a_reason_too_late_or_a_stranger(year: Year) -> None:
    ding, stranger = year.people[0], world.person("外人")
    year.nominated(ding)
    year.nominated(ding, by=year.wen, organization=year.branch)
    refused = [
        (ding, ding, {}, "自己"),
        (ding, year.chen, {}, "已经推荐"),
        (ding, year.lin, {"organization": year.branch}, "已经推荐"),
        (stranger, year.chen, {}, "不属于"),
        (year.people[1], year.chen, {"reason": " "}, "理由"),
        (year.people[1], year.chen, {"reason": "好" * 501}, "500"),
        (year.people[1], year.chen, {"at": AT + dt.timedelta(days=1)}, "截至"),
    ]
    for person, by, said, refusal in refused:
        with pytest.raises(HonorRefusal, match=refusal):
            candidates.nominate(year.selection, person, by=by, **({"reason": "好"} | done() | said))
    assert Candidate.objects.count() == 1


def test_a_nomination_taken_back_leaves_nobody_standing_for_it(year: Year) -> None:
    ding = year.nominated(year.people[0])
    other = year.nominated(year.people[0], by=year.wen)
    assert ding == other
    candidates.take_back(ding.nominations.get(by=year.chen), **done())
    assert Candidate.objects.exists()
    candidates.take_back(ding.nominations.get(), **done())
    assert not Candidate.objects.exists()


def test_who_withdrew_is_not_nominated_again(year: Year) -> None:
    candidates.withdraw(year.nominated(year.people[0]), **done())
    with pytest.raises(HonorRefusal, match="不参加"):
        year.nominated(year.people[0], by=year.wen)


# --- The review ----------------------------------------------------------------------------------------------------


def test_nobody_decides_about_themself_about_whom_they_nominated_or_against_their_own_word(year: Year) -> None:
    own, named, close_friend = year.nominated(year.lin), year.nominated(year.people[0], by=year.lin), None
    close_friend = year.nominated(year.people[1])
    selections.end_nominations(year.selection, **done())
    candidates.recuse(close_friend, by=year.lin, reason="亲属", **done())
    for one, refusal in ((own, "本人"), (named, "推荐了"), (close_friend, "回避")):
        with pytest.raises(HonorRefusal, match=refusal):
            candidates.find(one, is_fit=True, reason="好", by=year.lin, **done())
    candidates.find(close_friend, is_fit=True, reason="好", by=year.wen, **done())


def test_the_notice_waits_for_each_to_be_looked_at_and_to_agree(year: Year) -> None:
    ding, ma = year.nominated(year.people[0]), year.nominated(year.people[1])
    selections.end_nominations(year.selection, **done())
    with pytest.raises(HonorRefusal, match="尚未审查：丁一、马二"):
        selections.give_notice(year.selection, **done())
    candidates.find(ding, is_fit=True, reason="好", by=year.lin, **done())
    candidates.find(ma, is_fit=False, reason="年限不足", by=year.lin, **done())
    with pytest.raises(HonorRefusal, match="丁一"):
        selections.give_notice(year.selection, **done())
    candidates.withdraw(ding, **done())
    with pytest.raises(HonorRefusal, match="没有候选"):
        selections.give_notice(year.selection, **done())


def test_what_the_records_say_of_each_condition_is_shown() -> None:
    year = Year(conditions=Conditions(service_years=20, not_within=3))
    ding = year.nominated(year.people[0])
    assert [found.is_met for found in findings_of(ding, DAY)] == [True, False, True]


# --- The notice and objections -------------------------------------------------------------------------------------


def test_the_notice_lasts_five_working_days_and_the_vote_waits_for_its_end(year: Year) -> None:
    year.shown()
    assert Selection.objects.get().notice_last == LAST
    with pytest.raises(HonorRefusal, match="11"):
        selections.open_vote(year.selection, voters=9, **done(AT + dt.timedelta(days=7)))
    selections.open_vote(year.selection, voters=9, **done(AFTER))


def test_an_objection_stops_the_vote_until_it_is_answered_and_upheld_takes_the_candidate_off(year: Year) -> None:
    ding, ma, _wang = year.shown()
    said = candidates.object_to(ding, by=year.wen, text="那天不在岗", at=AT)
    with pytest.raises(HonorRefusal, match="异议"):
        selections.open_vote(year.selection, voters=9, **done(AFTER))
    with pytest.raises(HonorRefusal, match="您自己"):
        candidates.answer(said, is_upheld=False, outcome="查无此事", by=year.wen, **done(AFTER))
    candidates.answer(said, is_upheld=True, outcome="经查属实", by=year.lin, **done(AFTER))
    other = candidates.object_to(ma, by=year.wen, text="x", at=AT)
    candidates.answer(other, is_upheld=False, outcome="不属实", by=year.lin, **done(AFTER))
    selections.open_vote(year.selection, voters=9, **done(AFTER))
    assert [one.person.name for one in selections.ballot_paper(year.selection)[0]] == ["马二", "王三"]
    told = "".join(line.text for line in volume_of(Selection.objects.get(), DAY).lines)
    assert "异议成立，经查属实" in told
    assert "那天不在岗" not in told


def test_after_the_term_no_objection_is_taken_and_before_the_notice_neither(year: Year) -> None:
    [ding, *_others] = year.listed()
    with pytest.raises(HonorRefusal, match="审查"):
        candidates.object_to(ding, by=year.wen, text="x", at=AT)
    selections.give_notice(year.selection, **done())
    candidates.object_to(ding, by=year.wen, text="x", at=AT + dt.timedelta(days=7))
    with pytest.raises(HonorRefusal, match="截至"):
        candidates.object_to(ding, by=year.wen, text="x", at=AFTER)


def test_no_event_and_no_document_holds_an_objection_or_who_raised_it(year: Year) -> None:
    [ding, *_others] = year.shown()
    candidates.object_to(ding, by=year.wen, text="那天不在岗", at=AT)
    assert "那天不在岗" not in "".join(Document.objects.values_list("text", flat=True))
    raised = Event.objects.get(type="objection_raised")
    assert raised.actor == PUBLIC
    assert str(year.wen.pk) not in raised.text + Document.objects.get(sha256=raised.document_sha256).text


# --- The count -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "said", "refusal"),
    [
        ((8, 1, 7), {"issued": 10}, "多于应投票"),
        ((8, 1, 7), {"issued": 8, "returned": 9}, "重新投票"),
        ((10, 1, 7), {}, "有效票"),
        ((9, 9, 1), {}, "名额"),
        ((8, 1, -1), {}, "小于0"),
        ((8, 1, 7), {"tellers": "甲某"}, "两名"),
        ((8, 1, 7), {"held_on": LAST}, "公示"),
        ((8, 1, 7), {"held_on": AFTER.date() + dt.timedelta(days=1)}, "公示"),
    ],
)
def test_a_wrong_count_is_refused_and_nothing_is_kept(
    year: Year, votes: tuple[int, ...], said: dict[str, Any], refusal: str
) -> None:
    year.voted()
    with pytest.raises(HonorRefusal, match=refusal):
        year.counted(*votes, **said)
    assert not year.selection.rounds.exists()
    assert not Candidate.objects.filter(is_chosen=True).exists()


def test_those_tied_at_the_last_place_are_voted_on_once_more(year: Year) -> None:
    _ding, ma, wang = year.voted()
    year.counted(9, 4, 4)
    assert selections.ballot_paper(year.selection) == ([ma, wang], 1)
    year.counted(3, 6, on=[ma, wang])
    assert selections.ballot_paper(year.selection)[0] == []
    with pytest.raises(HonorRefusal, match="公布结果"):
        year.counted(on=[])
    assert [one.person.name for one in selections.close(year.selection, remark="", **done(AFTER))] == ["丁一", "王三"]


def test_a_tie_that_stays_leaves_the_place_open_with_a_reason(year: Year) -> None:
    year.voted()
    year.counted(9, 4, 4)
    with pytest.raises(HonorRefusal, match="空缺"):
        selections.close(year.selection, remark=" ", **done(AFTER))
    assert len(selections.close(year.selection, remark="再次投票仍相等", **done(AFTER))) == 1


def test_who_withdraws_while_tied_leaves_the_place_to_the_other(year: Year) -> None:
    _ding, ma, wang = year.voted()
    year.counted(9, 4, 4)
    candidates.withdraw(ma, **done(AFTER))
    assert Candidate.objects.get(pk=wang.pk).is_chosen
    assert len(selections.close(year.selection, remark="", **done(AFTER))) == 2


def test_who_withdraws_when_chosen_leaves_the_place_open_and_nobody_moves_up(year: Year) -> None:
    ding, _ma, _wang = year.voted()
    year.counted(9, 4, 5)
    candidates.withdraw(ding, **done(AFTER))
    assert [one.person.name for one in selections.close(year.selection, remark="一人退出", **done(AFTER))] == ["王三"]
    assert not Honor.objects.filter(person=ding.person).exists()


def test_without_a_count_there_is_no_result(year: Year) -> None:
    year.voted()
    with pytest.raises(HonorRefusal, match="计票"):
        selections.close(year.selection, remark="x", **done(AFTER))


# --- Who sees and who runs -----------------------------------------------------------------------------------------


def askers(year: Year) -> dict[str, access.Asker]:
    somebody = [year.lin, year.chen, year.wen, year.house.qiu, *year.people, world.person("无组织的")]
    accounts = [Account.objects.filter(person=person).first() or world.account(person) for person in somebody]
    return {account.login: asker_of(account, DAY) for account in accounts}


@pytest.mark.parametrize("far", ["nominated", "listed", "shown", "voted"])
def test_both_forms_of_each_question_agree_at_every_stage(year: Year, far: str) -> None:
    if far == "nominated":
        year.nominated(year.people[0])
        year.nominated(year.lin)
    else:
        [ding, *_others] = getattr(year, far)()
        if far == "shown":
            candidates.object_to(ding, by=year.wen, text="x", at=AT)
            candidates.recuse(ding, by=year.lin, reason="亲属", **done())
    pairs = (
        (access.may_see_selection, access.selections_seen_by, [year.selection]),
        (access.may_run_selection, access.selections_run_by, [year.selection]),
        (access.may_see_candidate, access.candidates_seen_by, list(Candidate.objects.all())),
        (
            access.may_see_objection,
            access.objections_seen_by,
            [said for one in Candidate.objects.all() for said in one.objections.all()],
        ),
    )
    for (may, by, things), (login, asker) in product(pairs, askers(year).items()):
        seen = set(by(asker))
        for thing in things:
            assert may(asker, thing) is (thing in seen), (may.__name__, login, thing)


def test_while_people_are_nominated_nobody_but_those_who_run_it_reads_whom(year: Year) -> None:
    year.nominated(year.people[0])
    for login, asker in askers(year).items():
        seen = access.candidates_seen_by(asker).exists()
        runs = access.may_run_selection(asker, year.selection)
        assert seen is (runs or asker.person == year.people[0].pk), login


def test_who_stands_does_not_run_it(year: Year) -> None:
    other = world.member("副书记", year.branch)
    world.appoint(other, year.branch, PostKind.DEPUTY_SECRETARY)
    year.nominated(year.lin)
    lin, deputy = (asker_of(world.account(person), DAY) for person in (year.lin, other))
    assert not access.may_run_selection(lin, year.selection)
    assert access.may_run_selection(deputy, year.selection)


def test_what_was_not_chosen_is_read_by_nobody_else_when_it_is_over(year: Year) -> None:
    ding, ma, _wang = year.voted()
    year.counted(8, 1, 7)
    selections.close(year.selection, remark="", **done(AFTER))
    chen = asker_of(world.account(year.chen), DAY)
    assert set(access.candidates_seen_by(chen)) == set(Candidate.objects.filter(is_chosen=True))
    assert ding.pk != ma.pk
