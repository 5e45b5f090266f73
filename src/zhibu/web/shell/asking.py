"""A question before a deed: a page of its own, the deed where it is answered well, a refusal where it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page says. ``cancel``: the address it leads back to. ``more``: what its template says besides."""

    title: str
    question: str
    action: str
    cancel: str
    crumbs: list[Crumb]
    template: str = "shell/confirm.html"
    more: Mapping[str, object] = field(default_factory=dict)


def sent(request: AskedRequest) -> QueryDict | None:
    """What a form is bound to: also nothing at all, where it was sent empty."""
    return request.POST if request.method == "POST" else None


def asked_page(request: AskedRequest, asked: Asked, form: forms.Form) -> HttpResponse:
    context = {
        **asked.more,
        "title": asked.title,
        "question": asked.question,
        "action": asked.action,
        "cancel": asked.cancel,
        "crumbs": asked.crumbs,
        "form": form,
    }
    return render(request, asked.template, context, status=422 if form.errors else 200)


def ask(
    request: AskedRequest,
    asked: Asked,
    form: forms.Form,
    deed: Callable[[], str],
    *refusals: type[Exception],
    at: str | None = None,
    to: str = "",
) -> HttpResponse:
    """``deed`` returns what is told of it. A refusal stands at the field ``at``, or above the form.

    ``to``: where one goes after it, if not back.
    """
    if request.method == "POST" and form.is_valid():
        try:
            told = deed()
        except refusals as refusal:
            form.add_error(at, str(refusal))
        else:
            messages.success(request, told)
            return redirect(to or asked.cancel)
    return asked_page(request, asked, form)
