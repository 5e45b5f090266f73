"""Make-up on pages: today says what was missed, one declares it, the recorder confirms; nothing is timed."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import DONE, announced, file_session
from tests.units import prescribed
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.learning.actions import make_ups
from zhibu.apps.learning.models import MakeUp
from zhibu.apps.meetings.actions import convening
from zhibu.domain.terms import AbsenceReason, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def words_of(answer):
    page = answer.content.decode()
    main = page[page.index('<main id="main"') : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def nonce_in(answer):
    return re.search(r'name="nonce" value="([^"]+)"', answer.content.decode())[1]


def missed(house, *others, title="十一月党课"):
    meeting = announced(house, AT - dt.timedelta(days=3), kind=MeetingKind.LESSON, title=title)
    away = dict.fromkeys((house.chen, *others), AbsenceReason.SHIFT)
    file_session(meeting.sessions.get(), chair=house.lin, absent=away)
    meeting.refresh_from_db()
    return meeting


def test_chen_finds_it_today_declares_it_and_lin_confirms_it(house):
    meeting = missed(house)
    make_ups.set_equal(meeting, prescribed(house), **DONE)
    chen, lin = client_of(house.chen), client_of(house.lin)
    assert "未能参加，在这里补学 十一月党课" in words_of(chen.get("/today/"))
    path = f"/meetings/{meeting.pk}/make-up/"
    page = chen.get(path)
    assert "交接班五分钟" in words_of(page)
    sent = {"nonce": nonce_in(page), "studied_on": f"{DAY}"}
    for _time in range(2):
        assert "已收到，由这次党课的负责人确认" in words_of(chen.post(path, sent))
    assert "只记一次" in words_of(chen.post(path, sent | {"nonce": "other"}))
    assert MakeUp.objects.count() == 1
    recorder = f"/meetings/{meeting.pk}/make-ups/"
    assert "陈星" in words_of(lin.get(recorder))
    lin.post(recorder, {"person": [str(house.chen.pk)]})
    assert "未能参加" not in words_of(chen.get("/today/"))
    assert "已补学" in words_of(chen.get("/me/meetings/"))
    assert "2 学时" in words_of(chen.get("/me/owed/"))
    assert "已补学" in words_of(chen.get("/me/owed/"))
    assert "已补学" in words_of(lin.get(f"/meetings/{meeting.pk}/"))
    lin.post(f"{recorder}{MakeUp.objects.get().pk}/undo/")
    assert "待确认" in words_of(chen.get(path))


def test_a_script_hears_received_and_already(house):
    meeting, chen = missed(house), client_of(house.chen)
    path, asked = f"/meetings/{meeting.pk}/make-up/", {"headers": {"Accept": "application/json"}}
    first = chen.post(path, {"nonce": "a"}, **asked).json()
    assert (first["status"], chen.post(path, {"nonce": "a"}, **asked).json()) == ("received", first)
    assert chen.post(path, {"nonce": "b"}, **asked).json()["status"] == "already"


def test_a_lesson_that_was_called_off_answers_409_with_its_name(house):
    meeting = announced(house, kind=MeetingKind.LESSON, title="取消的党课")
    convening.not_held(meeting.pk, reason="台风", **DONE)
    answer = client_of(house.chen).post(f"/meetings/{meeting.pk}/make-up/", {"nonce": "a"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "“取消的党课”已取消或者改期，没有需要补学的，您的申报没有记入" in words_of(answer)


def test_many_are_confirmed_at_once_and_one_is_refused_with_a_reason(house):
    colleagues = [world.member(name, house.inspection) for name in ("江北", "河西")]
    meeting = missed(house, *colleagues)
    for person in (house.chen, *colleagues):
        make_ups.declare(meeting, person, studied_on=DAY, nonce="n", **DONE)
    lin, path = client_of(house.lin), f"/meetings/{meeting.pk}/make-ups/"
    refused = MakeUp.objects.get(person=colleagues[1])
    assert lin.post(f"{path}{refused.pk}/refuse/", {"because": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    lin.post(f"{path}{refused.pk}/refuse/", {"because": "记录还没有看"})
    lin.post(path, {"person": [str(house.chen.pk), str(colleagues[0].pk), "x"]})
    states = dict(MakeUp.objects.values_list("person__name", "state"))
    assert states == {"陈星": "confirmed", "江北": "confirmed", "河西": "refused"}
    assert "记录还没有看" in words_of(client_of(colleagues[1]).get(f"/meetings/{meeting.pk}/make-up/"))


def test_this_month_leads_to_the_make_ups_that_wait_but_not_to_ones_own(house):
    colleague = world.member("江北", house.inspection)
    meeting, own = missed(house, colleague), missed(house, title="十月党课")
    for person, lesson in ((house.chen, meeting), (colleague, meeting), (house.lin, own)):
        MakeUp.objects.create(meeting=lesson, person=person, minutes=60, studied_on=DAY, declared_at=AT)
    lin = client_of(house.lin)
    page = lin.get("/month/")
    assert "待您确认的补学 十一月党课 2人" in words_of(page)
    assert re.findall(r'href="(/meetings/[^"]+/make-ups/)"', page.content.decode()) == [
        f"/meetings/{meeting.pk}/make-ups/"
    ]
    lin.post(f"/meetings/{meeting.pk}/make-ups/", {"person": [str(house.chen.pk), str(colleague.pk)]})
    assert "待您确认的补学" not in words_of(lin.get("/month/"))


def test_only_those_who_run_the_lesson_answer_and_nobody_else_sees_who_made_up(house):
    meeting = missed(house)
    make_ups.declare(meeting, house.chen, studied_on=DAY, nonce="n", **DONE)
    own = MakeUp.objects.get()
    path = f"/meetings/{meeting.pk}/make-ups/"
    for person, status in ((house.chen, 403), (house.fang, 403), (house.qiu, 404)):
        client = client_of(person)
        answers = [
            client.get(path),
            client.post(path, {"person": [str(house.chen.pk)]}),
            client.post(f"{path}{own.pk}/refuse/", {"because": "x"}),
            client.post(f"{path}{own.pk}/undo/"),
            client.post(f"{path}units/", {"set": "x"}),
        ]
        assert {answer.status_code for answer in answers} == {status}
    assert client_of(house.qiu).post(f"/meetings/{meeting.pk}/make-up/", {"nonce": "a"}).status_code == 404
    assert "已补学" not in words_of(client_of(house.fang).get(f"/meetings/{meeting.pk}/"))


@pytest.mark.parametrize("many", [1, 3])
def test_the_pages_take_eight_statements_with_one_lesson_and_with_three(house, many):
    meetings = [missed(house, title=f"第{number}课") for number in range(many)]
    for meeting in meetings:
        unit = prescribed(house, title=f"微课 {meeting.title}")
        make_ups.set_equal(meeting, unit, **DONE)
        make_ups.declare(meeting, house.chen, studied_on=DAY, nonce=meeting.title, **DONE)
    numbers = {}
    for person, path in (
        (house.chen, "/today/"),
        (house.chen, f"/meetings/{meetings[0].pk}/make-up/"),
        (house.chen, "/me/meetings/"),
        (house.chen, "/me/owed/"),
        (house.lin, f"/meetings/{meetings[0].pk}/make-ups/"),
    ):
        client = client_of(person)
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        numbers[path] = len(asked)
    assert max(numbers.values()) <= 8, numbers


#: What would measure a reader: timers that send, heartbeats, how far somebody scrolled, whether a page is seen.
WATCHES = re.compile(
    r"setInterval|sendBeacon|visibilitychange|IntersectionObserver|scroll(Y|Top|Height)\b|['\"]scroll['\"]|"
    r"pagehide|timeupdate|hx-trigger=\"[^\"]*every|onscroll|currentTime|playbackRate|requestIdleCallback"
)


def test_nothing_in_scripts_and_pages_of_learning_measures_how_somebody_reads():
    source = Path(__file__).parents[2] / "src" / "zhibu" / "web"
    files = [
        *source.glob("member/static/**/*.js"),
        *source.glob("member/templates/member/learn/*.html"),
        *source.glob("secretary/static/secretary/unit.js"),
        *source.glob("shell/static/shell/*.js"),
        source / "member/templates/member/today.html",
    ]
    assert len(files) > 6
    found = {file.name: WATCHES.findall(file.read_text()) for file in files}
    assert {name: words for name, words in found.items() if words} == {}
    assert WATCHES.search('addEventListener("scroll", send)')


@pytest.mark.slow
def test_every_page_is_good_on_a_phone_and_at_a_desk(phone, desk, house):
    meeting = missed(house, world.member("江北", house.inspection))
    make_ups.set_equal(meeting, prescribed(house, topic="交接班"), **DONE)
    make_ups.declare(meeting, house.chen, studied_on=DAY, nonce="n", **DONE)
    waiting = missed(house, title="十月党课：很长的题目也要放得下才行")
    chen, lin = (world.account(person) for person in (house.chen, house.lin))
    visits = [
        (chen, "/today/", "today with missed lessons"),
        (chen, f"/meetings/{waiting.pk}/make-up/", "make up"),
        (chen, f"/meetings/{meeting.pk}/make-up/", "make up declared"),
        (lin, f"/meetings/{meeting.pk}/make-ups/", "make ups of a lesson"),
    ]
    for opens in (phone, desk):
        for account, path, name in visits:
            page = opens(account)
            page.goto(path)
            assert_good(page, name)


def test_what_is_discussed_of_a_lesson_is_found_where_it_is_made_up_by_those_who_enter_the_room(house):
    meeting = announced(
        house, AT - dt.timedelta(days=3), kind=MeetingKind.LESSON, title="联合党课", joint_with=[house.archive_branch]
    )
    file_session(meeting.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    chen, qiu, path = client_of(house.chen), client_of(house.qiu), f"/meetings/{meeting.pk}/make-up/"
    begin = re.search(r'href="(/forum/rooms/[^"]+)"', chen.get(path).content.decode())[1]
    assert "关于党课" in words_of(chen.get(begin))
    assert chen.post(begin, {"title": "夜班怎样交接？", "text": "请教各位。"}).status_code == 302
    for page in (path, f"/meetings/{meeting.pk}/"):
        assert "夜班怎样交接？" in words_of(chen.get(page))
        assert begin in chen.get(page).content.decode()
        assert "夜班怎样交接？" not in words_of(qiu.get(page))
        assert "/forum/rooms/" not in qiu.get(page).content.decode()
