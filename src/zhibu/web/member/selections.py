"""Yearly selections as whoever belongs there meets them: nominate, agree or not, read the short list, object."""

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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.honors.access import (
    candidates_seen_by,
    may_run_selection,
    objections_seen_by,
    selections_seen_by,
)
from zhibu.apps.honors.actions import candidates as deeds
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Candidate, Nomination, Selection
from zhibu.apps.honors.queries import place_of, rounds_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.selections import UNDER_WAY
from zhibu.domain.strokes import by_surname
from zhibu.domain.terms import SelectionStage
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, signed


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Honors"), reverse("honors")), Crumb(_("Selections"), reverse("selections")), *further]


def _found(request: AskedRequest, selection_id: UUID) -> Selection:
    rows = selections_seen_by(request.asker).select_related("organization")
    return get_object_or_404(rows, pk=selection_id)


@login_required
@require_safe
def selections(request: AskedRequest) -> HttpResponse:
    """The latest first; ``?open=yes``: only those that are not over."""
    rows = selections_seen_by(request.asker).select_related("organization").order_by("-year", "-called_on", "-pk")
    is_narrowed = request.GET.get("open") == "yes"
    if is_narrowed:
        rows = rows.filter(stage__in=[stage.value for stage in UNDER_WAY])
    context = {
        "page": page_of(request, rows),
        "is_narrowed": is_narrowed,
        "may_call": bool(request.asker.offices),
    }
    return render(request, "member/honors/selections.html", context)


