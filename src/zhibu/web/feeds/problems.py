"""Errors of the JSON API: problem details (RFC 9457), whatever went wrong and wherever.

Not visible is 404, visible but not allowed 403, not possible now 409 with the refusal's own text. A room whose
refusals may reach the API adds them to ``REFUSALS``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import Field

from zhibu.apps.meetings.errors import CodeTooOld, CodeUnknown, MeetingRefusal, NotOnRoll
from zhibu.apps.organizations.errors import TreeRefusal
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.web.shell.answers import is_away

logger = logging.getLogger("zhibu.feeds")

MEDIA_TYPE = "application/problem+json"

#: What the rooms of ``apps`` refuse, and the status it is answered with.
REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    PeopleRefusal: HTTPStatus.CONFLICT,
    TreeRefusal: HTTPStatus.CONFLICT,
    MeetingRefusal: HTTPStatus.CONFLICT,
    NotOnRoll: HTTPStatus.FORBIDDEN,
    CodeTooOld: HTTPStatus.GONE,
    CodeUnknown: HTTPStatus.BAD_REQUEST,
}

#: Seconds after which a request that found the database away may be sent again.
RETRY_AFTER = 2


class WrongField(Schema):
    """One value that is not what it should be; the value itself is not repeated."""

    where: str = Field(description="query, path or body")
    field: str = Field(description="its name; of nested ones, joined by dots")
    detail: str


class Problem(Schema):
    """Problem details, RFC 9457."""

    type: str = Field(description="about:blank: the title says what the status says")
    title: str
    status: int
    detail: str = Field(description="what happened and what to do next, in the reader's language")
    instance: str = Field(description="the address that was asked for")
    errors: list[WrongField] | None = Field(None, description="only with 422")


def problem(
    request: HttpRequest,
    status: HTTPStatus,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    document: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": request.path,
    }
    if errors is not None:
        document["errors"] = errors
    return HttpResponse(
        json.dumps(document, ensure_ascii=False),
        status=status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def speak_problems(api: NinjaAPI) -> None:
    """Have every exception that leaves a call of ``api`` answered with a problem."""
    answers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        **{refusal: _refused_with(status) for refusal, status in REFUSALS.items()},
        AuthenticationError: _no_token,
        Throttled: _too_many,
        HttpError: _http_error,
        ValidationError: _wrong_values,
        Http404: _not_found,
        PermissionDenied: _forbidden,
        SuspiciousOperation: _unreadable,
        BadRequest: _unreadable,
        DatabaseError: _away_or_fault,
        InterfaceError: _away_or_fault,
        Exception: _fault,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


def _refused_with(status: HTTPStatus) -> Callable[[HttpRequest, Exception], HttpResponse]:
    return lambda request, refusal: problem(request, status, str(refusal))


def _no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    detail = _("A valid token is needed: Authorization: Bearer TOKEN. Make one under “My account”, API tokens.")
    return problem(request, HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})


def _too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    wait = str(error.wait or 1)
    detail = _("Too many requests. Try again in %(seconds)s seconds.") % {"seconds": wait}
    return problem(request, HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": wait})


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.BAD_REQUEST:  # the body is no JSON
        return _unreadable(request, error)
    return problem(request, HTTPStatus(error.status_code), str(error))


def _wrong_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"where": str(where), "field": ".".join(map(str, names)), "detail": str(fault["msg"])}
        for fault in error.errors
        for where, *names in [fault["loc"]]
    ]
    detail = _("Some values are not what they should be; “errors” names them.")
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    """The same for what is not there and for what the asker may not see."""
    return problem(request, HTTPStatus.NOT_FOUND, _("There is nothing here that this token may see."))


def _forbidden(request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem(request, HTTPStatus.FORBIDDEN, _("This token may see it, but not do this."))


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return problem(
            request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The request is too large. Send less at once.")
        )
    return problem(request, HTTPStatus.BAD_REQUEST, _("The request can not be read. Compare it with openapi.json."))


def _away_or_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    if not is_away(error):
        return _fault(request, error)
    detail = _("It can not be recorded or read now. Send the same request again in a moment.")
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours: the log has it whole, the answer says nothing of it."""
    got_request_exception.send(sender=None, request=request)
    logger.error("a fault at %s", request.path, exc_info=error)
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, _("A fault on our side; it is in the log."))


# --- Around a view ---


def in_problems(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What surrounds the calls answers in problems too: no such address, no such method.

    HEAD is GET without the body, OPTIONS names the methods. No cookie is looked at, so nothing can be forged with
    one. No answer stays in a cache.
    """

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Http404 as error:
            response = _not_found(request, error)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _not_allowed(request, allowed=response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return answer


def _not_allowed(request: HttpRequest, *, allowed: str) -> HttpResponse:
    methods = {method.strip() for method in allowed.split(",")} | {"OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    headers = {"Allow": ", ".join(sorted(methods))}
    if request.method == "OPTIONS":
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=headers)
    detail = _("Not by this method. Possible are: %(methods)s.") % {"methods": headers["Allow"]}
    return problem(request, HTTPStatus.METHOD_NOT_ALLOWED, detail, headers=headers)


def there_is_nothing(_request: HttpRequest, **_rest: str) -> HttpResponse:
    raise Http404


# --- In the description ---

_ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_WITH_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_DEEDS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


#: What each status means here, for who reads the description.
_MEANS: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "The body can not be read, or a code is not that of this session.",
    HTTPStatus.UNAUTHORIZED: "No token, or one that is unknown, expired or revoked.",
    HTTPStatus.FORBIDDEN: "It is visible to this token, but this is for others to do; at sign-in: not on the roll.",
    HTTPStatus.NOT_FOUND: "Not there, or not visible to this token: the two are not told apart.",
    HTTPStatus.CONFLICT: "Not possible now; the detail says why and what to do first.",
    HTTPStatus.GONE: "The code was right and has turned since, or the scan is older than ten minutes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Values are not what they should be; errors names them.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many calls of this account, or too many failed tries.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A fault on our side; the log has it.",
    HTTPStatus.SERVICE_UNAVAILABLE: "It can not be recorded or read now; nothing was changed. Send the same again.",
}

_SECONDS = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
_CARRIES: Mapping[HTTPStatus, dict[str, Any]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    HTTPStatus.TOO_MANY_REQUESTS: _SECONDS,
    HTTPStatus.SERVICE_UNAVAILABLE: _SECONDS,
}


def _described(status: HTTPStatus) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": _MEANS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in _CARRIES:
        described["headers"] = _CARRIES[status]
    return described


def may_also_answer(*statuses: HTTPStatus) -> dict[str, Any]:
    """For ``openapi_extra``: problems of one call beside those that every call of its kind may answer with."""
    return {"responses": {status.value: _described(status) for status in statuses}}


def describe_problems(description: dict[str, Any]) -> None:
    """Add to an OpenAPI description which problems each operation may answer with."""
    schemas = description["components"]["schemas"]
    made = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= made.pop("$defs") | {"Problem": made}
    for address, operations in description["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status in _statuses(address, method, operation):
                responses.setdefault(status.value, _described(status))
            operation["responses"] = dict(sorted(responses.items()))


def _statuses(address: str, method: str, operation: dict[str, Any]) -> set[HTTPStatus]:
    statuses = set(_ALWAYS)
    if operation.get("parameters") or "requestBody" in operation:
        statuses.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    if "requestBody" in operation:
        statuses.update(_WITH_BODY)
    if "{" in address:
        statuses.add(HTTPStatus.NOT_FOUND)
    if method != "get":
        statuses.update(_DEEDS)
    return statuses
