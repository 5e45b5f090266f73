"""Exhibitions on pages: put together, consented to, seen on a phone and in a hall, printed, withdrawn."""

from __future__ import annotations

import re

import pymupdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import expect

from tests import world
from tests.exhibitions import DONE, begun, drawing, later, says, with_chen, with_seal
from tests.web.browser import assert_good
from tests.world import AT
from zhibu.apps.exhibitions.actions import asking, writing
from zhibu.apps.exhibitions.models import Exhibit, Exhibition, ShownPerson
from zhibu.domain.terms import Consent, ExhibitionStage, Readership
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    return world.bureau()


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def address(name, *things):
    return reverse(name, args=[getattr(thing, "pk", thing) for thing in things])


def got(client, where):
    """The answer; a file is read to its end, which closes it."""
    answer = client.get(where)
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer


def words_of(answer):
    page = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('<main id="main"') : page.index("</main>")]).split())


def opened(house, readership=Readership.PUBLIC):
    """A picture of Chen, who consented, and a seal; both are shown."""
    of = begun(house, readership)
    exhibit, chen = with_chen(of, house)
    says(chen)
    with_seal(of)
    writing.open_exhibition(of, **DONE)
    exhibit.refresh_from_db()
    return of, exhibit, chen


def everywhere(of, exhibit):
    """Every address at which a reader could meet the exhibit: with an account and without."""
    return [
        address("exhibit", exhibit),
        address("exhibit_picture", exhibit),
        f"{address('exhibit_picture', exhibit)}?size=large",
        address("public_exhibit", exhibit),
        address("public_exhibit_picture", exhibit),
        f"{address('public_exhibit_picture', exhibit)}?size=large",
        address("exhibit_panel", exhibit),
    ]


def pages(of):
    return [
        address(name, of) for name in ("exhibition", "exhibition_hall", "public_exhibition", "public_exhibition_hall")
    ]


def text_of_panels(answer):
    with pymupdf.open(stream=answer.content) as printed:
        return [page.get_text() for page in printed]


def exhibit_form(**other):
    said = {
        "kind": "picture",
        "title": "夜班的灯",
        "text": "除夕夜的查验台前。",
        "source": "职工借展，2012年",
        "section": "夜班",
        "alt": "一个人站在查验台前",
        "people": "people",
        "picture": SimpleUploadedFile("a.png", drawing(), "image/png"),
    }
    return {**said, **other}


# --- From the draft to the wall ------------------------------------------------------------------------------------


def test_an_exhibition_from_the_first_word_to_the_open_door(house):
    lin, chen = client_of(house.lin), client_of(house.chen)
    framed = {"organization": house.inspection.code, "title": "窗口三十年", "foreword": "", "readership": "house"}
    made = lin.post(reverse("exhibition_new"), framed)
    of = Exhibition.objects.get()
    assert made["Location"] == address("exhibition_keep", of)
    added = lin.post(address("exhibit_new", of), exhibit_form())
    exhibit = Exhibit.objects.get()
    assert added["Location"] == address("exhibit_keep", exhibit)
    assert lin.post(address("exhibit_keep", exhibit), {"do": "ask", "person": "陈星"}).status_code == 302
    refused = lin.post(address("exhibition_open", of))
    assert (refused.status_code, Exhibition.objects.get().at_stage) == (422, ExhibitionStage.DRAFT)
    asked = ShownPerson.objects.get()
    page = chen.get(address("exhibit_consent", asked))
    assert "除夕夜的查验台前" in words_of(page)
    assert got(chen, address("exhibit_picture", exhibit)).status_code == 200
    seen_at = page.context["seen_at"]
    assert chen.post(address("exhibit_consent", asked), {"answer": "yes", "seen_at": seen_at}).status_code == 302
    assert lin.post(address("exhibition_open", of)).status_code == 302
    assert "夜班的灯" in words_of(client_of(house.qiu).get(address("exhibition", of)))


