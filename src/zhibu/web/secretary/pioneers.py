"""A branch names who holds a pioneer post, by written criteria and for a term; the criteria are kept up here too."""

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
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.honors.access import may_keep_pioneer, pioneers_seen_by
from zhibu.apps.honors.actions import pioneers as deeds
from zhibu.apps.honors.actions.pioneers import LONGEST_LINE, MOST_LINES, Term
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.queries import criteria_in_force, criteria_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import organizations_overseen_by
from zhibu.apps.people.models import Person
from zhibu.apps.people.queries import members_of
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.terms import OrganizationKind, Standing
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

_DATE = {"type": "date"}
_LINES = _lazy("One a line; at most %(lines)s of %(length)s characters.")

#: Days of a term, unless another is chosen; and so many branches are offered to choose from.
USUAL_TERM, MOST_OFFERED = 365, 200


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Pioneer posts"), reverse("pioneers")), *further]


def _branches(request: AskedRequest) -> list[Organization]:
    rows = organizations_overseen_by(request.asker).filter(kind=OrganizationKind.BRANCH.value, dissolved__isnull=True)
    return list(rows.order_by("path")[:MOST_OFFERED])


def _chosen(request: AskedRequest, among: list[Organization]) -> Organization:
    asked = request.GET.get("organization", "")
    forbid_unless(bool(among))
    return next((one for one in among if one.code == asked), among[0])


class PioneerForm(forms.Form):
    """``asked``: the criteria in force; each is looked at by itself. ``by``: who names, and never themself."""

    person = forms.ModelChoiceField(Person.objects.none(), label=_lazy("Who"))
    window_post = forms.ModelChoiceField(
        WindowPost.objects.none(), label=_lazy("Window post"), required=False, empty_label=_lazy("none of these")
    )
    place = forms.CharField(
        label=_lazy("Name of the post"),
        required=False,
        max_length=80,
        help_text=_lazy("Left empty, that of the window post."),
    )
    since = forms.DateField(label=_lazy("First day"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))
    until = forms.DateField(
        label=_lazy("Until"),
        help_text=_lazy("The first day on which it is held no more; two years at most."),
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
    )
    commitments = forms.CharField(label=_lazy("Commitments"), widget=forms.Textarea({"rows": 4}))
    met = forms.MultipleChoiceField(label=_lazy("Criteria met"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, branch: Organization, asked: list[str], by: UUID | None, on: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        person, window_post, met = self.fields["person"], self.fields["window_post"], self.fields["met"]
        assert isinstance(person, forms.ModelChoiceField)
        assert isinstance(window_post, forms.ModelChoiceField)
        assert isinstance(met, forms.MultipleChoiceField)
        full = members_of(branch.path, on).filter(standing=Standing.FULL.value)
        others = Person.objects.filter(pk__in=full.values("person")).exclude(pk=by or "")
        person.queryset = others.order_by("pinyin", "staff_number")
        window_post.queryset = WindowPost.objects.filter(organization=branch, until__isnull=True).order_by("code")
        met.choices = [(one, one) for one in asked]
        self.fields["commitments"].help_text = _LINES % {"lines": MOST_LINES, "length": LONGEST_LINE}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    """``?organization=CODE``: the branch of which somebody is named."""
    branches, today = _branches(request), clock.today()
    branch = _chosen(request, branches)
    asked = criteria_of(branch, today)
    initial = {"since": today, "until": today + dt.timedelta(days=USUAL_TERM)}
    form = PioneerForm(
        request.POST or None, branch=branch, asked=asked, by=request.asker.person, on=today, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        term = Term(
            place=said["place"],
            since=said["since"],
            until=said["until"],
            commitments=said["commitments"],
            met=said["met"],
            window_post=said["window_post"],
        )
        try:
            named = deeds.name_pioneer(said["person"], branch, term, **signed(request))
        except HonorRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Named. Print the plate for the post from this page."))
            return redirect("pioneer", named.pk)
    context = {
        "title": _("Name who holds a pioneer post"),
        "form": form,
        "branch": branch,
        "branches": branches,
        "asked": asked,
        "cancel": reverse("pioneers"),
        "crumbs": _crumbs(Crumb(_("New"))),
    }
    return render(request, "secretary/honors/pioneer_new.html", context, status=422 if form.errors else 200)


class CriteriaForm(forms.Form):
    text = forms.CharField(label=_lazy("Criteria"), widget=forms.Textarea({"rows": 6}))
    since = forms.DateField(label=_lazy("In force from"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _LINES % {"lines": MOST_LINES, "length": LONGEST_LINE}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def criteria(request: AskedRequest) -> HttpResponse:
    """``?organization=CODE``: whose criteria; those below without their own follow them."""
    offices = list(
        Organization.objects.filter(path__in=request.asker.offices, dissolved__isnull=True).order_by("path")
    )
    office, today = _chosen(request, offices), clock.today()
    now = criteria_in_force(office, today)
    form = CriteriaForm(request.POST or None, initial={"since": today, "text": now.text if now else ""})
    if request.method == "POST" and form.is_valid():
        try:
            deeds.write_criteria(
                office, form.cleaned_data["text"], since=form.cleaned_data["since"], **signed(request)
            )
        except HonorRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Who holds a pioneer post now keeps it as it is."))
            return redirect("pioneers")
    context = {
        "title": _("Criteria for pioneer posts"),
        "form": form,
        "office": office,
        "offices": offices,
        "now": now,
        "cancel": reverse("pioneers"),
        "crumbs": _crumbs(Crumb(_("Criteria"))),
    }
    return render(request, "secretary/honors/criteria.html", context, status=422 if form.errors else 200)


class EndForm(forms.Form):
    on = forms.DateField(label=_lazy("Held no more from"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_lazy("Why"), max_length=300, help_text=_lazy("Read by whoever keeps it here, and by the holder.")
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: AskedRequest, pioneer_id: UUID) -> HttpResponse:
    rows = pioneers_seen_by(request.asker).select_related("person", "organization")
    found = get_object_or_404(rows, pk=pioneer_id)
    forbid_unless(may_keep_pioneer(request.asker, found))
    form = EndForm(request.POST or None, initial={"on": clock.today()})
    back = reverse("pioneer", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            deeds.end_pioneer(
                found, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"], **signed(request)
            )
        except HonorRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {
        "title": _("End it early"),
        "question": _("%(name)s holds “%(post)s” until %(day)s. By itself it ends then.")
        % {"name": found.person.name, "post": found.place, "day": found.until.isoformat()},
        "action": _("End it early"),
        "cancel": back,
        "form": form,
        "crumbs": _crumbs(Crumb(found.place, back), Crumb(_("End it early"))),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)
