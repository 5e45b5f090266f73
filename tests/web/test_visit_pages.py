"""Visits on pages: a superior calls one, those invited answer in a turn that fits, the host keeps what was said."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import gatherings, world
from tests.visits import DONE, HELD, MORNING, announced, demonstration, done, drafted, turn
from tests.web.browser import assert_good
from tests.world import AT
from zhibu.apps.meetings.actions.feeds import subscribe
from zhibu.apps.rosters.models import RosterDay
from zhibu.apps.visits.actions import answering, calling, keeping
from zhibu.apps.visits.actions.keeping import Exchange
from zhibu.apps.visits.models import FollowUp, TakenHome, Visit, VisitAnswer, VisitQuestion
from zhibu.domain.terms import VisitStage
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    return world.bureau()


def on(monkeypatch, days):
    """So many days after the day of the visit."""
    monkeypatch.setattr(clock, "now", lambda: done(days)["at"])


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def words_of(answer):
    page = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('<main id="main"') : page.index("</main>")]).split())


def address(name, *things):
    return reverse(name, args=[getattr(thing, "pk", thing) for thing in things])


def written(house, **other):
    """A form as a browser sends it: two stations, two turns, an empty line each."""
    said = {
        "caller": house.office.code,
        "title": "检务支部现场推进会",
        "text": "看一看。",
        "day": HELD.isoformat(),
        "place": "一楼大厅",
        "answer_until": (HELD - dt.timedelta(days=3)).isoformat(),
        "invited": [f"leaders:{house.office.code}", f"secretaries:{house.root.code}"],
        "stop-TOTAL_FORMS": "3",
        "stop-INITIAL_FORMS": "0",
        "turn-TOTAL_FORMS": "2",
        "turn-INITIAL_FORMS": "0",
    }
    lines = {
        "stop-0": {"starts": "09:00", "ends": "09:40", "place": "大厅", "title": "看导办"},
        "stop-1": {"starts": "09:50", "ends": "11:00", "place": "会议室", "title": "讨论"},
        "turn-0": {"starts": "09:00", "ends": "11:00", "seats": "30"},
    }
    said |= {f"{line}-{name}": value for line, parts in lines.items() for name, value in parts.items()}
    return said | other


# --- Called --------------------------------------------------------------------------------------------------------


def test_the_superior_calls_a_visit_from_the_page_of_the_playbook_and_announces_it(house):
    playbook = demonstration(house)
    fang = client_of(house.fang)
    new = address("visit_new", playbook)
    assert new in fang.get(address("playbook", playbook.editions.get())).content.decode()
    done_so = fang.post(new, written(house))
    visit = Visit.objects.get()
    assert done_so.url == address("visit", visit)
    assert (visit.caller, visit.stops.count(), visit.turns.count()) == (house.office, 2, 1)
    assert client_of(house.qiu).get(address("visit", visit)).status_code == 404, "nobody knows of a draft"
    page = words_of(fang.get(address("visit_announce", visit)))
    assert "将通知所有受邀的人" in page
    assert "邀请2人" in words_of(fang.post(address("visit_announce", visit), follow=True))
    assert client_of(house.qiu).get(address("visit", visit)).status_code == 200


def test_what_is_missing_in_a_line_is_said_there_and_nothing_is_lost(house):
    playbook = demonstration(house)
    refused = client_of(house.fang).post(
        address("visit_new", playbook), written(house, **{"stop-1-place": "", "stop-1-title": "独此一处"})
    )
    assert refused.status_code == 422
    assert "这一行缺此项" in words_of(refused)
    assert "独此一处" in refused.content.decode()
    assert not Visit.objects.exists()
    empty = client_of(house.fang).post(address("visit_new", playbook), {})
    assert empty.status_code == 422


def test_members_and_strangers_to_the_demonstration_call_none(house):
    playbook = demonstration(house)
    for person in (house.chen, house.qiu):
        client = client_of(person)
        assert client.get(address("visit_new", playbook)).status_code == 403
        assert (
            address("visit_new", playbook)
            not in client.get(address("playbook", playbook.editions.get())).content.decode()
        )


def test_a_change_is_written_over_what_stands(house):
    visit = drafted(house)
    fang = client_of(house.fang)
    page = fang.get(address("visit_edit", visit)).content.decode()
    keys = re.findall(r'name="turn-\d-key" value="([^"]+)"', page)
    assert len(keys) == 2
    said = written(house, **{"turn-0-key": keys[0], "turn-0-seats": "7", "more": "1"})
    assert fang.post(address("visit_edit", visit), said).url == address("visit_edit", visit)
    assert [(str(row.pk), row.seats) for row in visit.turns.all()] == [(keys[0], 7)]


# --- Answered ------------------------------------------------------------------------------------------------------


def test_somebody_sees_which_turn_falls_into_their_own_shift_and_takes_another(house):
    visit = announced(house)
    RosterDay.objects.create(person=house.qiu, day=HELD, shift=gatherings.shift("早", starts=8, hours=4))
    qiu = client_of(house.qiu)
    page = words_of(qiu.get(address("visit_answer", visit)))
    assert "09:00–11:00，还有1个名额 · 在您的班次内：早班" in page
    assert "14:00–16:00，还有2个名额 不能参加" in page
    qiu.post(address("visit_answer", visit), {"turn": str(turn(visit))})
    assert visit.answers.get().person == house.qiu
    holder = words_of(client_of(house.fang).get(address("visit", visit)))
    assert "2个名额，已报名1个" in holder
    assert "早班" not in holder
    assert house.qiu.name not in holder


def test_a_full_turn_is_not_offered_and_who_was_quicker_is_not_said(house):
    visit = announced(house)
    qiu, fang = client_of(house.qiu), client_of(house.fang)
    last = str(turn(visit, MORNING))
    assert last in fang.get(address("visit_answer", visit)).content.decode()
    qiu.post(address("visit_answer", visit), {"turn": last})
    refused = fang.post(address("visit_answer", visit), {"turn": last})
    assert refused.status_code == 422
    assert "已满： 09:00–11:00" in words_of(refused)
    assert VisitAnswer.objects.count() == 1


def test_why_somebody_can_not_come_is_read_by_those_who_hold_it_and_can_be_taken_back(house):
    visit = announced(house)
    qiu = client_of(house.qiu)
    assert qiu.post(address("visit_answer", visit), {"turn": "not", "reason": ""}).status_code == 422
    assert qiu.post(address("visit_answer", visit), {}).status_code == 422
    qiu.post(address("visit_answer", visit), {"turn": "not", "reason": "要去开会"})
    for person, reads in ((house.fang, True), (house.lin, True), (house.chen, False)):
        assert ("要去开会" in words_of(client_of(person).get(address("visit", visit)))) is reads, person
    qiu.post(address("visit_answer_back", visit))
    assert not VisitAnswer.objects.exists()


def test_who_is_not_invited_can_not_answer_and_is_not_offered_to(house):
    visit = announced(house)
    chen = client_of(house.chen)
    assert address("visit_answer", visit) not in chen.get(address("visit", visit)).content.decode()
    for name in ("visit_answer", "visit_answer_back", "visit_ask", "visit_take_home", "visit_edit", "visit_record"):
        assert chen.get(address(name, visit)).status_code == 403, name


def test_a_question_is_asked_answered_and_taken_back(house):
    visit = announced(house)
    qiu, lin = client_of(house.qiu), client_of(house.lin)
    qiu.post(address("visit_ask", visit), {"text": "夜班怎么补课？"})
    asked = VisitQuestion.objects.get()
    assert qiu.post(address("visit_question_answer", asked), {"text": "答"}).status_code == 404
    assert lin.get(address("visit_question_drop", asked)).status_code == 404
    lin.post(address("visit_question_answer", asked), {"text": "第二天补。"})
    page = words_of(client_of(house.chen).get(address("visit", visit)))
    assert "夜班怎么补课？ 答复： 第二天补。" in page
    assert house.qiu.name not in page
    qiu.post(address("visit_ask", visit), {"text": "还有呢？"})
    qiu.post(address("visit_question_drop", VisitQuestion.objects.latest("asked_at", "pk")))
    assert VisitQuestion.objects.count() == 1


# --- Changed -------------------------------------------------------------------------------------------------------


def test_moved_cancelled_and_set_again(house):
    visit, fang = announced(house), client_of(house.fang)
    later = HELD + dt.timedelta(days=1)
    said = {"day": later.isoformat(), "answer_until": later.isoformat()}
    assert fang.post(address("visit_move", visit), said | {"day": "2020-01-01"}).status_code == 422
    fang.post(address("visit_move", visit), said)
    assert fang.post(address("visit_cancel", visit), {"why": ""}).status_code == 422
    fang.post(address("visit_cancel", visit), {"why": "台风"})
    page = words_of(client_of(house.qiu).get(address("visit", visit)))
    assert "观摩取消：台风" in page
    fang.post(address("visit_restore", visit))
    visit.refresh_from_db()
    assert (visit.day, visit.at_stage) == (later, VisitStage.ANNOUNCED)
    assert fang.post(address("visit_drop", visit)).status_code == 422, "it is announced"


def test_files_are_attached_read_and_taken_off(house):
    visit, fang = announced(house), client_of(house.fang)
    fang.post(address("visit_attach", visit), {"files": SimpleUploadedFile("单.txt", "内容".encode(), "text/html")})
    file = visit.files.get()
    handed = client_of(house.qiu).get(address("visit_file", visit, file))
    assert b"".join(handed.streaming_content) == "内容".encode()
    assert handed["Content-Type"] == "text/plain; charset=utf-8"
    odd = SimpleUploadedFile("图.svg", b"<svg onload=alert(1)></svg>")
    assert fang.post(address("visit_attach", visit), {"files": odd}).status_code == 409
    assert client_of(house.qiu).post(address("visit_file_remove", visit, file)).status_code == 403
    fang.post(address("visit_file_remove", visit, file))
    assert not visit.files.exists()


def test_the_program_is_printed_and_stands_in_the_calendar_of_who_comes(house):
    visit = announced(house)
    for name, starts in (("visit_pdf", b"%PDF-"), ("visit_docx", b"PK")):
        assert client_of(house.qiu).get(address(name, visit)).content.startswith(starts)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    secret = subscribe(house.qiu.account, organization=None, **DONE)
    feed = address("calendar_feed", secret)
    told = Client().get(feed).content.decode().replace("\r\n ", "")
    assert f"UID:{visit.pk}" in told
    assert "DTSTART:20261207T060000Z" in told
    calling.cancel_visit(visit, why="台风", **DONE)
    assert "STATUS:CANCELLED" in Client().get(feed).content.decode()


# --- Kept ----------------------------------------------------------------------------------------------------------


def test_after_the_day_the_record_is_filed_and_the_branch_takes_something_home_and_comes_back_to_it(
    house, monkeypatch
):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    lin, qiu = client_of(house.lin), client_of(house.qiu)
    said = {"told": "分两批开会。", "discussed": "怎么补课？", "agreed": "试一个月。"}
    assert lin.post(address("visit_record", visit), said).status_code == 422, "it is still ahead"
    on(monkeypatch, 0)
    lin.post(address("visit_record", visit), said)
    qiu.post(address("visit_take_home", visit), {"text": "我们也分两批"})
    home = TakenHome.objects.get()
    page = words_of(qiu.get(address("visit", visit)))
    assert "分两批开会。" in page
    assert "我们也分两批" in page
    assert lin.post(address("visit_record", visit), said | {"told": "改"}).status_code == 422
    later = address("visit_follow_up", home, 30)
    assert later not in qiu.get(reverse("this_month")).content.decode()
    on(monkeypatch, 30)
    assert later in qiu.get(reverse("this_month")).content.decode()
    assert later in qiu.get(address("visit", visit)).content.decode()
    assert later not in lin.get(reverse("this_month")).content.decode()
    qiu.post(later, {"text": "开过两次了"})
    assert FollowUp.objects.get().text == "开过两次了"
    assert later not in qiu.get(reverse("this_month")).content.decode()
    for person, reads in ((house.lin, True), (house.fang, True), (house.chen, False)):
        assert ("开过两次了" in words_of(client_of(person).get(address("visit", visit)))) is reads, person
    assert lin.get(later).status_code == 404
    assert qiu.get(address("visit_follow_up", home, 31)).status_code == 404


# --- Small and large -----------------------------------------------------------------------------------------------


def test_a_house_without_visits_says_where_they_come_from(house):
    assert "从样板页面召集观摩" in words_of(client_of(house.chen).get(reverse("visits")))


def test_as_many_statements_for_ten_branches_as_for_one(house):
    visit = announced(house)
    qiu = client_of(house.qiu)

    def asked(name, *things):
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert qiu.get(address(name, *things)).status_code == 200
        return len(found)

    VisitAnswer.objects.create(
        visit=visit, person=house.qiu, organization=house.platform, reason="忙", answered_at=AT
    )
    few = asked("visit", visit), asked("visits")
    for number in range(10):
        by, of = world.person(f"书记{number}"), world.organization(f"ZZ-{number}", under=house.office)
        TakenHome.objects.create(visit=visit, organization=of, by=by, text="试", said_at=AT)
        VisitQuestion.objects.create(visit=visit, organization=of, by=by, text="问", asked_at=AT)
        calling.announce_visit(
            calling.draft_visit(visit.playbook, house.office, calling.plan_of(visit), **DONE), **DONE
        )
    many = asked("visit", visit), asked("visits")
    assert many[0] <= few[0] + 1, "the follow-ups of what was taken home"
    assert many[1] == few[1]


@pytest.mark.browser
def test_a_visit_on_a_phone_and_at_a_desk(phone, desk, house, monkeypatch):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    asked = answering.ask_beforehand(visit, house.qiu, text="夜班怎么补课？", **DONE)
    answering.answer_question(asked, house.lin, text="第二天补。", **DONE)
    calling.add_file(visit, "观摩手册.txt", "内容".encode(), **DONE)
    page = phone(world.account(house.qiu))
    page.goto(address("visit_answer", visit))
    assert_good(page, "visit-answer")
    fang = desk(world.account(house.fang))
    fang.goto(address("visit", visit))
    assert_good(fang, "visit-held")
    fang.goto(address("visit_edit", visit))
    assert_good(fang, "visit-edit")
    on(monkeypatch, 40)
    keeping.take_home(visit, house.qiu, text="我们也分两批开会，夜班的放在下午。", **done(0))
    said = Exchange(told="分两批开会，夜班有一批。", discussed="怎么补课？第二天补。", agreed="各支部试一个月。")
    keeping.file_record(visit, said, **done(0))
    page.goto(address("visit", visit))
    assert_good(page, "visit-phone")
    page.goto(reverse("visits"))
    assert_good(page, "visits-phone")
    page.goto(reverse("this_month"))
    assert_good(page, "visits-month")
