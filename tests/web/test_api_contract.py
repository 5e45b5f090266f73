"""The JSON API line by line as ``contracts.md`` has it, and its bad input: what each answer is, exactly."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import InternalError, OperationalError
from django.test import Client

from tests import world
from tests.web.test_api_meetings import HOURS, LESSON, Caller, code_of, opened
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.actions import convening, decisions, roll
from zhibu.apps.meetings.actions import sign_in as signing
from zhibu.apps.meetings.errors import CountRefused
from zhibu.apps.meetings.models import Attendance, Meeting, Session
from zhibu.domain.assembly import Presence, Votes
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import AbsenceReason, Standing, VotingWay
from zhibu.web.feeds import auth
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_called_yet():
    cache.clear()


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
def fang(house):
    return Caller(house.fang)


def done():
    return {"actor": OPERATOR, "at": clock.now()}


def move_clock(monkeypatch, by):
    moved = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: moved)


def assert_problem(answer, status, says=""):
    told = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (told["status"], told["type"]) == (status, "about:blank")
    assert says in told["detail"]
    return told


def drafted(caller, **change):
    answer = caller.post("/meetings", LESSON | change)
    assert answer.status_code == 201, answer.content.decode()
    assert set(answer.json()) == {"id"}
    return answer.json()["id"]


def announced(caller, **change):
    meeting = drafted(caller, **change)
    session = caller.post(f"/meetings/{meeting}/sessions", HOURS)
    assert (session.status_code, set(session.json())) == (201, {"id"})
    answer = caller.post(f"/meetings/{meeting}/announce")
    assert answer.status_code == 200, answer.content.decode()
    return meeting, session.json()["id"]


def people_of(caller, session):
    return {line["staff_number"]: line for line in caller.get(f"/sessions/{session}/roll").json()["people"]}


# --- Meetings: audience, order


def test_each_form_of_the_audience_calls_whom_it_names(lin, fang, house):
    young = world.member("预备", house.inspection, standing=Standing.PROBATIONARY)
    staff = {person.staff_number for person in (house.lin, house.chen, young, house.wen)}
    members = staff - {house.wen.staff_number}
    voters = members - {young.staff_number}
    for audience, expected in (("voters", voters), ("members", members), ("staff", staff)):
        _meeting, session = announced(lin, audience=audience)
        told = lin.get(f"/sessions/{session}/roll").json()
        assert ({line["staff_number"] for line in told["people"]}, told["expected"]) == (expected, len(expected))
        assert told["voters"] == len(voters)
    _meeting, session = announced(lin, audience=[house.chen.staff_number, young.staff_number])
    told = lin.get(f"/sessions/{session}/roll").json()
    assert (told["expected"], told["voters"]) == (2, 1)


def test_a_list_of_staff_numbers_names_everybody_once_and_nobody_is_a_reason(lin, house):
    _meeting, session = announced(lin, audience=[house.chen.staff_number] * 3)
    assert lin.get(f"/sessions/{session}/roll").json()["expected"] == 1
    meeting = drafted(lin, audience=[])
    lin.post(f"/meetings/{meeting}/sessions", HOURS)
    assert_problem(lin.post(f"/meetings/{meeting}/announce"), 409, "应到人员")


def test_the_drill_a_lesson_of_the_whole_house_for_all_staff(fang, house):
    _meeting, session = announced(fang, organization="GZ", kind="lesson", audience="staff")
    assert fang.post(f"/sessions/{session}/open").status_code == 200
    assert fang.post(f"/sessions/{session}/code", {"enabled": True}).json() == {"enabled": True}
    everybody = [Caller(person) for person in (house.lin, house.chen, house.qiu, house.wen)]
    code = code_of(fang, session)
    for caller in [fang, *everybody]:
        answer = caller.post(f"/sessions/{session}/sign-in", {"code": code, "nonce": str(uuid4())})
        assert (answer.status_code, answer.json()["status"]) == (200, "signed_in")
    told = fang.get(f"/sessions/{session}/roll").json()
    assert (told["expected"], told["present"]) == (5, 5)
    listed = fang.get("/organizations").json()["items"]
    assert {row["code"]: row["may_convene"] for row in listed}["GZ"] is True


def test_every_step_out_of_order_is_409_with_the_reason(lin):
    meeting = drafted(lin)
    assert_problem(lin.post(f"/meetings/{meeting}/announce"), 409, "场次")
    session = lin.post(f"/meetings/{meeting}/sessions", HOURS).json()["id"]
    assert_problem(lin.post(f"/sessions/{session}/open"), 409, "拟定")
    assert_problem(lin.post(f"/sessions/{session}/close"), 409)
    assert_problem(lin.get(f"/sessions/{session}/code"), 409)
    lin.post(f"/meetings/{meeting}/announce")
    assert_problem(lin.post(f"/meetings/{meeting}/announce"), 409, "已通知")
    assert_problem(lin.post(f"/meetings/{meeting}/sessions", HOURS), 409)
    assert lin.post(f"/sessions/{session}/open").status_code == 200
    assert_problem(lin.post(f"/sessions/{session}/open"), 409)
    assert lin.post(f"/sessions/{session}/close").status_code == 200
    assert_problem(lin.post(f"/sessions/{session}/close"), 409)
    assert_problem(lin.post(f"/sessions/{session}/open"), 409)


def test_ids_are_uuids_and_what_is_none_is_404(lin):
    for path in ("/meetings/1", "/meetings/x/announce", f"/meetings/{uuid4()}", f"/sessions/{uuid4()}/roll"):
        assert_problem(lin.get(path), 404)


# --- The code


def test_the_code_is_shown_only_while_it_is_switched_on(lin, chen):
    _meeting, session = announced(lin)
    lin.post(f"/sessions/{session}/open")
    assert_problem(lin.get(f"/sessions/{session}/code"), 409)
    assert_problem(chen.post(f"/sessions/{session}/sign-in", {"code": "000000", "nonce": "n"}), 409)
    lin.post(f"/sessions/{session}/code", {"enabled": True})
    shown = lin.get(f"/sessions/{session}/code").json()
    assert {"code", "expires_at"} <= set(shown)
    assert dt.timedelta() < dt.datetime.fromisoformat(shown["expires_at"]) - clock.now() <= dt.timedelta(seconds=20)
    assert lin.post(f"/sessions/{session}/code", {"enabled": False}).json() == {"enabled": False}
    assert_problem(lin.get(f"/sessions/{session}/code"), 409)
    assert_problem(chen.post(f"/sessions/{session}/sign-in", {"code": shown["code"], "nonce": "n"}), 409)
    lin.post(f"/sessions/{session}/code", {"enabled": True})
    assert_problem(chen.post(f"/sessions/{session}/sign-in", {"code": shown["code"], "nonce": "n"}), 400)
    assert not Attendance.objects.exists()


def test_the_spoken_code_signs_in_and_is_old_after_two_turns_like_the_long_one(lin, chen, monkeypatch):
    _meeting, session = opened(lin)
    shown = lin.get(f"/sessions/{session}/code").json()
    move_clock(monkeypatch, dt.timedelta(seconds=60))
    for code in (shown["code"], shown["short"]):
        assert_problem(chen.post(f"/sessions/{session}/sign-in", {"code": code, "nonce": "n"}), 410)
    fresh = lin.get(f"/sessions/{session}/code").json()["short"]
    assert chen.post(f"/sessions/{session}/sign-in", {"code": fresh, "nonce": "n"}).json()["status"] == "signed_in"


# --- Signing in


def test_every_nonce_hears_its_first_answer_again_whatever_happened_since(lin, chen, house, monkeypatch):
    _meeting, session = opened(lin)
    path, code = f"/sessions/{session}/sign-in", code_of(lin, session)
    first = chen.post(path, {"code": code, "nonce": "n1"}).json()
    second = chen.post(path, {"code": code, "nonce": "n2"}).json()
    assert (first["status"], second["status"]) == ("signed_in", "already")
    assert first["recorded_at"] == second["recorded_at"]
    move_clock(monkeypatch, dt.timedelta(minutes=30))
    row = Session.objects.get(pk=session)
    for status in (Presence.PRESENT, Presence.ABSENT, Presence.EXPECTED):
        roll.mark(row, [house.chen], status=status, **done())
        assert chen.post(path, {"code": code, "nonce": "n1"}).json() == first
        assert chen.post(path, {"code": code, "nonce": "n2"}).json() == second
    assert people_of(lin, session)[house.chen.staff_number]["status"] == "expected"
    lin.post(f"/sessions/{session}/close")
    assert chen.post(path, {"code": code, "nonce": "n1"}).json() == first
    assert_problem(chen.post(path, {"code": code, "nonce": "n3"}), 409)


def test_a_nonce_is_its_owners(lin, chen, house):
    _meeting, session = opened(lin)
    asked = {"code": code_of(lin, session), "nonce": "the same"}
    told = [caller.post(f"/sessions/{session}/sign-in", asked).json()["status"] for caller in (chen, lin, chen)]
    assert told == ["signed_in", "signed_in", "signed_in"]
    assert Attendance.objects.count() == 2


@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), OperationalError("database or disk is full")]
)
def test_what_can_not_be_recorded_is_503_and_the_same_try_succeeds_after(lin, chen, monkeypatch, error):
    _meeting, session = opened(lin)
    asked = {"code": code_of(lin, session), "nonce": "n1"}
    before = Event.objects.count()

    def fails(*_rows, **_facts):
        raise error

    with monkeypatch.context() as full:
        full.setattr(signing, "record", fails)
        answer = chen.post(f"/sessions/{session}/sign-in", asked)
        assert_problem(answer, 503)
        assert int(answer["Retry-After"]) >= 1
    assert (Attendance.objects.count(), Event.objects.count()) == (0, before)
    assert chen.post(f"/sessions/{session}/sign-in", asked).json()["status"] == "signed_in"
    assert Attendance.objects.count() == 1


def test_a_server_that_lost_the_lead_answers_503_and_another_inner_error_is_a_fault(lin, chen, monkeypatch):
    _meeting, session = opened(lin)
    chen.client.raise_request_exception = False
    for sqlstate, status in (("25006", 503), ("25P02", 500)):

        def fails(*_rows, sqlstate=sqlstate, **_facts):
            cause = Exception()
            cause.sqlstate = sqlstate
            raise InternalError("read only") from cause

        monkeypatch.setattr(signing, "record", fails)
        asked = {"code": code_of(lin, session), "nonce": "n1"}
        assert_problem(chen.post(f"/sessions/{session}/sign-in", asked), status)


def test_wrong_codes_are_counted_by_account_and_right_ones_of_others_pass(lin, chen, house, monkeypatch):
    monkeypatch.setattr("zhibu.web.feeds.sessions.WRONG_CODES", auth.Limit("codes", 3))
    at = clock.now().replace(second=30)
    monkeypatch.setattr(clock, "now", lambda: at)
    _meeting, session = opened(lin)
    path = f"/sessions/{session}/sign-in"
    wrong = [chen.post(path, {"code": "000000", "nonce": "n"}) for _try in range(4)]
    assert [answer.status_code for answer in wrong] == [400, 400, 400, 429]
    assert wrong[-1]["Retry-After"] == "30"
    good = {"code": code_of(lin, session), "nonce": "n"}
    assert chen.post(path, good).status_code == 429, "a guess that hits after many is no sign-in"
    assert lin.post(path, good).status_code == 200
    qiu = Caller(house.qiu)
    hidden, missing = (
        [qiu.post(p, {"code": "0", "nonce": "n"}).status_code for _i in range(4)]
        for p in (path, f"/sessions/{uuid4()}/sign-in")
    )
    assert (hidden, missing) == ([404, 404, 404, 429], [429] * 4)
    move_clock(monkeypatch, dt.timedelta(seconds=30))
    assert chen.post(path, {"code": code_of(lin, session), "nonce": "n"}).status_code == 200


def test_a_thousand_right_codes_from_one_address_are_not_slowed(lin, chen, monkeypatch):
    monkeypatch.setattr("zhibu.web.feeds.sessions.WRONG_CODES", auth.Limit("codes", 1))
    monkeypatch.setattr(auth, "FAILURES", auth.Limit("failures", 1))
    _meeting, session = opened(lin)
    code = code_of(lin, session)
    told = {
        chen.post(f"/sessions/{session}/sign-in", {"code": code, "nonce": f"n{i}"}).status_code for i in range(60)
    }
    assert told == {200}


# --- The roll


def test_the_roll_has_exactly_this_shape_and_these_words(lin, house):
    more = [world.member(f"党员{i}", house.inspection) for i in range(3)]
    guest = world.member("列席", house.archive_branch)
    meeting, session = announced(lin, kind="general_meeting", title="党员大会")
    roll.change_roll(Meeting.objects.get(pk=meeting).pk, guest, observes=True, reason="列席", **done())
    row = Session.objects.get(pk=session)
    lin.post(f"/sessions/{session}/open")
    roll.mark(row, [house.lin, house.chen, guest], status=Presence.PRESENT, **done())
    roll.mark(row, [more[0]], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **done())
    roll.mark(row, [more[1]], status=Presence.LEAVE, reason=AbsenceReason.HEALTH, **done())
    told = lin.get(f"/sessions/{session}/roll").json()
    assert set(told) >= {"expected", "present", "voters", "voters_present", "quorum", "people"}
    assert {name: told[name] for name in ("expected", "present", "voters", "voters_present", "quorum")} == {
        "expected": 5,
        "present": 2,
        "voters": 5,
        "voters_present": 2,
        "quorum": {"needed": 3, "met": False},
    }
    assert all(set(line) >= {"staff_number", "status", "reason", "recorded_at"} for line in told["people"])
    assert {line["staff_number"]: (line["status"], line["reason"]) for line in told["people"]} == {
        house.lin.staff_number: ("present", None),
        house.chen.staff_number: ("present", None),
        more[0].staff_number: ("absent", "shift"),
        more[1].staff_number: ("leave", "health"),
        more[2].staff_number: ("expected", None),
        guest.staff_number: ("observer", None),
    }
    assert [line["recorded_at"] is None for line in told["people"]].count(True) == 1
    roll.mark(row, [more[2]], status=Presence.PRESENT, **done())
    assert lin.get(f"/sessions/{session}/roll").json()["quorum"] == {"needed": 3, "met": True}


def test_those_above_read_the_roll_without_the_reasons(lin, fang, house):
    _meeting, session = announced(lin)
    row = Session.objects.get(pk=session)
    roll.mark(row, [house.chen], status=Presence.LEAVE, reason=AbsenceReason.HEALTH, **done())
    line = people_of(fang, session)[house.chen.staff_number]
    assert (line["status"], line["reason"]) == ("leave", None)


# --- Bad input: each has a defined outcome


def test_a_session_across_midnight_belongs_to_its_first_day(lin):
    meeting = drafted(lin)
    hours = {"starts_at": "2026-11-23T23:00:00+08:00", "ends_at": "2026-11-24T01:30:00+08:00", "place": ""}
    assert lin.post(f"/meetings/{meeting}/sessions", hours).status_code == 201
    told = lin.post(f"/meetings/{meeting}/announce").json()
    assert told["held_on"] == "2026-11-23"
    assert dt.datetime.fromisoformat(told["sessions"][0]["ends_at"]) == dt.datetime.fromisoformat(hours["ends_at"])


def test_the_day_is_the_local_one_whatever_the_offset(lin):
    meeting = drafted(lin)
    hours = {"starts_at": "2026-11-22T17:00:00Z", "ends_at": "2026-11-22T18:00:00Z"}
    lin.post(f"/meetings/{meeting}/sessions", hours)
    assert lin.get(f"/meetings/{meeting}").json()["held_on"] == "2026-11-23"
    local = drafted(lin)
    lin.post(f"/meetings/{local}/sessions", {"starts_at": "2026-11-23T00:30:00", "ends_at": "2026-11-23T01:00:00"})
    assert lin.get(f"/meetings/{local}").json()["held_on"] == "2026-11-23"


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "status"),
    [
        ("2026-11-23T15:00:00+08:00", "2026-11-23T15:00:00+08:00", 409),
        ("2026-11-23T15:00:00+08:00", "2026-11-23T14:00:00+08:00", 409),
        ("2026-11-23T15:00:00+08:00", "2026-11-24T15:00:01+08:00", 409),
        ("2026-11-23T15:00:00+08:00", "2026-11-24T15:00:00+08:00", 201),
        ("0001-01-01T00:00:00+08:00", "0001-01-01T01:00:00+08:00", 422),
        ("0001-01-01T00:00:00", "0001-01-01T01:00:00", 422),
        ("9999-12-31T22:00:00-08:00", "9999-12-31T23:00:00-08:00", 422),
        ("20266-11-23T15:00:00", "2026-11-23T15:00:00", 422),
        (0, 3600, 422),
        (None, None, 422),
        ("tomorrow", "later", 422),
    ],
)
def test_odd_hours_are_refused_and_none_is_a_fault(lin, starts_at, ends_at, status):
    meeting = drafted(lin)
    answer = lin.post(f"/meetings/{meeting}/sessions", {"starts_at": starts_at, "ends_at": ends_at, "place": ""})
    assert answer.status_code == status, answer.content.decode()
    assert Session.objects.count() == (status == 201)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "a\x00b"},
        {"title": "a\nb"},
        {"organization": "GZ\x00"},
        {"agenda": [{"title": "a\x00"}]},
        {"audience": ["1\x00"]},
        {"audience": ["1"] * 5001},
        {"agenda": [{"title": "x"}] * 101},
    ],
)
def test_characters_and_numbers_no_database_takes_are_422_on_both(lin, change):
    assert_problem(lin.post("/meetings", LESSON | change), 422)
    assert not Meeting.objects.exists()


def test_a_nonce_no_database_takes_is_422(lin, chen):
    _meeting, session = opened(lin)
    asked = {"code": code_of(lin, session), "nonce": "a\x00"}
    assert_problem(chen.post(f"/sessions/{session}/sign-in", asked), 422)


def test_a_clock_that_jumps_back_and_forth_loses_nobody_and_doubles_nobody(lin, chen, house, monkeypatch):
    _meeting, session = opened(lin)
    path = f"/sessions/{session}/sign-in"
    asked = {"code": code_of(lin, session), "nonce": "n1"}
    move_clock(monkeypatch, dt.timedelta(minutes=20))
    assert_problem(chen.post(path, asked), 410)
    move_clock(monkeypatch, -dt.timedelta(minutes=20))
    first = chen.post(path, asked).json()
    assert first["status"] == "signed_in"
    move_clock(monkeypatch, -dt.timedelta(hours=2))
    assert chen.post(path, asked).json() == first
    assert_problem(chen.post(path, asked | {"nonce": "n2"}), 400)
    again = {"code": code_of(lin, session), "nonce": "n3"}
    assert chen.post(path, again).json() == {"status": "already", "recorded_at": first["recorded_at"]}
    assert lin.post(f"/sessions/{session}/close").status_code == 200, "closed no earlier than it was opened"
    row = Session.objects.get(pk=session)
    assert row.closed_at >= row.opened_at
    assert Attendance.objects.count() == 1


def test_a_roll_changed_after_the_announcement_says_so_and_counts_from_then(lin, chen, house):
    late = world.member("新来", house.inspection)
    meeting, session = announced(lin, audience=[house.chen.staff_number])
    lin.post(f"/sessions/{session}/open")
    lin.post(f"/sessions/{session}/code", {"enabled": True})
    caller = Caller(late)
    asked = {"code": code_of(lin, session), "nonce": "n"}
    assert_problem(caller.post(f"/sessions/{session}/sign-in", asked), 403)
    roll.change_roll(Meeting.objects.get(pk=meeting).pk, late, observes=False, reason="刚调来", **done())
    assert caller.post(f"/sessions/{session}/sign-in", asked).json()["status"] == "signed_in"
    assert lin.get(f"/sessions/{session}/roll").json()["expected"] == 2
    house.chen.memberships.update(until=clock.today())
    assert chen.post(f"/sessions/{session}/sign-in", asked).status_code == 200, "the roll is that of the announcement"
    event = Event.objects.get(type="roll_changed")
    assert event.subject == Meeting.objects.get(pk=meeting).pk


def test_a_chair_who_is_not_on_the_roll_stops_the_announcement_by_name(lin, house):
    meeting = drafted(lin)
    lin.post(f"/meetings/{meeting}/sessions", HOURS)
    convening.set_people(
        Meeting.objects.get(pk=meeting).pk, convener=house.lin, chair=house.qiu, recorder=house.lin, **done()
    )
    assert_problem(lin.post(f"/meetings/{meeting}/announce"), 409, "邱禾")
    convening.set_people(
        Meeting.objects.get(pk=meeting).pk, convener=house.lin, chair=house.chen, recorder=house.lin, **done()
    )
    assert lin.post(f"/meetings/{meeting}/announce").status_code == 200


def test_whoever_convenes_without_being_called_is_on_the_roll_as_an_observer(lin, house):
    _meeting, session = announced(lin, audience=[house.chen.staff_number])
    told = lin.get(f"/sessions/{session}/roll").json()
    assert told["expected"] == 1
    assert set(people_of(lin, session)) == {house.lin.staff_number, house.chen.staff_number}


def test_more_hands_than_voters_are_refused_with_both_numbers(lin, house):
    for i in range(3):
        world.member(f"党员{i}", house.inspection)
    meeting, session = announced(lin, kind="general_meeting", title="党员大会")
    lin.post(f"/sessions/{session}/open")
    roll.mark_all_present(Session.objects.get(pk=session), **done())
    item = Meeting.objects.get(pk=meeting).agenda.get()
    with pytest.raises(CountRefused, match=r"6.*5"):
        decisions.take_vote(
            item, kind=Decision.RESOLUTION, text="同意。", way=VotingWay.HANDS, votes=Votes(5, 1, 0), **done()
        )
    assert not item.decisions.exists()


# --- The description


def test_every_status_is_described_with_its_body_and_what_it_means():
    told = Client().get("/api/v1/openapi.json").json()
    calls = {
        operation["operationId"]: set(operation["responses"])
        for operations in told["paths"].values()
        for operation in operations.values()
    }
    always = {"401", "429", "500", "503"}
    deed, sent = {"403", "404", "409", "422"}, {"400", "413"}
    assert calls == {
        "list_organizations": always | {"200", "422"},
        "draft_meeting": always | deed | sent | {"201"},
        "show_meeting": always | {"200", "404", "422"},
        "add_session": always | deed | sent | {"201"},
        "announce_meeting": always | deed | {"200"},
        "open_session": always | deed | {"200"},
        "close_session": always | deed | {"200"},
        "switch_code": always | deed | sent | {"200"},
        "show_code": always | deed | {"200"},
        "sign_in_here": always | deed | sent | {"200", "410"},
        "show_roll": always | {"200", "403", "404", "422"},
    }
    for operations in told["paths"].values():
        for operation in operations.values():
            assert operation["description"]
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert [*answer["content"]] == ["application/problem+json"]
                    assert len(answer["description"]) > 15
                    assert ("Retry-After" in answer.get("headers", {})) == (status in {"429", "503"})
