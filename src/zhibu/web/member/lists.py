"""The lists as they are read: what holds in an organization, and each article under its lasting address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.lists.access import articles_read_by, lists_read_by, may_write_lists
from zhibu.apps.lists.models import Wording
from zhibu.apps.lists.queries import in_force, latest_edition_of, sections_of
from zhibu.apps.organizations.models import Organization
from zhibu.domain import lists as domain
from zhibu.domain.phrases import numeral
from zhibu.domain.terms import ListKind
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.middleware import AskedRequest

#: So many organizations are offered to choose from; others are reached from their own page.
MOST_OFFERED = 60


@dataclass(frozen=True, slots=True)
class OneList:
    kind: ListKind
    sections: tuple[domain.Section[UUID], ...]


def by_kind(sections: Iterable[domain.Section[UUID]]) -> list[OneList]:
    """The standard first, then the three lists, in their order."""
    return [OneList(kind, tuple(found)) for kind, found in groupby(sections, key=lambda section: section.kind)]


@login_required
@require_safe
def lists(request: AskedRequest) -> HttpResponse:
    """All that holds in an organization on a day; ``?q=`` leaves what has these words."""
    day, asked = day_asked(request), request.GET.get("q", "").strip()
    organization = _asked(request)
    rows = in_force(organization, day)
    if asked:
        rows = rows.filter(text__icontains=asked)
    context = {
        "organization": organization,
        "offered": _offered(request, organization),
        "day": day,
        "q": asked,
        "lists": by_kind(sections_of(rows)),
        "latest": latest_edition_of(organization),
        "may_write": may_write_lists(request.asker, organization),
    }
    return render(request, "member/lists/lists.html", context)


def _asked(request: AskedRequest) -> Organization:
    """The one in the address, else where the asker belongs: their branch first."""
    code = request.GET.get("organization")
    if code:
        return get_object_or_404(lists_read_by(request.asker), code=code)
    mine = request.asker.branches or request.asker.offices or request.asker.units or request.asker.belongs
    first = Organization.objects.filter(path__in=mine).order_by("path").first()
    if first is None:
        raise Http404
    return first


def _offered(request: AskedRequest, organization: Organization) -> list[Organization]:
    """Where the asker belongs or holds an office, and the one shown."""
    asker = request.asker
    paths = {*asker.offices, *asker.belongs, *asker.windows, organization.path}
    rows = list(Organization.objects.filter(path__in=paths).order_by("path")[:MOST_OFFERED])
    return rows if len(rows) > 1 else []


@dataclass(frozen=True, slots=True)
class Said:
    """What it said for some days, or is still to say."""

    wording: Wording
    is_to_come: bool


@login_required
@require_safe
def article(request: AskedRequest, article: UUID) -> HttpResponse:
    """One article under its lasting address, with what it said before and will say."""
    rows = articles_read_by(request.asker).select_related("section__organization")
    found = get_object_or_404(rows, pk=article)
    day = day_asked(request)
    wordings = list(found.wordings.order_by("-since"))
    now = next((row for row in wordings if row.holds(day)), None)
    section = found.section
    shown = now or wordings[0]
    title = f"{section.title} 第{numeral(shown.number)}条"
    context = {
        "title": title,
        "section": section,
        "now": now,
        "others": _others(wordings, now, day),
        "may_write": may_write_lists(request.asker, section.organization),
        "article": found,
        "day": day,
        "crumbs": [
            Crumb(_("Lists"), f"{reverse('lists')}?organization={section.organization.code}"),
            Crumb(title),
        ],
    }
    return render(request, "member/lists/article.html", context)


def _others(wordings: Sequence[Wording], now: Wording | None, day: dt.date) -> list[Said]:
    return [Said(row, is_to_come=row.since > day) for row in wordings if row != now]
