"""The JSON API around meetings, as outside programs drive it (``contracts.md``)."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.test import Client

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import roll, sign_in
from zhibu.apps.meetings.models import Attendance, Meeting, Session
from zhibu.apps.people.actions.accounts import issue_tokens
from zhibu.domain.assembly import Presence
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


class Caller:
    """One token, as a program holds it."""

    def __init__(self, person):
        self.account = world.account(person)
        token = issue_tokens(
            [self.account], label="test", lasts=dt.timedelta(hours=1), actor=OPERATOR, at=clock.now()
        )[0]
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path):
        return self.client.get(f"/api/v1{path}")

    def post(self, path, body=None):
        return self.client.post(f"/api/v1{path}", body or {}, content_type="application/json")


@pytest.fixture
def house():
    return world.bureau()


@pytest.fixture
def lin(house):
    return Caller(house.lin)


@pytest.fixture
def chen(house):
    return Caller(house.chen)


@pytest.fixture
def qiu(house):
    return Caller(house.qiu)


LESSON = {"organization": "GZ-A-01", "kind": "lesson", "title": "十一月党课", "agenda": [{"title": "学习"}]}
HOURS = {"starts_at": "2026-11-23T15:00:00+08:00", "ends_at": "2026-11-23T16:00:00+08:00", "place": "三楼"}


def opened(lin):
    meeting = lin.post("/meetings", LESSON).json()["id"]
    session = lin.post(f"/meetings/{meeting}/sessions", HOURS).json()["id"]
    lin.post(f"/meetings/{meeting}/announce")
    assert lin.post(f"/sessions/{session}/open").status_code == 200
    assert lin.post(f"/sessions/{session}/code", {"enabled": True}).json() == {"enabled": True}
    return meeting, session


def code_of(lin, session):
    return lin.get(f"/sessions/{session}/code").json()["code"]


def test_a_lesson_from_the_first_call_to_the_roll(lin, chen, house):
    made = lin.post("/meetings", LESSON)
    assert made.status_code == 201
    meeting = made.json()["id"]
    session = lin.post(f"/meetings/{meeting}/sessions", HOURS)
    assert session.status_code == 201
    announced = lin.post(f"/meetings/{meeting}/announce").json()
    assert (announced["stage"], announced["held_on"], announced["agenda"]) == ("announced", "2026-11-23", ["学习"])
    session = session.json()["id"]
    lin.post(f"/sessions/{session}/open")
    lin.post(f"/sessions/{session}/code", {"enabled": True})
    answer = chen.post(f"/sessions/{session}/sign-in", {"code": code_of(lin, session), "nonce": "n1"})
    assert (answer.status_code, answer.json()["status"]) == (200, "signed_in")
    roll = lin.get(f"/sessions/{session}/roll").json()
    assert {key: roll[key] for key in ("expected", "present", "voters", "voters_present", "quorum")} == {
        "expected": 2,
        "present": 1,
        "voters": 2,
        "voters_present": 1,
        "quorum": {"needed": None, "met": True},
    }
    assert [(line["staff_number"], line["status"]) for line in roll["people"]] == [
        (house.lin.staff_number, "expected"),
        (house.chen.staff_number, "present"),
    ]
    assert lin.post(f"/sessions/{session}/close").status_code == 200


def test_out_of_order_is_409_and_says_why(lin):
    meeting = lin.post("/meetings", LESSON).json()["id"]
    refused = lin.post(f"/meetings/{meeting}/announce")
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    assert "场次" in refused.json()["detail"]
    session = lin.post(f"/meetings/{meeting}/sessions", HOURS).json()["id"]
    assert lin.post(f"/sessions/{session}/open").status_code == 409
    lin.post(f"/meetings/{meeting}/announce")
    assert lin.post(f"/meetings/{meeting}/announce").status_code == 409
    assert lin.post(f"/sessions/{session}/close").status_code == 409
    assert lin.get(f"/sessions/{session}/code").status_code == 409


def test_the_same_nonce_gets_the_first_answer_even_when_the_code_has_grown_old(lin, chen, monkeypatch):
    _meeting, session = opened(lin)
    asked = {"code": code_of(lin, session), "nonce": "n1"}
    first = chen.post(f"/sessions/{session}/sign-in", asked).json()
    later = clock.now() + dt.timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert chen.post(f"/sessions/{session}/sign-in", asked).json() == first
    stale = chen.post(f"/sessions/{session}/sign-in", asked | {"nonce": "n2"})
    assert stale.status_code == 410
    again = chen.post(f"/sessions/{session}/sign-in", {"code": code_of(lin, session), "nonce": "n2"}).json()
    assert again == {"status": "already", "recorded_at": first["recorded_at"]}
    assert Attendance.objects.count() == 1


@pytest.mark.parametrize("said", [Presence.ABSENT, Presence.EXPECTED])
def test_the_same_nonce_gets_the_first_answer_whatever_the_recorder_said_since(said, lin, chen, house):
    _meeting, session = opened(lin)
    asked = {"code": code_of(lin, session), "nonce": "n1"}
    first = chen.post(f"/sessions/{session}/sign-in", asked).json()
    roll.mark(Session.objects.get(pk=session), [house.chen], status=said, actor=OPERATOR, at=clock.now())
    assert chen.post(f"/sessions/{session}/sign-in", asked).json() == first
    assert lin.get(f"/sessions/{session}/roll").json()["present"] == 0
    assert Event.objects.filter(type="signed_in").count() == 1
    lin.post(f"/sessions/{session}/close")
    assert chen.post(f"/sessions/{session}/sign-in", asked).json() == first


def test_signing_in_takes_four_statements_and_a_commit(lin, chen, house, django_assert_num_queries):
    _meeting, session = opened(lin)
    asked = {"code": code_of(lin, session), "nonce": "n1"}
    with django_assert_num_queries(4 + 2):  # inside the test's transaction the commit is a savepoint and its end
        assert chen.post(f"/sessions/{session}/sign-in", asked).status_code == 200


def test_who_is_not_on_the_roll_gets_403_with_a_good_code_and_404_without(lin, qiu, chen, house):
    _meeting, session = opened(lin)
    good = {"code": code_of(lin, session), "nonce": "n"}
    assert qiu.post(f"/sessions/{session}/sign-in", good).status_code == 403
    wrong = qiu.post(f"/sessions/{session}/sign-in", {"code": "000000", "nonce": "n"})
    missing = qiu.post(f"/sessions/{uuid4()}/sign-in", {"code": "000000", "nonce": "n"})
    assert (wrong.status_code, missing.status_code) == (404, 404)
    assert wrong.json()["detail"] == missing.json()["detail"]
    wen = Caller(house.wen)
    assert wen.post(f"/sessions/{session}/sign-in", good).status_code == 403
    assert chen.post(f"/sessions/{session}/sign-in", {"code": "000000", "nonce": "n"}).status_code == 400
    assert not Attendance.objects.exists()


def test_signing_in_needs_an_open_session(lin, chen):
    _meeting, session = opened(lin)
    good = {"code": code_of(lin, session), "nonce": "n"}
    lin.post(f"/sessions/{session}/close")
    assert chen.post(f"/sessions/{session}/sign-in", good).status_code == 409


def test_a_ticket_is_good_for_the_browser_that_scanned(lin, chen):
    _meeting, session = opened(lin)
    row = Session.objects.get(pk=session)
    ticket = sign_in.make_ticket(row, browser="b1", at=clock.now())
    path = f"/sessions/{session}/sign-in"
    assert chen.post(path, {"ticket": ticket, "nonce": "n"}).status_code == 400
    chen.client.cookies[sign_in.BROWSER_COOKIE] = "b1"
    assert chen.post(path, {"ticket": ticket, "nonce": "n"}).json()["status"] == "signed_in"
    assert chen.post(path, {"ticket": ticket, "code": "x", "nonce": "n"}).status_code == 422


def test_a_member_neither_convenes_nor_runs_and_an_outsider_sees_nothing(lin, chen, qiu):
    assert chen.post("/meetings", LESSON).status_code == 403
    assert qiu.post("/meetings", LESSON).status_code == 404
    meeting = lin.post("/meetings", LESSON).json()["id"]
    assert chen.get(f"/meetings/{meeting}").status_code == 404, "a draft is its maker's"
    session = lin.post(f"/meetings/{meeting}/sessions", HOURS).json()["id"]
    lin.post(f"/meetings/{meeting}/announce")
    assert chen.get(f"/meetings/{meeting}").status_code == 200
    for path in (f"/sessions/{session}/open", f"/sessions/{session}/close", f"/meetings/{meeting}/announce"):
        assert chen.post(path).status_code == 403
        assert qiu.post(path).status_code == 404
    assert chen.get(f"/sessions/{session}/roll").status_code == 403
    assert chen.get(f"/sessions/{session}/code").status_code == 403
    assert qiu.get(f"/sessions/{session}/roll").status_code == 404
    assert qiu.get(f"/meetings/{meeting}").status_code == 404


def test_people_may_be_named_by_staff_number_and_an_unknown_one_is_named(lin, house):
    body = LESSON | {"audience": [house.chen.staff_number]}
    meeting = Meeting.objects.get(pk=lin.post("/meetings", body).json()["id"])
    assert [person.name for person in meeting.chosen.all()] == ["陈星"]
    refused = lin.post("/meetings", LESSON | {"audience": [house.qiu.staff_number]})
    assert refused.status_code == 422
    assert house.qiu.staff_number in refused.json()["errors"][0]["detail"]


def test_the_whole_house_is_convened_by_a_committee_below_it(house):
    fang = Caller(house.fang)
    body = {"organization": "GZ", "kind": "lesson", "title": "全局党课", "audience": "staff"}
    meeting = fang.post("/meetings", body)
    assert meeting.status_code == 201
    session = fang.post(f"/meetings/{meeting.json()['id']}/sessions", HOURS).json()["id"]
    assert fang.post(f"/meetings/{meeting.json()['id']}/announce").status_code == 200
    fang.post(f"/sessions/{session}/open")
    roll = fang.get(f"/sessions/{session}/roll").json()
    assert (roll["expected"], roll["voters"]) == (5, 4)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "party"}, 422),
        ({"title": ""}, 422),
        ({"title": "x" * 121}, 422),
        ({"agenda": [{"title": " "}]}, 422),
        ({"audience": "everybody"}, 422),
        ({"organization": "GZ-A-99"}, 404),
        ({"organization": "GZ-A-01-1", "kind": "general_meeting"}, 409),
        ({"kind": "general_meeting", "repeated": True}, 409),
    ],
)
def test_a_wrong_meeting_is_refused_and_nothing_is_kept(lin, change, status):
    assert lin.post("/meetings", LESSON | change).status_code == status
    assert not Meeting.objects.exists()
