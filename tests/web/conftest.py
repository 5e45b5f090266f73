"""Pages in a real browser: ``phone`` and ``desk`` open a page, logged in as whom one says.

    def test_lin_finds_the_figures(desk: Opens, bureau: Bureau) -> None:
        page = desk(lin_account)
        page.goto("/figures/")

Playwright drives the Chromium of the system; where there is none these tests are skipped and the run says so at
its end. What a page writes to the browser's console as an error (a script that fails, a style the policy refuses)
fails the test. Tests that use these fixtures carry the marker ``browser`` by themselves.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:  # models can be imported once Django is set up, after the conftests are read
    from zhibu.apps.people.models import Account

Opens = Callable[..., Page]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

#: Nothing but the test server is reached, and nothing is asked in the background.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
#: What the console says of an answer that a test asked for: a refusal, or none while it is offline.
ANSWERED = (
    "the server responded with a status of",
    "net::ERR_INTERNET_DISCONNECTED",
    "error occurred when fetching the script",  # of a worker
)

DESK = {"viewport": {"width": 1280, "height": 800}}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"phone", "desk"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one browser for all of them


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("no Chromium found")
    # Playwright's loop runs in this thread and Django would refuse its database to it; nothing here is concurrent.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def _chromium(_playwright: Playwright) -> Iterator[Browser]:
    browser = _playwright.chromium.launch(
        executable_path=CHROMIUM, args=FLAGS, env=os.environ | {"LANGUAGE": "zh_CN"}
    )
    yield browser
    browser.close()


def _session_of(account: Account) -> dict[str, str]:
    client = Client()
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


def _opener(browser: Browser, live_server: LiveServer, screen: dict[str, object]) -> Iterator[Opens]:
    contexts, faults = [], []

    def noted(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in ANSWERED):
            faults.append(message.text)

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request() and "/static/" in response.url:
            faults.append(f"{response.status} {response.url}")

    def open_page(
        account: Account | None = None, *, locale: str = "zh-CN", scripts: bool = True, keeps: bool = False
    ) -> Page:
        # Pages that are kept are asked for beside the test, which has its one connection for itself.
        context = browser.new_context(
            base_url=live_server.url,
            locale=locale,
            java_script_enabled=scripts,
            service_workers="allow" if keeps else "block",
            **screen,
        )
        contexts.append(context)
        if account is not None:
            context.add_cookies([_session_of(account) | {"url": live_server.url}])
        page = context.new_page()
        page.on("console", noted)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", answered)
        return page

    yield open_page
    for context in contexts:
        context.close()
    _wait_until_all_is_answered()
    assert faults == []


@pytest.fixture
def phone(_chromium: Browser, live_server: LiveServer) -> Iterator[Opens]:
    """Opens a page of 390 × 844; ``phone(account)`` is logged in, ``phone()`` is not; ``keeps=True`` for offline."""
    yield from _opener(_chromium, live_server, PHONE)


@pytest.fixture
def desk(_chromium: Browser, live_server: LiveServer) -> Iterator[Opens]:
    """Opens a page of 1280 × 800."""
    yield from _opener(_chromium, live_server, DESK)


#: Requests to the live server that are not answered yet.
_asked: list[object] = []

#: Held by whoever uses the database: a request, or a test while a page asks by itself.
TURN = threading.Lock()


@pytest.fixture(autouse=True, scope="session")
def one_request_at_a_time() -> Iterator[None]:
    """The live server of the suite has one SQLite connection for all its threads: requests take turns on it."""
    answer = WSGIHandler.__call__

    def in_turn(self: WSGIHandler, environ: Any, start_response: Any) -> Any:
        _asked.append(environ)
        try:
            with TURN:
                return answer(self, environ, start_response)
        finally:
            _asked.pop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "__call__", in_turn)
        yield


def _wait_until_all_is_answered() -> None:
    """What a closed page had still asked for is answered before its database is emptied."""
    time.sleep(0.02)
    while _asked:
        time.sleep(0.01)
