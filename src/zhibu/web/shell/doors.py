"""How one comes in and goes out beside the library's own pages: the first log-in, one's account, one's sessions."""

from __future__ import annotations

from http import HTTPStatus

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhibu.apps.people.actions.accounts import redeem_code
from zhibu.apps.people.errors import CodeRefused
from zhibu.apps.people.models import Account
from zhibu.web.shell import clock, sessions
from zhibu.web.shell.forms import FirstLoginForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.platforms import knows_people


@sensitive_post_parameters("code", "password1", "password2")
@never_cache
def first_login(request: HttpRequest) -> HttpResponse:
    """With the printed code and a new password; the code is used up and one is in."""
    if request.user.is_authenticated:
        return redirect("home")
    form = FirstLoginForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        if not _may_try(request):
            form.add_error(None, _("Too many tries. Wait five minutes, then try again."))
            status = HTTPStatus.TOO_MANY_REQUESTS
        elif form.is_valid():
            account = _redeem(form)
            if account is not None:
                request.session.set_expiry(0)
                answer: HttpResponse = perform_login(request, account)
                return answer
    return render(request, "account/first.html", {"form": form}, status=status)


def _may_try(request: HttpRequest) -> bool:
    """Counted per account and per address, before the code is looked at, known account or not."""
    key = request.POST.get("login", "").strip().lower()
    return bool(ratelimit.consume(request, action="first_login", key=key))


def _redeem(form: FirstLoginForm) -> Account | None:
    """The account that is now open; ``None`` with the reason on the form."""
    given = form.cleaned_data
    try:
        return redeem_code(login=given["login"], code=given["code"], password=given["password1"], at=clock.now())
    except CodeRefused as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as error:
        form.add_error("password1", error)
    return None


@login_required
def account(request: AskedRequest) -> HttpResponse:
    """How one comes in: password, passkeys, codes, and where one is logged in now."""
    keys: dict[str, list[Authenticator]] = {kind: [] for kind in Authenticator.Type.values}
    for key in Authenticator.objects.filter(user=request.user).order_by("created_at"):
        keys[key.type].append(key)
    here = request.session.session_key
    devices = [
        {"row": row, "device": sessions.in_words(row), "is_here": row.session_key == here}
        for row in sessions.open_sessions(request.user, clock.now())
    ]
    return render(
        request,
        "shell/account.html",
        {
            "passkeys": keys[Authenticator.Type.WEBAUTHN],
            "totp": keys[Authenticator.Type.TOTP],
            "recovery_codes": keys[Authenticator.Type.RECOVERY_CODES],
            "sessions": devices,
            "knows_phones": knows_people() and request.user.person_id is not None,
        },
    )


@login_required
@require_POST
def end_session(request: AskedRequest, pk: int) -> HttpResponse:
    """Log out another device of one's own."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    session.end()
    messages.success(request, _("That device is logged out."))
    return redirect("account")


@login_required
@require_POST
def end_other_sessions(request: AskedRequest) -> HttpResponse:
    sessions.end_other_sessions(request.user, request.session.session_key)
    messages.success(request, _("All other devices are logged out."))
    return redirect("account")
