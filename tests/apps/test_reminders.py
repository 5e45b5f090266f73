"""What is about to be missed is called to mind once, to whoever calls the meetings; nobody above is told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import announced, file_session
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening
from zhibu.apps.notices.models import Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.actions import explain
from zhibu.apps.oversight.live import rebuild
from zhibu.apps.oversight.models import Cell
from zhibu.apps.oversight.reminders import LEAD, about, remind
from zhibu.domain.requirements import Period
from zhibu.domain.terms import MeetingKind, PostKind

pytestmark = pytest.mark.django_db

#: A month's reminder goes out seven days before its last day: on the morning on which the tests live.
LAST = DAY + dt.timedelta(days=LEAD[Period.MONTH])


@pytest.fixture
def house():
    made = world.bureau()
    # Only the inspection branch and its groups have begun: what others owe is nothing to these tests.
    Organization.objects.exclude(path__startswith=made.inspection.path).update(began=dt.date(2030, 1, 1))
    world.appoint(made.chen, made.second_group, PostKind.GROUP_LEADER)
    rebuild(DAY)
    return made


def reminded(person, rule=""):
    return sorted(
        one.about.split("/")[1]
        for one in person.notices.filter(occasion="owed")
        if not rule or f"/{rule}/" in one.about
    )


def run(day=DAY):
    return remind(at=AT + (day - DAY), on=day)


def cell(house):
    return Cell.objects.get(organization=house.inspection, rule="theme_day", first=DAY.replace(day=1))


def test_the_last_day_of_november_is_called_to_mind_a_week_before_and_not_the_day_before_that(house):
    assert dt.date(2026, 11, 30) == LAST
    run(DAY - dt.timedelta(days=1))
    assert reminded(house.lin, "theme_day") == []
    run()
    assert reminded(house.lin, "theme_day") == ["theme_day"]
    notice = house.lin.notices.get(about=about(cell(house)))
    assert notice.title == "请在11月30日前完成：主题党日"
    assert notice.text.startswith("检务处党支部 · ")
    assert notice.last_day == LAST


def test_run_again_and_day_after_day_it_tells_nobody_twice(house):
    assert run() > 0
    before = list(Notice.objects.order_by("pk").values())
    assert run() == 0
    for days in range(1, 8):
        run(DAY + dt.timedelta(days=days))
    assert [row for row in Notice.objects.order_by("pk").values() if row in before] == before
    assert len(reminded(house.lin, "theme_day")) == 1


def test_on_the_last_day_one_who_was_not_reminded_still_is_and_on_the_day_after_not(house):
    run(LAST + dt.timedelta(days=1))
    assert reminded(house.lin, "theme_day") == []
    run(LAST)
    assert reminded(house.lin, "theme_day") == ["theme_day"]


def test_only_those_who_call_are_told_a_group_by_its_leader_and_nobody_above(house):
    run()
    told = set(Notice.objects.values_list("person__name", flat=True))
    assert told == {"林悦", "陈星"}
    assert reminded(house.chen) == ["group_meeting"]
    assert "group_meeting" not in reminded(house.lin)


def test_without_a_secretary_the_deputy_is_reminded(house):
    house.lin.appointments.update(post=PostKind.DEPUTY_SECRETARY)
    run()
    assert reminded(house.lin, "theme_day") == ["theme_day"]
    Notice.objects.all().delete()
    world.appoint(house.wen, house.inspection, PostKind.SECRETARY)
    run()
    assert (reminded(house.wen, "theme_day"), reminded(house.lin)) == (["theme_day"], [])


def test_nobody_is_reminded_of_what_is_announced_for_the_period_but_of_a_draft_and_of_one_for_later(house):
    soon = AT + dt.timedelta(days=2)
    announced(house, soon, kind=MeetingKind.THEME_DAY)
    later = announced(house, AT + dt.timedelta(days=9), kind=MeetingKind.BRANCH_COMMITTEE_MEETING)
    assert later.held_on > LAST
    run()
    assert reminded(house.lin, "theme_day") == []
    convening.postpone(house.inspection.meetings.get(kind="theme_day").pk, reason="台风", actor=OPERATOR, at=AT)
    run(DAY + dt.timedelta(days=1))
    assert reminded(house.lin, "theme_day") == ["theme_day"]


def test_what_is_filed_settles_the_reminder_in_the_same_transaction(house):
    run()
    meeting = announced(house, AT - dt.timedelta(hours=2), kind=MeetingKind.THEME_DAY)
    file_session(meeting.sessions.get(), chair=house.lin)
    notice = house.lin.notices.get(about=about(cell(house)))
    assert cell(house).completed_on == DAY
    assert notice.overtaken
    assert not house.chen.notices.get(occasion="owed").overtaken  # of what is still to do


def test_one_who_gave_a_reason_is_not_reminded_and_a_reminder_given_before_is_settled(house):
    run()
    explain(cell(house), reason="全员执勤", by=None, actor=OPERATOR, at=AT)
    assert house.lin.notices.get(about=about(cell(house))).overtaken
    Notice.objects.all().delete()
    run()
    assert reminded(house.lin, "theme_day") == []


def test_cells_that_were_made_anew_are_the_same_to_a_reminder_and_those_gone_are_settled(house):
    run()
    rebuild(DAY)
    assert run() == 0
    Cell.objects.filter(organization=house.inspection, rule="theme_day").delete()
    run()
    assert house.lin.notices.get(about__contains="/theme_day/").overtaken


def test_a_hundred_branches_ask_no_more_for_reading_and_a_few_statements_each_for_telling(house):
    run()
    with CaptureQueriesContext(connection) as again:
        assert run() == 0
    assert len(again) <= 12
