"""One's own tokens for the JSON API: made, shown once, revoked."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.people.actions.accounts import issue_tokens, revoke_token
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest


class TokenForm(forms.Form):
    """What for and for how long; a year at most."""

    label = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=60,
        help_text=gettext_lazy("So that you know it again: the program or the computer that will use it."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long it lasts"),
        coerce=int,
        initial=30,
        choices=[
            (1, gettext_lazy("one day")),
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("one year")),
        ],
    )


def _crumbs(last: str) -> list[Crumb]:
    return [
        Crumb(_("Account and security"), reverse("account")),
        Crumb(_("API tokens"), reverse("tokens")),
        Crumb(last),
    ]


@login_required
@require_safe
def tokens(request: AskedRequest) -> HttpResponse:
    """What was made and is kept; when a token was used is not."""
    at = clock.now()
    rows = [(token, token.expires_at > at) for token in request.user.api_tokens.order_by("-made_at")]
    crumbs = [*_crumbs("")[:1], Crumb(_("API tokens"))]
    return render(request, "feeds/tokens.html", {"rows": rows, "crumbs": crumbs})


@login_required
@reauthentication_required  # type: ignore[untyped-decorator] # allauth is untyped
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """A stolen session must not become a key for a year: one shows once more who one is."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert request.user.is_authenticated
        label, lasts = form.cleaned_data["label"], dt.timedelta(days=form.cleaned_data["days"])
        at, account = clock.now(), request.user
        token = issue_tokens([account], label=label, lasts=lasts, actor=account.actor, at=at)[0]
        made = {"token": token, "label": label, "expires_at": at + lasts, "crumbs": _crumbs(_("New token"))}
        return render(request, "feeds/token_made.html", made)
    return render(request, "feeds/new_token.html", {"form": form, "crumbs": _crumbs(_("New token"))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_token(request: AskedRequest, token: UUID) -> HttpResponse:
    kept = get_object_or_404(request.user.api_tokens, pk=token)
    if request.method == "POST":
        revoke_token(kept, actor=request.user.actor, at=clock.now())
        messages.success(request, _("The token “%(label)s” is revoked.") % {"label": kept.label})
        return redirect("tokens")
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Revoke a token"),
            "question": _("Programs that use “%(label)s” get no answers any more, at once.") % {"label": kept.label},
            "action": _("Revoke"),
            "cancel": reverse("tokens"),
            "crumbs": _crumbs(_("Revoke")),
        },
    )
