"""What the account says to whom: words, phones bound and cut off, and what never leaves the house by it."""

from __future__ import annotations

import datetime as dt
from itertools import count

import httpx
import pytest
from django.test import Client

from tests import world
from tests.apps.test_guides import Guides
from tests.gatherings import DONE, announced, shift, works
from tests.official import APP, REAL, Caller, event, playing, set_account, text
from tests.world import AT, DAY
from zhibu.apps.account_content.actions import binding
from zhibu.apps.account_content.models import Binding, BindingCode, Incoming
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.lists.actions import writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.meetings.actions import roll
from zhibu.apps.oversight import live
from zhibu.apps.people.actions.accounts import close_account
from zhibu.apps.people.models import Account
from zhibu.domain.terms import AbsenceReason, AccountApp, Bearer, GuideAudience, ListKind, MeetingKind, Role, Sending
from zhibu.web.official_account import answering
from zhibu.web.official_account.answering import answer_due
from zhibu.web.official_account.replies import WORDS
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import PAUSE, platform_of
from zhibu.wechat.official import OfficialAccount
from zhibu.wechat.stand_in.facts import DEMO
from zhibu.wechat.stand_in.platform import Refused

pytestmark = pytest.mark.django_db

CHEN = "oPhone1"


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "outside", lambda: REAL)


@pytest.fixture
def house():
    return world.bureau()


@pytest.fixture
def stand_in(settings):
    with playing(settings) as running:
        yield running


_numbers = count(1)


def bound(person, sender=CHEN):
    account = Account.objects.filter(person=person).first() or world.account(person)
    binding.bind(account, app=AccountApp.OFFICIAL, sender=sender, **DONE)
    return account


def asks(stand_in, said, *, sender=CHEN):
    """What is said to the phone for a message, by the worker, through the platform."""
    stand_in.platform.phone(sender).last_sent = stand_in.platform.clock()
    number = str(next(_numbers))
    document = said if said.startswith("<xml>") else text(said, number=number, sender=sender)
    assert Caller(path=f"/wechat/{DEMO.app_id}/").say(document) == (200, b"success")
    before = len(stand_in.platform.phones[sender].lines)
    answer_due(clock.now)
    return [line.text for line in stand_in.platform.phones[sender].lines[before:]]


# --- Words ---------------------------------------------------------------------------------------------------------


def test_my_next_session_is_said_without_title_or_place(house, stand_in):
    meeting = announced(house)
    bound(house.chen)
    (said,) = asks(stand_in, "会议")
    assert said == f"下一次：支部党员大会，11月23日 15:30\nhttps://zhibu.example.cn/meetings/{meeting.pk}/"
    works(house.chen, DAY, shift("中", starts=12, hours=8))
    assert "与您的班次冲突" in asks(stand_in, "会议")[0]
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    assert "已提出请假" in asks(stand_in, "会议")[0]
    roll.answer_leave(leave, granted=True, **DONE)
    assert "请假已准" in asks(stand_in, "请假")[0]


def test_leave_is_asked_on_the_page_of_the_meeting(house, stand_in):
    bound(house.chen)
    assert asks(stand_in, "请假") == ["目前没有您要参加的会议。\nhttps://zhibu.example.cn/today/"]
    meeting = announced(house)
    (said,) = asks(stand_in, "请假")
    assert said.endswith(f"\nhttps://zhibu.example.cn/meetings/{meeting.pk}/")


def test_study_and_what_is_due_are_said_in_words_and_numbers(house, stand_in):
    live.rebuild(DAY)
    bound(house.chen)
    assert asks(stand_in, "学习")[0].splitlines()[1:] == ["暂无已通知的党课。", "https://zhibu.example.cn/me/owed/"]
    announced(house, title="党章怎么学", kind=MeetingKind.LESSON)
    assert asks(stand_in, "学习")[0].splitlines()[1] == "下一次党课：11月23日 15:30"
    assert asks(stand_in, "本月")[0].endswith("https://zhibu.example.cn/me/owed/")
    bound(house.lin, "oPhone2")
    month = asks(stand_in, "本月", sender="oPhone2")[0].splitlines()
    assert month[0].startswith("本月待办 ")
    assert month[-1] == "https://zhibu.example.cn/month/"
    assert any("主题党日（2026年11月）" in line for line in month)


