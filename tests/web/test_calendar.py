"""Calendar feeds: what they show, and to whom."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from icalendar import Calendar

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, roll
from zhibu.apps.meetings.models import CalendarFeed
from zhibu.apps.people.actions.accounts import close_account
from zhibu.domain.terms import MeetingKind, Role
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


# --- What a calendar program reads


def read(client, address):
    return list(Calendar.from_ical(client.get(address).content).walk("VEVENT"))


def test_a_moved_session_keeps_its_id_and_every_change_is_a_later_version(client, house):
    meeting = general_meeting(house)
    address = subscribe(client, world.account(house.chen))
    session = meeting.sessions.get()
    facts = {"actor": OPERATOR, "at": clock.now()}
    seen = [read(client, address)[0]]
    convening.change_session(
        session,
        starts_at=session.starts_at + dt.timedelta(days=1),
        ends_at=session.ends_at + dt.timedelta(days=1),
        place="五楼",
        **facts,
    )
    seen.append(read(client, address)[0])
    convening.postpone(meeting.pk, reason="高峰", **facts)
    seen.append(read(client, address)[0])
    convening.announce(meeting.pk, **facts)
    seen.append(read(client, address)[0])
    assert {str(event["uid"]) for event in seen} == {str(session.pk)}
    assert [int(event["sequence"]) for event in seen] == sorted({int(event["sequence"]) for event in seen})
    assert [str(event["status"]) for event in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [str(event["transp"]) for event in seen] == ["OPAQUE", "OPAQUE", "TRANSPARENT", "OPAQUE"]
    assert "高峰" in str(seen[2]["description"])
    assert seen[1]["dtstart"].dt - seen[0]["dtstart"].dt == dt.timedelta(days=1)


def test_nothing_changed_is_the_same_text_and_304(client, house, monkeypatch):
    general_meeting(house)
    address = subscribe(client, world.account(house.chen))
    first = client.get(address)
    later = clock.now() + dt.timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(address).content == first.content
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_feed_says_its_name_its_zone_and_when_to_come_again(client, house):
    text = client.get(subscribe(client, world.account(house.chen), "GZ-A-01")).content.decode()
    for line in (
        "X-WR-CALNAME:检务处党支部",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "METHOD:PUBLISH",
        "VERSION:2.0",
    ):
        assert f"{line}\r\n" in text


def test_a_session_across_midnight_ends_on_the_next_day_in_utc(client, house):
    facts = {"actor": OPERATOR, "at": clock.now()}
    meeting = convening.draft(
        organization=house.inspection, kind=MeetingKind.LESSON, title="夜班党课", made_by=None, **facts
    )
    day = clock.today() + dt.timedelta(days=2)
    starts = dt.datetime.combine(day, dt.time(23), tzinfo=clock.now().tzinfo)
    ends = starts + dt.timedelta(hours=2)
    convening.add_session(meeting.pk, starts_at=starts, ends_at=ends, place="", **facts)
    convening.announce(meeting.pk, **facts)
    (event,) = read(client, subscribe(client, world.account(house.chen)))
    assert (event["dtstart"].dt, event["dtend"].dt) == (starts, ends)
    assert event.to_ical().decode().count(f"{day:%Y%m%d}T") >= 2
    assert "DTSTART:" in event.to_ical().decode()
    assert "location" not in event


def test_hostile_words_stay_one_line_of_text(client, house):
    meeting = general_meeting(house)
    title = "党课\r\nBEGIN:VALARM\r\nACTION:AUDIO;x,y\\z\x07"
    type(meeting).objects.filter(pk=meeting.pk).update(title=title)
    text = client.get(subscribe(client, world.account(house.chen))).content.decode()
    assert "\r\nBEGIN:VALARM" not in text
    assert "\x07" not in text
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert "ACTION:AUDIO;x,y\\z" in str(event["summary"])
    assert event.subcomponents == []


def test_turns_of_a_lesson_are_one_entry_each_and_say_that_one_is_enough(client, house):
    facts = {"actor": OPERATOR, "at": clock.now()}
    meeting = convening.draft(
        organization=house.inspection, kind=MeetingKind.LESSON, title="党课", repeated=True, made_by=None, **facts
    )
    for day in (2, 3):
        starts = clock.now() + dt.timedelta(days=day)
        convening.add_session(
            meeting.pk, starts_at=starts, ends_at=starts + dt.timedelta(hours=1), place="三楼", **facts
        )
    convening.announce(meeting.pk, **facts)
    read_ = read(client, subscribe(client, world.account(house.chen)))
    assert ["分2场举行" in str(event["description"]) for event in read_] == [True, True]
    assert len({str(event["uid"]) for event in read_}) == 2


def test_an_afternoon_names_the_kinds_that_take_place_on_it(client, house):
    facts = {"actor": OPERATOR, "at": clock.now()}
    meeting = general_meeting(house)
    meeting.refresh_from_db()
    for kind in (MeetingKind.LESSON, MeetingKind.THEME_DAY):
        guest = convening.draft(
            organization=house.inspection, kind=kind, title=kind.zh, host=meeting, made_by=None, **facts
        )
        convening.announce(guest.pk, **facts)
    convening.draft(
        organization=house.inspection, kind=MeetingKind.APPRAISAL, title="x", host=meeting, made_by=None, **facts
    )
    convening.not_held(guest.pk, reason="台风", **facts)
    address = subscribe(client, world.account(house.chen))
    assert [str(event["description"]) for event in read(client, address)] == ["支部党员大会、党课"]
    convening.postpone(meeting.pk, reason="台风", **facts)
    assert [str(event["description"]).split("\n")[0] for event in read(client, address)] == ["支部党员大会、党课"]


def test_what_was_given_up_before_it_was_announced_is_in_nobodys_calendar(client, house):
    meeting = general_meeting(house, announce=False)
    convening.not_held(meeting.pk, reason="并入下月", actor=OPERATOR, at=clock.now())
    assert events(client.get(subscribe(client, world.account(house.chen), "GZ-A-01"))) == []
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SYSTEM)
    assert events(client.get(subscribe(client, keeper))) == []


def test_the_calendar_of_a_branch_ends_for_whoever_leaves_it(client, house):
    address = subscribe(client, world.account(house.chen), "GZ-A-01")
    house.chen.memberships.update(until=clock.today())
    general_meeting(house)
    assert events(client.get(address)) == []
    assert len(events(client.get(subscribe(client, world.account(house.lin), "GZ-A-01")))) == 1


def test_a_feed_costs_the_same_for_one_meeting_and_for_three(client, house, django_assert_num_queries):
    general_meeting(house)
    address = subscribe(client, world.account(house.chen))
    with django_assert_num_queries(5):
        client.get(address)
    for _i in range(2):
        general_meeting(house)
    with django_assert_num_queries(5):
        client.get(address)


def test_a_session_that_takes_place_stays_confirmed_after_it(client, house):
    meeting = general_meeting(house)
    address = subscribe(client, world.account(house.chen))
    session = meeting.sessions.get()
    roll.open_session(session, actor=OPERATOR, at=clock.now())
    roll.close_session(session, actor=OPERATOR, at=clock.now())
    assert [str(event["status"]) for event in read(client, address)] == ["CONFIRMED"]
