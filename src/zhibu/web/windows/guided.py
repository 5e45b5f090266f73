"""Guided units at the desk: which units a section guides, and the page each of them reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.guides.access import may_keep_unit, sections_kept_by
from zhibu.apps.guides.actions import guiding
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import GuidedUnit
from zhibu.apps.guides.queries import units_on
from zhibu.apps.windows.models import Section
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import signed

_DATE = {"type": "date"}


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Guided units"), reverse("guided_units") if further else ""), *further]


@login_required
@require_safe
def units(request: AskedRequest) -> HttpResponse:
    """Those guided today, by section; seen by everybody of the house, as by the public on the page of each."""
    page = page_at_once(request, units_on(clock.today()).order_by("section__name", "name"))
    kept = set(sections_kept_by(request.asker).values_list("pk", flat=True))
    return render(request, "windows/guides/units.html", {"page": page, "kept": kept, "crumbs": _crumbs()})


class UnitForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("windows", "Name"), max_length=60)
    contact = forms.CharField(
        label=_lazy("Contact"),
        required=False,
        max_length=120,
        help_text=_lazy("An office and its phone; nobody's name."),
    )
    field_order = ("name", "section", "contact", "since")

    def __init__(self, *args: Any, sections: Sequence[Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"] = forms.ChoiceField(
            label=_("Guided by"), choices=[(str(one.pk), one.name) for one in sections]
        )
        self.order_fields(self.field_order)


class NewUnitForm(UnitForm):
    since = forms.DateField(label=_lazy("From"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    sections = list(sections_kept_by(request.asker))
    forbid_unless(bool(sections))
    form = NewUnitForm(request.POST or None, sections=sections, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            guiding.guide_unit(
                name=said["name"],
                section=next(one for one in sections if str(one.pk) == said["section"]),
                contact=said["contact"],
                since=said["since"],
                **signed(request),
            )
        except GuideRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("guided_units")
    return _form(request, form, _("Another guided unit"))


def _kept(request: AskedRequest, guided_id: UUID) -> GuidedUnit:
    found = get_object_or_404(GuidedUnit.objects.select_related("section"), pk=guided_id)
    forbid_unless(may_keep_unit(request.asker, found))
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, guided_id: UUID) -> HttpResponse:
    found = _kept(request, guided_id)
    sections = list(sections_kept_by(request.asker))
    known = {"name": found.name, "section": str(found.section_id), "contact": found.contact}
    form = UnitForm(request.POST or None, sections=sections, initial=known)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            guiding.alter_unit(
                found,
                name=said["name"],
                section=next(one for one in sections if str(one.pk) == said["section"]),
                contact=said["contact"],
                **signed(request),
            )
        except GuideRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("guided_units")
    return _form(request, form, _("Alter %(unit)s") % {"unit": found.name})


def _form(request: AskedRequest, form: forms.Form, title: str) -> HttpResponse:
    return render(
        request,
        "windows/form.html",
        {
            "form": form,
            "title": title,
            "back": reverse("guided_units"),
            "action": _("Save"),
            "crumbs": _crumbs(Crumb(title)),
        },
        status=422 if form.errors else 200,
    )


class EndForm(forms.Form):
    on = forms.DateField(label=_lazy("From which day on"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))


@login_required
@conflict_on(GuideRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: AskedRequest, guided_id: UUID) -> HttpResponse:
    found = _kept(request, guided_id)
    form = EndForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        guiding.end_unit(found, on=form.cleaned_data["on"], **signed(request))
        messages.success(request, _("Saved."))
        return redirect("guided_units")
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("End the guidance"),
            "question": _("The day is the first on which %(unit)s is guided no more.") % {"unit": found.name},
            "action": _("Guide no longer"),
            "cancel": reverse("guided_units"),
            "form": form,
            "crumbs": _crumbs(Crumb(_("End the guidance"))),
        },
        status=422 if form.errors else 200,
    )
