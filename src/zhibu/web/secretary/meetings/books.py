"""The books of a year, in one step: the ledger of an organization and the year-book of a branch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from zhibu.apps.meetings.access import books_read_by, may_read_books, may_see_reasons_of
from zhibu.apps.meetings.books import Year, keeps_yearbook, ledger_of, yearbook_of, years_of
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import called
from zhibu.apps.people.access import organizations_seen_by
from zhibu.documents.ledger import NAME, ledger_pdf, ledger_xlsx
from zhibu.documents.yearbook import yearbook_pdf, yearbook_xlsx
from zhibu.web.shell import clock
from zhibu.web.shell.answers import Unreadable, conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.forms import MOST_OFFERED, organization_field
from zhibu.web.shell.middleware import AskedRequest

LEDGER_FORMS, YEARBOOK_FORMS = ("xlsx", "pdf"), ("pdf", "xlsx")

#: Years that a date can have, with one to spare at the end.
FIRST_YEAR, LAST_YEAR = 1900, 9998


@dataclass(frozen=True, slots=True)
class Book:
    """A book that may be had, with what to call each of its forms and where it is."""

    label: str
    forms: tuple[tuple[str, str], ...]


class Choice(forms.Form):
    """Whose books and which year."""

    organization = forms.CharField()
    year = forms.ChoiceField(label=_lazy("Year"))

    def __init__(self, organizations: list[Organization], chosen: Organization, years: list[int], year: int) -> None:
        shown = {"organization": chosen.code, "year": str(year)}
        super().__init__(shown, initial=shown)  # something is always chosen: there is nothing to clear
        self.fields["organization"] = organization_field(_("Organization"), organizations, empty=None)
        when = self.fields["year"]
        assert isinstance(when, forms.ChoiceField)
        when.choices = [(str(one), str(one)) for one in years]


@login_required
@require_safe
def books(request: AskedRequest) -> HttpResponse:
    """One organization and one year: what is in its books, and the files."""
    organizations = list(books_read_by(request.asker).order_by("path")[: MOST_OFFERED + 1])
    of, year = _organization(request, organizations), _year(request)
    known = years_of(of)
    here = next((one for one in known if one.year == year), Year(year, 0, 0, 0))
    years = sorted({year, clock.today().year, *(one.year for one in known)}, reverse=True)
    context: dict[str, Any] = {
        "crumbs": [Crumb(_("Meetings"), reverse("meetings")), Crumb(_("Ledger and year-book"))],
        "form": Choice(organizations, of, years, year),
        "organization": of,
        "year": here,
        "books": books_of(of, year),
        "list_query": urlencode({"organization": of.code, "month": year}),
    }
    return render(request, "secretary/meetings/books.html", context)


def books_of(organization: Organization, year: int) -> list[Book]:
    """The books that an organization keeps of a year."""
    query = urlencode({"organization": organization.code, "year": year})

    def book(label: str, name: str, endings: tuple[str, ...]) -> Book:
        return Book(label, tuple((ending, f"{reverse(f'{name}_{ending}')}?{query}") for ending in endings))

    ledger = book(_("Ledger of meetings"), "ledger", LEDGER_FORMS)
    if not keeps_yearbook(organization):
        return [ledger]
    return [ledger, book(_("Year-book"), "yearbook", YEARBOOK_FORMS)]


@login_required
@require_safe
def ledger(request: AskedRequest, form: str) -> HttpResponse:
    of, year = _organization(request), _year(request)
    reasons = may_see_reasons_of(request.asker, of)
    told = ledger_of(of, year, on=clock.today(), reasons=reasons)
    make: Callable[..., bytes] = {"xlsx": ledger_xlsx, "pdf": ledger_pdf}[form]
    return paper(make(told, at=clock.now()), f"{told.organization}{year}年{NAME}", form)


@login_required
@require_safe
@conflict_on(MeetingRefusal)
def yearbook(request: AskedRequest, form: str) -> HttpResponse:
    of, year = _organization(request), _year(request)
    if not keeps_yearbook(of):
        raise MeetingRefusal(
            _("A year-book is kept by a branch. %(organization)s has the ledger.") % {"organization": of.name}
        )
    told = yearbook_of(of, year, on=clock.today(), reasons=may_see_reasons_of(request.asker, of))
    make: Callable[..., bytes] = {"xlsx": yearbook_xlsx, "pdf": yearbook_pdf}[form]
    return paper(make(told, at=clock.now()), told.title, form)


def _organization(request: AskedRequest, read: Sequence[Organization] = ()) -> Organization:
    """That of the address, else the first that is read; 404 where it is not visible, 403 where its books are not."""
    code = request.GET.get("organization", "")
    if not code and read:
        return read[0]
    organization = get_object_or_404(called(code, organizations_seen_by(request.asker))[:1])
    forbid_unless(may_read_books(request.asker, organization))
    return organization


def _year(request: AskedRequest) -> int:
    """The year in the address, else this one. Raises ``Unreadable`` where it is none."""
    given = request.GET.get("year", "").strip()
    if not given:
        return clock.today().year
    year = year_of(given)
    if year is None:
        raise Unreadable(_("“%(given)s” is not a year. Write it as 2026.") % {"given": given[:20]})
    return year


def year_of(text: str) -> int | None:
    """The year that four digits name; ``None`` where they name none that a date could have."""
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0  # noqa: PLR2004 - digits
    return year if FIRST_YEAR <= year <= LAST_YEAR else None
