"""Around every request: who is asking, what the answer carries, and what happens when the database is away."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from zhibu.apps.people.access import Asker, stranger
from zhibu.apps.people.models import Account
from zhibu.apps.people.queries import asker_of
from zhibu.apps.rules.queries import use_edition
from zhibu.web.shell import clock
from zhibu.web.shell.answers import away_for_a_moment, is_away

Answer = Callable[[HttpRequest], HttpResponse]


class AskedRequest(HttpRequest):
    """A request of somebody known, as the views receive it."""

    asker: Asker
    user: Account


def _asker(request: HttpRequest) -> Asker:
    if request.user.is_authenticated:
        asker = asker_of(request.user, clock.today())
        use_edition(asker.edition)
        return asker
    return stranger(clock.today())


def who_is_asking(get_response: Answer) -> Answer:
    """Puts ``request.asker`` on every request, gathered when first used."""

    def answer(request: HttpRequest) -> HttpResponse:
        cast("AskedRequest", request).asker = cast("Asker", SimpleLazyObject(lambda: _asker(request)))
        return get_response(request)

    return answer


def what_answers_carry(get_response: Answer) -> Answer:
    """Pages differ by cookie (who asks, in which language) and stay out of caches; none asks where a browser is."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["Cookie"])
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
        return response

    return answer


def htmx_goes_to_the_door(get_response: Answer) -> Answer:
    """A fragment asked for after the session ended sends the whole page to the log-in page, and back here after.

    Without this htmx would follow the redirect by itself and put the log-in page into the middle of the present one.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        door = resolve_url(settings.LOGIN_URL)
        if getattr(request, "htmx", False) and urlsplit(response.get("Location", "")).path == door:
            here = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
            response = HttpResponse(status=HTTPStatus.NO_CONTENT)
            response["HX-Redirect"] = f"{door}?{urlencode({'next': here})}"
        return response

    return answer


class AwayForAMoment:
    """A database that does not answer is 503 with Retry-After, not a fault of the page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:  # noqa: ARG002
        return away_for_a_moment() if is_away(exception) else None
