"""The JSON API, version 1. Each subject has a module with a router, which is added here; how to add a call:

- its function takes ``request: ApiRequest``, asks ``request.asker`` through ``access``, calls one query or action;
- what may not be seen is ``Http404``, what may not be done ``PermissionDenied`` (``shell.answers`` has both), and a
  refusal goes up as it is: its class stands in ``problems.REFUSALS``;
- a list takes ``asked: Query[Asked]`` and returns ``page_of(…)``.

There is no page that documents it: ``openapi.json`` does.
"""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from zhibu.web.feeds import meetings, organizations, sessions
from zhibu.web.feeds.auth import BearerToken
from zhibu.web.feeds.problems import describe_problems, in_problems, speak_problems, there_is_nothing


class InUtf8(JSONRenderer):
    """Names as they are written, not as escapes three times as long."""

    json_dumps_params: dict[str, Any] = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Answers in problems wherever something is wrong, also beside the calls, and says so in its description."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                is_call = pattern.name not in {"openapi-json", "api-root"}  # those two answer to any method
                pattern.callback = in_problems(pattern.callback if is_call else require_safe(pattern.callback))
        return [*patterns, path("<path:rest>", in_problems(there_is_nothing), name="nothing")], app, namespace

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        description = super().get_openapi_schema(**options)
        describe_problems(description)
        return description

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = Api(
    title="zhibu",
    version="1",
    description=(
        "The organizational life of an organization whose people work shifts. A personal token is made under "
        "“My account”, API tokens. Errors are problem details (RFC 9457), as application/problem+json."
    ),
    urls_namespace="api",
    docs_url=None,
    auth=BearerToken(),
    renderer=InUtf8(),
)
speak_problems(api)
api.add_router("/organizations", organizations.router)
api.add_router("/meetings", meetings.router)
api.add_router("/sessions", sessions.router)
