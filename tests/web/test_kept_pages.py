"""What a server gives a phone to keep, and what it answers when the phone is back: no more than what is due."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import world
from tests.gatherings import DONE, announced, file_session
from tests.units import prescribed, published, words
from tests.world import AT, DAY
from zhibu.apps.learning.actions import make_ups
from zhibu.apps.learning.actions.units import begin_unit_version, publish_unit, save_unit
from zhibu.apps.learning.models import MakeUp, SelfStudy
from zhibu.apps.learning.units import published_of
from zhibu.domain.questions import read_questions
from zhibu.domain.terms import AbsenceReason, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

JSON = {"headers": {"Accept": "application/json"}}


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def client_of(person, **facts):
    client = Client(**facts)
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def missed(house, title="十一月党课"):
    meeting = announced(house, AT - dt.timedelta(days=3), kind=MeetingKind.LESSON, title=title)
    file_session(meeting.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    meeting.refresh_from_db()
    return meeting


def kept_by(client):
    return set(re.findall(r'data-keep="([^"]+)"', client.get("/learn/kept/").content.decode()))


def test_what_is_due_is_kept_and_nothing_else(house):
    lesson = missed(house)
    due, stands, other = prescribed(house), published(house, title="补学微课"), published(house, title="别的微课")
    make_ups.set_equal(lesson, stands, **DONE)
    announced(house, AT + dt.timedelta(days=2))
    assert kept_by(client_of(house.chen)) == {
        reverse("make_up", args=[lesson.pk]),
        reverse("unit", args=[stands.pk]),
        reverse("unit", args=[due.pk]),
    }
    assert kept_by(client_of(house.lin)) == {reverse("unit", args=[due.pk])}
    assert reverse("unit", args=[other.pk]) not in kept_by(client_of(house.qiu))


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_eight_statements_however_much_is_due(house, many):
    for number in range(many):
        make_ups.set_equal(missed(house, f"第{number}课"), prescribed(house, title=f"微课{number}"), **DONE)
    client = client_of(house.chen)
    client.get("/learn/kept/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/learn/kept/").status_code == 200
    assert len(asked) <= 8


def test_who_is_here_is_told_to_their_own_browser_with_a_token_that_works(house):
    assert Client().get("/account/here/").json() == {"account": None}
    unit = published(house)
    chen = client_of(house.chen, enforce_csrf_checks=True)
    here = chen.get("/account/here/").json()
    assert here["account"] == str(house.chen.account.pk)
    sent = {"version": str(published_of(unit).pk), "q0": "0", "nonce": "n", "account": here["account"]}
    path = f"/learn/units/{unit.pk}/answers/"
    assert chen.post(path, sent, **JSON).status_code == 403
    answer = chen.post(path, sent, headers={"Accept": "application/json", "X-CSRFToken": here["token"]})
    assert answer.json()["status"] == "received"


def test_what_one_account_kept_is_not_taken_under_another(house):
    unit, lesson = published(house), missed(house)
    fang, chens = client_of(house.fang), str(world.account(house.chen).pk)
    answers = {"version": str(published_of(unit).pk), "q0": "0", "nonce": "n", "account": chens}
    assert fang.post(f"/learn/units/{unit.pk}/answers/", answers, **JSON).status_code == 403
    declared = {"studied_on": f"{DAY}", "nonce": "n", "account": chens}
    assert fang.post(f"/meetings/{lesson.pk}/make-up/", declared, **JSON).status_code == 403
    assert (SelfStudy.objects.count(), MakeUp.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"studied_on": f"{DAY + dt.timedelta(days=2)}", "nonce": "a"}, 409, "补学日期应在2026-11-20与今天之间"),
        ({"studied_on": "someday", "nonce": "a"}, 422, "日期"),
        ({"studied_on": f"{DAY}", "nonce": ""}, 409, "表单"),
    ],
)
def test_a_script_hears_why_it_was_refused(house, sent, status, says):
    answer = client_of(house.chen).post(f"/meetings/{missed(house).pk}/make-up/", sent, **JSON)
    assert (answer.status_code, answer.json()["status"]) == (status, "refused")
    assert says in answer.json()["reason"]
    assert not MakeUp.objects.exists()


def test_answers_to_a_version_that_is_no_longer_the_last_stay_answers_to_that_one(house):
    unit, chen = published(house), client_of(house.chen)
    first = published_of(unit)
    draft = begin_unit_version(unit, writer=house.lin, **DONE)
    save_unit(
        draft,
        words=words(questions=read_questions("新的问题？\n* 新的答案\n- 旧的答案\n> 新的解释\n")),
        based_on=draft.revision,
        writer=house.lin,
        **DONE,
    )
    draft.refresh_from_db()
    publish_unit(draft, revision=draft.revision, **DONE)
    sent = {"version": str(first.pk), "q0": "0", "q1": ["0", "1"], "nonce": "n"}
    answer = chen.post(f"/learn/units/{unit.pk}/answers/", sent, **JSON).json()
    assert (answer["status"], [told["right"] for told in answer["answers"]]) == ("received", [True, True])
    page = chen.get(f"/learn/units/{unit.pk}/").content.decode()
    assert "您回答的是本微课的较早版本" in page
    own = page[page.index('id="answers"') : page.index("<form", page.index('id="answers"'))]
    assert ("印章和单证当面清点" in own, "新的问题" in own) == (True, False)


def test_the_worker_comes_from_the_root_as_a_script_and_may_be_looked_for_each_time():
    answer = Client().get("/sw.js")
    assert answer.content.decode() == 'importScripts("/static/shell/kept.js", "/static/shell/worker.js");\n'
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer["Cache-Control"]
    assert "worker-src 'self'" in answer["Content-Security-Policy"]


def test_the_page_without_a_network_names_nobody(house):
    page = client_of(house.chen).get("/offline/").content.decode()
    assert "陈星" not in page
    assert reverse("kept") in page