def test_the_notice_leads_to_the_question(house):
    _exhibit, chen = with_chen(begun(house), house)
    assert address("exhibit_consent", chen) in client_of(house.chen).get(reverse("notices")).content.decode()


def test_a_consent_that_is_missing_hides_the_exhibit_everywhere(house):
    of, _shown, _chen = opened(house)
    hidden, _asked = with_chen(of, house, title="还没有答复", picture=drawing("blue"))
    readers = [client_of(house.qiu), client_of(house.fang), Client()]
    for reader in readers:
        for where in everywhere(of, hidden):
            assert got(reader, where).status_code != 200
        for where in pages(of):
            answer = reader.get(where)
            assert answer.status_code != 200 or "还没有答复" not in answer.content.decode()
    lin = client_of(house.lin)
    assert lin.get(address("exhibit_panel", hidden)).status_code == 404
    printed = "".join(text_of_panels(lin.get(address("exhibition_panels", of))))
    assert "夜班的灯" in printed
    assert "还没有答复" not in printed


def test_withdrawn_it_is_gone_at_every_address(house, django_capture_on_commit_callbacks):
    of, exhibit, chen = opened(house)
    lin, qiu, nobody = client_of(house.lin), client_of(house.qiu), Client()
    for where in everywhere(of, exhibit)[:-1]:
        door = nobody if "/public/" in where else qiu
        answer = got(door, where)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    assert lin.get(address("exhibit_panel", exhibit)).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        done = client_of(house.chen).post(address("exhibit_consent_withdraw", chen))
    assert done.status_code == 302
    for reader in (lin, qiu, client_of(house.chen), nobody):
        for where in everywhere(of, exhibit):
            assert got(reader, where).status_code in {302, 404}, where
        for where in pages(of):
            answer = reader.get(where)
            assert answer.status_code in {200, 302}
            assert "夜班的灯" not in answer.content.decode()
    printed = "".join(text_of_panels(lin.get(address("exhibition_panels", of))))
    assert "老印章" in printed
    assert "夜班的灯" not in printed
    told = words_of(lin.get(address("exhibit_keep", exhibit)))
    assert "陈星" not in told
    assert "请撤下印出的展板" in told


def test_the_hall_goes_on_where_its_exhibit_is_gone(house, django_capture_on_commit_callbacks):
    of, exhibit, chen = opened(house)
    where = f"{address('public_exhibition_hall', of)}?at={exhibit.place}"
    assert "夜班的灯" in words_of(Client().get(where))
    with django_capture_on_commit_callbacks(execute=True):
        asking.withdraw(chen, **later())
    assert "老印章" in words_of(Client().get(where))


@pytest.mark.parametrize("asked", ["at=x", "at=-1", "at=99999999999999999999", "seconds=0", "seconds=1e9", "pause=2"])
def test_the_hall_takes_any_address(house, asked):
    of, _exhibit, _chen = opened(house)
    assert Client().get(f"{address('public_exhibition_hall', of)}?{asked}").status_code == 200


# --- Who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["lin", "fang", "qiu", "wen"])
def test_nobody_else_answers_or_withdraws(house, who):
    _of, _exhibit, chen = opened(house)
    client = client_of(getattr(house, who))
    for name in ("exhibit_consent", "exhibit_consent_withdraw"):
        for answer in ("yes", "no"):
            sent = {"answer": answer, "seen_at": chen.asked_at.isoformat()}
            assert client.post(address(name, chen), sent).status_code == 404
    chen.refresh_from_db()
    assert chen.said is Consent.GIVEN


def test_to_look_at_the_question_answers_nothing(house):
    _exhibit, chen = with_chen(begun(house), house)
    client = client_of(house.chen)
    client.get(f"{address('exhibit_consent', chen)}?answer=yes")
    client.post(address("exhibit_consent", chen), {"answer": "perhaps"})
    client.get(address("exhibit_consent_withdraw", chen))
    chen.refresh_from_db()
    assert chen.said is Consent.ASKED


