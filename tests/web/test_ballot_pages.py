"""The pages of consultative ballots: prepared at a desk, voted on a phone, counted by tellers together."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from tests import world
from tests.ballots import CLOSES, DONE, PHRASE, Polled
from tests.documents.printed import letters, pages_of, text_of_docx
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text, text_of
from tests.world import AT
from zhibu.apps.ballots.actions import ending
from zhibu.apps.ballots.models import Ballot, Box
from zhibu.apps.ballots.queries import turnout
from zhibu.apps.people.models import Person
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db
NOW = {"at": AT}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    NOW["at"] = AT
    monkeypatch.setattr(clock, "now", lambda: NOW["at"])
    return NOW


@pytest.fixture
def polled() -> Polled:
    return Polled()


def at_the_close() -> None:
    NOW["at"] = CLOSES


def code_in(client: Client, ballot: Ballot) -> str:
    page = text(client.get(f"/ballots/{ballot.pk}/vote/"))
    found = re.search(r'name="code" value="([A-Z2-7-]+)"', page)
    assert found
    return found[1]


def votes(person: Person, ballot: Ballot, *marks: int) -> str:
    """Returns the code on the receipt."""
    client = client_of(person)
    code = code_in(client, ballot)
    said = {"code": code, "marks": [str(mark) for mark in marks], "sure": "1"}
    assert code in text_of(client.post(f"/ballots/{ballot.pk}/vote/", said))
    return code


def keys_of(polled: Polled) -> dict[str, Any]:
    """What the tellers bring to the page of the count."""
    said: dict[str, Any] = {}
    for number, teller in enumerate(polled.ballot.tellers.order_by("pk")):
        said[f"file_{number}"] = SimpleUploadedFile("key.json", polled.keys[teller.pk].file)
        said[f"phrase_{number}"] = PHRASE
    return said


# --- From the first page to the last --------------------------------------------------------------------------------


def test_lin_prepares_the_tellers_make_keys_all_vote_and_the_result_is_read(now: dict[str, dt.datetime]) -> None:
    house = world.bureau()
    people = [world.member(f"党员{number}", house.inspection) for number in range(5)]
    lin, chen = client_of(house.lin), client_of(house.chen)
    said = {
        "question": "推荐一名先锋岗人选",
        "options": "魏三\n丁一\n王二",
        "are_names": "on",
        "most": "2",
        "places": "1",
        "audience": "members",
        "day": "2026-11-23",
        "hour": "18:00",
        "tellers": f"{house.lin.name}\n{house.chen.staff_number}",
    }
    answer = lin.post("/ballots/new/", said)
    ballot = Ballot.objects.get()
    here = f"/ballots/{ballot.pk}/"
    assert answer["Location"] == here
    assert lin.get(f"{here}begin/").status_code == 200
    assert "尚缺密钥" in text(lin.post(f"{here}begin/"))
    keys = []
    for client in (lin, chen):
        made = client.post(f"{here}key/", {"phrase": PHRASE, "again": PHRASE})
        assert "attachment" in made["Content-Disposition"]
        assert set(json.loads(made.content)) == {"kind", "version", "ballot", "teller", "salt", "key"}
        keys.append((str(json.loads(made.content)["teller"]), made.content))
    assert lin.post(f"{here}begin/")["Location"] == here
    assert "请在2026-11-23 18:00前投票" in text_of(client_of(people[0]).get("/notices/"))
    codes = [votes(person, ballot, 0, 1) for person in (house.lin, house.chen, *people)]
    assert "7人，应投7人" in text_of(chen.get(here))
    now["at"] = AT.replace(hour=18, minute=0)
    keys.sort()
    brought: dict[str, Any] = {"phrase_0": PHRASE, "phrase_1": PHRASE}
    brought |= {f"file_{number}": io.BytesIO(file) for number, (_teller, file) in enumerate(keys)}
    assert chen.post(f"{here}count/", brought)["Location"] == here
    page = text_of(client_of(people[0]).get(here))
    assert "开出7张票" in page
    assert re.search(r"丁一 7 票数相同 王二 7 票数相同 魏三 0 —", page)
    assert "就票数相同者再次投票" in page
    assert "已经计入" in text_of(chen.post(f"{here}receipt/", {"code": codes[0].lower()}))
    assert chen.get(f"{here}receipts.txt").content.decode().split("\n")[1:-1] == sorted(codes)
    again = text(lin.get(f"/ballots/new/?organization={house.inspection.code}&among={ballot.pk}"))
    assert "丁一\n王二" in lin.get(f"/ballots/new/?among={ballot.pk}").content.decode()
    assert "票数相同者再次投票" in again


def test_the_page_of_a_ballot_says_what_it_does_not_protect(polled: Polled) -> None:
    page = text_of(client_of(polled.more[0]).get(f"/ballots/{polled.ballot.pk}/"))
    for said in ("密封前要经过服务器", "何时发出数据", "反复复制数据库", "不能证明程序按您所选的内容计票"):
        assert said in page


# --- One's vote -----------------------------------------------------------------------------------------------------


def test_a_ballot_is_looked_at_once_more_and_may_be_changed_before_it_is_laid_in(polled: Polled) -> None:
    client = client_of(polled.chen)
    here = f"/ballots/{polled.ballot.pk}/vote/"
    said = {"code": code_in(client, polled.ballot), "marks": "1"}
    assert "确认投入票箱" in text_of(client.post(here, said))
    changed = client.post(here, said | {"again": "1"}).content.decode()
    assert re.search(r'value="1"[^>]*checked', changed)
    assert turnout(polled.ballot).voted == 0


def test_a_ballot_sent_twice_is_one_and_shows_the_same_receipt(polled: Polled) -> None:
    client = client_of(polled.chen)
    here = f"/ballots/{polled.ballot.pk}/vote/"
    said = {"code": code_in(client, polled.ballot), "marks": "1", "sure": "1"}
    first, second = (text_of(client.post(here, said)) for _again in range(2))
    assert first == second
    assert "已经投过票" in text(client.post(here, said | {"code": "A" * 16}))
    assert client.get(here).status_code == 409
    assert turnout(polled.ballot).voted == 1


@pytest.mark.parametrize(
    ("said", "status"),
    [({"marks": "7"}, 422), ({"marks": "1", "code": "x"}, 422), ({"code": ""}, 422), ({"marks": ""}, 200)],
)
def test_a_ballot_that_can_not_be_read_is_not_laid_in(polled: Polled, said: dict[str, str], status: int) -> None:
    client = client_of(polled.chen)
    good = {"code": code_in(client, polled.ballot), "marks": "1", "sure": "1"}
    answer = client.post(f"/ballots/{polled.ballot.pk}/vote/", good | said)
    assert answer.status_code == status
    assert turnout(polled.ballot).voted == (status == 200)


def test_more_marks_than_allowed_are_told_at_their_field() -> None:
    polled = Polled(most=2)
    client = client_of(polled.chen)
    said = {"code": code_in(client, polled.ballot), "marks": ["0", "1", "2"]}
    assert "最多选2项" in text_of(client.post(f"/ballots/{polled.ballot.pk}/vote/", said), 422)


def test_after_the_close_the_page_says_when_it_was_and_keeps_nothing(polled: Polled) -> None:
    client = client_of(polled.chen)
    said = {"code": code_in(client, polled.ballot), "marks": "1", "sure": "1"}
    at_the_close()
    answer = client.post(f"/ballots/{polled.ballot.pk}/vote/", said)
    assert answer.status_code == 409
    assert "11:30截止" in text(answer)
    assert turnout(polled.ballot).voted == 0


def test_neither_marks_nor_code_stand_in_an_address_a_message_or_a_log(
    polled: Polled, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(polled.chen)
    with CaptureQueriesContext(connection) as asked:
        code = votes(polled.chen, polled.ballot, 1)
    assert "Location" not in client.get(f"/ballots/{polled.ballot.pk}/")
    assert code not in caplog.text
    plain = code.replace("-", "")
    assert not any(code in query["sql"] or plain in query["sql"] for query in asked)
    answer = client.get(f"/ballots/{polled.ballot.pk}/")
    assert "no-store" in answer["Cache-Control"]
    assert code not in text(answer)


def test_a_vote_writes_two_rows_and_nothing_else(polled: Polled) -> None:
    client = client_of(polled.chen)
    said = {"code": code_in(client, polled.ballot), "marks": "1", "sure": "1"}
    with CaptureQueriesContext(connection) as asked:
        client.post(f"/ballots/{polled.ballot.pk}/vote/", said)
    written = [query["sql"].split(" SET ")[0] for query in asked if query["sql"].startswith(("UPDATE", "INSERT"))]
    assert written == ['UPDATE "ballots_voter"', 'UPDATE "ballots_box"']


# --- Who may --------------------------------------------------------------------------------------------------------


def test_who_is_not_called_finds_nothing_and_a_member_does_none_of_the_secretary_s_deeds(polled: Polled) -> None:
    here, qiu = f"/ballots/{polled.ballot.pk}/", client_of(polled.house.qiu)
    for place in ("", "vote/", "receipt/", "key/", "count/", "begin/", "withdraw/", "paper.pdf"):
        assert qiu.get(here + place).status_code == 404, place
    member = client_of(polled.more[0])
    option = polled.option(0)
    for place in ("key/", "count/", "begin/", "withdraw/", "give-up/", f"options/{option.pk}/leave/"):
        assert member.get(here + place).status_code == 403, place
        assert member.post(here + place, {"reason": "x"}).status_code == 403, place
    assert member.get("/ballots/new/").status_code == 403
    assert Ballot.objects.get().outcome == ""


def test_a_secretary_who_is_not_called_does_not_vote(polled: Polled) -> None:
    polled.ballot.roll.filter(person=polled.lin).delete()
    lin = client_of(polled.lin)
    assert lin.get(f"/ballots/{polled.ballot.pk}/").status_code == 200
    assert lin.get(f"/ballots/{polled.ballot.pk}/vote/").status_code == 403


# --- The count, and other ends --------------------------------------------------------------------------------------


def test_a_wrong_phrase_is_named_with_its_teller_and_nothing_is_opened(polled: Polled) -> None:
    for person in polled.everybody:
        polled.voted(person, 0)
    at_the_close()
    here = f"/ballots/{polled.ballot.pk}/"
    answer = client_of(polled.chen).post(f"{here}count/", keys_of(polled) | {"phrase_1": "wrong"})
    teller = list(polled.ballot.tellers.order_by("pk"))[1].person
    assert f"{teller.name}：口令打不开" in text_of(answer, 422)
    assert Box.objects.exists()


def test_with_four_ballots_the_page_offers_paper_and_no_count(polled: Polled) -> None:
    for person in polled.everybody[:4]:
        polled.voted(person, 1)
    at_the_close()
    here = f"/ballots/{polled.ballot.pk}/"
    chen = client_of(polled.chen)
    page = text(chen.get(here))
    assert f"{here}paper.pdf" in page
    assert f"{here}count/" not in page
    assert "改用纸质投票" in text_of(chen.post(f"{here}count/", keys_of(polled)), 422)
    ending.end_unread(polled.ballot, actor=DONE["actor"], at=CLOSES)
    page = text_of(chen.get(here))
    assert "票数不足" in page
    assert "得票数" not in page


def test_the_paper_has_the_options_and_neither_number_nor_time(polled: Polled) -> None:
    here = f"/ballots/{polled.ballot.pk}/paper."
    lin = client_of(polled.lin)
    printed = letters("".join(pages_of(lin.get(f"{here}pdf").content, above=0, below=842)))
    written = letters(text_of_docx(lin.get(f"{here}docx").content))
    for paper in (printed, written):
        assert all(word in paper for word in ("推荐一名先锋岗人选", "甲", "乙", "丙", "票根", "最多选1项"))
        assert not re.search(r"20\d\d|第\d|编号[：:]", paper)


def test_who_leaves_and_what_is_withdrawn_say_why_and_what_follows(polled: Polled) -> None:
    here, lin = f"/ballots/{polled.ballot.pk}/", client_of(polled.lin)
    leave = f"{here}options/{polled.option(0).pk}/leave/"
    assert "仍然有效" in text_of(lin.get(leave))
    assert lin.post(leave, {"reason": ""}).status_code == 422
    lin.post(leave, {"reason": "本人提出"})
    voter = client_of(polled.more[0])
    assert "“甲”已退出：本人提出" in text_of(voter.get(f"{here}vote/"))
    assert "不能撤销" in text_of(lin.get(f"{here}withdraw/"))
    lin.post(f"{here}withdraw/", {"reason": "题目有误"})
    assert "题目有误" in text_of(voter.get(here))
    assert voter.get(f"{here}vote/").status_code == 409
    assert lin.post(f"{here}withdraw/", {"reason": "再次"}).status_code == 409


# --- How they look --------------------------------------------------------------------------------------------------


def test_a_ballot_and_the_list_ask_the_same_few_questions_however_many_there_are(polled: Polled) -> None:
    client = client_of(polled.more[0])

    def asked(place: str) -> int:
        client.get(place)
        with CaptureQueriesContext(connection) as found:
            assert client.get(place).status_code == 200
        return len(found)

    few = asked("/ballots/")
    for number in range(3):
        made = Ballot.objects.get(pk=polled.ballot.pk)
        made.pk, made.question, made._state.adding = None, f"第{number}题", True
        made.id = world.person(f"人{number}").pk
        made.save()
        made.roll.create(person=polled.more[0])
    assert asked("/ballots/") == few <= 6
    assert asked(f"/ballots/{polled.ballot.pk}/") <= 10


def test_a_vote_on_a_phone_and_the_pages_are_good_there_and_at_a_desk(
    polled: Polled, phone: Opens, desk: Opens
) -> None:
    here = f"/ballots/{polled.ballot.pk}/"
    page = phone(world.account(polled.more[0]))
    page.goto("/ballots/")
    assert_good(page, "ballots")
    page.get_by_role("link", name="投票", exact=True).last.click()
    assert_good(page, "ballot-vote")
    page.get_by_label("乙").check()
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("确认投入票箱？")
    assert_good(page, "ballot-sure")
    page.get_by_role("button", name="投入票箱").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("选票已投入票箱")
    assert_good(page, "ballot-receipt")
    for person in polled.everybody:
        if person != polled.more[0]:
            polled.voted(person, 1 if person == polled.lin else 0)
    at_the_close()
    lin = world.account(polled.lin)
    for opens in (phone, desk):
        page = opens(lin)
        for address, name in (
            (here, "ballot-closed"),
            (f"{here}count/", "ballot-count"),
            ("/ballots/new/", "ballot-new"),
        ):
            page.goto(address)
            assert_good(page, name)
    polled.counted()
    for opens in (phone, desk):
        page = opens(lin)
        for address, name in ((here, "ballot-counted"), (f"{here}receipt/", "ballot-check")):
            page.goto(address)
            assert_good(page, name)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
