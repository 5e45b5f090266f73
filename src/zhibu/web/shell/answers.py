"""What is answered when something may not be: not visible is 404, not allowed is 403, not possible now is 409."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhibu.web.shell.context import day_served

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[Concatenate[R, P], HttpResponse]


class Unreadable(BadRequest):
    """Something in an address or a form can not be read; the text says what, and how to write it. Becomes 400."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for 400. Only our own texts are meant for readers."""
    reason = str(exception) if isinstance(exception, Unreadable) else ""
    if isinstance(exception, RequestDataTooBig):
        reason = _(
            "What was sent is too long. Go back, your text still stands there; attach the long part as a file."
        )
    return render(request, "400.html", {"reason": reason}, status=HTTPStatus.BAD_REQUEST)


#: PostgreSQL's word for a server that only reads, as one is that has just lost the lead to another.
_READS_ONLY = "25006"

#: Seconds after which one may try again.
RETRY_AFTER = 5


def is_away(error: BaseException | None) -> bool:
    """Whether the database threw this because it is away, full, locked or reads only; the log then has its words."""
    away = isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", None) == _READS_ONLY
    )
    if away:
        logger.warning("the database did not answer: %s", error)
    return away


def away_for_a_moment() -> HttpResponse:
    """503 and when to come again. Asks nothing of the database, nor of who asks."""
    answer = render(None, "503.html", day_served(), status=HTTPStatus.SERVICE_UNAVAILABLE)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """For a form whose token is missing or no longer right."""
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The page for 500, made of nothing that could fail again; 503 where it was the database outside of a view."""
    if is_away(sys.exc_info()[1]):
        return away_for_a_moment()
    return render(None, "500.html", day_served(), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def not_found_unless(is_visible: bool) -> None:  # noqa: FBT001 - reads as a sentence
    """What the asker may not see answers like what is not there."""
    if not is_visible:
        raise Http404


def forbid_unless(is_allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence
    """For what the asker sees and may not do."""
    if not is_allowed:
        raise PermissionDenied


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of ours asks, which puts the answer into words of its own page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def refused_as_json(reason: str, status: HTTPStatus) -> JsonResponse:
    """``status`` is ``refused``, ``reason`` a sentence for whoever sent it."""
    return JsonResponse({"status": "refused", "reason": reason}, status=status)


def conflict(request: HttpRequest, refusal: Exception) -> HttpResponse:
    """409 with the refusal's own text: a page, for htmx the line that goes where messages stand, or for a script."""
    if wants_json(request):
        return refused_as_json(str(refusal), HTTPStatus.CONFLICT)
    context = {"refusal": str(refusal)}
    if getattr(request, "htmx", False):
        answer = render(request, "shell/_refusal.html", context, status=HTTPStatus.CONFLICT)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#messages", "innerHTML"
        return answer
    return render(request, "409.html", context, status=HTTPStatus.CONFLICT)


def conflict_on(*refusals: type[Exception]) -> Callable[[View[R, P]], View[R, P]]:
    """Have a view answer these refusals with ``conflict``."""

    def decorate(view: View[R, P]) -> View[R, P]:
        @wraps(view)
        def answer(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except refusals as refusal:
                return conflict(request, refusal)

        return answer

    return decorate
