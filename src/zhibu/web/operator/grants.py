"""Roles that no post gives: given and ended by the security administrator, read also by the audit administrator."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import accounts_managed_by, grants_seen_by, may_audit, may_manage_accounts
from zhibu.apps.people.actions import accounts as deeds
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.domain.terms import OrganizationKind, Role
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.templatetags.words import word


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=gettext_lazy("Unit"),
        required=False,
        help_text=gettext_lazy("Only a window manager has one: the unit whose windows they look after."),
        empty_label=gettext_lazy("none"),
    )

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, word(role)) for role in Role]  # type: ignore[attr-defined]
        units = Organization.objects.existing(on).exclude(kind=OrganizationKind.GROUP)
        self.fields["organization"].queryset = units  # type: ignore[attr-defined]


@login_required
@require_safe
def grants(request: AskedRequest) -> HttpResponse:
    """Who holds which role today."""
    asker = request.asker
    not_found_unless(may_manage_accounts(asker) or may_audit(asker))
    held = grants_seen_by(asker).filter(holds_on(asker.on)).select_related("account", "organization")
    page = page_of(request, held.order_by("role", "account__login", "organization__path"))
    facts = {"page": page, "may_end": may_manage_accounts(asker)}
    return render(request, "operator/grants/list.html", facts)


@login_required
@conflict_on(PeopleRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def give_grant(request: AskedRequest, account: UUID) -> HttpResponse:
    found = get_object_or_404(accounts_managed_by(request.asker), pk=account)
    at = clock.now()
    form = GrantForm(request.POST or None, on=at.date())
    if request.method == "POST" and form.is_valid():
        deeds.grant(
            found,
            role=Role(form.cleaned_data["role"]),
            organization=form.cleaned_data["organization"],
            on=at.date(),
            actor=request.user.actor,
            at=at,
        )
        messages.success(request, _("The role is given from today."))
        return redirect("account_of", found.pk)
    return render(
        request,
        "operator/grants/give.html",
        {
            "account": found,
            "form": form,
            "crumbs": [
                Crumb(_("Accounts"), reverse("accounts")),
                Crumb(found.name or found.login, reverse("account_of", args=[found.pk])),
                Crumb(_("Give a role")),
            ],
        },
    )


@login_required
@conflict_on(PeopleRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def end_grant(request: AskedRequest, grant: UUID) -> HttpResponse:
    """From today without the role. Everybody sees their own roles, and only the security administrator ends one."""
    held = get_object_or_404(grants_seen_by(request.asker).select_related("account", "organization"), pk=grant)
    forbid_unless(may_manage_accounts(request.asker))
    at = clock.now()
    if request.method == "POST":
        deeds.end_grant(held, on=at.date(), actor=request.user.actor, at=at)
        messages.success(request, _("The role has ended."))
        return redirect("account_of", held.account_id)
    facts = {"role": word(held.word), "name": held.account.name or held.account.login}
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("End a role"),
            "question": _("%(name)s is %(role)s no more, from today.") % facts,
            "action": _("End the role"),
            "cancel": reverse("account_of", args=[held.account_id]),
            "crumbs": [Crumb(_("Roles"), reverse("grants")), Crumb(_("End a role"))],
        },
    )
