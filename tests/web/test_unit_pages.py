"""Units on pages: written on a phone, read and answered by a member, played in pieces, refused by a clear word."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.documents.media import mp4, picture, wav
from tests.units import DONE, QUESTIONS, TITLE, drafted, prescribed, published
from tests.web.browser import assert_good
from tests.web.strict import faults_of
from tests.world import AT
from zhibu.apps.learning.actions import units
from zhibu.apps.learning.actions.unit_files import Brought, attach
from zhibu.apps.learning.models import SelfStudy, Unit, UnitFile
from zhibu.apps.learning.units import published_of
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n今天讲交接班。\n"


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


FORM = {
    "title": TITLE,
    "text": "先看交接簿。\n\n【图1】\n\n再看未办结事项。",
    "questions": QUESTIONS,
    "minutes": "5",
    "topic": "交接班",
    "reach": "offered",
    "part": "",
}


# --- Written -------------------------------------------------------------------------------------------------------


def test_a_secretary_writes_attaches_publishes_and_a_member_reads(house):
    lin = client_of(house.lin)
    where = lin.post("/learn/write/new/", FORM)["Location"]
    unit = Unit.objects.get()
    assert where == f"/learn/write/{unit.pk}/"
    image = SimpleUploadedFile("IMG.png", picture("PNG", (1200, 900)))
    assert lin.post(f"{where}files/", {"file": image, "said": "交接簿的一页"}).status_code == 302
    video = {"file": SimpleUploadedFile("a.mp4", mp4()), "captions": SimpleUploadedFile("a.vtt", VTT.encode())}
    assert lin.post(f"{where}files/", video).status_code == 302
    revision = re.search(r'name="revision" value="(\d+)"', lin.get(f"{where}publish/").content.decode())[1]
    assert lin.post(f"{where}publish/", {"revision": revision}).status_code == 302
    chen = client_of(house.chen)
    assert TITLE in words_of(chen.get("/learn/"))
    page = chen.get(f"/learn/units/{unit.pk}/")
    text = page.content.decode()
    assert text.index("先看交接簿") < text.index('alt="交接簿的一页"') < text.index("再看未办结事项")
    assert "今天讲交接班。" in text
    assert 'kind="captions"' in text
    assert faults_of(text) == []


def test_what_is_wrong_is_said_by_its_line_and_nothing_typed_is_lost(house):
    answer = client_of(house.lin).post("/learn/write/new/", FORM | {"questions": "问\n- 甲\n- 乙\n> 因为"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "第1行：没有标出正确答案" in words_of(answer)
    assert "再看未办结事项" in words_of(answer)


def test_a_hostile_or_bare_file_is_refused_by_its_name_and_no_draft_is_begun(house):
    unit = published(house)
    lin = client_of(house.lin)
    svg = SimpleUploadedFile("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/jpeg")
    for given in ({"file": svg, "said": "图"}, {"file": SimpleUploadedFile("b.wav", wav())}, {}):
        answer = lin.post(f"/learn/write/{unit.pk}/files/", given)
        assert answer.status_code == HTTPStatus.CONFLICT
    assert UnitFile.objects.count() == 0
    assert unit.versions.count() == 1


def test_a_new_version_is_begun_by_saving_and_readers_read_the_old_one_until_it_is_published(house):
    unit, lin = published(house), client_of(house.lin)
    lin.post(f"/learn/write/{unit.pk}/", FORM | {"title": "新题目", "revision": "1"})
    assert TITLE in words_of(client_of(house.chen).get(f"/learn/units/{unit.pk}/"))
    assert "新题目" in words_of(lin.get(f"/learn/write/{unit.pk}/publish/"))


def test_withdrawn_its_address_says_why_and_holds_nothing_else(house):
    unit = published(house, None, Brought(name="a.png", content=picture("PNG"), said="图"))
    file = UnitFile.objects.get()
    client_of(house.lin).post(f"/learn/write/{unit.pk}/withdraw/", {"because": "规定改了"})
    chen = client_of(house.chen)
    page = words_of(chen.get(f"/learn/units/{unit.pk}/"))
    assert "规定改了" in page
    assert "交接簿" not in page
    assert chen.get(f"/learn/units/{unit.pk}/files/{file.pk}/").status_code == HTTPStatus.NOT_FOUND


def test_only_those_who_keep_it_write_and_others_are_told_apart(house):
    unit, draft = published(house), drafted(house, title="草稿")
    chen, qiu, fang = (client_of(person) for person in (house.chen, house.qiu, house.fang))
    places = ["", "publish/", "withdraw/", "drop/", "files/"]
    found = {
        name: {client.post(f"/learn/write/{unit.pk}/{place}", FORM).status_code for place in places}
        for name, client in (("chen", chen), ("fang", fang), ("qiu", qiu))
    }
    assert found == {"chen": {403}, "fang": {403}, "qiu": {404}}
    assert chen.get(f"/learn/units/{draft.unit_id}/").status_code == HTTPStatus.NOT_FOUND
    assert chen.get("/learn/write/").status_code == HTTPStatus.FORBIDDEN
    assert chen.post("/learn/write/pasted/", {"html": "<b>x</b>"}).status_code == HTTPStatus.FORBIDDEN


def test_what_is_pasted_comes_back_as_text(house):
    answer = client_of(house.lin).post(
        "/learn/write/pasted/", {"html": "<p><b>一</b></p><script>alert(1)</script><ul><li>二</li></ul>"}
    )
    assert json.loads(answer.content) == {"text": "**一**\n\n- 二"}


# --- Read and answered ---------------------------------------------------------------------------------------------


def test_answers_are_judged_for_the_one_who_gave_them_and_sent_twice_are_one_line(house):
    unit = published(house)
    chen, lin = client_of(house.chen), client_of(house.lin)
    page = chen.get(f"/learn/units/{unit.pk}/")
    assert "交接簿上有上一班留下的事" not in words_of(page)
    sent = {"nonce": nonce_in(page), "version": str(published_of(unit).pk), "q0": "0", "q1": ["0"]}
    first, again = (chen.post(f"/learn/units/{unit.pk}/answers/", sent) for _time in range(2))
    for answer in (first, again):
        said = words_of(answer)
        assert "已收到，已记入您自己的清单" in said
        assert said.index("答对了") < said.index("再想想")
        assert "交接簿上有上一班留下的事" in said
    assert SelfStudy.objects.count() == 1
    assert "再想想" in words_of(chen.get(f"/learn/units/{unit.pk}/"))
    assert "再想想" not in words_of(lin.get(f"/learn/units/{unit.pk}/"))


def test_a_script_hears_the_same_as_json(house):
    unit, chen = published(house), client_of(house.chen)
    sent = {"nonce": "n1", "version": str(published_of(unit).pk), "q0": "0"}
    asked = {"headers": {"Accept": "application/json"}}
    first = chen.post(f"/learn/units/{unit.pk}/answers/", sent, **asked).json()
    assert (first["status"], [line["right"] for line in first["answers"]]) == ("received", [True, False])
    assert chen.post(f"/learn/units/{unit.pk}/answers/", sent, **asked).json() == first
    other = chen.post(f"/learn/units/{unit.pk}/answers/", sent | {"nonce": "n2"}, **asked).json()
    assert (other["status"], SelfStudy.objects.count()) == ("already", 1)


def test_answers_to_an_older_version_are_received_and_what_is_none_is_refused(house):
    unit, chen = published(house), client_of(house.chen)
    old = published_of(unit)
    draft = units.begin_unit_version(unit, writer=house.lin, **DONE)
    units.publish_unit(draft, revision=1, **DONE)
    path = f"/learn/units/{unit.pk}/answers/"
    assert chen.post(path, {"nonce": "n", "version": str(old.pk), "q0": "0"}).status_code == 200
    for version in ("", "x", "01900000-0000-7000-8000-000000000000"):
        assert chen.post(path, {"nonce": "m", "version": version}).status_code == HTTPStatus.CONFLICT
    assert chen.post(path, {"nonce": "", "version": str(old.pk)}).status_code == HTTPStatus.CONFLICT


def test_hostile_words_in_every_field_stay_words(house):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    asked = f"{evil}\n* {evil}1\n- {evil}2\n> {evil}"
    lin = client_of(house.lin)
    lin.post("/learn/write/new/", FORM | {"title": evil, "text": evil, "questions": asked, "topic": "<b>x"})
    unit = Unit.objects.get()
    lin.post(f"/learn/write/{unit.pk}/publish/", {"revision": "1"})
    chen = client_of(house.chen)
    sent = {"nonce": "n", "version": str(published_of(unit).pk), "q0": "0"}
    for answer in (
        chen.get("/learn/"),
        chen.get(f"/learn/units/{unit.pk}/"),
        chen.post(f"/learn/units/{unit.pk}/answers/", sent),
        lin.get(f"/learn/write/{unit.pk}/"),
    ):
        text = answer.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert faults_of(text) == []


# --- Files ---------------------------------------------------------------------------------------------------------


def test_recordings_are_handed_out_in_pieces_and_can_do_nothing_by_themselves(house):
    content = wav(1)
    unit = published(house, None, Brought(name="录音.wav", content=content, transcript="话"))
    path = f"/learn/units/{unit.pk}/files/{UnitFile.objects.get().pk}/"
    chen = client_of(house.chen)

    def asked(text):
        answer = chen.get(path, headers={"Range": text} if text else {})
        return answer.status_code, answer.headers.get("Content-Range"), b"".join(answer.streaming_content)

    size = len(content)
    assert asked("") == (200, None, content)
    assert asked("bytes=0-9") == (206, f"bytes 0-9/{size}", content[:10])
    assert asked("bytes=100-") == (206, f"bytes 100-{size - 1}/{size}", content[100:])
    assert asked("bytes=-5") == (206, f"bytes {size - 5}-{size - 1}/{size}", content[-5:])
    assert asked(f"bytes={size}-")[:2] == (416, f"bytes */{size}")
    assert asked("bytes=-0")[0] == 416
    assert asked("bytes=9-3")[0] == 416
    for odd in ("bytes=0-1,3-4", "bytes=-", "lines=0-1", "bytes=a-b"):
        assert asked(odd) == (200, None, content)
    answer = chen.get(path)
    head = answer.headers
    assert b"".join(answer.streaming_content) == content  # to close it would end the connection of PostgreSQL
    assert head["Content-Type"] == "audio/wav"
    assert head["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in head["Content-Security-Policy"]
    assert client_of(house.qiu).get(path).status_code == HTTPStatus.NOT_FOUND
    assert Client().get(path).status_code == HTTPStatus.FOUND


# --- How it does ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 3])
def test_the_pages_take_eight_statements_with_one_unit_and_with_three(house, many):
    for number in range(many):
        unit = published(
            house,
            None,
            *[Brought(name=f"{n}.png", content=picture("PNG"), said="图") for n in range(many)],
            title=f"第{number}课",
            topic=f"题{number}",
        )
    lin, chen = client_of(house.lin), client_of(house.chen)
    numbers = {}
    for client, path in (
        (chen, "/learn/"),
        (chen, "/learn/?q=交接"),
        (chen, f"/learn/units/{unit.pk}/"),
        (lin, "/learn/"),
        (lin, "/learn/?q=交接班"),
        (lin, "/learn/write/"),
        (lin, f"/learn/write/{unit.pk}/"),
    ):
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        numbers[path] = len(asked)
    assert max(numbers.values()) <= 8, numbers


def test_the_library_narrows_by_topic_organization_and_words(house):
    prescribed(house, title="交接班怎么做", topic="交接班")
    published(house, house.office, title="党章第一章", topic="党章", text="原文")
    chen = client_of(house.chen)
    assert "党章第一章" not in words_of(chen.get("/learn/?topic=交接班")).split("规定学习")[-1]
    assert "交接班怎么做" not in words_of(chen.get(f"/learn/?of={house.office.pk}"))
    assert "交接班怎么做" in words_of(chen.get("/learn/?q=交接班"))
    assert "没有符合条件的微课" in words_of(chen.get("/learn/?q=查无此词"))
    assert chen.get("/learn/?of=x&reach=y&topic=z&page=9").status_code == 200


@pytest.mark.slow
def test_every_page_is_good_on_a_phone_and_at_a_desk(phone, desk, house):
    unit = prescribed(
        house,
        topic="交接班",
        text="# 先看\n\n| 时间 | 内容 |\n| --- | --- |\n| 8:00 | 交班 |\n\n【图1】\n\n" + "再看。" * 40,
    )
    draft = units.begin_unit_version(unit, writer=house.lin, **DONE)
    for brought in (
        Brought(name="a.png", content=picture("PNG", (900, 500)), said="交接簿的一页"),
        Brought(name="b.wav", content=wav(1), said="叫号提示音", transcript="请到三号窗口。"),
        Brought(name="c.mp4", content=mp4(), said="怎样清点", captions=VTT),
        Brought(name="d.pdf", content=b"%PDF-1.7\n%%EOF", said="交接班规定"),
    ):
        attach(draft, brought=brought, **DONE)
    units.publish_unit(draft, revision=5, **DONE)
    waiting = drafted(house, title="还没有发布的")
    chen, lin = (world.account(person) for person in (house.chen, house.lin))
    visits = [
        (chen, "/learn/", "library"),
        (chen, f"/learn/units/{unit.pk}/", "unit"),
        (lin, "/learn/write/", "units written"),
        (lin, f"/learn/write/{waiting.unit_id}/", "unit write"),
        (lin, f"/learn/write/{waiting.unit_id}/publish/", "unit publish"),
    ]
    for opens in (phone, desk):
        for account, path, name in visits:
            page = opens(account)
            page.goto(path)
            assert_good(page, name)
    page = phone(chen)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/learn/units/{unit.pk}/")
    page.locator("#q0-0").check()
    page.get_by_role("button", name="看看对不对").click()
    page.wait_for_selector("#answers")
    assert_good(page, "unit answered")
    desk_page = desk(lin)
    desk_page.goto(f"/learn/write/{waiting.unit_id}/")
    box = desk_page.locator("textarea[name=text]")
    box.fill("")
    desk_page.evaluate("""() => {
        const given = new DataTransfer();
        given.setData("text/plain", "一二");
        given.setData("text/html", "<p><b>一</b></p><p>二</p>");
        const box = document.querySelector("textarea[name=text]");
        box.focus();
        box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: given, bubbles: true, cancelable: true}));
    }""")
    desk_page.wait_for_function("() => document.querySelector('textarea[name=text]').value.includes('**一**')")
