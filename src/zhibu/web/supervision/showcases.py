"""A superior holds a playbook up as a demonstration (示范点), with reasons and a term, and ends that early."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.access import may_end_showcase, may_mark, playbooks_read_by
from zhibu.apps.showcases.actions import marking
from zhibu.apps.showcases.actions.marking import LONGEST_REASONS, LONGEST_WHY
from zhibu.apps.showcases.errors import ShowcaseRefusal
from zhibu.apps.showcases.models import Playbook, Showcase
from zhibu.domain.tree import tops
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

#: Days of a term, unless another is chosen.
USUAL_TERM = 365


class MarkForm(forms.Form):
    reasons = forms.CharField(
        label=_lazy("What others can learn here"), max_length=LONGEST_REASONS, widget=forms.Textarea({"rows": 4})
    )
    until = forms.DateField(
        label=_lazy("Until, this day included"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class EndForm(forms.Form):
    why = forms.CharField(label=_lazy("Why it ends early"), max_length=LONGEST_WHY)


def _page(playbook: Playbook) -> str:
    newest = playbook.editions.order_by("-number")[0]
    return reverse("playbook", args=[newest.pk])


def _crumbs(back: str, title: str) -> list[Crumb]:
    return [Crumb(_("Playbooks"), reverse("playbooks")), Crumb(_("Playbook"), back), Crumb(title)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def showcase_mark(request: AskedRequest, playbook_id: UUID) -> HttpResponse:
    found = get_object_or_404(playbooks_read_by(request.asker).select_related("organization"), pk=playbook_id)
    forbid_unless(may_mark(request.asker, found))
    above = set(tops(found.organization.path)[:-1]) & set(request.asker.offices)
    office = Organization.objects.filter(path__in=above).order_by("-depth")[0]
    back = _page(found)
    form = MarkForm(request.POST or None, initial={"until": clock.today() + dt.timedelta(days=USUAL_TERM)})
    if request.method == "POST" and form.is_valid():
        try:
            marking.mark(found, office, **form.cleaned_data, **signed(request))
        except ShowcaseRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is held up as a demonstration; the mark ends by itself."))
            return redirect(back)
    title = _("Mark as a demonstration")
    context = {
        "title": title,
        "question": _("%(name)s, in the name of %(office)s") % {"name": found.branch, "office": office.name},
        "form": form,
        "action": _("Mark"),
        "cancel": back,
        "crumbs": _crumbs(back, title),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def showcase_end(request: AskedRequest, showcase_id: UUID) -> HttpResponse:
    rows = Showcase.objects.filter(playbook__in=playbooks_read_by(request.asker).order_by().values("pk"))
    found = get_object_or_404(rows.select_related("playbook", "office"), pk=showcase_id)
    forbid_unless(may_end_showcase(request.asker, found))
    back = _page(found.playbook)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            marking.end_mark(found, why=form.cleaned_data["why"], **signed(request))
        except ShowcaseRefusal as refusal:
            form.add_error("why", str(refusal))
        else:
            messages.success(request, _("The mark has ended."))
            return redirect(back)
    title = _("End the mark early")
    context = {
        "title": title,
        "question": found.reasons,
        "form": form,
        "action": _("End the mark"),
        "cancel": back,
        "crumbs": _crumbs(back, title),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)
