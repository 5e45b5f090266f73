"""Now: who is at each window at this minute, and where too few are."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.windows.access import posts_seen_by
from zhibu.web.shell import clock
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.windows.lines import lines_at

#: So many posts stand on a page unless another number is asked for.
USUAL = 50


@login_required
@require_safe
def now(request: AskedRequest) -> HttpResponse:
    """The posts that are there today, by site and section."""
    at = clock.now()
    seen = posts_seen_by(request.asker).filter(holds_on(at.date())).select_related("site", "section")
    page = page_at_once(request, seen.order_by("site__name", "section__name", "code"), usual=USUAL)
    return render(
        request,
        "windows/now.html",
        {"page": page, "lines": lines_at(list(page.object_list), at), "at": at},
    )