def test_of_duties_the_number_is_said(house, stand_in):
    bound(house.chen)
    assert asks(stand_in, "职责")[0].startswith("尚未写明您的职责。")
    section = writing.write_section(organization=house.inspection, kind=ListKind.DUTIES, title="职责", **DONE)
    writing.write_article(section=section, words=Words(text="按时参加", bearer=Bearer.MEMBER), since=DAY, **DONE)
    assert asks(stand_in, "职责") == ["您有 1 项职责。\nhttps://zhibu.example.cn/me/duties/"]


def test_a_line_of_the_menu_is_answered_like_the_word(house, stand_in):
    bound(house.chen)
    said = asks(stand_in, event("CLICK", key="会议", sender=CHEN))
    assert said == asks(stand_in, "会议") == asks(stand_in, " 会议　")


def test_who_is_not_bound_hears_how_to_bind_and_what_is_public(house, stand_in):
    announced(house)
    for word in WORDS:
        assert asks(stand_in, word) == [
            "这是本单位人员使用的功能，请先绑定手机：https://zhibu.example.cn/account/wechat/"
        ]
    helped = "可以发送：学习、本月、会议、职责、请假、文章、帮助，或直接写下想了解的内容。"
    assert asks(stand_in, "帮助") == [helped]
    assert asks(stand_in, "什么都没有") == [f"没有找到相关内容。{helped}"]
    assert asks(stand_in, event("subscribe", sender=CHEN)) == [f"欢迎关注。{helped}"]


def test_free_text_finds_three_public_guides_in_either_script_and_never_an_internal_one(stand_in):
    house = Guides()
    for number in range(5):
        house.published(f"产地证办理{number}", "带合同和发票。")
    house.published("产地证内部口径", "只给自己人看。", audience=GuideAudience.INTERNAL)
    bound(house.chen)
    for asked in ("产地证", "產地證", "请问产地证怎么办理？"):
        (said,) = asks(stand_in, asked)
        assert said.count("https://zhibu.example.cn/public/guides/") == 3
        assert "带合同和发票" in said
    assert "内部口径" not in "".join(asks(stand_in, "产地证内部口径"))
    assert asks(stand_in, "%_'\"\\;--")[0].startswith("没有找到")
    assert asks(stand_in, "长" * 2000)[0].startswith("没有找到")


def test_other_kinds_are_answered_politely(stand_in):
    for number, kind in enumerate(("image", "voice", "video", "shortvideo", "location", "link", "new_kind")):
        document = text("x", number=f"9{number}", sender=CHEN).replace("[text]", f"[{kind}]")
        (said,) = asks(stand_in, document)
        assert said.startswith("这里只看得懂文字。")


def test_in_the_public_profile_nothing_of_a_person_is_known(house, stand_in, settings):
    bound(house.chen)
    set_account(settings, profile="public")
    settings.WECHAT_APP_ID, settings.WECHAT_SECRET = DEMO.app_id, DEMO.secret
    announced(house)
    code = binding.make_code(world.account(house.lin), **DONE)
    for said in (*WORDS, code, "解绑"):
        assert asks(stand_in, said) == ["没有找到相关内容。可以发送：文章、帮助，或直接写下想了解的内容。"]
    assert Binding.objects.count() == 1


# --- What never leaves ---------------------------------------------------------------------------------------------


def test_no_name_title_place_or_text_of_the_house_leaves_by_an_answer(house, stand_in):
    live.rebuild(DAY)
    meeting = announced(house, title="ZQtitle", place="ZQplace")
    announced(house, AT + dt.timedelta(days=1), title="ZQlesson", kind=MeetingKind.LESSON, place="ZQplace")
    section = writing.write_section(organization=house.inspection, kind=ListKind.DUTIES, title="ZQsection", **DONE)
    writing.write_article(section=section, words=Words(text="ZQduty", bearer=Bearer.MEMBER), since=DAY, **DONE)
    house.inspection.name = "ZQbranch"
    house.inspection.save()
    for person, sender in ((house.chen, CHEN), (house.lin, "oPhone2"), (house.fang, "oPhone3")):
        person.name, person.phone = "ZQname", "10055500000"
        person.save()
        bound(person, sender)
    roll.ask_leave(meeting, house.chen, reason=AbsenceReason.HEALTH, note="ZQnote", **DONE)
    said = [
        line
        for sender in (CHEN, "oPhone2", "oPhone3")
        for word in WORDS
        for line in asks(stand_in, word, sender=sender)
    ]
    assert len(said) == 3 * len(WORDS)
    for planted in (
        "ZQ",
        "10055500000",
        "检务处",
        "病",
        *(p.staff_number for p in (house.chen, house.lin, house.fang)),
    ):
        assert not [line for line in said if planted in line], planted


