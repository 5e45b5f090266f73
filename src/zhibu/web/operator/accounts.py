"""The security administrator's page of accounts: who can come in, new codes, closing and opening again.

When and how often somebody logs in stands on no page, because it is kept nowhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.account_content.access import bindings_ended_by
from zhibu.apps.account_content.actions.binding import unbind
from zhibu.apps.people.access import accounts_managed_by, may_give_code, may_manage_accounts
from zhibu.apps.people.actions.accounts import HandedOut, close_account, renew_code
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Account, Grant
from zhibu.apps.people.queries import AccountState, has_state, spelled, state_of
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of


class Filters(forms.Form):
    text = forms.CharField(label=gettext_lazy("Name, number or login"), max_length=40, required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("Log-in"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            ("open", gettext_lazy("can log in")),
            ("without", gettext_lazy("without a password")),
            ("closed", gettext_lazy("closed")),
        ],
    )

    def chosen(self, accounts: QuerySet[Account], at: dt.datetime) -> QuerySet[Account]:
        """What the reader asks for; a wrong value asks for nothing in particular."""
        self.is_valid()
        text, state = self.cleaned_data.get("text", ""), self.cleaned_data.get("state", "")
        if text:
            accounts = accounts.filter(spelled(text, "person__") | Q(login__icontains=text) | Q(name__contains=text))
        match state:
            case "open":
                return accounts.filter(has_state(AccountState.OPEN, at))
            case "without":
                return accounts.filter(
                    has_state(AccountState.NO_PASSWORD, at) | has_state(AccountState.CODE_GIVEN, at)
                )
            case "closed":
                return accounts.filter(has_state(AccountState.CLOSED, at))
            case _:
                return accounts


@dataclass(frozen=True, slots=True)
class Row:
    account: Account
    state: AccountState
    grants: list[Grant]

    @property
    def chip(self) -> str:
        return {AccountState.OPEN: "done", AccountState.CODE_GIVEN: "note", AccountState.CLOSED: "quiet"}.get(
            self.state, "open"
        )


def _with_grants(accounts: QuerySet[Account], on: dt.date) -> QuerySet[Account]:
    held = Grant.objects.on(on).select_related("organization")
    return accounts.select_related("person", "one_time_code").prefetch_related(Prefetch("grants", held, "held"))


def _row(account: Account, at: dt.datetime) -> Row:
    return Row(account, state_of(account, at), account.held)  # type: ignore[attr-defined] # prefetched above


@login_required
@require_safe
def accounts(request: AskedRequest) -> HttpResponse:
    not_found_unless(may_manage_accounts(request.asker))
    at, form = clock.now(), Filters(request.GET)
    found = form.chosen(_with_grants(accounts_managed_by(request.asker), at.date()), at)
    page = page_of(request, found.order_by("login"))
    rows = [_row(account, at) for account in page]
    return render(request, "operator/accounts/list.html", {"page": page, "rows": rows, "form": form})


def _account(request: AskedRequest, key: UUID) -> Account:
    return get_object_or_404(_with_grants(accounts_managed_by(request.asker), request.asker.on), pk=key)


def _crumbs(account: Account, *further: str) -> list[Crumb]:
    all_of_them, own = Crumb(_("Accounts"), reverse("accounts")), account.name or account.login
    if not further:
        return [all_of_them, Crumb(own)]
    return [all_of_them, Crumb(own, reverse("account_of", args=[account.pk])), *map(Crumb, further)]


def _may_print_code(request: AskedRequest, account: Account) -> bool:
    """Accounts that are nobody's on the staff are administrators'; their codes are made at the terminal."""
    return account.person is not None and may_give_code(request.asker, account.person)


@login_required
@require_safe
def account_of(request: AskedRequest, account: UUID) -> HttpResponse:
    found = _account(request, account)
    return render(
        request,
        "operator/accounts/account.html",
        {
            "row": _row(found, clock.now()),
            "account": found,
            "may_print_code": _may_print_code(request, found),
            "phones": found.bindings.all(),
            "crumbs": _crumbs(found),
        },
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_code(request: AskedRequest, account: UUID) -> HttpResponse:
    """A new one-time code, shown this once. A closed account opens again by it."""
    found = _account(request, account)
    forbid_unless(_may_print_code(request, found))
    if request.method == "POST":
        at = clock.now()
        return _printed(request, renew_code(found, actor=request.user.actor, at=at), at)
    return render(
        request,
        "operator/accounts/new_code.html",
        {
            "title": _("New one-time code") if found.is_active else _("Open the account again"),
            "account": found,
            "cancel": reverse("account_of", args=[found.pk]),
            "crumbs": _crumbs(found, _("New one-time code")),
        },
    )


def _printed(request: AskedRequest, slip: HandedOut, at: dt.datetime) -> HttpResponse:
    address = settings.URL + reverse("first_login")
    if request.POST.get("paper") == "pdf":
        answer = HttpResponse(_as_pdf(slip, address, at), content_type="application/pdf")
        answer["Content-Disposition"] = 'attachment; filename="code.pdf"'
        return answer
    facts = {"slip": slip, "address": address, "crumbs": _crumbs(slip.account, _("New one-time code"))}
    return render(request, "operator/accounts/code.html", facts)


def _as_pdf(slip: HandedOut, address: str, at: dt.datetime) -> bytes:
    from zhibu.documents.codes import CodeSheet, CodeSlip, code_sheet

    paper = CodeSlip(slip.account.name, slip.account.login, slip.code)
    until = localtime(slip.expires_at)
    return code_sheet(CodeSheet(slip.account.name, address, until, (paper,)), at=at)


@login_required
@conflict_on(PeopleRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: AskedRequest, account: UUID) -> HttpResponse:
    found = _account(request, account)
    if request.method == "POST":
        close_account(found, actor=request.user.actor, at=clock.now())
        messages.success(request, _("The account is closed; all its devices are logged out."))
        return redirect("account_of", found.pk)
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Close the account of %(name)s") % {"name": found.name or found.login},
            "question": _(
                "Nobody comes in by it any more: devices are logged out at once; password, passkeys, codes, tokens "
                "and roles end. What was recorded by it stays. It can be opened again with a new code."
            ),
            "action": _("Close the account"),
            "cancel": reverse("account_of", args=[found.pk]),
            "crumbs": _crumbs(found, _("Close")),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_phone(request: AskedRequest, account: UUID) -> HttpResponse:
    """A lost phone learns nothing any more, from this moment on."""
    found = _account(request, account)
    if request.method == "POST":
        for bound in bindings_ended_by(request.asker).filter(account=found).select_related("account"):
            unbind(bound, actor=request.user.actor, at=clock.now())
        messages.success(request, _("The phone is cut off. Nothing is told to it any more."))
        return redirect("account_of", found.pk)
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Cut off the phone of %(name)s") % {"name": found.name or found.login},
            "question": _("The official account does not know it any more, at once. It can be bound again."),
            "action": _("Cut the phone off"),
            "cancel": reverse("account_of", args=[found.pk]),
            "crumbs": _crumbs(found, _("Bound phone")),
        },
    )
