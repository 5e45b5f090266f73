"""The front door, the menu and the pulse."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker
from zhibu.domain.terms import OrganizationKind
from zhibu.web.shell import clock
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.navigation import address, starts_today
from zhibu.web.shell.pulse import Pulse

_pulse = Pulse()


@dataclass(frozen=True, slots=True)
class Place:
    """An organization that somebody belongs to or holds an office in."""

    name: str
    kind: OrganizationKind
    url: str | None
    has_office: bool


def _places_of(asker: Asker) -> list[Place]:
    found = Organization.objects.filter(path__in={*asker.offices, *asker.led, *asker.branches, *asker.windows})
    return [
        Place(
            name=organization.name,
            kind=OrganizationKind(organization.kind),
            url=address("organization", organization.pk),
            has_office=organization.path in asker.offices + asker.led,
        )
        for organization in found.order_by("path")
    ]


@login_required
@require_safe
def home(request: AskedRequest) -> HttpResponse:
    """Where one stands, and the ways from here; to what is ahead of them for those who hold no office."""
    if starts_today(request.asker) and (ahead := address("today")):
        return redirect(ahead)
    return render(request, "shell/home.html", {"places": _places_of(request.asker)})


@login_required
@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """All pages of the menu, for a phone whose bar holds only the first of them."""
    return render(request, "shell/menu.html")


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    if _pulse.beats(clock.now()):
        return JsonResponse({"status": "ok"})
    return JsonResponse({"status": "unavailable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")
