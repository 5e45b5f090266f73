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
from zhibu.web.shell.navigation import address, starts_elsewhere
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


def _start_of(asker: Asker) -> str:
    """The page that matters most: what one's branch or group owes, what is missing below, or what is ahead of one.

    A branch secretary who also sits in a committee starts with the branch.
    """
    if not (asker.offices or asker.led):
        return "today"
    kinds = dict(Organization.objects.filter(path__in=asker.offices).values_list("path", "kind"))
    runs_branch = any(kinds[path] == OrganizationKind.BRANCH for path in asker.secretary_of if path in kinds)
    oversees = any(kind != OrganizationKind.BRANCH for kind in kinds.values())
    return "obligations" if oversees and not runs_branch else "this_month"


@login_required
@require_safe
def home(request: AskedRequest) -> HttpResponse:
    """To the page that matters most; for whom there is none, where one stands and the ways from here."""
    if starts_elsewhere(request.asker):
        return redirect(_start_of(request.asker))
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
