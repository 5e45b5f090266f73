"""Which unit and month of a roster an address names, and which of its sections is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.rosters.queries import people_of
from zhibu.apps.windows.access import may_manage_windows, windows_managed_by, windows_seen_by
from zhibu.apps.windows.models import Section, WindowPost
from zhibu.domain.periods import days_of_month
from zhibu.domain.terms import OrganizationKind
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import month_of
from zhibu.web.shell.middleware import AskedRequest


def units_managed(request: AskedRequest) -> QuerySet[Organization]:
    """Those to which a post or a rotation may belong, in tree order."""
    units = windows_managed_by(request.asker).filter(dissolved__isnull=True)
    return units.exclude(kind=OrganizationKind.GROUP).order_by("path")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit, a month of its roster, the posts of the unit, and one of its sections where one is asked for."""

    unit: Organization
    month: dt.date
    posts: Sequence[WindowPost]
    section: Section | None
    may_keep: bool

    @property
    def days(self) -> list[dt.date]:
        return days_of_month(self.month)

    @property
    def sections(self) -> list[Section]:
        """Those that the posts of the unit stand in, by name."""
        return sorted({post.section for post in self.posts}, key=lambda section: section.name)

    @property
    def shown_posts(self) -> list[WindowPost]:
        """Those of the section, or all of them, that are there on a day of the month."""
        first, last = self.days[0], self.days[-1]
        return [
            post
            for post in self.posts
            if self.section in (None, post.section)
            and post.since <= last
            and (post.until is None or post.until > first)
        ]

    def people(self) -> QuerySet[Person]:
        return people_of(self.unit, self.days[0], self.days[-1], section=self.section)

    @property
    def query(self) -> str:
        return "?" + urlencode({"section": self.section.pk}) if self.section else ""

    def url(self, page: str, month: dt.date | None = None, *, section: Section | None = None) -> str:
        """The address of a page of this roster, of another month or section where one is given."""
        asked = section or self.section
        address = reverse(page, args=[self.unit.pk, f"{month or self.month:%Y-%m}"])
        return address + ("?" + urlencode({"section": asked.pk}) if asked else "")

    def crumbs(self, *further: Crumb) -> list[Crumb]:
        here = f"{self.unit.name} {self.month:%Y-%m}"
        way = [Crumb(_("Rosters"), reverse("rosters"))]
        return [*way, Crumb(here, self.url("roster")), *further] if further else [*way, Crumb(here)]


def chosen(request: AskedRequest, unit: UUID, month: str) -> Chosen:
    """404 where the unit is not visible, the month is none or the section has no post there; one query, or two."""
    rows = WindowPost.objects.filter(organization=unit, organization__in=windows_seen_by(request.asker))
    posts = list(rows.select_related("organization", "section", "site").order_by("code"))
    found = posts[0].organization if posts else get_object_or_404(windows_seen_by(request.asker), pk=unit)
    assert found is not None
    return Chosen(
        unit=found,
        month=month_of(month),
        posts=posts,
        section=_section(request, posts),
        may_keep=may_manage_windows(request.asker, found),
    )


def _section(request: AskedRequest, posts: Sequence[WindowPost]) -> Section | None:
    asked = request.GET.get("section", "")
    if not asked:
        return None
    for post in posts:
        if str(post.section_id) == asked:
            return post.section
    raise Http404


def kept(request: AskedRequest, unit: UUID, month: str) -> Chosen:
    """The same for whoever keeps the roster; 403 for those who only see it."""
    of = chosen(request, unit, month)
    forbid_unless(of.may_keep)
    return of
