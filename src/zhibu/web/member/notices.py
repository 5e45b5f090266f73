"""What somebody was told, and when and how they want to be told. Opening a page notes nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.account_content.queries import binding_of
from zhibu.apps.notices.actions.telling import set_wishes
from zhibu.apps.notices.errors import NoticeRefusal
from zhibu.apps.notices.queries import notices_of, wishes_of
from zhibu.domain.terms import AccountApp
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.navigation import address
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, my_id, signed
from zhibu.web.shell.told import told


@login_required
@require_safe
def notices(request: AskedRequest) -> HttpResponse:
    page = page_of(request, notices_of(my_id(request)))
    lines = [told(notice) for notice in page.object_list]
    context = {"page": page, "lines": lines, "sent_url": address("circulars") if request.asker.offices else ""}
    return render(request, "member/notices.html", context)


class WishesForm(forms.Form):
    starts = forms.TimeField(label=_lazy("Not before"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(
        label=_lazy("Not after"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_lazy("An end before the beginning is on the next day: 20:00 to 08:00 for nights."),
    )
    by_mail = forms.BooleanField(label=_lazy("By mail as well"), required=False)
    email = forms.EmailField(
        label=_lazy("E-mail address"),
        max_length=254,
        required=False,
        help_text=_lazy("For notices only; nobody else sees it. Mails hold what the notice says, and a link."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

    by_account = forms.BooleanField(
        label=_lazy("By the official account as well"),
        required=False,
        help_text=_lazy("To the bound phone: why, when, and a link. No title, no name, no place."),
    )

    def __init__(self, *args: Any, has_phone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.MAIL_URL:
            del self.fields["by_mail"], self.fields["email"]
        if not has_phone:
            del self.fields["by_account"]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: AskedRequest) -> HttpResponse:
    """When one is written to, and whether by mail."""
    person = me(request)
    kept = wishes_of(person.pk)
    given: dict[str, Any] = {
        "starts": kept.starts,
        "ends": kept.ends,
        "by_mail": kept.by_mail,
        "email": kept.email,
        "by_account": kept.by_account,
    }
    has_phone = settings.WECHAT_TELLS and binding_of(request.user, AccountApp.OFFICIAL) is not None
    form = WishesForm(request.POST or None, initial=given, has_phone=has_phone)
    if request.method == "POST" and form.is_valid():
        try:
            set_wishes(person, **(given | form.cleaned_data), **signed(request))
        except NoticeRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted. From now on you are told so."))
            return redirect("notices")
    context = {
        "title": _("When and how I am told"),
        "has_mail": bool(settings.MAIL_URL),
        "action": _("Save"),
        "cancel": reverse("notices"),
        "form": form,
        "crumbs": [Crumb(_("Notices"), reverse("notices")), Crumb(_("When and how I am told"))],
    }
    return render(request, "member/wishes.html", context, status=422 if form.errors else 200)
