"""One's own phone: bound by a code or inside WeChat, and cut off at once."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.account_content.actions import binding
from zhibu.apps.account_content.queries import binding_of
from zhibu.domain.terms import AccountApp
from zhibu.web.shell.answers import not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.platforms import knows_people, platform_of
from zhibu.web.shell.signing import signed
from zhibu.wechat.errors import PlatformAway, PlatformRefused

#: How WeChat's browser calls itself.
_INSIDE = "MicroMessenger/"
#: Under which name the session remembers what was sent along to the platform.
_STATE = "wechat_state"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bound_phone(request: AskedRequest) -> HttpResponse:
    """Whether a phone is bound. POST makes a code, shown this once."""
    not_found_unless(knows_people() and request.user.person_id is not None)
    code = binding.make_code(request.user, **signed(request)) if request.method == "POST" else ""
    return render(
        request,
        "official_account/phone.html",
        {
            "code": code,
            "minutes": int(binding.CODE_LASTS.total_seconds() // 60),
            "bound": binding_of(request.user, AccountApp.OFFICIAL),
            "is_inside": _INSIDE in request.headers.get("User-Agent", "") and _has_pages(),
            "crumbs": [Crumb(_("Account and security"), reverse("account")), Crumb(_("Official account"))],
        },
    )


def _has_pages() -> bool:
    """Only a verified service account may ask whose phone it is."""
    return platform_of(AccountApp.OFFICIAL) is not None and settings.WECHAT_KIND == "service"


@login_required
@require_POST
def end_bound_phone(request: AskedRequest) -> HttpResponse:
    """From now on nobody learns anything by that phone."""
    bound = binding_of(request.user, AccountApp.OFFICIAL)
    if bound is not None:
        binding.unbind(bound, **signed(request))
    messages.success(request, _("The phone is cut off. Nothing is told to it any more."))
    return redirect("bound_phone")


# --- Inside WeChat -------------------------------------------------------------------------------------------------


@login_required
@require_POST
def bind_here(request: AskedRequest) -> HttpResponse:
    """To the platform, which sends back whose phone this is (snsapi_base: no name, no picture)."""
    not_found_unless(knows_people() and request.user.person_id is not None and _has_pages())
    platform = platform_of(AccountApp.OFFICIAL)
    assert platform is not None
    request.session[_STATE] = state = secrets.token_urlsafe(24)
    return redirect(platform.authorize_url(settings.URL + reverse("bound_here"), state))


@login_required
@never_cache
@require_safe
def bound_here(request: AskedRequest) -> HttpResponse:
    """Back from the platform. ``state`` has to be the one this very session sent along, and serves once."""
    not_found_unless(knows_people() and request.user.person_id is not None and _has_pages())
    sent = request.session.pop(_STATE, "")
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if not sent or not code or not constant_time_compare(sent, state):
        messages.error(request, _("This page was not opened from here. Begin again."))
        return redirect("bound_phone")
    platform = platform_of(AccountApp.OFFICIAL)
    assert platform is not None
    try:
        sender = platform.who(code)
    except (PlatformAway, PlatformRefused):
        messages.error(request, _("WeChat did not say whose phone this is. Begin again, or send a code."))
        return redirect("bound_phone")
    binding.bind(request.user, app=AccountApp.OFFICIAL, sender=sender, **signed(request))
    messages.success(request, _("This phone is bound."))
    return redirect("bound_phone")