def test_an_answer_to_an_old_page_is_refused_and_shows_the_new_one(house):
    exhibit, chen = with_chen(begun(house), house)
    asking.ask_anew(exhibit, at=later()["at"])
    sent = {"answer": "yes", "seen_at": chen.asked_at.isoformat()}
    assert client_of(house.chen).post(address("exhibit_consent", chen), sent).status_code == 409


def test_those_above_and_beside_keep_nothing(house):
    of, exhibit, _chen = opened(house, Readership.HOUSE)
    for person in (house.fang, house.qiu, house.chen):
        client = client_of(person)
        assert client.get(address("exhibition_keep", of)).status_code == 403
        assert client.get(address("exhibition_panels", of)).status_code == 403
        assert client.get(address("exhibit_keep", exhibit)).status_code == 404
        assert client.post(address("exhibit_move", exhibit), {"to": "down"}).status_code == 404


def test_what_is_not_public_has_no_public_address(house):
    of, exhibit, _chen = opened(house, Readership.HOUSE)
    for where in [*everywhere(of, exhibit), *pages(of)]:
        assert got(Client(), where).status_code in {302, 404}


def test_reading_sets_no_cookie(house):
    of, exhibit, _chen = opened(house)
    for where in (*pages(of)[2:], address("public_exhibit", exhibit), address("public_exhibit_picture", exhibit)):
        answer = got(Client(), where)
        assert answer.status_code == 200
        assert not answer.cookies


# --- Forms ---------------------------------------------------------------------------------------------------------


def test_what_is_refused_stands_in_the_form(house):
    of = begun(house)
    lin = client_of(house.lin)
    page = address("exhibit_new", of)
    bad = SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>", "image/jpeg")
    refusals = [
        lin.post(page, exhibit_form(picture=bad)),
        lin.post(page, exhibit_form(text="机密★")),
        lin.post(page, exhibit_form(people="nobody", text="陈星在查验台前。")),
        lin.post(page, exhibit_form(source="")),
        lin.post(page, {}),
    ]
    assert [answer.status_code for answer in refusals] == [422] * 5
    assert not of.exhibits.exists()
    assert "陈星" in words_of(refusals[2])


def test_words_that_only_speak_of_it_are_kept_by_a_second_press(house):
    of = begun(house)
    lin = client_of(house.lin)
    said = {**exhibit_form(text="当年的内部资料展柜。"), "picture": ""}
    said["alt"] = ""
    assert lin.post(address("exhibit_new", of), said).status_code == 422
    assert lin.post(address("exhibit_new", of), {**said, "is_no_mark": "on"}).status_code == 302


def test_somebody_unknown_is_noted_as_another(house):
    exhibit, _chen = with_chen(begun(house), house)
    lin = client_of(house.lin)
    assert lin.post(address("exhibit_keep", exhibit), {"do": "ask", "person": "邱禾禾"}).status_code == 422
    noted = {"do": "note", "name": "老船长", "how": "书面，2026年3月3日"}
    assert lin.post(address("exhibit_keep", exhibit), noted).status_code == 302
    assert exhibit.shown.get(name="老船长").said is Consent.GIVEN


def test_order_is_changed_by_a_button(house):
    of = begun(house)
    first, second = with_seal(of, title="甲"), with_seal(of, title="乙")
    lin = client_of(house.lin)
    lin.post(address("exhibit_move", second), {"to": "up"})
    assert list(of.exhibits.values_list("title", flat=True)) == ["乙", "甲"]
    lin.post(address("exhibit_move", second), {"to": "down"})
    assert list(of.exhibits.values_list("title", flat=True)) == ["甲", "乙"]
    assert lin.get(address("exhibit_move", first)).status_code == 405


