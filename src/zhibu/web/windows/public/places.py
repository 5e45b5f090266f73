"""Sites and posts for the public: where they are, when they are open, what is done there. Nobody is named here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhibu.apps.guides.queries import in_force
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.windows.models import Section, Site, WindowPost
from zhibu.domain.staffing import open_hours
from zhibu.domain.terms import GuideAudience
from zhibu.web.shell import clock
from zhibu.web.windows.words import span, weekdays

#: As many guides of a section are listed on the page of a post, and as many sections and posts on one page.
_MOST_GUIDES, _MOST = 30, 200


@dataclass(frozen=True, slots=True)
class Open:
    """A post at an instant. ``is_open`` is ``None`` where its hours are unknown. ``today``: its hours, in words."""

    post: WindowPost
    is_open: bool | None
    today: tuple[str, ...]
    weekdays: str


def opened(posts: Iterable[WindowPost], at: dt.datetime) -> list[Open]:
    return [_open(post, at) for post in posts]


def _open(post: WindowPost, at: dt.datetime) -> Open:
    hours = open_hours(post.opening_hours, post.weekdays, at.date())
    minute = at.hour * 60 + at.minute
    return Open(
        post=post,
        is_open=None if hours is None else any(starts <= minute < ends for starts, ends in hours),
        today=tuple(span(*each) for each in hours or ()),
        weekdays=weekdays(post.weekdays),
    )


def posts_there(on: dt.date) -> QuerySet[WindowPost]:
    rows = WindowPost.objects.filter(holds_on(on)).select_related("site", "section")
    return rows.order_by("site__name", "section__name", "code")


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What is looked for, the sites with their posts, and the sections with their guides."""
    at = clock.now()
    return render(
        request,
        "windows/public/start.html",
        {"sections": _sections(at.date()), "lines": opened(posts_there(at.date())[:_MOST], at), "at": at},
    )


def _sections(on: dt.date) -> QuerySet[Section]:
    public = in_force(on).filter(guide__audience=GuideAudience.PUBLIC.value)
    return Section.objects.filter(pk__in=public.values("guide__section"))[:_MOST]


@require_safe
def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Its posts that are there today, and whether each is open now. A site without any is not there."""
    at = clock.now()
    lines = opened(posts_there(at.date()).filter(site=site_id)[:_MOST], at)
    found = lines[0].post.site if lines else get_object_or_404(Site.objects.none(), pk=site_id)
    return render(request, "windows/public/site.html", {"site": found, "lines": lines, "at": at})


@require_safe
def post(request: HttpRequest, code: str) -> HttpResponse:
    """Its hours, whether it is open now, and the guides of its section."""
    at = clock.now()
    found = get_object_or_404(posts_there(at.date()), code=code)
    guides = in_force(at.date()).filter(guide__section=found.section, guide__audience=GuideAudience.PUBLIC.value)
    return render(
        request,
        "windows/public/post.html",
        {
            "line": _open(found, at),
            "guides": guides.select_related("guide").order_by("guide__number")[:_MOST_GUIDES],
            "at": at,
        },
    )
