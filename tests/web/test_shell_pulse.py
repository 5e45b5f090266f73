"""The pulse: 200 when it can read and write, 503 when not, asked of the database at most every two seconds."""

from __future__ import annotations

import psycopg.errors
import pytest
from django.contrib.sessions.models import Session
from django.db import InternalError, OperationalError, connection
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from tests import world
from zhibu.web.shell import pulse, views
from zhibu.web.shell.answers import server_error

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_pulse", pulse.Pulse())


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that have gone by; a test moves them."""
    gone = [100.0]
    monkeypatch.setattr(pulse.time, "monotonic", lambda: gone[0])
    return gone


def _full(execute: object, sql: str, *rest: object) -> object:
    if sql.startswith(("INSERT", "UPDATE")):
        raise OperationalError("database or disk is full")
    return execute(sql, *rest)  # type: ignore[operator]


def test_it_is_well(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_database_that_only_reads_is_not_well_and_recovers(client: Client, ticks: list[float]) -> None:
    with connection.execute_wrapper(_full):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    ticks[0] += 2
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("later", "asked"), [(0, 0), (1.99, 0), (2, 1)])
def test_a_result_is_kept_two_seconds(later: float, asked: int, client: Client, ticks: list[float]) -> None:
    client.get("/healthz")
    Session.objects.all().delete()
    ticks[0] += later
    client.get("/healthz")
    assert Session.objects.count() == asked


def test_many_who_ask_cost_one_look(
    client: Client, ticks: list[float], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/healthz")
    with django_assert_num_queries(0):
        for _asked in range(50):
            client.get("/healthz")


def test_the_row_of_the_pulse_lets_nobody_in(client: Client) -> None:
    client.get("/healthz")
    client.cookies["sessionid"] = "pulse"
    assert client.get("/").status_code == 302


def test_nobody_changes_anything_there(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def test_search_engines_are_sent_away(client: Client) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_a_refused_page_asks_nothing_of_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/nowhere/")
    assert answer.status_code == 404


def _reads_only() -> InternalError:
    error = InternalError("cannot execute UPDATE in a read-only transaction")
    error.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    return error


@pytest.mark.urls("tests.web.parts")
@pytest.mark.parametrize(
    "error", [OperationalError("server closed the connection"), _reads_only()], ids=["gone", "reads"]
)
def test_a_page_whose_database_is_away_says_when_to_come_again_and_the_log_says_why(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    client.force_login(world.account(login="system"))

    def gone(*_args: object) -> object:
        raise error

    with connection.execute_wrapper(gone):
        answer = client.get("/parts/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "暂时无法使用" in answer.content.decode()
    assert f"the database did not answer: {error}" in caplog.messages


def test_a_database_that_fails_after_the_view_is_503_too(rf: RequestFactory) -> None:
    """While the session is kept, say: there only Django's page for faults can answer."""
    answers = []
    for fault in (OperationalError("disk full"), RuntimeError("planned")):
        try:
            raise fault
        except (OperationalError, RuntimeError):
            answers.append(server_error(rf.get("/")).status_code)
    assert answers == [503, 500]
