"""Rotations: those of one's units, and those that come with zhibu to be taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
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

from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import called
from zhibu.apps.rosters.access import rotations_kept_by
from zhibu.apps.rosters.actions import shifts as deeds
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import Rotation, Shift
from zhibu.domain.rotations import SHIPPED, Pattern, with_codes
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.forms import organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import signed
from zhibu.web.windows.units import units_managed


@dataclass(frozen=True, slots=True)
class Offered:
    """One that comes with zhibu, in the codes of the house; ``missing``: hours that no shift of the house has."""

    key: str
    name: str
    cycle: str
    missing: Sequence[str]
    url: str


def offered(pattern: Pattern, shifts: Sequence[Shift]) -> Offered:
    cycle = with_codes(pattern, [(shift.code, shift.span) for shift in shifts if not shift.is_leave])
    codes = {shift.code for shift in shifts}
    missing = [code for code in dict.fromkeys(cycle) if code not in codes and code != "-"]
    url = f"{reverse('rotation_new')}?{urlencode({'from': pattern.key})}"
    return Offered(pattern.key, pattern.zh, " ".join(cycle), missing, url)


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Rotations"), reverse("rotations")), *further]


@login_required
@require_safe
def rotations(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.windows))
    shifts = list(Shift.objects.order_by("code"))
    kept = rotations_kept_by(request.asker).select_related("unit").order_by("unit__path", "name")
    return render(
        request,
        "windows/rotations.html",
        {
            "page": page_at_once(request, kept),
            "shifts": shifts,
            "shipped": [offered(pattern, shifts) for pattern in SHIPPED],
        },
    )


class RotationForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("windows", "Name"), max_length=40)
    cycle = forms.CharField(
        label=_lazy("Shifts in their order"),
        max_length=400,
        help_text=_lazy(
            "Codes with a space between them, one a day, counted from a Monday; “-” is a day left open. "
            "早 早 中 中 夜 夜 休 休"
        ),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


class NewRotationForm(RotationForm):
    def __init__(self, *args: Any, units: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = organization_field(_lazy("Unit"), units, empty=None)
        self.order_fields(["unit", "name", "cycle"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    """``?from=``: one that comes with zhibu, to begin with."""
    forbid_unless(bool(request.asker.windows))
    units = units_managed(request)
    shifts = list(Shift.objects.order_by("code"))
    start = next((pattern for pattern in SHIPPED if pattern.key == request.GET.get("from")), None)
    begin = offered(start, shifts) if start else None
    initial = {"name": begin.name, "cycle": begin.cycle} if begin else {}
    form = NewRotationForm(request.POST or None, units=list(units), initial=initial)
    if request.method == "POST" and form.is_valid():
        unit = called(form.cleaned_data["unit"], units).first() if form.cleaned_data["unit"] else None
        if unit is None:
            form.add_error("unit", _("Choose the unit whose rotation it is."))
        elif _keep(request, form, unit, None):
            return redirect("rotations")
    return _page(request, form, shifts, title=_("New rotation"), crumbs=_crumbs(Crumb(_("New"))))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, rotation_id: UUID) -> HttpResponse:
    kept = get_object_or_404(rotations_kept_by(request.asker).select_related("unit"), pk=rotation_id)
    form = RotationForm(request.POST or None, initial={"name": kept.name, "cycle": kept.cycle})
    if request.method == "POST" and form.is_valid() and _keep(request, form, kept.unit, kept):
        return redirect("rotations")
    shifts = list(Shift.objects.order_by("code"))
    return _page(request, form, shifts, title=kept.name, crumbs=_crumbs(Crumb(kept.name)), rotation=kept)


def _keep(request: AskedRequest, form: forms.Form, unit: Organization, rotation: Rotation | None) -> bool:
    """Whether it is kept; where it is refused the form says why."""
    said = form.cleaned_data
    try:
        deeds.keep_rotation(
            unit, name=said["name"], cycle=said["cycle"].split(), rotation=rotation, **signed(request)
        )
    except RosterRefusal as refusal:
        form.add_error("cycle" if said["name"] not in str(refusal) else "name", str(refusal))
        return False
    messages.success(request, _("Saved. Rosters filled before stay as they are."))
    return True


def _page(
    request: AskedRequest,
    form: forms.Form,
    shifts: Sequence[Shift],
    *,
    title: str,
    crumbs: list[Crumb],
    rotation: Rotation | None = None,
) -> HttpResponse:
    facts = {"form": form, "shifts": shifts, "title": title, "crumbs": crumbs, "rotation": rotation}
    return render(request, "windows/rotation.html", facts, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: AskedRequest, rotation_id: UUID) -> HttpResponse:
    kept = get_object_or_404(rotations_kept_by(request.asker), pk=rotation_id)
    if request.method == "POST":
        deeds.drop_rotation(kept, **signed(request))
        messages.success(request, _("The rotation is offered no more. Rosters filled from it stay as they are."))
        return redirect("rotations")
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Delete %(name)s") % {"name": kept.name},
            "question": _("It is offered no more. Rosters filled from it stay as they are."),
            "action": _("Delete"),
            "cancel": reverse("rotations"),
            "crumbs": _crumbs(Crumb(kept.name)),
        },
    )
