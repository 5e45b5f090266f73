"""Calendar feeds: what they show, and to whom."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from icalendar import Calendar

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening
from zhibu.apps.meetings.models import CalendarFeed
from zhibu.apps.people.actions.accounts import close_account
from zhibu.domain.terms import MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return world.bureau()


def general_meeting(house, *, announce=True):
    facts = {"actor": OPERATOR, "at": clock.now()}
    meeting = convening.draft(
        organization=house.inspection, kind=MeetingKind.GENERAL_MEETING, title="十一月党员大会", made_by=None, **facts
    )
    starts = clock.now() + dt.timedelta(days=3)
    convening.add_session(
        meeting.pk, starts_at=starts, ends_at=starts + dt.timedelta(hours=1), place="三楼会议室", **facts
    )
    if announce:
        convening.announce(meeting.pk, **facts)
    return meeting


def subscribe(client, account, organization=""):
    client.force_login(account)
    page = client.post("/account/calendar/", {"organization": organization})
    address = re.search(r'value="(http[^"]+\.ics)"', page.content.decode())
    client.logout()
    return address[1].removeprefix("http://localhost:8000") if address else page.status_code


def events(answer):
    return [
        (str(event["summary"]), str(event["location"]), str(event["status"]))
        for event in Calendar.from_ical(answer.content).walk("VEVENT")
    ]


def test_a_member_subscribes_to_their_meetings_and_reads_them_without_logging_in(client, house):
    meeting = general_meeting(house)
    address = subscribe(client, world.account(house.chen))
    answer = client.get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert events(answer) == [("检务处党支部：十一月党员大会", "三楼会议室", "CONFIRMED")]
    convening.postpone(meeting.pk, reason="高峰", actor=OPERATOR, at=clock.now())
    assert events(client.get(address)) == [("检务处党支部：十一月党员大会", "三楼会议室", "CANCELLED")]


def test_a_draft_and_another_branch_are_in_nobodys_calendar(client, house):
    general_meeting(house, announce=False)
    chen, qiu = world.account(house.chen), world.account(house.qiu)
    assert events(client.get(subscribe(client, chen, "GZ-A-01"))) == []
    general_meeting(house)
    assert len(events(client.get(subscribe(client, chen, "GZ-A-01")))) == 1
    assert events(client.get(subscribe(client, qiu))) == []
    assert subscribe(client, qiu, "GZ-A-01") == 404


def test_a_new_address_ends_the_old_one_and_a_closed_account_ends_both(client, house):
    chen = world.account(house.chen)
    old, new = subscribe(client, chen), subscribe(client, chen)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert CalendarFeed.objects.count() == 1
    close_account(chen, actor=OPERATOR, at=clock.now())
    assert client.get(new).status_code == 404


def test_an_address_is_ended_by_its_owner_only(client, house):
    address = subscribe(client, world.account(house.chen))
    kept = CalendarFeed.objects.get()
    client.force_login(world.account(house.qiu))
    assert client.post(f"/account/calendar/{kept.pk}/end/").status_code == 404
    client.force_login(kept.account)
    client.post(f"/account/calendar/{kept.pk}/end/")
    assert client.get(address).status_code == 404
