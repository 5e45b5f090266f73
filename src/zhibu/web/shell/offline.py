"""For a phone without a network: the service worker, the page it shows then, and who is logged in now.

What a phone keeps and sends is in ``static/shell/kept.js``; ``docs/offline.md`` tells the whole of it.
"""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from zhibu.web.shell.navigation import address

#: What the worker is made of. A change to either is another name, and so another worker.
SCRIPTS = ("shell/kept.js", "shell/worker.js")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The service worker, at the root so that it may answer for every page."""
    names = ", ".join(json.dumps(static(name)) for name in SCRIPTS)
    return HttpResponse(f"importScripts({names});\n", content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The same for everybody, in the language of who first asked: it is kept on the phone."""
    return render(request, "shell/offline.html", {"kept_url": address("kept")})


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """``account``: whose log-in this is, ``null`` for nobody's; ``token``: for what they send now."""
    if not request.user.is_authenticated:
        return JsonResponse({"account": None})
    return JsonResponse({"account": str(request.user.pk), "token": get_token(request)})
