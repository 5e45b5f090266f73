"""Notices by mail: what goes out, to whom and when; what is refused is tried again and keeps nobody else waiting."""

from __future__ import annotations

import datetime as dt
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from tests import world
from tests.gatherings import DONE, announced, shift, works
from tests.world import AT, DAY
from zhibu.apps.meetings.actions import convening
from zhibu.apps.notices.actions.telling import RETRY_AFTER, Message, set_wishes, tell
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.models import Account
from zhibu.domain.terms import Audience, Occasion
from zhibu.web.operator import mailing, worker
from zhibu.web.operator.mailing import MailAway, send_due
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

HELLO = Message(Occasion.OWED, "meeting:01900000-0000-7000-8000-000000000000", "主题党日", "本月", DAY)


@pytest.fixture(autouse=True)
def mails(settings):
    settings.MAIL_URL = "smtp://localhost"
    settings.URL = "https://zhibu.example.cn"


@pytest.fixture
def house():
    return world.bureau()


def wishes(person, starts=dt.time(8, 30), ends=dt.time(20), *, by_mail=True):
    if not Account.objects.filter(person=person).exists():
        world.account(person)
    email = f"{person.staff_number}@example.cn"
    set_wishes(person, starts=starts, ends=ends, by_mail=by_mail, email=email, **DONE)


def told(person, message=HELLO, *, at=AT, key="x"):
    wishes(person)
    tell([person.pk], message, key=key, at=at)
    return Notice.objects.get(person=person, key=key)


def run(at=AT):
    return send_due(lambda: at)


def test_a_mail_says_what_the_notice_says_and_leads_there_and_to_the_settings(house):
    notice = told(house.chen)
    assert run() == 1
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([f"{house.chen.staff_number}@example.cn"], "主题党日")
    assert letter.body.splitlines() == [
        "主题党日",
        "本月",
        "https://zhibu.example.cn/meetings/01900000-0000-7000-8000-000000000000/",
        "",
        "通知的时间与是否发邮件，可在这里设定：https://zhibu.example.cn/notices/settings/",
    ]
    assert letter.extra_headers == {
        "Message-ID": f"<{notice.pk}@zhibu.example.cn>",
        "Auto-Submitted": "auto-generated",
    }
    assert not letter.message().is_multipart()  # no picture that tells of its opening
    notice.refresh_from_db()
    assert (notice.mail_at, notice.mailed_at) == (None, AT)
    assert run() == 0
    assert len(mail.outbox) == 1


def test_nobody_is_written_to_outside_their_hours(house):
    notice = told(house.chen)
    evening = AT.replace(hour=20, minute=0)
    assert run(evening) == 1
    assert mail.outbox == []
    notice.refresh_from_db()
    assert notice.mail_at == (AT + dt.timedelta(days=1)).replace(hour=8, minute=30)


def test_hours_set_after_the_notice_was_written_count_as_well(house):
    told(house.chen)
    wishes(house.chen, dt.time(14), dt.time(16))
    run()
    assert mail.outbox == []
    run(AT.replace(hour=14, minute=0))
    assert len(mail.outbox) == 1


def test_one_who_came_home_from_a_night_is_left_alone_for_eight_hours(house):
    works(house.chen, DAY - dt.timedelta(days=1), shift(starts=20, hours=12))
    notice = told(house.chen)
    told(house.wen, key="day")
    run()
    assert [one.to for one in mail.outbox] == [[f"{house.wen.staff_number}@example.cn"]]
    notice.refresh_from_db()
    assert notice.mail_at == AT.replace(hour=16, minute=0)
    run(AT.replace(hour=16, minute=0))
    assert len(mail.outbox) == 2


def test_one_who_wants_no_mail_any_more_or_whose_account_is_closed_gets_none(house):
    told(house.chen)
    told(house.wen)
    wishes(house.chen, by_mail=False)
    Account.objects.filter(person=house.wen).update(is_active=False)
    run()
    assert mail.outbox == []
    assert not Notice.objects.filter(mail_at__isnull=False).exists()


