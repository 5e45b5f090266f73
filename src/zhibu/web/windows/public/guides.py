"""Guides for the public and for guided units: looked for, read, and "was this the answer?"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from zhibu.apps.guides.actions.asking import say_it_helped
from zhibu.apps.guides.models import Guide, GuidedUnit, GuideVersion
from zhibu.apps.guides.queries import excerpt, in_force, looked_up, published_of, units_on
from zhibu.apps.windows.models import Section
from zhibu.documents.markdown import html
from zhibu.domain.terms import GuideAudience
from zhibu.web.shell import clock
from zhibu.web.shell.paging import page_of

#: Characters of what is looked for.
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A guide in a list."""

    version: GuideVersion
    excerpt: str


def lines_of(keys: Sequence[UUID], words: Sequence[str]) -> list[Line]:
    """Versions in the order of their keys, each with a line around what was looked for; one query."""
    rows = GuideVersion.objects.select_related("guide__section").in_bulk(keys)
    return [Line(rows[key], excerpt(rows[key].text, words)) for key in keys if key in rows]


def shown(text: str) -> SafeString:
    """A guide's text as a page shows it; what is left of HTML in it is ours."""
    return mark_safe(html(text))  # noqa: S308 - cleaned to a few tags by documents.markdown


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for, and the page of what was found, or of all there is."""

    text: str
    section: Section | None
    page: Page[UUID]
    lines: list[Line]


def looked(request: HttpRequest, audience: GuideAudience, on: dt.date) -> Looked:
    """``?q=`` and ``?section=``. A section that is none is 404."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    section = _section(request.GET.get("section", ""))
    if text:
        keys, words = looked_up(text, on=on, audience=audience)
        if section is not None:
            theirs = in_force(on).filter(guide__section=section, pk__in=keys).values_list("pk", flat=True)
            keep = set(theirs)
            keys = [key for key in keys if key in keep]
        page = page_of(request, keys)
        return Looked(text, section, page, lines_of(list(page), words))
    readable = in_force(on).filter(guide__audience__in=[word.value for word in audience.read_as_well])
    rows = readable.filter(guide__section=section) if section else readable
    page = page_of(request, rows.order_by("guide__section__name", "guide__number").values_list("pk", flat=True))
    return Looked(text, section, page, lines_of(list(page), ()))


def _section(asked: str) -> Section | None:
    if not asked:
        return None
    try:
        return get_object_or_404(Section, pk=UUID(asked))
    except ValueError as error:
        raise Http404 from error


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    found = looked(request, GuideAudience.PUBLIC, clock.today())
    return render(request, "windows/public/guides.html", {"found": found})


def _readable(number: int) -> Guide:
    """One that was published and is not internal."""
    rows = Guide.objects.exclude(audience=GuideAudience.INTERNAL.value).select_related("section")
    return get_object_or_404(rows, number=number)


@require_safe
def guide(request: HttpRequest, number: int) -> HttpResponse:
    """What it says today; withdrawn, that it is and why; not yet in force, from when on. ``?q=``: looked for."""
    found, today = _readable(number), clock.today()
    versions = list(published_of(found))
    if not versions:
        raise Http404
    current = next(
        (each for each in versions if each.since and each.since <= today and (not each.until or today < each.until)),
        None,
    )
    return render(
        request,
        "windows/public/guide.html",
        {
            "guide": found,
            "version": current,
            "last": versions[0],
            "text": shown(current.text) if current else "",
            "words": request.GET.get("q", "").strip()[:LONGEST],
            "thanked": request.GET.get("thanks") == "yes",
            "is_for_units": found.word is GuideAudience.UNITS,
        },
    )


@csrf_exempt  # no session stands behind it: whoever forges it can do what anybody can, and no cookie is needed
@require_POST
def helped(_request: HttpRequest, number: int) -> HttpResponse:
    """It was the answer: one more in the sum of the day. Of whoever said so nothing is kept."""
    version = in_force(clock.today()).filter(guide=_readable(number)).first()
    if version is None:
        raise Http404
    say_it_helped(version, at=clock.now())
    answer = redirect("public_guide", number)
    answer["Location"] += "?thanks=yes#answer"
    return answer


@require_safe
def unit(request: HttpRequest, guided_id: UUID) -> HttpResponse:
    """What a guided unit reads: the guides of all sections that are for units or for the public, its own first."""
    today = clock.today()
    found: GuidedUnit = get_object_or_404(units_on(today), pk=guided_id)
    return render(
        request,
        "windows/public/unit.html",
        {"unit": found, "found": looked(request, GuideAudience.UNITS, today)},
    )
