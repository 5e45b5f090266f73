"""Evaluations by outside bodies: recorded with their papers, read with their findings, followed up, printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.files import place_of
from zhibu.apps.feedback.access import evaluations_seen_by, may_keep_evaluation
from zhibu.apps.feedback.actions import evaluating
from zhibu.apps.feedback.actions.evaluating import FOLDER, LONGEST, Found
from zhibu.apps.feedback.errors import FeedbackRefusal
from zhibu.apps.feedback.models import Evaluation, EvaluationPaper
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import called
from zhibu.domain.terms import EvaluationKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file
from zhibu.web.shell.forms import SeveralFiles, organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import signed
from zhibu.web.windows.units import units_managed

_DATE = {"type": "date"}


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Evaluations"), reverse("evaluations") if further else ""), *further]


@login_required
@require_safe
def evaluations(request: AskedRequest) -> HttpResponse:
    """By the day on which they were held, with how much is still to be done. In no other order, and without sums."""
    seen = evaluations_seen_by(request.asker).select_related("organization")
    to_do = Count("follow_ups", filter=Q(follow_ups__done_on__isnull=True))
    page = page_at_once(request, seen.annotate(to_do=to_do).order_by("-held_on", "-pk"))
    context = {"page": page, "may_record": bool(request.asker.windows), "crumbs": _crumbs()}
    return render(request, "windows/feedback/evaluations.html", context)


class EvaluationForm(forms.Form):
    kind = forms.ChoiceField(label=_lazy("Kind"), choices=[(word.value, word.zh) for word in EvaluationKind])
    title = forms.CharField(label=_lazy("Heading"), max_length=120)
    body = forms.CharField(label=_lazy("By which body"), max_length=120)
    held_on = forms.DateField(label=_lazy("Evaluated on"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))
    findings = forms.CharField(
        label=_lazy("Findings"),
        max_length=LONGEST,
        help_text=_lazy("Of the service; name nobody."),
        widget=forms.Textarea({"rows": 6}),
    )
    papers = forms.FileField(label=_lazy("Papers"), required=False, widget=SeveralFiles)

    def __init__(self, *args: Any, units: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"] = organization_field(_lazy("Unit"), units, empty=None)
        self.order_fields(["organization", "kind", "title", "body", "held_on", "findings", "papers"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.windows))
    units = units_managed(request)
    form = EvaluationForm(request.POST or None, request.FILES or None, units=list(units))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        unit = called(said["organization"], units).first() if said["organization"] else None
        if unit is None:
            form.add_error("organization", _("Choose the unit whose windows were evaluated."))
        else:
            found = Found(
                kind=EvaluationKind(said["kind"]),
                title=said["title"],
                body=said["body"],
                held_on=said["held_on"],
                findings=said["findings"],
            )
            attached = [(file.name or "", file.read()) for file in request.FILES.getlist("papers")]
            try:
                recorded = evaluating.record_evaluation(unit, found, attached=attached, **signed(request))
            except (FeedbackRefusal, FileRefused) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Recorded. Now say what is done about the findings, and by when."))
                return redirect("evaluation", recorded.pk)
    return render(
        request,
        "windows/feedback/evaluation_new.html",
        {"form": form, "title": _("Record an evaluation"), "crumbs": _crumbs(Crumb(_("New")))},
        status=422 if form.errors else 200,
    )


def _seen(request: AskedRequest, evaluation_id: UUID) -> Evaluation:
    return get_object_or_404(evaluations_seen_by(request.asker).select_related("organization"), pk=evaluation_id)


class FollowUpForm(forms.Form):
    text = forms.CharField(label=_lazy("What will be done"), max_length=300)
    due = forms.DateField(label=_lazy("By"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))


class DoneForm(forms.Form):
    done = forms.CharField(label=_lazy("What was done"), max_length=500)
    on = forms.DateField(label=_lazy("On"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: AskedRequest, evaluation_id: UUID) -> HttpResponse:
    """Its findings, papers and follow-up; POST adds what is to be done."""
    found = _seen(request, evaluation_id)
    keeps = may_keep_evaluation(request.asker, found)
    form = FollowUpForm(request.POST or None)
    if request.method == "POST":
        forbid_unless(keeps)
        if form.is_valid():
            said = form.cleaned_data
            try:
                evaluating.follow_up(found, said["text"], due=said["due"], **signed(request))
            except FeedbackRefusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect("evaluation", found.pk)
    return render(
        request,
        "windows/feedback/evaluation.html",
        {
            "evaluation": found,
            "papers": found.papers.all(),
            "follow_ups": found.follow_ups.all(),
            "form": form if keeps else None,
            "keeps": keeps,
            "crumbs": _crumbs(Crumb(found.title)),
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def done(request: AskedRequest, evaluation_id: UUID, follow_id: UUID) -> HttpResponse:
    found = _seen(request, evaluation_id)
    forbid_unless(may_keep_evaluation(request.asker, found))
    follow = get_object_or_404(found.follow_ups, pk=follow_id)
    form = DoneForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            evaluating.close_follow_up(
                follow, form.cleaned_data["done"], on=form.cleaned_data["on"], **signed(request)
            )
        except FeedbackRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("evaluation", found.pk)
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Done now"),
            "question": follow.text,
            "action": _("Settle it"),
            "cancel": reverse("evaluation", args=[found.pk]),
            "form": form,
            "crumbs": _crumbs(Crumb(found.title, reverse("evaluation", args=[found.pk])), Crumb(_("Done now"))),
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_safe
def paper(request: AskedRequest, evaluation_id: UUID, sheet_id: UUID) -> FileResponse:
    """A paper to save, never shown by the browser."""
    found = get_object_or_404(EvaluationPaper, pk=sheet_id, evaluation=_seen(request, evaluation_id))
    return kept_file(place_of(FOLDER, found.sha256), found.name, found.media_type)
