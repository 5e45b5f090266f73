"""Notices by the official account: a double rather than a missing one, under one id, within the hours one set."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.official import playing
from tests.world import AT, DAY
from zhibu.apps.account_content.actions import binding
from zhibu.apps.account_content.models import Binding
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.notices.actions.telling import Message, overtake, set_wishes, tell
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.models import Account
from zhibu.domain.terms import AccountApp, Occasion, Sending
from zhibu.web.operator.pushing import tell_due
from zhibu.web.shell.platforms import PAUSE, platform_of
from zhibu.wechat.errors import PlatformAway

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
ABOUT = "meeting:01900000-0000-7000-8000-000000000000"
HELLO = Message(Occasion.OWED, ABOUT, "主题党日 ZQtitle", "陈明 ZQtext", DAY)
PHONE = "oPhone1"


class Killed(BaseException):
    """The worker ends here, whatever it was about to do."""


@pytest.fixture
def chat(settings):
    """What stands in the chat of the phone, as the platform has it."""
    with playing(settings) as running:
        yield running.platform.phone(PHONE).lines


@pytest.fixture
def chen(chat):
    person = world.bureau().chen
    account = Account.objects.filter(person=person).first() or world.account(person)
    binding.bind(account, app=AccountApp.OFFICIAL, sender=PHONE, **DONE)
    wishes(person)
    return person


def wishes(person, *, by_account=True, starts=dt.time(8, 30), ends=dt.time(20)):
    set_wishes(person, starts=starts, ends=ends, by_mail=False, email="", by_account=by_account, **DONE)


def told(person, key="x", message=HELLO):
    tell([person.pk], message, key=key, at=AT)
    return Notice.objects.get(person=person, key=key)


def run(at=AT):
    PAUSE.end()
    return tell_due(lambda: at)


def stands(notice):
    notice.refresh_from_db()
    return notice.by_account


def test_a_notice_goes_out_once_and_says_nothing_that_a_lock_screen_may_not_show(chen, chat):
    notice = told(chen)
    assert stands(notice) is Sending.WAITING
    assert run() == 1
    (line,) = chat
    assert line.id == notice.pk.hex
    assert line.url.startswith("https://zhibu.example.cn/")
    assert "ZQ" not in line.text + line.url
    assert "陈" not in line.text
    assert stands(notice) is Sending.SENT
    assert run() == 0
    assert len(chat) == 1


def test_killed_between_sending_and_writing_it_down_it_is_maybe_sent_and_arrives_once(chen, chat, monkeypatch):
    notice = told(chen)

    def killed(_notice):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("zhibu.web.operator.pushing.note_told", killed)
        with pytest.raises(Killed):
            run()
    assert stands(notice) is Sending.MAYBE_SENT
    assert run() == 1
    assert stands(notice) is Sending.SENT
    assert [line.id for line in chat] == [notice.pk.hex]


def test_killed_before_sending_it_is_not_missing(chen, chat, monkeypatch):
    notice = told(chen)

    def killed(_self, _note):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(type(platform_of(AccountApp.OFFICIAL)), "tell", killed)
        with pytest.raises(Killed):
            run()
    assert chat == []
    run()
    assert [line.id for line in chat] == [notice.pk.hex]


def test_while_the_platform_is_away_nothing_is_lost_and_nobody_else_is_tried(chen, chat, monkeypatch):
    notices = [told(chen, key, Message(Occasion.OWED, f"{ABOUT}{key}", "a", "b", DAY)) for key in "abc"]
    tried = []

    def away(_self, note):
        tried.append(note.id)
        raise PlatformAway

    with monkeypatch.context() as patched:
        patched.setattr(type(platform_of(AccountApp.OFFICIAL)), "tell", away)
        run()
    assert len(tried) == 1
    assert {stands(notice) for notice in notices} == {Sending.WAITING}
    run(AT + dt.timedelta(hours=2))
    assert {line.id for line in chat} == {notice.pk.hex for notice in notices}
    assert len(chat) == 3


def test_outside_the_hours_somebody_set_it_waits_until_they_begin(chen, chat):
    before = told(chen, "a")
    wishes(chen, starts=dt.time(14), ends=dt.time(15))  # set while it waits
    after = told(chen, "b", Message(Occasion.OWED, f"{ABOUT}b", "a", "b", DAY))
    run()
    assert chat == []
    run(AT.replace(hour=14, minute=1))
    assert {line.id for line in chat} == {before.pk.hex, after.pk.hex}


def test_what_is_not_wished_any_more_done_meanwhile_or_without_a_phone_is_let_be(chen, chat):
    unwished = told(chen, "a")
    wishes(chen, by_account=False)
    run()
    wishes(chen)
    done = told(chen, "b")
    overtake(ABOUT)
    cut_off = told(chen, "c", Message(Occasion.OWED, f"{ABOUT}c", "a", "b", DAY))
    binding.unbind(Binding.objects.get(), **DONE)
    run()
    assert {stands(notice) for notice in (unwished, done, cut_off)} == {Sending.NONE}
    assert chat == []