# --- Panels --------------------------------------------------------------------------------------------------------


def test_panels_are_a3_across_with_a_code_that_leads_to_the_page(house, settings):
    settings.URL = "https://zhibu.example"
    of, exhibit, _chen = opened(house)
    answer = client_of(house.lin).get(address("exhibition_panels", of))
    assert answer["Content-Type"] == "application/pdf"
    with pymupdf.open(stream=answer.content) as printed:
        assert [(round(page.rect.width), round(page.rect.height)) for page in printed] == [(1191, 842)] * 2
    alone = text_of_panels(client_of(house.lin).get(address("exhibit_panel", exhibit)))
    assert len(alone) == 1
    assert "夜班的灯" in alone[0]


def test_hostile_words_stay_words_on_a_panel(house):
    of = begun(house)
    hostile = '#eval("1+1") $x$ *b* <label> `raw` </svg>'
    made = with_seal(of, title=hostile, text=hostile, source=hostile)
    (page,) = text_of_panels(client_of(house.lin).get(address("exhibit_panel", made)))
    flat = "".join(page.replace("\u200b", "").split())
    assert flat.count("".join(hostile.split())) == 3


# --- Statements ----------------------------------------------------------------------------------------------------


def test_many_exhibits_ask_the_database_no_more_often(house):
    of, _exhibit, _chen = opened(house)
    lin, qiu = client_of(house.lin), client_of(house.qiu)

    def asked():
        found = []
        for client, where in (
            (qiu, address("exhibition", of)),
            (qiu, address("exhibition_hall", of)),
            (lin, address("exhibition_keep", of)),
            (qiu, reverse("exhibitions")),
            (Client(), address("public_exhibition", of)),
        ):
            client.get(where)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(where).status_code == 200
            found.append(len(queries))
        return found

    few = asked()
    for number in range(6):
        with_seal(of, title=f"又一件{number}")
    assert asked() == few
    assert max(few) <= 12, few


# --- In a browser --------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_an_exhibition_on_a_phone_at_a_desk_and_in_a_hall(phone, desk, house):
    of, exhibit, chen = opened(house)
    with_seal(of, title="第三件", section="夜班")
    page = phone(world.account(house.chen))
    page.goto(address("exhibition", of))
    assert_good(page, "exhibition-phone")
    page.get_by_role("link", name="夜班的灯").click()
    expect(page.get_by_role("heading", name="夜班的灯")).to_be_visible()
    assert_good(page, "exhibit-phone")
    page.goto(address("exhibit_consent", chen))
    assert_good(page, "exhibit-consent")
    lin = desk(world.account(house.lin))
    lin.goto(address("exhibition_keep", of))
    assert_good(lin, "exhibition-keep")
    lin.goto(address("exhibit_keep", exhibit))
    assert_good(lin, "exhibit-keep")
    lin.goto(address("exhibit_edit", exhibit))
    assert_good(lin, "exhibit-edit")
    lin.goto(f"{address('exhibition_hall', of)}?pause=1")
    assert_good(lin, "exhibition-hall")
    lin.keyboard.press("ArrowRight")
    expect(lin.get_by_role("heading", name="老印章")).to_be_visible()
    lin.keyboard.press("ArrowLeft")
    expect(lin.get_by_role("heading", name="夜班的灯")).to_be_visible()
    lin.keyboard.press("Space")
    expect(lin.get_by_role("link", name="暂停")).to_be_visible()


@pytest.mark.browser
def test_a_hall_goes_on_by_itself(desk, house):
    of, _exhibit, _chen = opened(house)
    lin = desk(world.account(house.lin))
    lin.goto(f"{address('exhibition_hall', of)}?seconds=5&run=1")
    expect(lin.get_by_role("heading", name="老印章")).to_be_visible(timeout=15_000)
    lin.keyboard.press("Space")
    expect(lin.get_by_role("link", name="继续")).to_be_visible()
