"""Honors are put on record, corrected and withdrawn, by office holders, and never one's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.honors.access import (
    honors_seen_by,
    may_keep_honor,
    organizations_honored_by,
    people_honored_by,
)
from zhibu.apps.honors.actions import bestowing
from zhibu.apps.honors.actions.bestowing import LONGEST_NAME, LONGEST_REASON, LONGEST_TITLE, Conferred
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Honor
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import called
from zhibu.apps.people.models import Person
from zhibu.domain.terms import HonorKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.forms import MOST_OFFERED, SeveralFiles, organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed


class HonorForm(forms.Form):
    title = forms.CharField(label=_lazy("Honor"), max_length=LONGEST_TITLE)
    year = forms.IntegerField(label=_lazy("Year"), widget=forms.TextInput({"inputmode": "numeric"}))
    kind = forms.ChoiceField(label=_lazy("Kind"), choices=[(word.value, word.zh) for word in HonorKind])
    conferred_by = forms.CharField(label=_lazy("Conferred by"), required=False, max_length=LONGEST_NAME)
    reason = forms.CharField(
        label=_lazy("For what"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3})
    )
    papers = forms.FileField(label=_lazy("Papers"), required=False, widget=SeveralFiles)

    def conferred(self, request: AskedRequest) -> Conferred:
        said = self.cleaned_data
        return Conferred(
            title=said["title"],
            year=said["year"],
            kind=HonorKind(said["kind"]),
            conferred_by=said["conferred_by"],
            reason=said["reason"],
            papers=[(file.name or "", file.read()) for file in request.FILES.getlist("papers")],
        )


class NewHonorForm(HonorForm):
    person = forms.CharField(
        label=_lazy("Whose: a person"),
        required=False,
        max_length=40,
        help_text=_lazy("Name or staff number. Leave it empty where it is the organization's."),
    )
    field_order = ("person", "organization", "title", "year", "kind", "conferred_by", "reason", "papers")

    def __init__(self, *args: Any, request: AskedRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asker = request.asker
        offered = organizations_honored_by(self.asker).order_by("path")[: MOST_OFFERED + 1]
        self.fields["organization"] = organization_field(
            _lazy("Whose: an organization"), offered, empty=_lazy("none: it is a person's")
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if bool(said.get("person")) == bool(said.get("organization")):
            self.add_error("person", _("Say whose it is: a person's or an organization's, not both."))
        elif said["person"]:
            said["bearer"] = self._person(said["person"].strip())
        else:
            said["bearer"] = called(said["organization"], organizations_honored_by(self.asker)).first()
            if said["bearer"] is None:
                self.add_error("organization", _("No organization of yours is called so. Type its code."))
        return said

    def _person(self, typed: str) -> Person | None:
        among = people_honored_by(self.asker).filter(Q(staff_number=typed) | Q(name=typed))
        found = list(among.order_by("staff_number")[:2])
        if len(found) == 1:
            return found[0]
        if found:
            self.add_error("person", _("Several are called “%(typed)s”. Type the staff number.") % {"typed": typed})
        else:
            self.add_error(
                "person",
                _("Nobody whose honors you keep is called “%(typed)s”. One's own are put on record by others.")
                % {"typed": typed},
            )
        return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.offices))
    form = NewHonorForm(
        request.POST or None, request.FILES or None, request=request, initial={"year": clock.today().year}
    )
    if request.method == "POST" and form.is_valid():
        bearer: Person | Organization = form.cleaned_data["bearer"]
        try:
            made = bestowing.bestow(bearer, form.conferred(request), **signed(request))
        except (HonorRefusal, FileRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is on record."))
            return redirect("honor", made.pk)
    return _form(request, form, _("Put an honor on record"), reverse("honors"), Crumb(_("New")))


def _form(request: AskedRequest, form: forms.Form, title: str, cancel: str, *crumbs: Crumb) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "cancel": cancel,
        "crumbs": [Crumb(_("Honors"), reverse("honors")), *crumbs],
    }
    return render(request, "secretary/honors/form.html", context, status=422 if form.errors else 200)


def _kept(request: AskedRequest, honor_id: UUID) -> Honor:
    rows = honors_seen_by(request.asker).select_related("person", "organization")
    found = get_object_or_404(rows, pk=honor_id)
    forbid_unless(may_keep_honor(request.asker, found))
    return found


class _Reason(forms.Form):
    why = forms.CharField(
        label=_lazy("What was wrong"),
        max_length=300,
        help_text=_lazy("Read by whoever keeps honors here, and by the person."),
    )


class CorrectForm(HonorForm, _Reason):
    field_order = ("title", "year", "kind", "conferred_by", "reason", "papers", "why")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: AskedRequest, honor_id: UUID) -> HttpResponse:
    found = _kept(request, honor_id)
    initial = {name: getattr(found, name) for name in ("title", "year", "kind", "conferred_by", "reason")}
    form = CorrectForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            right = bestowing.correct(
                found, form.conferred(request), reason=form.cleaned_data["why"], **signed(request)
            )
        except (HonorRefusal, FileRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Corrected. What was wrong stays behind it, with the reason."))
            return redirect("honor", right.pk)
    back = reverse("honor", args=[found.pk])
    return _form(request, form, _("Correct an honor"), back, Crumb(found.title, back), Crumb(_("Correct")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AskedRequest, honor_id: UUID) -> HttpResponse:
    found = _kept(request, honor_id)
    form = _Reason(request.POST or None)
    back = reverse("honor", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            bestowing.withdraw(found, reason=form.cleaned_data["why"], **signed(request))
        except HonorRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Withdrawn. It counts nowhere any more."))
            return redirect("honors")
    context = {
        "title": _("Withdraw an honor"),
        "question": _("“%(title)s” (%(year)s) of %(bearer)s counts nowhere any more?")
        % {"title": found.title, "year": found.year, "bearer": found.bearer},
        "action": _("Withdraw it"),
        "cancel": back,
        "form": form,
        "crumbs": [Crumb(_("Honors"), reverse("honors")), Crumb(found.title, back), Crumb(_("Withdraw"))],
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)