def test_what_was_written_is_forgotten_once_it_is_answered(house, stand_in):
    bound(house.chen)
    asks(stand_in, "我的血压有点高，怎么请假")
    assert [(row.text, row.key, row.answer, row.state) for row in Incoming.objects.all()] == [
        ("", "", "", Sending.SENT.value)
    ]
    assert "血压" not in "".join(Document.objects.values_list("text", flat=True))


# --- Phones --------------------------------------------------------------------------------------------------------


def page(person):
    client = Client()
    client.force_login(Account.objects.filter(person=person).first() or world.account(person))
    return client


def code_of(client):
    shown = client.post("/account/wechat/").content.decode()
    return shown.split('user-select-all">')[1].split("<")[0]


def test_a_code_from_the_page_binds_the_phone_it_is_sent_from_once(house, stand_in):
    client = page(house.chen)
    assert "尚未绑定手机" in client.get("/account/wechat/").content.decode()
    code = code_of(client)
    assert BindingCode.objects.get().digest not in code
    (said,) = asks(stand_in, f"绑定 {code.lower()}")
    assert said.startswith("绑定成功。")
    assert Binding.objects.get().sender == CHEN
    assert "已绑定" in client.get("/account/wechat/").content.decode()
    used = "绑定码无效、已用过或已过期。请在“账号与安全”页面重新生成。"
    assert asks(stand_in, code, sender="oPhone2") == [used]
    assert Binding.objects.get().sender == CHEN
    assert asks(stand_in, code)[0].startswith("绑定成功。")  # the same phone again, within minutes: it is bound
    told = Event.objects.filter(type__in=["phone_bound", "binding_code_made"]).order_by("sequence")
    assert [one.type for one in told] == ["binding_code_made", "phone_bound"]
    assert CHEN not in "".join(Document.objects.values_list("text", flat=True))


@pytest.mark.parametrize(("minutes", "is_good"), [(9, True), (10, False), (2 * 24 * 60, False), (-2 * 24 * 60, True)])
def test_a_code_lasts_ten_minutes_by_the_clock_of_the_house_alone(house, stand_in, monkeypatch, minutes, is_good):
    """The phone's own clock may be two days wrong: nothing of it is looked at."""
    code = code_of(page(house.chen))
    monkeypatch.setattr(clock, "now", lambda: AT + dt.timedelta(minutes=minutes))
    assert asks(stand_in, code)[0].startswith("绑定成功。") == is_good
    assert Binding.objects.exists() == is_good


def test_a_new_code_ends_the_earlier_one_and_a_wrong_one_binds_nobody(house, stand_in):
    client = page(house.chen)
    first, second = code_of(client), code_of(client)
    for wrong in (first, "ABCDEFGHJK", "绑定", "绑定 码"):
        asks(stand_in, wrong)
    assert not Binding.objects.exists()
    asks(stand_in, second)
    assert Binding.objects.exists()


def test_another_phone_takes_the_place_of_the_first_and_a_phone_is_one_persons(house, stand_in):
    bound(house.chen)
    bound(house.chen, "oPhone2")
    assert [(row.sender, row.account.person) for row in Binding.objects.all()] == [("oPhone2", house.chen)]
    bound(house.lin, "oPhone2")
    assert [(row.sender, row.account.person) for row in Binding.objects.all()] == [("oPhone2", house.lin)]


