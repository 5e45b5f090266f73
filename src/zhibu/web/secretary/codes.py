"""The sheet of one-time codes: who needs one is chosen, confirmed, and printed once.

The codes stand in one answer only. They are kept as digests, so a lost sheet is not shown again: it is printed anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import (
    may_hand_out_codes,
    may_manage_accounts,
    organizations_given_codes_by,
    organizations_seen_by,
    people_given_codes_by,
)
from zhibu.apps.people.actions.accounts import HandedOut, hand_out_codes
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Person
from zhibu.apps.people.queries import AccountState, placed_in, state_of
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody of whom the sheet may hold a code."""

    person: Person
    state: AccountState

    @property
    def needs_code(self) -> bool:
        """No password and no slip in hand: chosen unless the reader says otherwise."""
        return self.state == AccountState.NO_PASSWORD

    @property
    def has_password(self) -> bool:
        return self.state == AccountState.OPEN

    @property
    def chip(self) -> str:
        return {AccountState.OPEN: "done", AccountState.CODE_GIVEN: "note"}.get(self.state, "open")


class ChosenPeople(forms.Form):
    """The people on the sheet; nobody else can be on it."""

    def __init__(self, data: object, people: QuerySet[Person]) -> None:
        super().__init__(data)  # type: ignore[arg-type] # the request's QueryDict
        self.fields["person"] = forms.ModelMultipleChoiceField(people)


@login_required
@require_safe
def codes(request: AskedRequest) -> HttpResponse:
    """Whose sheets one may print; straight to it where there is one only."""
    rows = organizations_given_codes_by(request.asker).filter(pk__in=Organization.objects.existing(request.asker.on))
    may_all = may_manage_accounts(request.asker)
    page = page_of(request, rows)
    not_found_unless(bool(page.paginator.count) or may_all)
    if page.paginator.count == 1 and not may_all:
        return redirect("codes_of", page[0].pk)
    return render(request, "secretary/codes/organizations.html", {"page": page, "may_all": may_all})


def _sheet_of(request: AskedRequest, key: UUID | None) -> Organization | None:
    """The organization whose sheet is asked for; ``None`` is the sheet of those without a unit."""
    if key is None:
        not_found_unless(may_manage_accounts(request.asker))
        return None
    organization = get_object_or_404(organizations_seen_by(request.asker), pk=key)
    forbid_unless(may_hand_out_codes(request.asker, organization))
    return organization


def _people(request: AskedRequest, organization: Organization | None) -> QuerySet[Person]:
    here = placed_in(organization, request.asker.on)
    return people_given_codes_by(request.asker).filter(pk__in=here).select_related("account__one_time_code")


def _address(name: str, organization: Organization | None) -> str:
    return reverse(name, args=[organization.pk]) if organization else reverse(f"{name}_no_unit")


def _name(organization: Organization | None) -> str:
    return organization.name if organization else _("People without a unit")


def _crumbs(organization: Organization | None, *further: str) -> list[Crumb]:
    sheets = Crumb(_("One-time codes"), reverse("codes"))
    if not further:
        return [sheets, Crumb(_name(organization))]
    return [sheets, Crumb(_name(organization), _address("codes_of", organization)), *map(Crumb, further)]


@login_required
@require_safe
def choose(request: AskedRequest, organization: UUID | None = None) -> HttpResponse:
    """Everybody of the organization, those who need a code marked."""
    at, sheet = clock.now(), _sheet_of(request, organization)
    people = _people(request, sheet)
    rows = [Row(person, state_of(getattr(person, "account", None), at)) for person in people]
    open_rows = [row for row in rows if row.state != AccountState.CLOSED]
    return render(
        request,
        "secretary/codes/choose.html",
        {
            "title": _name(sheet),
            "without": [row for row in open_rows if not row.has_password],
            "others": [row for row in open_rows if row.has_password],
            "closed": [row.person for row in rows if row.state == AccountState.CLOSED],
            "elsewhere": placed_in(sheet, request.asker.on).exclude(pk__in=people),
            "may_all": may_manage_accounts(request.asker),
            "sheet_url": _address("code_sheet", sheet),
            "crumbs": _crumbs(sheet),
        },
    )


@login_required
@never_cache
@conflict_on(PeopleRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: AskedRequest, organization: UUID | None = None) -> HttpResponse:
    """What was chosen, to be confirmed; confirmed, the codes, this once."""
    of = _sheet_of(request, organization)
    chosen = ChosenPeople(request.POST, _people(request, of).exclude(account__is_active=False))
    if request.method != "POST":
        return redirect(_address("codes_of", of))
    if not chosen.is_valid():
        messages.warning(request, _("Choose at least one person of this list."))
        return redirect(_address("codes_of", of))
    people: Sequence[Person] = list(chosen.cleaned_data["person"])
    if "paper" not in request.POST:
        facts = {"people": people, "cancel": _address("codes_of", of), "crumbs": _crumbs(of, _("Confirm"))}
        return render(request, "secretary/codes/confirm.html", facts)
    return _printed(people, of, request)


def _printed(people: Sequence[Person], of: Organization | None, request: AskedRequest) -> HttpResponse:
    """New codes on paper: a page to print, or a PDF."""
    at = clock.now()
    slips = hand_out_codes(people, sheet=of, actor=request.user.actor, at=at)
    address = settings.URL + reverse("first_login")
    if request.POST["paper"] == "pdf":
        answer = HttpResponse(_as_pdf(slips, of, address, at), content_type="application/pdf")
        answer["Content-Disposition"] = 'attachment; filename="codes.pdf"'
        return answer
    facts = {"slips": slips, "name": _name(of), "address": address, "until": slips[0].expires_at}
    more = {"back_url": _address("codes_of", of), "crumbs": _crumbs(of, _("Sheet"))}
    return render(request, "secretary/codes/sheet.html", facts | more)


def _as_pdf(slips: Sequence[HandedOut], of: Organization | None, address: str, at: dt.datetime) -> bytes:
    from zhibu.documents.codes import CodeSheet, CodeSlip, code_sheet

    paper = CodeSheet(
        organization=_name(of),
        address=address,
        valid_until=localtime(slips[0].expires_at),
        slips=tuple(CodeSlip(slip.account.name, slip.account.login, slip.code) for slip in slips),
    )
    return code_sheet(paper, at=at)
