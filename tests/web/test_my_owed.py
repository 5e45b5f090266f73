"""My study and what I owe: the hours the rule asks and those on record, talks. For the person alone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import world
from tests.apps.test_oversight_live import hold
from tests.web.browser import assert_good
from tests.web.visits import client_of, text
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import filing, minutes
from zhibu.apps.meetings.actions.talks import record_talk, withdraw_talk
from zhibu.apps.oversight import live
from zhibu.apps.oversight.mine import owed_by
from zhibu.apps.oversight.queries import obligations
from zhibu.domain.terms import MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    made = world.bureau()
    live.rebuild(DAY)
    return made


def talked(house, *, on=DAY):
    return record_talk(
        organization=house.inspection, one=house.lin, other=house.chen, held_on=on, by=None, actor=OPERATOR, at=AT
    )


def test_the_hours_on_record_stand_beside_what_the_rule_asks_with_its_article_and_its_day(house):
    hold(house, MeetingKind.LESSON)
    shown = text(client_of(house.chen).get("/me/owed/"))
    assert "1/32 学时" in shown
    assert "第二十条" in shown
    assert "2027-01-07前归档" in shown
    assert "党课" in shown


def test_a_lesson_that_shares_an_afternoon_brings_its_hours_once_it_is_filed(house):
    host = hold(house, MeetingKind.THEME_DAY, also={MeetingKind.LESSON: "党课"}).meeting
    assert "0/32 学时" in text(client_of(house.chen).get("/me/owed/"))
    lesson = host.guests.get()
    minutes.hand_over(lesson, actor=OPERATOR, at=AT)
    minutes.approve(lesson, house.lin, actor=OPERATOR, at=AT)
    lesson.refresh_from_db()
    filing.file_meeting(lesson, actor=OPERATOR, at=AT)
    assert "1/32 学时" in text(client_of(house.chen).get("/me/owed/"))


def test_a_talk_is_on_the_record_of_both_and_fulfils_what_is_owed_until_it_is_withdrawn(house):
    talk = talked(house)
    for me, other in ((house.lin, house.chen), (house.chen, house.lin)):
        shown = text(client_of(me).get("/me/owed/"))
        assert f"与{other.name}" in shown
        assert "1/1 次" in shown
    withdraw_talk(talk, actor=OPERATOR, at=AT)
    assert "0/1 次" in text(client_of(house.chen).get("/me/owed/"))


def test_it_says_of_one_person_what_the_whole_evaluation_says_of_them(house):
    hold(house, MeetingKind.LESSON)
    talked(house)
    whole = obligations([house.inspection.pk], since=SINCE, until=UNTIL, on=DAY, with_people=True)
    for person in (house.lin, house.chen):
        mine = owed_by(person.pk, since=SINCE, until=UNTIL, on=DAY).cells
        theirs = [cell for cell in whole if cell.subject == person.pk and cell.why_not is None]
        assert sorted(mine, key=lambda cell: cell.rule.id) == sorted(theirs, key=lambda cell: cell.rule.id)
        assert {cell.rule.requirement for cell in mine} == {"talks", "learning_hours"}


def test_another_year_shows_what_was_asked_in_it(house):
    talked(house, on=dt.date(2025, 5, 6))
    chen = client_of(house.chen)
    assert "2025-05-06" in text(chen.get("/me/owed/?year=2025"))
    assert "2025-05-06" not in text(chen.get("/me/owed/"))
    assert chen.get("/me/owed/?year=never").status_code == 200


def test_nobody_is_set_beside_anybody_else(house):
    hold(house, MeetingKind.LESSON)
    talked(house)
    shown = text(client_of(house.chen).get("/me/owed/"))
    for other in (house.fang, house.qiu, house.wen):
        assert other.name not in shown
    for words in ("排名", "平均", "积分", "第1名"):
        assert words not in shown


def test_an_account_that_is_nobodys_owes_nothing(house):
    client = Client()
    client.force_login(world.account(login="machine"))
    assert client.get("/me/owed/").status_code == 404


def test_who_is_no_member_is_asked_nothing(house):
    assert "没有对您的要求" in text(client_of(house.wen).get("/me/owed/"))


def test_the_page_asks_eight_times_at_most(house, django_assert_max_num_queries):
    hold(house, MeetingKind.LESSON)
    talked(house)
    chen = client_of(house.chen)
    with django_assert_max_num_queries(8):
        chen.get("/me/owed/")


def test_the_page_is_good_on_a_phone_and_at_a_desk(house, phone, desk):
    hold(house, MeetingKind.LESSON)
    talked(house)
    account = world.account(house.chen)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(account)
        page.goto("/me/owed/")
        assert_good(page, f"my-owed-{name}")