def test_what_has_passed_or_was_said_anew_is_not_mailed(house):
    told(house.chen)
    run(AT + dt.timedelta(days=1))
    wishes(house.wen)
    meeting = announced(house, chosen=[house.wen], audience=Audience.CHOSEN)
    convening.postpone(meeting.pk, reason="台风", actor=DONE["actor"], at=AT)
    run()
    assert [one.subject for one in mail.outbox] == [f"会议延期：{meeting.title}"]


def test_a_title_of_several_lines_becomes_one_and_adds_no_recipient(house):
    told(house.chen, Message(Occasion.OWED, "x", "党课\r\nBcc: all@example.cn", ""))
    run()
    (letter,) = mail.outbox
    assert letter.subject == "党课 Bcc: all@example.cn"
    assert letter.recipients() == [f"{house.chen.staff_number}@example.cn"]
    assert letter.message()["Bcc"] is None


class Server(EmailBackend):
    """Refuses, in the way of ``fault``, letters to the one whom ``refuses`` names."""

    refuses, fault = "", smtplib.SMTPRecipientsRefused({})

    def send_messages(self, messages):
        if any(self.refuses in message.to[0] for message in messages):
            raise self.fault
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr("django.core.mail.get_connection", lambda **_given: Server())
    monkeypatch.setattr(mailing, "get_connection", Server)
    return Server


def test_a_refused_letter_is_tried_again_later_and_later_and_given_up_and_keeps_nobody_waiting(
    house, server, monkeypatch
):
    notice = told(house.chen)
    told(house.wen)
    monkeypatch.setattr(server, "refuses", house.chen.staff_number)
    at, tries = AT, []
    for _i in range(30):
        run(at)
        notice.refresh_from_db()
        if notice.mail_at is None:
            break
        tries.append(notice.tries)
        at = notice.mail_at
        Notice.objects.filter(pk=notice.pk).update(last_day=None)
    assert len(mail.outbox) == 1
    assert notice.tries == len(RETRY_AFTER) + 1
    assert notice.mailed_at is None
    assert at - AT > dt.timedelta(days=1)


def test_a_server_that_is_away_costs_no_letter_a_try(house, server, monkeypatch):
    def away(_self):
        raise ConnectionRefusedError

    notice = told(house.chen)
    monkeypatch.setattr(server, "open", away)
    with pytest.raises(MailAway):
        run()
    notice.refresh_from_db()
    assert (notice.tries, notice.mail_at) == (0, AT)


def test_a_server_that_hangs_up_ends_the_round_and_the_letter_goes_behind_the_others(house, server, monkeypatch):
    told(house.chen)
    told(house.wen)
    monkeypatch.setattr(server, "refuses", "@")
    monkeypatch.setattr(server, "fault", smtplib.SMTPServerDisconnected("gone"))
    with pytest.raises(MailAway):
        run()
    assert sorted(Notice.objects.values_list("tries", flat=True)) == [0, 1]
    monkeypatch.setattr(server, "refuses", "nobody")
    run(AT + RETRY_AFTER[0])
    assert len(mail.outbox) == 2


def test_between_two_letters_it_stops_when_told(house):
    told(house.chen)
    told(house.wen)
    over = iter([False, True])
    send_due(lambda: AT, lambda: next(over))
    assert len(mail.outbox) == 1
    run()
    assert len(mail.outbox) == 2


def test_where_no_mail_is_sent_nothing_is_looked_at(house, settings):
    told(house.chen)
    settings.MAIL_URL = ""
    assert run() == 0
    assert mail.outbox == []


def test_a_day_that_can_not_be_begun_is_logged_and_keeps_no_mail_waiting(house, monkeypatch, caplog):
    told(house.chen)
    monkeypatch.setattr(clock, "now", lambda: AT)

    def faulty(at):
        raise ValueError(f"no reminders on {at.date()}")

    monkeypatch.setattr(worker, "begin_day", faulty)
    worker.work(Twice(), lambda: True)
    assert len(mail.outbox) == 1
    assert [record.getMessage() for record in caplog.records] == ["the day could not be begun"]
    assert "no reminders on 2026-11-23" in caplog.text


class Twice:
    """In place of ``Over``: it is over when two looks have found nothing."""

    def __init__(self):
        self.waited = 0

    def __call__(self):
        return self.waited == 2

    def wait(self, _seconds):
        self.waited += 1
