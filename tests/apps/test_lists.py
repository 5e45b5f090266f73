"""The lists are written in dated articles, an edition seals them, and members say once that they understand it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.lists import access
from zhibu.apps.lists.actions import editions, stating, writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Article, Edition, Section, Statement, Understanding, Wording
from zhibu.apps.lists.queries import (
    Place,
    changes_in,
    duties_at,
    duties_of,
    holds_in,
    in_force,
    published,
    sections_of,
    standard_of,
)
from zhibu.apps.notices.models import Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.queries import asker_of
from zhibu.domain.lists import Difference
from zhibu.domain.terms import Bearer, ListKind, PostKind, Proof, Reach, Readership

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
TOMORROW = DAY + dt.timedelta(days=1)
MONTHLY = Words(text="每月召开一次支部委员会会议。")


@pytest.fixture
def house():
    return world.bureau()


def section(house, title="三会一课制度", kind=ListKind.RULES, *, of=None, **facts):
    return writing.write_section(organization=of or house.inspection, kind=kind, title=title, **facts, **DONE)


def article(of, words=MONTHLY, *, since=DAY):
    return writing.write_article(section=of, words=words, since=since, **DONE).article


def says(organization, on=DAY):
    return [
        (section.title, one.number, one.text)
        for section in sections_of(in_force(organization, on))
        for one in section.articles
    ]


def duty(text, bearer, **facts):
    return Words(text=text, bearer=bearer, **facts)


# --- Sections and articles -----------------------------------------------------------------------------------------


def test_numbers_follow_one_another_and_each_list_counts_its_own(house):
    assert [section(house, title).number for title in ("甲", "乙")] == [1, 2]
    assert section(house, "支部职责", ListKind.DUTIES).number == 1
    assert section(house, "丙", number=9).number == 9
    assert section(house, "丁").number == 10


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"title": "  "}, "有标题|标题"),
        ({"title": "长" * 121}, "121"),
        ({"title": "乙", "number": 1}, "三会一课制度"),
        ({"title": "乙", "number": 1000}, "999"),
        ({"title": "乙", "number": -1}, "999"),
    ],
)
def test_a_section_without_a_title_or_with_a_number_that_is_taken_is_refused(house, facts, said):
    section(house)
    with pytest.raises(ListRefusal, match=said):
        section(house, **facts)
    assert Section.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        (ListKind.RULES, Words(text="  "), "内容"),
        (ListKind.RULES, Words(text="长" * 4001), "4001"),
        (ListKind.RULES, Words(text="一", number=1000), "999"),
        (ListKind.DUTIES, Words(text="主持支部全面工作。"), "承担者"),
        (ListKind.PROHIBITIONS, Words(text="不得代签。", consequence="谈话提醒"), "问谁"),
        (ListKind.PROHIBITIONS, Words(text="不得代签。", ask="支部书记"), "问谁"),
        (ListKind.RULES, Words(text="一", proof=Proof.REQUIREMENT, requirement="no_such_thing"), "no_such_thing"),
        (ListKind.RULES, Words(text="一", proof=Proof.REQUIREMENT), "没有规定要求"),
    ],
)
def test_an_article_that_could_not_be_kept_to_is_refused_and_leaves_nothing(house, kind, words, said):
    of = section(house, kind=kind)
    events = Event.objects.count()
    with pytest.raises(ListRefusal, match=said):
        writing.write_article(section=of, words=words, since=DAY, **DONE)
    assert (Article.objects.count(), Wording.objects.count(), Event.objects.count()) == (0, 0, events)


def test_two_articles_of_a_section_do_not_share_a_number_while_both_are_in_force(house):
    of = section(house)
    first = article(of)
    with pytest.raises(ListRefusal, match="序号1"):
        article(of, replace(MONTHLY, number=1))
    writing.repeal(first, until=TOMORROW, **DONE)
    with pytest.raises(ListRefusal, match="序号1"):
        article(of, replace(MONTHLY, number=1))
    assert article(of, replace(MONTHLY, number=1), since=TOMORROW).wordings.get().number == 1


def test_an_amendment_begins_where_the_earlier_wording_ends(house):
    one = article(section(house), since=DAY - dt.timedelta(days=30))
    writing.amend(article=one, words=Words(text="每月至少召开一次。"), since=TOMORROW, **DONE)
    assert says(house.inspection, DAY) == [("三会一课制度", 1, MONTHLY.text)]
    assert says(house.inspection, TOMORROW) == [("三会一课制度", 1, "每月至少召开一次。")]


@pytest.mark.parametrize("days", [0, -1])
def test_two_wordings_are_never_in_force_at_once(house, days):
    one = article(section(house))
    with pytest.raises(ListRefusal, match=DAY.isoformat()):
        writing.amend(article=one, words=MONTHLY, since=DAY + dt.timedelta(days=days), **DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wording.objects.create(article=one, number=1, text="另一条", since=TOMORROW, written_at=AT)


def test_what_was_repealed_is_read_for_its_days_and_can_not_be_amended(house):
    one = article(section(house), since=DAY - dt.timedelta(days=30))
    with pytest.raises(ListRefusal, match="更晚"):
        writing.repeal(one, until=DAY - dt.timedelta(days=30), **DONE)
    writing.repeal(one, until=DAY, **DONE)
    assert says(house.inspection, DAY - dt.timedelta(days=1)) != []
    assert says(house.inspection) == []
    for deed in (
        lambda: writing.repeal(one, until=TOMORROW, **DONE),
        lambda: writing.amend(article=one, words=MONTHLY, since=TOMORROW, **DONE),
    ):
        with pytest.raises(ListRefusal, match="废止"):
            deed()


def test_what_began_today_is_taken_back_and_the_wording_before_goes_on(house):
    one = article(section(house), since=DAY - dt.timedelta(days=30))
    writing.amend(article=one, words=Words(text="改"), since=DAY, **DONE)
    writing.repeal(one, until=TOMORROW, **DONE)
    assert writing.take_back(one, **DONE)
    assert writing.take_back(one, **DONE)
    assert [(row.text, row.until) for row in one.wordings.all()] == [(MONTHLY.text, None)]
    with pytest.raises(ListRefusal, match="今天以前"):
        writing.take_back(one, **DONE)


def test_a_repeal_is_not_taken_back_once_another_article_has_the_number(house):
    of = section(house)
    one = article(of)
    writing.repeal(one, until=TOMORROW, **DONE)
    article(of, replace(MONTHLY, number=1), since=TOMORROW)
    with pytest.raises(ListRefusal, match="序号1"):
        writing.take_back(one, **DONE)
    assert one.wordings.get().until == TOMORROW


def test_a_change_of_number_is_not_taken_back_once_another_article_has_the_old_one(house):
    of = section(house)
    one = article(of, since=DAY - dt.timedelta(days=9))
    writing.amend(article=one, words=replace(MONTHLY, number=5), since=DAY, **DONE)
    article(of, replace(MONTHLY, number=1))
    with pytest.raises(ListRefusal, match="序号1"):
        writing.take_back(one, **DONE)
    assert one.wordings.count() == 2


def test_an_article_of_today_that_is_taken_back_is_gone_and_an_empty_section_can_be_dropped(house):
    of = section(house)
    one = article(of)
    with pytest.raises(ListRefusal, match="已有条文"):
        writing.drop_section(of, **DONE)
    assert not writing.take_back(one, **DONE)
    writing.drop_section(of, **DONE)
    assert not Section.objects.exists()


def test_an_article_that_an_edition_leads_to_is_not_taken_back_whole(house):
    one = article(section(house))
    editions.publish(organization=house.inspection, readership=Readership.BRANCH, **DONE)
    with pytest.raises(ListRefusal, match="第1版"):
        writing.take_back(one, **DONE)
    writing.repeal(one, until=TOMORROW, **DONE)
    assert writing.take_back(one, **DONE)
    assert [row.until for row in one.wordings.all()] == [None]


def test_the_lists_of_a_dissolved_organization_stay_as_they_are(house):
    Organization.objects.filter(pk=house.platform.pk).update(dissolved=DAY)
    house.platform.refresh_from_db()
    with pytest.raises(ListRefusal, match="撤销"):
        section(house, of=house.platform)


# --- For whom they are written -------------------------------------------------------------------------------------


def test_what_a_committee_writes_for_branches_holds_in_each_below_and_nowhere_else(house):
    article(section(house, "下属支部", of=house.office, reach=Reach.BRANCHES))
    article(section(house, "机关党委自己", of=house.office))
    article(section(house))
    assert [title for title, *_rest in says(house.inspection)] == ["下属支部", "三会一课制度"]
    assert [title for title, *_rest in says(house.archive_branch)] == ["下属支部"]
    assert [title for title, *_rest in says(house.office)] == ["下属支部", "机关党委自己"]
    assert says(house.quay) == []


def test_a_group_goes_by_the_lists_of_its_branch(house):
    article(section(house))
    assert says(house.first_group) == says(house.inspection)


def test_a_successor_bears_the_duties_of_the_post_from_the_day_of_appointment(house):
    of = section(house, "书记职责", ListKind.DUTIES)
    article(of, duty("主持支部全面工作。", Bearer.SECRETARY))
    article(of, duty("参加集体领导。", Bearer.COMMITTEE_MEMBER))
    article(of, duty("按时参加组织生活。", Bearer.MEMBER))
    article(of, duty("支部每月研究一次。", Bearer.ORGANIZATION))

    def texts(posts, *, is_member=True):
        place = Place(house.inspection, frozenset(posts), is_member)
        return [row.text for _place, rows in duties_at([place], DAY) for row in rows]

    assert texts([PostKind.SECRETARY]) == ["主持支部全面工作。", "参加集体领导。", "按时参加组织生活。"]
    assert texts([PostKind.PUBLICITY_OFFICER]) == ["参加集体领导。", "按时参加组织生活。"]
    assert texts([]) == ["按时参加组织生活。"]
    assert texts([], is_member=False) == []


def test_what_every_member_bears_is_told_once_to_somebody_who_stands_at_two_places(house):
    everybody = section(house, "党员义务", ListKind.DUTIES, of=house.office, reach=Reach.BRANCHES)
    article(everybody, duty("按时参加组织生活。", Bearer.MEMBER))
    article(section(house, "组长职责", ListKind.DUTIES), duty("主持党小组会。", Bearer.GROUP_LEADER))
    places = [
        Place(house.inspection, is_member=True),
        Place(house.first_group, frozenset({PostKind.GROUP_LEADER}), is_member=True),
    ]
    assert [[row.text for row in rows] for _place, rows in duties_at(places, DAY)] == [
        ["按时参加组织生活。"],
        ["主持党小组会。"],
    ]
    assert [row.text for row in duties_of(house.second_group, Bearer.GROUP_LEADER, DAY)] == ["主持党小组会。"]


def test_the_question_of_one_section_agrees_with_the_query_everywhere(house):
    for of in (house.root, house.office, house.inspection, house.harbor):
        for reach in Reach:
            article(section(house, f"{of.code}{reach}", of=of, reach=reach))
    for organization in Organization.objects.all():
        asked = {section.title for section in Section.objects.all() if holds_in(section, organization)}
        assert asked == {title for title, *_rest in says(organization)}


def test_the_standard_of_the_unit_is_read_wherever_it_holds(house):
    of = section(house, "三好标准", ListKind.STANDARD, of=house.root, reach=Reach.BRANCHES)
    for text in ("履行好职责", "当好排头兵", "树立好形象"):
        article(of, Words(text=text))
    assert [row.text for row in standard_of(house.inspection, DAY)] == ["履行好职责", "当好排头兵", "树立好形象"]


# --- Editions ------------------------------------------------------------------------------------------------------


def publish(house, readership=Readership.BRANCH, *, at=AT, of=None):
    return editions.publish(organization=of or house.inspection, readership=readership, actor=OPERATOR, at=at)


def test_an_edition_says_for_good_what_was_in_force_on_its_day(house):
    one = article(section(house))
    edition = publish(house)
    sealed = edition.document.text
    before = published(edition)
    writing.amend(article=one, words=Words(text="每月至少召开一次。"), since=TOMORROW, **DONE)
    writing.rename_section(one.section, title="会议制度", number=5, reach=Reach.OWN, **DONE)
    edition.refresh_from_db()
    assert published(edition) == before
    assert Document.objects.get(pk=edition.document_id).text == sealed
    assert edition.event.document_sha256 == edition.document_id
    assert json.loads(sealed)["sections"][0]["articles"][0]["id"] == str(one.pk)


def test_the_next_edition_tells_what_changed_and_the_same_article_keeps_its_id(house):
    of = section(house)
    one, two = article(of), article(of, Words(text="会后三日内整理记录。"))
    publish(house)
    later = AT + dt.timedelta(days=1)
    writing.amend(article=one, words=Words(text="每月至少召开一次。"), since=TOMORROW, actor=OPERATOR, at=later)
    writing.repeal(two, until=TOMORROW, actor=OPERATOR, at=later)
    edition = publish(house, at=later)
    assert edition.number == 2
    assert [(change.difference, (change.after or change.before).id) for change in changes_in(edition)] == [
        (Difference.CHANGED, one.pk),
        (Difference.REPEALED, two.pk),
    ]


def test_nothing_to_publish_is_refused_and_nothing_is_half_published(house):
    with pytest.raises(ListRefusal, match="没有施行中的条文"):
        publish(house)
    article(section(house))
    publish(house)
    notices = Notice.objects.count()
    with pytest.raises(ListRefusal, match="第1版"):
        publish(house)
    assert Edition.objects.count() == 1
    assert Notice.objects.count() == notices


def test_members_are_told_once_and_asked_once(house):
    article(section(house))
    edition = publish(house)
    about = Notice.objects.filter(about=f"edition:{edition.pk}")
    assert sorted(about.values_list("person__name", flat=True)) == sorted([house.lin.name, house.chen.name])
    for _twice in range(2):
        editions.say_understood(edition=edition, person=house.chen, **DONE)
    assert Understanding.objects.count() == 1
    assert Event.objects.filter(type="edition_understood").count() == 1


def test_who_may_read_an_edition_is_as_it_was_set_in_both_forms(house):
    article(section(house))
    edition = publish(house)
    readers = {
        Readership.BRANCH: {house.lin, house.chen, house.fang, house.wen},
        Readership.HOUSE: {house.lin, house.chen, house.fang, house.wen, house.qiu},
        Readership.PUBLIC: {house.lin, house.chen, house.fang, house.wen, house.qiu},
    }
    askers = {one: asker_of(world.account(one), DAY) for one in readers[Readership.HOUSE]}
    for readership, expected in readers.items():
        editions.open_to(edition, readership=readership, **DONE)
        assert {one for one, asker in askers.items() if access.may_read_edition(asker, edition)} == expected
        assert {one for one, asker in askers.items() if access.editions_read_by(asker).exists()} == expected


def test_only_members_say_understood_and_only_the_secretary_sees_who_did(house):
    article(section(house))
    edition = publish(house)
    asker = {one.name: asker_of(world.account(one), DAY) for one in (house.lin, house.chen, house.fang, house.wen)}
    may_say = {name for name, one in asker.items() if access.may_say_understood(one, edition)}
    may_see = {name for name, one in asker.items() if access.may_see_who_understood(one, edition)}
    assert may_say == {house.lin.name, house.chen.name}
    assert may_see == {house.lin.name}


def test_who_writes_and_who_reads_the_lists_agrees_in_both_forms(house):
    of = article(section(house)).section
    people = (house.lin, house.chen, house.fang, house.wen, house.qiu)
    for asker in (asker_of(world.account(one), DAY) for one in people):
        for organization in Organization.objects.all():
            assert access.may_write_lists(asker, organization) == (
                access.lists_written_by(asker).filter(pk=organization.pk).exists()
            )
        assert access.may_read_section(asker, of) == access.sections_read_by(asker).filter(pk=of.pk).exists()
    assert not access.may_write_lists(asker_of(house.chen.account, DAY), house.inspection)


# --- Statements ----------------------------------------------------------------------------------------------------


def test_a_holder_states_a_duty_in_their_own_words_and_takes_it_back_without_a_trace_of_the_words(house):
    one = article(
        section(house, "党员职责", ListKind.DUTIES), duty("联系一名群众。", Bearer.MEMBER, proof=Proof.STATEMENT)
    )
    said = stating.state(
        article=one, organization=house.inspection, person=house.chen, text="联系了窗口同事文某。", **DONE
    )
    stating.withdraw_statement(said, **DONE)
    assert not Statement.objects.exists()
    assert not Document.objects.filter(text__contains="联系了窗口同事").exists()


@pytest.mark.parametrize(
    ("proof", "text"), [(Proof.NONE, "做了"), (Proof.STATEMENT, " "), (Proof.STATEMENT, "长" * 501)]
)
def test_a_statement_is_refused_where_it_shows_nothing(house, proof, text):
    one = article(section(house, "党员职责", ListKind.DUTIES), duty("联系群众。", Bearer.MEMBER, proof=proof))
    with pytest.raises(ListRefusal):
        stating.state(article=one, organization=house.inspection, person=house.chen, text=text, **DONE)
    assert not Statement.objects.exists()


# --- What is never kept --------------------------------------------------------------------------------------------


def test_nothing_keeps_who_opened_an_article_or_an_edition_or_how_well_anybody_does():
    names = {
        field.name
        for model in (Article, Wording, Section, Edition, Understanding, Statement)
        for field in model._meta.get_fields()
    }
    assert not {
        name
        for name in names
        for word in ("seen", "opened", "read_at", "views", "score", "points", "rank")
        if word in name
    }