def test_a_lost_phone_is_cut_off_at_once_by_its_owner(house, stand_in):
    announced(house)
    bound(house.chen)
    assert Caller(path=f"/wechat/{DEMO.app_id}/").say(text("会议", sender=CHEN, number="77"))[0] == 200
    client = page(house.chen)
    assert client.post("/account/wechat/end/").status_code == 302
    stand_in.platform.phone(CHEN).last_sent = stand_in.platform.clock()
    answer_due(clock.now)
    (said,) = [line.text for line in stand_in.platform.phones[CHEN].lines]
    assert said.startswith("这是本单位人员使用的功能")
    assert not Binding.objects.exists()
    assert client.post("/account/wechat/end/").status_code == 302  # again: nothing


def test_what_was_worked_out_for_a_phone_that_is_cut_off_meanwhile_is_not_said(house, stand_in, monkeypatch):
    announced(house)
    account = bound(house.chen)
    monkeypatch.setattr(answering, "_say", lambda *_said: None)
    asks(stand_in, "会议")
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: AT)
    binding.unbind(account.bindings.get(), **DONE)
    answer_due(clock.now)
    assert stand_in.platform.phones[CHEN].lines == []
    assert not Incoming.objects.filter(work_at__isnull=False).exists()


def test_the_administrator_of_accounts_cuts_a_phone_off_and_closing_the_account_does(house, stand_in):
    account = bound(house.chen)
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SECURITY)
    client = Client()
    client.force_login(keeper)
    shown = client.get(f"/administration/accounts/{account.pk}/").content.decode()
    assert "解除手机绑定" in shown
    assert CHEN not in shown
    assert client.post(f"/administration/accounts/{account.pk}/phone/end/").status_code == 302
    assert not Binding.objects.exists()
    bound(house.chen)
    close_account(account, **DONE)
    assert not Binding.objects.exists()


def test_who_leaves_the_account_or_says_so_is_not_known_any_more(house, stand_in):
    bound(house.chen)
    assert asks(stand_in, event("unsubscribe", sender=CHEN)) == []
    assert not Binding.objects.exists()
    bound(house.chen)
    assert asks(stand_in, "解绑") == ["已解除绑定。"]
    assert asks(stand_in, "解绑") == ["这部手机没有绑定。"]


# --- Inside WeChat -------------------------------------------------------------------------------------------------


def inside(person):
    client = page(person)
    client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"
    return client


def through_wechat(client, stand_in, phone=CHEN):
    """To the platform and back, as a browser goes."""
    there = client.post("/account/wechat/here/")["Location"]
    answer = httpx.get(there.replace("?", f"?phone={phone}&", 1))
    return answer.headers["Location"].removeprefix("https://zhibu.example.cn")


def test_a_page_inside_wechat_binds_its_phone_and_the_way_back_serves_once_and_here_only(house, stand_in):
    client = inside(house.chen)
    assert "绑定这部手机" in client.get("/account/wechat/").content.decode()
    back = through_wechat(client, stand_in)
    assert inside(house.lin).get(back).status_code == 302  # in another browser: nothing
    assert not Binding.objects.exists()
    client.get(back)
    assert Binding.objects.get().sender == CHEN
    binding.unbind(Binding.objects.get(), **DONE)
    client.get(back)
    assert not Binding.objects.exists()
    for wrong in ("", "?code=x", "?state=x", "?code=x&state=y"):
        assert client.get(f"/account/wechat/back/{wrong}").status_code == 302
    assert not Binding.objects.exists()


def test_a_code_that_the_platform_does_not_know_binds_nobody(house, stand_in):
    client = inside(house.chen)
    back = through_wechat(client, stand_in)
    state = back.partition("state=")[2]
    client.get(f"/account/wechat/back/?code=guessed&state={state}")
    assert not Binding.objects.exists()


# --- The platform says no, or nothing ------------------------------------------------------------------------------


def at(monkeypatch, **later):
    monkeypatch.setattr(clock, "now", lambda: AT + dt.timedelta(**later))


def test_a_token_that_is_refused_is_asked_for_anew_and_the_answer_is_said(house, stand_in):
    asks(stand_in, "帮助")
    stand_in.platform.end_tokens()
    assert len(asks(stand_in, "帮助")) == 1


