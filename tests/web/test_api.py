"""The JSON API: who may come in, what it answers when something is wrong, and what it says of itself."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import schemathesis
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import request_finished, request_started
from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import Http404
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, roll, sign_in
from zhibu.apps.organizations.actions import dissolve
from zhibu.apps.people.actions.accounts import close_account, issue_tokens, revoke_token
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import ApiToken
from zhibu.config.wsgi import application
from zhibu.domain.terms import Audience, MeetingKind, Role
from zhibu.web.feeds import auth
from zhibu.web.feeds import organizations as calls
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/organizations"
HOUR = dt.timedelta(hours=1)
WRITES = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")


@pytest.fixture(autouse=True)
def _nobody_has_called_yet():
    cache.clear()


@pytest.fixture
def house():
    return world.bureau()


def token_of(account, lasts=HOUR, at=None):
    return issue_tokens([account], label="test", lasts=lasts, actor=OPERATOR, at=at or clock.now())[0]


def caller(account, **options):
    return Client(headers={"Authorization": f"Bearer {token_of(account)}"}, **options)


def assert_problem(answer, status, **more):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(told)
    assert (told["type"], told["status"]) == ("about:blank", status)
    assert told["instance"] == answer.request["PATH_INFO"]
    for name, value in more.items():
        assert told[name] == value
    return told


# --- Who comes in


def test_a_token_sees_the_organizations_of_its_account_in_tree_order(house):
    answer = caller(world.account(house.lin)).get(ADDRESS)
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {"code": "GZ", "name": "广埠口岸局党组", "kind": "leading_group", "may_convene": False},
            {"code": "GZ-A", "name": "局本部机关党委", "kind": "committee", "may_convene": False},
            {"code": "GZ-A-01", "name": "检务处党支部", "kind": "branch", "may_convene": True},
            {"code": "GZ-A-01-1", "name": "第一党小组", "kind": "group", "may_convene": True},
            {"code": "GZ-A-01-2", "name": "第二党小组", "kind": "group", "may_convene": True},
        ],
        "count": 5,
        "next": None,
        "previous": None,
    }


def test_an_organization_that_is_no_more_is_not_listed(house):
    at = clock.now()
    dissolve(house.first_group, on=at.date(), actor=OPERATOR, at=at)
    codes = [row["code"] for row in caller(world.account(house.lin)).get(ADDRESS).json()["items"]]
    assert "GZ-A-01-1" not in codes
    assert "GZ-A-01-2" in codes


def test_the_call_costs_the_same_for_one_organization_and_for_all(house, django_assert_num_queries):
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SYSTEM)
    for account in (world.account(house.wen), keeper):
        client = caller(account)
        with django_assert_num_queries(4):
            client.get(ADDRESS)


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz", "bearer", "Token abc", "Bearer \x00é"],
)
def test_without_a_valid_token_nobody_comes_in(house, header):
    headers = {} if header is None else {"Authorization": header}
    answer = Client(headers=headers).get(ADDRESS)
    assert_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_expired_revoked_unknown_and_closed_are_told_apart_by_nobody(house):
    account = world.account(house.chen)
    now = clock.now()
    expired = token_of(account, at=now - HOUR)
    revoked = token_of(account)
    revoke_token(ApiToken.objects.last(), actor=OPERATOR, at=now)
    closed = token_of(world.account(house.wen))
    close_account(house.wen.account, actor=OPERATOR, at=now)
    answers = {Client(headers={"Authorization": f"Bearer {t}"}).get(ADDRESS).content for t in (expired, revoked)}
    answers |= {Client(headers={"Authorization": f"Bearer {t}"}).get(ADDRESS).content for t in (closed, "x" * 43)}
    assert len(answers) == 1


def test_a_closed_accounts_token_is_dead_even_where_it_was_left_behind(house):
    client = caller(world.account(house.chen))
    type(house.chen.account).objects.update(is_active=False)
    assert_problem(client.get(ADDRESS), 401)


def test_a_token_is_good_until_its_last_instant_and_not_at_its_end(house, monkeypatch):
    account, at = world.account(house.chen), clock.now()
    client = Client(headers={"Authorization": f"Bearer {token_of(account, at=at)}"})
    for moment, status in ((at + HOUR - dt.timedelta(microseconds=1), 200), (at + HOUR, 401)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert client.get(ADDRESS).status_code == status


def test_a_browsers_session_opens_no_call(house, client):
    client.force_login(world.account(house.lin))
    assert_problem(client.get(ADDRESS), 401)


def test_a_token_opens_no_page(house):
    answer = caller(world.account(house.lin)).get("/menu/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/menu/")


def test_a_call_sets_no_cookie_needs_none_and_stays_in_no_cache(house):
    answer = caller(world.account(house.lin), enforce_csrf_checks=True).get(ADDRESS)
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store, private"


def test_using_a_token_writes_nothing(house, django_capture_on_commit_callbacks, django_assert_num_queries):
    client = caller(world.account(house.lin))
    with django_assert_num_queries(4) as asked:
        client.get(ADDRESS)
    assert [query["sql"] for query in asked if query["sql"].startswith(WRITES)] == []


# --- How often


def test_an_account_that_calls_too_often_waits_and_nobody_else_does(house, monkeypatch):
    monkeypatch.setattr(auth, "CALLS", auth.Limit("calls", 3))
    at = clock.now().replace(second=50, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: at)
    lin, chen = caller(world.account(house.lin)), caller(world.account(house.chen))
    assert [lin.get(ADDRESS).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = lin.get(ADDRESS)
    assert_problem(refused, 429)
    assert refused["Retry-After"] == "10"
    assert chen.get(ADDRESS).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: at + dt.timedelta(seconds=10))
    assert lin.get(ADDRESS).status_code == 200


def test_failed_tries_are_slowed_while_a_valid_token_from_the_same_address_passes(house, monkeypatch):
    monkeypatch.setattr(auth, "FAILURES", auth.Limit("failures", 2))
    at = clock.now().replace(second=0)
    monkeypatch.setattr(clock, "now", lambda: at)
    wrong = Client(headers={"Authorization": "Bearer wrong"})
    assert [wrong.get(ADDRESS).status_code for _ in range(3)] == [401, 401, 429]
    assert caller(world.account(house.lin)).get(ADDRESS).status_code == 200
    assert wrong.get(ADDRESS, REMOTE_ADDR="10.0.0.9").status_code == 401


# --- What is wrong


def fails_with(monkeypatch, error):
    def fail(*_facts, **_more):
        raise error

    monkeypatch.setattr(calls, "page_of", fail)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404(), 404),
        (PermissionDenied(), 403),
        (PeopleRefusal("先结束前一个角色。"), 409),
        (RequestDataTooBig(), 413),
        (OperationalError("database is locked"), 503),
        (InterfaceError("connection already closed"), 503),
    ],
)
def test_whatever_goes_wrong_is_answered_with_a_problem(house, monkeypatch, error, status):
    fails_with(monkeypatch, error)
    answer = caller(world.account(house.lin)).get(ADDRESS)
    told = assert_problem(answer, status)
    assert (answer.get("Retry-After") is not None) == (status == 503)
    assert (told["detail"] == "先结束前一个角色。") == (status == 409)


def test_the_database_that_is_away_when_the_token_is_looked_up_is_no_401(house, monkeypatch):
    client = caller(world.account(house.lin))

    def away(*_facts):
        raise OperationalError("database is locked")

    monkeypatch.setattr(auth, "asker_of", away)
    assert_problem(client.get(ADDRESS), 503)


def test_a_fault_tells_the_log_everything_and_the_caller_nothing(house, monkeypatch, caplog):
    fails_with(monkeypatch, RuntimeError("secret of the house"))
    with caplog.at_level(logging.ERROR):
        answer = caller(world.account(house.lin), raise_request_exception=False).get(ADDRESS)
    assert_problem(answer, 500)
    assert "secret of the house" not in answer.content.decode()
    assert "secret of the house" in caplog.text
    with pytest.raises(RuntimeError):
        caller(house.lin.account).get(ADDRESS)


def test_wrong_values_are_named_and_not_repeated(house):
    answer = caller(world.account(house.lin)).get(ADDRESS, {"page": "0", "size": "hostile"})
    told = assert_problem(answer, 422)
    assert [(fault["where"], fault["field"]) for fault in told["errors"]] == [("query", "page"), ("query", "size")]
    assert "hostile" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nothing", "/api/v1/organizations/", "/api/v1/a/b%00c"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_not_there_is_a_problem_too(address, method):
    answer = getattr(Client(), method)(address)
    expected = 405 if (address, method != "get") == ("/api/v1/", True) else 404
    assert (answer.status_code, answer["Content-Type"]) == (expected, "application/problem+json")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", [ADDRESS, "/api/v1/openapi.json"])
def test_another_method_is_405_and_says_which_are_possible(house, address, method):
    answer = getattr(caller(world.account(house.lin)), method)(address)
    assert_problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_head_is_get_without_the_body_and_options_names_the_methods(house):
    client = caller(world.account(house.lin))
    got, head = client.get(ADDRESS), client.head(ADDRESS)
    assert (head.status_code, head["Content-Length"]) == (200, got["Content-Length"])
    asked = client.options(ADDRESS)
    assert (asked.status_code, asked["Allow"], asked.content) == (204, "GET, HEAD, OPTIONS", b"")


def test_the_reason_stands_in_the_readers_language(house):
    client = caller(world.account(house.lin))
    chinese = client.get(f"{ADDRESS}?page=0").json()
    english = client.get(f"{ADDRESS}?page=0", headers={"Accept-Language": "en"}).json()
    assert chinese["title"] == english["title"] == "Unprocessable Entity"
    assert chinese["detail"] != english["detail"]


# --- Pages


def test_pages_join_without_a_gap_and_name_their_neighbours(house):
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SYSTEM)
    client = caller(keeper)
    codes, address = [], f"{ADDRESS}?size=4"
    while address:
        page = client.get(address).json()
        codes += [row["code"] for row in page["items"]]
        assert page["count"] == 10
        previous, address = page["previous"], page["next"]
    assert codes == [row["code"] for row in client.get(ADDRESS).json()["items"]]
    assert previous == f"{ADDRESS}?size=4&page=2"
    assert client.get(f"{ADDRESS}?page=9&size=4").json() == {
        "items": [],
        "count": 10,
        "next": None,
        "previous": f"{ADDRESS}?page=8&size=4",
    }


# --- What it says of itself


def test_the_description_names_each_problem_that_can_come():
    told = Client().get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    listing = told["paths"][ADDRESS]["get"]
    assert listing["operationId"] == "list_organizations"
    assert listing["security"] == [{"BearerToken": []}]
    assert {*listing["responses"]} == {"200", "401", "422", "429", "500", "503"}
    for status, described in listing["responses"].items():
        media = "application/json" if status == "200" else "application/problem+json"
        assert [*described["content"]] == [media]


def test_there_is_no_page_that_documents_it():
    assert Client().get("/api/v1/docs").status_code == 404


#: The first would have a parameter refused that no call knows; we pass over it. The second would have whatever fits
#: the description accepted; values that fit each for itself may not fit together.
MORE_THAN_WE_SAY = [negative_data_rejection, positive_data_acceptance]

described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=SchemathesisConfig())


@pytest.mark.slow
@described.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_calls_are_answered_as_described(case, token, one_connection):
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers, excluded_checks=MORE_THAN_WE_SAY)


@pytest.mark.slow
@described.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_calls_to_a_meeting_that_is_there_are_answered_as_described(case, token, there, one_connection):
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    case.path_parameters = {name: there[name] for name in case.path_parameters or {}}
    case.call_and_validate(headers=headers, excluded_checks=MORE_THAN_WE_SAY)


@pytest.fixture
def there(house):
    """A general meeting of Lin's branch whose session is open, with sign-in by code switched on."""
    facts = {"actor": OPERATOR, "at": clock.now()}
    meeting = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.GENERAL_MEETING,
        title="十一月支部党员大会",
        hours=[convening.Hours(clock.now(), clock.now() + HOUR, "三楼")],
        agenda=["学习"],
        audience=Audience.MEMBERS,
        convener=house.lin,
        chair=house.lin,
        recorder=house.lin,
        made_by=None,
        **facts,
    )
    session = meeting.sessions.get()
    roll.open_session(session, **facts)
    sign_in.switch_code(session, enabled=True, **facts)
    return {"meeting_id": str(meeting.pk), "session_id": str(session.pk)}


@pytest.fixture
def one_connection():
    """As Django's own client does: a call does not close the connection whose transaction holds the test."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def token(house):
    return token_of(world.account(house.lin))
