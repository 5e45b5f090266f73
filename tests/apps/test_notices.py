"""Who is told what, once: of meetings ahead, of what changed; in the hours they set; and that no read is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import DONE, STARTS, announced, opened
from tests.world import AT, DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import convening, roll
from zhibu.apps.notices.actions.telling import Message, forget_old, overtake, set_wishes, tell
from zhibu.apps.notices.errors import NoticeRefusal
from zhibu.apps.notices.models import Notice, Wishes
from zhibu.apps.notices.queries import new_notices_of
from zhibu.domain.terms import AbsenceReason, MeetingKind, Occasion

pytestmark = pytest.mark.django_db

HELLO = Message(Occasion.OWED, "cell:x/theme_day/2026-11-01/", "主题党日", "本月")


@pytest.fixture
def house():
    return world.bureau()


def told(person, **which):
    return [
        (one.occasion, one.title, one.overtaken) for one in person.notices.filter(**which).order_by("made_at", "pk")
    ]


# --- Once ----------------------------------------------------------------------------------------------------------


def test_the_same_key_again_tells_nobody_twice_and_overtakes_nothing(house):
    assert tell([house.lin.pk, house.chen.pk], HELLO, key="x", at=AT) == 2
    before = list(Notice.objects.order_by("pk").values())
    assert tell([house.lin.pk, house.chen.pk], HELLO, key="x", at=AT + dt.timedelta(days=1)) == 0
    assert list(Notice.objects.order_by("pk").values()) == before
    assert tell([house.lin.pk, house.wen.pk], HELLO, key="x", at=AT) == 1


def test_a_later_notice_about_the_same_overtakes_the_earlier_one_of_those_who_get_it(house):
    tell([house.lin.pk, house.chen.pk], HELLO, key="x", at=AT)
    tell([house.lin.pk], HELLO, key="y", at=AT + dt.timedelta(minutes=1))
    assert [gone for *_said, gone in told(house.lin)] == [True, False]
    assert [gone for *_said, gone in told(house.chen)] == [False]
    overtake(HELLO.about)
    assert not Notice.objects.filter(overtaken=False).exists()


def test_too_long_a_text_is_cut_where_it_stands(house):
    tell([house.lin.pk], Message(Occasion.OWED, "x", "长" * 300, "文" * 2000), key="x", at=AT)
    kept = Notice.objects.get()
    assert (kept.title, kept.text) == ("长" * 199 + "…", "文" * 999 + "…")


# --- Meetings ------------------------------------------------------------------------------------------------------


def test_whoever_is_called_is_told_when_and_where_and_the_convener_knows_it(house):
    announced(house)
    assert told(house.chen) == [("called", "会议通知：十一月支部党员大会", False)]
    assert house.chen.notices.get().text == ("检务处党支部 · 2026年11月23日（星期一）15:30至17:30 三楼会议室")
    assert told(house.lin) == told(house.qiu) == told(house.wen) == []


def test_a_meeting_entered_after_the_event_and_a_draft_tell_nobody(house):
    announced(house, AT - dt.timedelta(days=2))
    meeting = convening.draft(
        organization=house.inspection, kind=MeetingKind.LESSON, title="党课", made_by=None, **DONE
    )
    convening.add_session(meeting.pk, starts_at=STARTS, ends_at=STARTS + dt.timedelta(hours=1), place="", **DONE)
    convening.not_held(meeting.pk, reason="不开了", **DONE)
    assert not Notice.objects.exists()


def test_another_time_is_told_and_overtakes_the_first_notice(house):
    meeting = announced(house)
    later = STARTS + dt.timedelta(days=1)
    at = AT + dt.timedelta(minutes=5)
    convening.change_session(
        meeting.sessions.get(),
        starts_at=later,
        ends_at=later + dt.timedelta(hours=1),
        place="大厅",
        actor=DONE["actor"],
        at=at,
    )
    assert told(house.chen) == [
        ("called", "会议通知：十一月支部党员大会", True),
        ("changed", "会议有变：十一月支部党员大会", False),
    ]
    assert "11月24日（星期二）15:30至16:30 大厅" in house.chen.notices.get(occasion="changed").text


def test_back_and_forth_is_told_each_time(house):
    session = announced(house).sessions.get()
    for minute, hours in enumerate((1, 2, 1, 2), start=1):
        convening.change_session(
            session,
            starts_at=STARTS,
            ends_at=STARTS + dt.timedelta(hours=hours),
            place="",
            actor=DONE["actor"],
            at=AT + dt.timedelta(minutes=minute),
        )
    assert [occasion for occasion, *_said in told(house.chen)] == ["called"] + ["changed"] * 4
    assert new_notices_of(house.chen.pk, AT).count() == 1


def test_postponed_then_set_anew_then_not_held_each_with_its_reason(house):
    meeting = announced(house)

    def later(minutes):
        return {"actor": DONE["actor"], "at": AT + dt.timedelta(minutes=minutes)}

    convening.postpone(meeting.pk, reason="查验任务", **later(1))
    convening.announce(meeting.pk, **later(2))
    convening.not_held(meeting.pk, reason="台风", **later(3))
    assert [occasion for occasion, *_said in told(house.chen)] == ["called", "off", "called", "off"]
    assert told(house.chen, overtaken=False) == [("off", "会议不开：十一月支部党员大会", False)]
    assert house.chen.notices.first().text.endswith("台风")


def test_of_one_afternoon_people_are_told_once_and_that_the_others_take_place_all_the_same(house):
    hours = [convening.Hours(STARTS, STARTS + dt.timedelta(hours=2), "")]
    first = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.GENERAL_MEETING,
        title="大会",
        hours=hours,
        agenda=[],
        audience=convening.default_audience(MeetingKind.GENERAL_MEETING),
        made_by=None,
        also={MeetingKind.LESSON: "讲一讲"},
        **DONE,
    )
    assert [occasion for occasion, *_said in told(house.chen)] == ["called"]
    convening.not_held(first.pk, reason="改日", actor=DONE["actor"], at=AT + dt.timedelta(minutes=1))
    off = house.chen.notices.get(occasion="off")
    assert off.text.endswith("改日 · 同一时间的 2026年11月党课 照常召开")


def test_one_who_is_added_to_the_roll_is_called_and_one_taken_off_is_not(house):
    meeting = announced(house)
    roll.change_roll(meeting.pk, house.qiu, observes=True, reason="列席", **DONE)
    roll.change_roll(meeting.pk, house.chen, observes=None, reason="调离", **DONE)
    assert [occasion for occasion, *_said in told(house.qiu)] == ["called"]
    assert [occasion for occasion, *_said in told(house.chen)] == ["called"]


def test_a_refused_deed_tells_nobody(house, monkeypatch):
    def broken(*_args, **_facts):
        raise RuntimeError

    monkeypatch.setattr("zhibu.apps.meetings.actions.convening.tell_called", broken)
    with pytest.raises(RuntimeError):
        announced(house)
    assert not Notice.objects.exists()
    assert not Event.objects.filter(type="meeting_announced").exists()


def test_telling_sixty_people_asks_no_more_than_telling_one(house, settings):
    settings.MAIL_URL = "smtp://localhost"
    people = [world.person(f"人{number}").pk for number in range(60)]  # as many rows as one statement takes
    asked = []
    for key, some in (("one", people[:1]), ("all", people[1:])):
        with CaptureQueriesContext(connection) as queries:
            tell(some, HELLO, key=key, at=AT)
        asked.append(len(queries))
    assert asked[0] == asked[1]


# --- In the hours that somebody set --------------------------------------------------------------------------------


def wish(person, starts=dt.time(8, 30), ends=dt.time(20), *, by_mail=True):
    return set_wishes(person, starts=starts, ends=ends, by_mail=by_mail, email="x@example.cn", **DONE)


def test_mail_waits_for_the_hours_and_only_where_it_is_wished_and_can_be_sent(house, settings):
    settings.MAIL_URL = "smtp://localhost"
    wish(house.chen, dt.time(14), dt.time(18))
    wish(house.lin, by_mail=False)
    tell([house.chen.pk, house.lin.pk, house.wen.pk], HELLO, key="x", at=AT)
    assert {one.person_id: one.mail_at for one in Notice.objects.all()} == {
        house.chen.pk: AT.replace(hour=14, minute=0),
        house.lin.pk: None,
        house.wen.pk: None,
    }
    settings.MAIL_URL = ""
    tell([house.chen.pk], HELLO, key="y", at=AT)
    assert not Notice.objects.filter(mail_at__isnull=False).exists()


def test_hours_that_leave_no_time_and_mail_without_an_address_are_refused(house):
    with pytest.raises(NoticeRefusal, match="起止时间相同"):
        wish(house.chen, dt.time(9), dt.time(9))
    with pytest.raises(NoticeRefusal, match="邮箱"):
        set_wishes(house.chen, starts=dt.time(8), ends=dt.time(9), by_mail=True, email="", **DONE)
    assert not Wishes.objects.exists()


def test_the_address_does_not_go_into_the_archive(house):
    wish(house.chen)
    event = Event.objects.get(type="notice_wishes_set")
    from zhibu.apps.archive.models import Document

    assert "example" not in Document.objects.get(pk=event.document_sha256).text


# --- What is new, and what is kept ---------------------------------------------------------------------------------


def test_new_is_what_still_matters(house):
    def say(key, occasion=Occasion.OWED, last_day=None, at=AT):
        tell([house.chen.pk], Message(occasion, key, key, "", last_day), key=key, at=at)

    say("today", last_day=DAY)
    say("over", last_day=DAY - dt.timedelta(days=1))
    say("fresh", at=AT - dt.timedelta(days=13, hours=23))
    say("old", at=AT - dt.timedelta(days=14))
    say("called", Occasion.CALLED)
    assert {one.title for one in new_notices_of(house.chen.pk, AT)} == {"today", "fresh"}


def test_notices_are_kept_for_half_a_year(house):
    for days in (179, 181):
        tell([house.chen.pk], HELLO, key=str(days), at=AT - dt.timedelta(days=days))
    assert forget_old(at=AT) == 1
    assert Notice.objects.get().key == "179"


def test_nothing_is_kept_of_whether_or_when_somebody_read_it():
    columns = {field.name for field in Notice._meta.get_fields()} | {
        field.name for field in Wishes._meta.get_fields()
    }
    assert not [name for name in columns if any(word in name for word in ("read", "seen", "open", "click", "view"))]


def test_leave_is_nobodys_notice(house):
    """Who is away, and why, is told to nobody by the way."""
    session = opened(house)
    roll.ask_leave(session.meeting, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    assert {one.occasion for one in Notice.objects.all()} <= {"called"}