@pytest.mark.parametrize("refuses", ["every token", "the secret"])
def test_while_the_platform_refuses_token_or_secret_answers_wait_and_none_is_lost(
    house, stand_in, monkeypatch, refuses
):
    def no(*_given):
        raise Refused(*((42001, "expired") if refuses == "every token" else (40125, "invalid appsecret")))

    with monkeypatch.context() as patched:
        patched.setattr(stand_in.platform, "check" if refuses == "every token" else "stable_token", no)
        assert asks(stand_in, "帮助") == []
        PAUSE.end()
        assert asks(stand_in, "帮助") == []
        assert {row.word for row in Incoming.objects.all()} == {Sending.WAITING}
    at(monkeypatch, minutes=2)
    PAUSE.end()
    answer_due(clock.now)
    assert len(stand_in.platform.phones[CHEN].lines) == 2
    assert {row.word for row in Incoming.objects.all()} == {Sending.SENT}


ODD = (
    "😀👨‍👩‍👧🏳️‍🌈",
    "𠮷野家𬀩",
    "堃喆旻镕玥犇龘",
    "\u202eنص عربي\u202c",
    "a\u0301\u0300" * 50,
    "\u200b\ufeff",
    "\ufffd\U0010fffd",
    "]]><b>&amp;",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("said", ODD)
def test_rare_characters_in_any_encoding_come_in_as_they_are_and_are_answered(house, stand_in, said, encoding):
    stand_in.platform.phone(CHEN).last_sent = stand_in.platform.clock()
    document = text(said, sender=CHEN, number=str(next(_numbers))).encode(encoding)
    assert Caller(path=f"/wechat/{DEMO.app_id}/").say(document) == (200, b"success")
    assert Incoming.objects.get().text == said
    answer_due(clock.now)
    (line,) = stand_in.platform.phones[CHEN].lines
    assert line.text.startswith("没有找到相关内容。")


def test_an_hour_without_the_platform_loses_nothing(house, stand_in, settings, monkeypatch):
    called, there = Caller(path=f"/wechat/{DEMO.app_id}/"), settings.WECHAT_API
    away = OfficialAccount.__init__.__kwdefaults__["base"]
    assert away.startswith("https://")
    set_account(settings)
    settings.WECHAT_APP_ID, settings.WECHAT_API = DEMO.app_id, "http://127.0.0.1:1"
    for number in range(5):
        assert called.say(text("帮助", sender=CHEN, number=f"8{number}"))[0] == 200
    for minute in range(0, 61, 2):
        at(monkeypatch, minutes=minute)
        answer_due(clock.now)
    assert Incoming.objects.filter(state=Sending.WAITING.value).count() == 5
    set_account(settings)
    settings.WECHAT_APP_ID, settings.WECHAT_SECRET, settings.WECHAT_API = DEMO.app_id, DEMO.secret, there
    stand_in.platform.phone(CHEN).last_sent = stand_in.platform.clock()
    for hours in range(1, 4):
        at(monkeypatch, hours=hours, minutes=30)
        PAUSE.end()
        answer_due(clock.now)
    assert len(stand_in.platform.phones[CHEN].lines) == 5
    assert not Incoming.objects.filter(work_at__isnull=False).exists()


def test_an_answer_that_may_have_been_taken_stands_as_maybe_sent_until_it_is_known(house, stand_in, monkeypatch):
    from zhibu.wechat.errors import MaybeSent

    platform = platform_of(AccountApp.OFFICIAL)

    def silent(_to, _text):
        raise MaybeSent("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(type(platform), "say", lambda _self, to, said: silent(to, said))
        assert asks(stand_in, "帮助") == []
        assert Incoming.objects.get().word is Sending.MAYBE_SENT
    PAUSE.end()
    at(monkeypatch, minutes=2)
    answer_due(clock.now)
    assert Incoming.objects.get().word is Sending.SENT


def test_a_message_at_which_something_fails_keeps_nobody_elses_waiting(house, stand_in, monkeypatch):
    def fails(_asked):
        raise ValueError

    bound(house.chen)
    monkeypatch.setitem(WORDS, "会议", fails)
    assert asks(stand_in, "会议") == []
    assert len(asks(stand_in, "帮助")) == 1
    assert DEMO.app_id != APP
