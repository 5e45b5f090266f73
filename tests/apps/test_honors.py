"""Honors and pioneer posts: put on record, corrected, withdrawn; named by criteria, and ending by themselves."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.windows import Windows
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.honors import access
from zhibu.apps.honors.actions.bestowing import Conferred, bestow, correct, withdraw
from zhibu.apps.honors.actions.pioneers import Term, end_pioneer, name_pioneer, write_criteria
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Honor, HonorPaper, PioneerPost
from zhibu.apps.honors.queries import criteria_of, pioneer_at
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import HonorKind, PostKind, Role

pytestmark = pytest.mark.django_db

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
SUPPORT = Conferred(title="援外抗疫", year=2015, kind=HonorKind.SUPPORT)
CRITERIA = ["正式党员", "责任清单逐项做到"]


@pytest.fixture
def house() -> Windows:
    return Windows()


# --- Honors --------------------------------------------------------------------------------------------------------


def test_the_same_honor_again_leaves_one_honor_and_one_event() -> None:
    chen = world.person("陈星")
    first, again = bestow(chen, SUPPORT, **DONE), bestow(chen, SUPPORT, **DONE)
    assert first == again
    bestow(chen, Conferred(title="援外抗疫", year=2016), **DONE)
    assert Event.objects.filter(type="honor_bestowed").count() == 2


def test_an_honor_is_of_a_person_or_of_an_organization_and_the_database_knows_it(house: Windows) -> None:
    for whose in ({}, {"person": house.chen, "organization": house.unit}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Honor.objects.create(**whose, title="x", year=2015)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"title": "  "}, "荣誉名称"),
        ({"title": "长" * 81}, "最多80字"),
        ({"year": DAY.year + 1}, "今年之间"),
        ({"year": 1920}, "今年之间"),
        ({"papers": [("证书.pdf", b"%PDF-1")] * 11}, "最多附10个"),
    ],
)
def test_what_can_not_be_an_honor_is_refused_by_name(house: Windows, said: dict[str, Any], refusal: str) -> None:
    with pytest.raises(HonorRefusal, match=refusal):
        bestow(house.chen, Conferred(**{"title": "先进", "year": 2015} | said), **DONE)
    assert not Honor.objects.exists()


def test_a_hostile_file_keeps_the_whole_honor_away(house: Windows) -> None:
    with pytest.raises(FileRefused):
        bestow(house.chen, Conferred(title="先进", year=2015, papers=[("证书.svg", b"<svg onload=x>")]), **DONE)
    assert not Honor.objects.exists()


def test_a_correction_keeps_the_wrong_one_behind_it_and_takes_the_papers_along(house: Windows) -> None:
    wrong = bestow(house.chen, Conferred(title="先近工作者", year=2015, papers=[("证书.pdf", b"%PDF-1")]), **DONE)
    right = correct(wrong, Conferred(title="先进工作者", year=2014), reason="错字，年份", **DONE)
    wrong.refresh_from_db()
    assert (wrong.withdrawn_at, wrong.withdrawn_for) == (AT, "错字，年份")
    assert (right.person, right.corrects, right.withdrawn_at) == (house.chen, wrong, None)
    assert [paper.name for paper in right.papers.all()] == ["证书.pdf"]
    sealed = Document.objects.get(sha256=Event.objects.filter(type="honor_bestowed").last().document_sha256)
    assert "先进工作者" in sealed.text
    assert str(wrong.pk) in sealed.text
    with pytest.raises(HonorRefusal, match="已经撤销"):
        correct(wrong, Conferred(title="x", year=2015), reason="x", **DONE)


def test_a_correction_to_what_is_on_record_already_changes_nothing(house: Windows) -> None:
    bestow(house.chen, SUPPORT, **DONE)
    other = bestow(house.chen, Conferred(title="援外", year=2015), **DONE)
    with pytest.raises(HonorRefusal, match="已有记录"):
        correct(other, SUPPORT, reason="同一项", **DONE)
    other.refresh_from_db()
    assert other.withdrawn_at is None


def test_what_is_withdrawn_can_be_conferred_anew_and_is_withdrawn_once_with_a_reason(house: Windows) -> None:
    honor = bestow(house.unit, Conferred(title="文明窗口", year=2014), **DONE)
    with pytest.raises(HonorRefusal, match="哪里有误"):
        withdraw(honor, reason=" ", **DONE)
    withdraw(honor, reason="不是我们支部", **DONE)
    with pytest.raises(HonorRefusal, match="已经撤销"):
        withdraw(honor, reason="再来一次", **DONE)
    assert bestow(house.unit, Conferred(title="文明窗口", year=2014), **DONE) != honor


# --- Pioneer posts -------------------------------------------------------------------------------------------------


def term(house: Windows, **other: Any) -> Term:
    usual: dict[str, Any] = {
        "place": "",
        "since": DAY,
        "until": DAY + dt.timedelta(days=365),
        "commitments": "一次说清\n 不让人跑第二趟 ",
        "met": CRITERIA,
        "window_post": house.post,
    }
    return Term(**usual | other)


@pytest.fixture
def written(house: Windows) -> Windows:
    write_criteria(house.house.office, "\n".join(CRITERIA), since=DAY, **DONE)
    return house


def test_a_term_ends_by_itself(written: Windows) -> None:
    held = name_pioneer(written.chen, written.unit, term(written), **DONE)
    assert (held.place, held.commitments) == (written.post.name, "一次说清\n不让人跑第二趟")
    days = (DAY - dt.timedelta(days=1), DAY, held.until - dt.timedelta(days=1), held.until)
    seats = written.post.seats.filter(person=written.chen)
    seen = [seats.annotate(pioneer=pioneer_at(written.post.pk, day)).get().pioneer for day in days]
    assert seen == [None, held.pk, held.pk, None]
    assert [held.is_held(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"until": DAY}, "期限"),
        ({"until": DAY + dt.timedelta(days=732)}, "最长两年"),
        ({"since": DAY - dt.timedelta(days=9), "until": DAY}, "已经结束"),
        ({"commitments": " \n "}, "承诺"),
        ({"commitments": "\n".join("一二三四五六七八九十甲")}, "最多10行"),
        ({"met": CRITERIA[:1]}, "责任清单逐项做到"),
        ({"window_post": None}, "哪个岗位"),
    ],
)
def test_a_pioneer_post_that_can_not_be_is_refused_by_name(
    written: Windows, other: dict[str, Any], refusal: str
) -> None:
    with pytest.raises(HonorRefusal, match=refusal):
        name_pioneer(written.chen, written.unit, term(written, **other), **DONE)
    assert not PioneerPost.objects.exists()


def test_only_a_full_member_of_the_branch_holds_one_and_one_at_a_time(written: Windows) -> None:
    for person in (written.wen, written.house.qiu):
        with pytest.raises(HonorRefusal, match="正式党员"):
            name_pioneer(person, written.unit, term(written), **DONE)
    held = name_pioneer(written.chen, written.unit, term(written), **DONE)
    with pytest.raises(HonorRefusal, match="先锋岗"):
        name_pioneer(written.chen, written.unit, term(written, since=held.until - dt.timedelta(days=1)), **DONE)
    after = term(written, since=held.until, until=held.until + dt.timedelta(days=9))
    name_pioneer(written.chen, written.unit, after, **DONE)


def test_without_criteria_nobody_is_named_and_the_nearest_criteria_hold(house: Windows) -> None:
    with pytest.raises(HonorRefusal, match="先写标准"):
        name_pioneer(house.chen, house.unit, term(house, met=[]), **DONE)
    write_criteria(house.house.office, "上级的", since=DAY, **DONE)
    assert criteria_of(house.unit, DAY) == ["上级的"]
    write_criteria(house.unit, "自己的\n另一条", since=DAY + dt.timedelta(days=1), **DONE)
    assert criteria_of(house.unit, DAY) == ["上级的"]
    assert criteria_of(house.unit, DAY + dt.timedelta(days=1)) == ["自己的", "另一条"]
    assert criteria_of(house.house.quay, DAY) == []


def test_later_criteria_leave_a_holder_with_those_they_were_chosen_by(written: Windows) -> None:
    held = name_pioneer(written.chen, written.unit, term(written), **DONE)
    write_criteria(written.unit, "更严的", since=DAY, **DONE)
    held.refresh_from_db()
    assert held.criteria.split("\n") == CRITERIA


def test_it_ends_early_with_a_reason_within_its_term(written: Windows) -> None:
    held = name_pioneer(written.chen, written.unit, term(written), **DONE)
    tomorrow = DAY + dt.timedelta(days=1)
    for on, reason in ((tomorrow, ""), (DAY, "x"), (held.until, "x"), (DAY - dt.timedelta(days=1), "x")):
        with pytest.raises(HonorRefusal):
            end_pioneer(held, on=on, reason=reason, **DONE)
    end_pioneer(held, on=tomorrow, reason="调离窗口", **DONE)
    held.refresh_from_db()
    assert (held.until, held.ended_for) == (tomorrow, "调离窗口")


# --- Who may -------------------------------------------------------------------------------------------------------

TWINS: Any = (
    (access.may_see_honor, access.honors_seen_by, Honor),
    (access.may_keep_honor, access.honors_kept_by, Honor),
    (access.may_see_pioneer, access.pioneers_seen_by, PioneerPost),
    (access.may_keep_pioneer, access.pioneers_kept_by, PioneerPost),
    (access.may_honor_organization, access.organizations_honored_by, Organization),
    (access.may_honor_person, access.people_honored_by, Person),
)


def _askers(house: Windows) -> list[Account]:
    made = [house.manager, world.account(login="系统"), world.account(login="无人")]
    world.grant(made[1], Role.SYSTEM)
    past = world.member("调走的", house.unit)
    world.appoint(past, house.house.quay, PostKind.ORGANIZATION_OFFICER)
    people = (house.chen, house.lin, house.house.fang, house.house.qiu, past)
    return [*made, *map(world.account, people)]


def test_the_question_and_the_queryset_agree_for_everybody(written: Windows) -> None:
    house = written.house
    bearers = (house.chen, house.lin, house.qiu, house.wen, house.root, house.inspection, house.quay, house.harbor)
    for number, bearer in enumerate(bearers):
        bestow(bearer, Conferred(title=f"荣誉{number}", year=2015), **DONE)
        withdraw(bestow(bearer, Conferred(title=f"误记{number}", year=2015), **DONE), reason="误记", **DONE)
    name_pioneer(written.chen, written.unit, term(written), **DONE)
    write_criteria(house.quay, "\n".join(CRITERIA), since=DAY, **DONE)
    name_pioneer(house.qiu, house.quay, term(written, place="码头", window_post=None), **DONE)
    answers = set()
    for account, (may_x, x_by, model) in product(_askers(written), TWINS):
        asker = asker_of(account, DAY)
        asked = {thing.pk for thing in model.objects.all() if may_x(asker, thing)}
        assert asked == set(x_by(asker).values_list("pk", flat=True)), (account.login, may_x.__name__)
        answers.add((may_x.__name__, bool(asked)))
    assert len(answers) == 2 * len(TWINS)  # each question was answered with somebody and with nobody


def test_nobody_keeps_their_own_and_a_superior_keeps_the_secretarys(written: Windows) -> None:
    lin, fang = (asker_of(world.account(one), DAY) for one in (written.lin, written.house.fang))
    own = bestow(written.lin, SUPPORT, **DONE)
    assert not access.may_keep_honor(lin, own)
    assert access.may_keep_honor(fang, own)
    held = name_pioneer(written.lin, written.unit, term(written), **DONE)
    assert not access.may_keep_pioneer(lin, held)
    assert access.may_keep_pioneer(fang, held)


def test_a_withdrawn_honor_is_read_by_whoever_keeps_it_and_by_the_person(written: Windows) -> None:
    honor = bestow(written.chen, SUPPORT, **DONE)
    withdraw(honor, reason="误记", **DONE)
    colleague = world.member("同支部的", written.unit)
    askers = [asker_of(world.account(one), DAY) for one in (written.chen, written.lin, colleague)]
    assert [access.honors_seen_by(asker).filter(pk=honor.pk).exists() for asker in askers] == [True, True, False]


def test_papers_are_one_row_each(house: Windows) -> None:
    papers = [("一.pdf", b"%PDF-1"), ("二.txt", "二".encode())]
    honor = bestow(house.unit, Conferred(title="文明窗口", year=2014, papers=papers), **DONE)
    assert [paper.name for paper in HonorPaper.objects.filter(honor=honor)] == ["一.pdf", "二.txt"]
