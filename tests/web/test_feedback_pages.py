"""Feedback on one screen without an account, its desk, what was changed; evaluations with papers and follow-up."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.strict import faults_of
from tests.web.visits import client_of, text_of
from tests.windows import DONE, Windows
from tests.world import AT, DAY
from zhibu.apps.feedback.actions import evaluating, saying
from zhibu.apps.feedback.actions.evaluating import Found
from zhibu.apps.feedback.models import Evaluation, Feedback, FollowUp
from zhibu.apps.windows.models import Counter
from zhibu.domain.terms import EvaluationKind, FeedbackKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

SAID = {"kind": "complaint", "text": "排队太久"}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Windows:
    return Windows()


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"Accept-Language": "zh-hans"})


def said(house: Windows, text: str = "排队太久") -> Feedback:
    return saying.say(text, kind=FeedbackKind.COMPLAINT, site=house.post.site, post=house.post, at=AT)


def test_what_anybody_says_is_closed_by_the_manager_and_read_by_all(house: Windows, anybody: Client) -> None:
    assert anybody.post("/public/feedback/posts/C01/", SAID)["Location"] == "/public/feedback/thanks/"
    wen, feedback = client_of(house.wen), Feedback.objects.get()
    assert "大厅 报检C01窗口" in text_of(wen.get("/feedback/"))
    there = f"/feedback/{feedback.pk}/"
    assert "排队太久" in text_of(wen.get(there))
    wen.post(there, {"answer": "午间加开一个窗口", "is_public": "on"})
    changed = text_of(anybody.get("/public/feedback/"))
    assert "午间加开一个窗口" in changed
    assert "排队太久" not in changed
    wen.post(f"{there}show/", {"public": "no"})
    assert "午间加开一个窗口" not in text_of(anybody.get("/public/feedback/"))
    wen.post(f"{there}strike/")
    assert "排队太久" not in text_of(wen.get(there))


def test_nobody_but_the_manager_reads_it_and_no_name_stands_beside_it(house: Windows) -> None:
    feedback = said(house)
    for person in (house.chen, house.lin, house.house.fang, house.house.qiu):
        client = client_of(person)
        assert client.get("/feedback/").status_code == 403
        assert client.get(f"/feedback/{feedback.pk}/").status_code == 404
    wen = client_of(house.wen)
    for address in ("/feedback/", f"/feedback/{feedback.pk}/", "/feedback/codes/"):
        page = text_of(wen.get(address))
        assert not {name for name in ("陈星", "林悦") if name in page}, address


def test_a_post_of_one_is_called_by_its_site_and_has_no_code_of_its_own(house: Windows, anybody: Client) -> None:
    form = text_of(anybody.get("/public/feedback/posts/C02/"))
    assert ("大厅" in form, "C02" in form) == (True, False)
    anybody.post("/public/feedback/posts/C02/", SAID)
    assert Feedback.objects.get().post is None
    codes = text_of(client_of(house.wen).get("/feedback/codes/"))
    assert ("C01" in codes, "C02" in codes) == (True, False)


def test_in_a_flood_the_text_stays_in_the_form(house: Windows, anybody: Client) -> None:
    busy = AT + saying.HERE.step * saying.HERE.at_once
    Counter.objects.create(key=f"feedback:{house.post.pk}", busy_until=busy)
    page = text_of(anybody.post("/public/feedback/posts/C01/", SAID), 429)
    assert "09:32之后再提交" in page
    assert "排队太久" in page
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("body", ["kind=other&text=%B1%A8", "kind=score&text=x", "kind=other&text=", "text=x"])
def test_what_can_not_be_read_is_refused(house: Windows, anybody: Client, body: str) -> None:
    address, form = "/public/feedback/posts/C01/", "application/x-www-form-urlencoded"
    assert anybody.post(address, body, content_type=form).status_code == 422
    assert not Feedback.objects.exists()


def test_hostile_text_is_text_on_pages_and_in_the_workbook(house: Windows) -> None:
    evil = "=cmd|' /C calc'!A0 <img src=x onerror=alert(1)>"
    feedback = said(house, evil)
    wen = client_of(house.wen)
    for address in ("/feedback/", f"/feedback/{feedback.pk}/"):
        page = wen.get(address).content.decode()
        assert faults_of(page) == []
        assert "<img src=x" not in page
    book = wen.get("/feedback.xlsx?kind=complaint")
    with zipfile.ZipFile(io.BytesIO(book.content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        told = packed.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "calc" in told
    assert "陈星" not in told


def test_filters_leave_what_is_asked_for(house: Windows) -> None:
    said(house, "投诉一条")
    saying.say("表扬一条", kind=FeedbackKind.PRAISE, site=house.post.site, at=AT)
    wen = client_of(house.wen)
    page = text_of(wen.get("/feedback/?kind=praise"))
    assert ("表扬一条" in page, "投诉一条" in page) == (True, False)
    assert "没有符合条件的反馈" in text_of(wen.get("/feedback/?state=closed"))
    assert "投诉一条" in text_of(wen.get("/feedback/?kind=nonsense&site=nonsense"))


@pytest.mark.parametrize("address", ["/feedback/", "/feedback/codes/", "/evaluations/", "/public/feedback/"])
def test_a_page_asks_eight_times_at_most(house: Windows, django_assert_max_num_queries, address: str) -> None:
    for number in range(9):
        feedback = said(house, f"意见{number}")
        saying.close_feedback(feedback, answer="改了", is_public=True, by=house.wen, **DONE)
        evaluated(house)
    wen = client_of(house.wen)
    wen.get(address)
    with django_assert_max_num_queries(8):
        text_of(wen.get(address))


# --- Evaluations ----------------------------------------------------------------------------------------------------


def evaluated(house: Windows) -> Evaluation:
    found = Found(
        kind=EvaluationKind.CONDUCT, title="年度行风评议", body="市纠风办", held_on=DAY, findings="午间窗口少。"
    )
    return evaluating.record_evaluation(house.unit, found, **DONE)


def test_an_evaluation_is_recorded_with_a_paper_followed_up_and_closed(house: Windows) -> None:
    wen = client_of(house.wen)
    paper = SimpleUploadedFile("通报.txt", "评议通报".encode())
    facts = {"organization": house.unit.code, "kind": "conduct", "title": "行风评议", "body": "市纠风办"}
    facts |= {"held_on": DAY.isoformat(), "findings": "午间窗口少", "papers": paper}
    answer = wen.post("/evaluations/new/", facts)
    assert answer.status_code == 302, text_of(answer, 422)
    there = f"/evaluations/{Evaluation.objects.get().pk}/"
    wen.post(there, {"text": "加开窗口", "due": "2026-12-01"})
    follow = FollowUp.objects.get()
    wen.post(f"{there}done/{follow.pk}/", {"done": "已加开", "on": DAY.isoformat()})
    page = text_of(wen.get(there))
    assert "2026-11-23: 已加开" in page
    kept = Evaluation.objects.get().papers.get()
    sheet = wen.get(f"{there}papers/{kept.pk}/")
    assert b"".join(sheet.streaming_content).decode() == "评议通报"
    fang, qiu = client_of(house.house.fang), client_of(house.house.qiu)
    assert "已加开" in text_of(fang.get(there))
    assert fang.post(there, {"text": "x", "due": "2026-12-01"}).status_code == 403
    assert (qiu.get(there).status_code, qiu.get(f"{there}papers/{kept.pk}/").status_code) == (404, 404)


def test_the_pages_are_good_on_a_phone_and_on_a_desk(house: Windows, phone: Opens, desk: Opens) -> None:
    feedback = said(house, "午间只开一个窗口，等了四十分钟。")
    closed = said(house, "叫号屏看不清")
    saying.close_feedback(closed, answer="已更换叫号屏。", is_public=True, by=house.wen, **DONE)
    evaluation = evaluated(house)
    evaluating.follow_up(evaluation, "午间加开一个窗口", due=DAY, **DONE)
    manager = world.Account.objects.get(person=house.wen)
    for opens in (phone, desk):
        public = opens()
        for name, address in (
            ("form", "/public/feedback/posts/C01/"),
            ("thanks", "/public/feedback/thanks/"),
            ("changed", "/public/feedback/"),
        ):
            public.goto(address)
            assert_good(public, f"feedback public {name}")
        inside = opens(manager)
        for name, address in (
            ("inbox", "/feedback/"),
            ("one", f"/feedback/{feedback.pk}/"),
            ("closed", f"/feedback/{closed.pk}/"),
            ("codes", "/feedback/codes/"),
            ("evaluations", "/evaluations/"),
            ("new evaluation", "/evaluations/new/"),
            ("evaluation", f"/evaluations/{evaluation.pk}/"),
        ):
            inside.goto(address)
            assert_good(inside, f"feedback {name}")