@login_required
@require_safe
def selection(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    """Its call, how far it is, and of those who stand what the asker may read."""
    of = _found(request, selection_id)
    runs = may_run_selection(request.asker, of)
    rows = candidates_seen_by(request.asker).filter(selection=of).select_related("person")
    if runs:
        rows = rows.prefetch_related("nominations__by", "nominations__organization", "recusals__person")
    seen = sorted(rows, key=lambda one: (by_surname(one.person.name), one.person.staff_number))
    stage, today = of.at_stage, clock.today()
    given = of.notice_last is not None
    context = {
        "selection": of,
        "runs": runs,
        "candidates": seen,
        "mine": next((one for one in seen if one.person_id == request.asker.person), None),
        "nominations": Nomination.objects.filter(candidate__selection=of, by=request.asker.person or of.pk)
        .select_related("candidate__person")
        .order_by("pk"),
        "objections": objections_seen_by(request.asker)
        .filter(candidate__selection=of)
        .select_related("candidate__person", "by")
        .order_by("pk")
        if given
        else [],
        "rounds": rounds_of(of) if stage in (SelectionStage.VOTING, SelectionStage.CLOSED) else [],
        "is_open": stage in UNDER_WAY,
        "nominates": stage is SelectionStage.NOMINATING and today <= of.nominate_until,
        "reviews": stage is SelectionStage.REVIEWING,
        "objects": stage is SelectionStage.NOTICE and of.notice_last is not None and today <= of.notice_last,
        "notice_over": stage is SelectionStage.NOTICE and of.notice_last is not None and today > of.notice_last,
        "votes": stage is SelectionStage.VOTING,
        "can_leave": stage in UNDER_WAY,
        "crumbs": _crumbs(Crumb(str(of))),
    }
    return render(request, "member/honors/selection.html", context)


# --- Nominating ----------------------------------------------------------------------------------------------------


class NominationForm(forms.Form):
    """``spoken_for``: the organizations in whose name the asker may nominate."""

    person = forms.CharField(label=_lazy("Who"), max_length=40, help_text=_lazy("Name or staff number."))
    organization = forms.ChoiceField(label=_lazy("In whose name"), required=False)
    reason = forms.CharField(
        label=_lazy("Why"),
        max_length=deeds.LONGEST_REASON,
        widget=forms.Textarea({"rows": 4}),
        help_text=_lazy("What the person did, in a few sentences. Whoever runs the selection reads it."),
    )

    def __init__(self, *args: Any, of: Selection, spoken_for: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("my own")), *((one.code, one.name) for one in spoken_for)]
        if not spoken_for:
            del self.fields["organization"]

    def clean_person(self) -> Person:
        typed = self.cleaned_data["person"].strip()
        rows = list(Person.objects.filter(Q(staff_number=typed) | Q(name=typed)).order_by("staff_number")[:20])
        today = clock.today()
        here = [one for one in rows if place_of(one, self.of.organization, today)]
        if len(here) == 1:
            return here[0]
        if here:
            raise forms.ValidationError(
                _("Several are called “%(typed)s”. Type the staff number.") % {"typed": typed}
            )
        raise forms.ValidationError(_("Nobody here is called “%(typed)s”.") % {"typed": typed})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def nominate(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of, by = _found(request, selection_id), me(request)
    spoken_for = list(
        Organization.objects.filter(path__in=request.asker.offices, path__startswith=of.organization.path)
        .filter(dissolved__isnull=True)
        .order_by("path")
    )
    form = NominationForm(request.POST or None, of=of, spoken_for=spoken_for)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        speaker = next((one for one in spoken_for if one.code == said.get("organization")), None)
        try:
            deeds.nominate(of, said["person"], by=by, reason=said["reason"], organization=speaker, **signed(request))
        except HonorRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Nominated. Until nominations end you can take it back."))
            return redirect("selection", of.pk)
    context = {
        "title": _("Nominate somebody"),
        "question": of.text,
        "action": _("Nominate"),
        "cancel": reverse("selection", args=[of.pk]),
        "form": form,
        "crumbs": _crumbs(Crumb(str(of), reverse("selection", args=[of.pk])), Crumb(_("Nominate"))),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def take_back(request: AskedRequest, selection_id: UUID, nomination_id: UUID) -> HttpResponse:
    of = _found(request, selection_id)
    rows = Nomination.objects.filter(candidate__selection=of, by=me(request)).select_related("candidate__selection")
    try:
        deeds.take_back(get_object_or_404(rows, pk=nomination_id), **signed(request))
    except HonorRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back."))
    return redirect("selection", of.pk)


# --- Whoever stands ------------------------------------------------------------------------------------------------


def _own(request: AskedRequest, of: Selection) -> Candidate:
    rows = of.candidates.filter(person=me(request)).select_related("selection")
    one = rows.first()
    forbid_unless(one is not None)
    assert one is not None
    return one


@login_required
@require_POST
def agree(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _found(request, selection_id)
    try:
        deeds.agree(_own(request, of), **signed(request))
    except HonorRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You stand. You can withdraw until the result is published."))
    return redirect("selection", of.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _found(request, selection_id)
    one = _own(request, of)
    if request.method == "POST":
        try:
            deeds.withdraw(one, **signed(request))
        except HonorRefusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You do not stand. Nobody asks why."))
        return redirect("selection", of.pk)
    context = {
        "title": _("Not stand"),
        "question": _("You do not stand in “%(selection)s”? It can not be taken back; nobody asks why.")
        % {"selection": of},
        "action": _("I do not stand"),
        "cancel": reverse("selection", args=[of.pk]),
        "crumbs": _crumbs(Crumb(str(of), reverse("selection", args=[of.pk])), Crumb(_("Not stand"))),
    }
    return render(request, "shell/confirm.html", context)


# --- Objecting -----------------------------------------------------------------------------------------------------


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=_lazy("What speaks against it"),
        max_length=deeds.LONGEST_OBJECTION,
        widget=forms.Textarea({"rows": 6}),
        help_text=_lazy(
            "Read with your name by those who answer it, and by nobody else. The file of the selection "
            "tells only what was found."
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: AskedRequest, selection_id: UUID, candidate_id: UUID) -> HttpResponse:
    of = _found(request, selection_id)
    rows = candidates_seen_by(request.asker).filter(selection=of).select_related("person", "selection")
    one, by = get_object_or_404(rows, pk=candidate_id), me(request)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.object_to(one, by=by, text=form.cleaned_data["text"], at=clock.now())
        except HonorRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent to those who run the selection. The answer will stand here."))
            return redirect("selection", of.pk)
    context = {
        "title": _("Object"),
        "question": _("What speaks against %(name)s in “%(selection)s”?")
        % {"name": one.person.name, "selection": of},
        "action": _("Send the objection"),
        "cancel": reverse("selection", args=[of.pk]),
        "form": form,
        "crumbs": _crumbs(Crumb(str(of), reverse("selection", args=[of.pk])), Crumb(_("Object"))),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)
