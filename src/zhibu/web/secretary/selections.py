"""Those who run a selection: call it, look at each nominee, give notice, answer objections, count, publish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.honors.access import (
    may_run_selection,
    objections_seen_by,
    organizations_honored_by,
    selections_seen_by,
)
from zhibu.apps.honors.actions import candidates, selections
from zhibu.apps.honors.actions.bestowing import LONGEST_TITLE
from zhibu.apps.honors.actions.selections import LONGEST_CALL, LONGEST_REMARK, Call, Counted, ballot_paper
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Candidate, Selection
from zhibu.apps.honors.queries import conflict, findings_of, volume_of
from zhibu.apps.organizations.queries import called
from zhibu.apps.rules.calendar import is_provisional, is_working_day
from zhibu.documents.papers import volume_docx, volume_pdf
from zhibu.domain.guidance import promised_day
from zhibu.domain.selections import LEAST_NOTICE, Conditions
from zhibu.domain.terms import SelectionStage
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.asking import Asked, ask, asked_page, sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.forms import MOST_OFFERED, organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed

FORMS = ("docx", "pdf")


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Honors"), reverse("honors")), Crumb(_("Selections"), reverse("selections")), *further]


_NUMBER = forms.TextInput({"inputmode": "numeric"})
_DATE = {"type": "date"}


class CallForm(forms.Form):
    title = forms.CharField(label=_lazy("Title"), max_length=LONGEST_TITLE)
    year = forms.IntegerField(label=_lazy("Year"), widget=_NUMBER)
    text = forms.CharField(label=_lazy("Call"), max_length=LONGEST_CALL, widget=forms.Textarea({"rows": 6}))
    places = forms.IntegerField(label=_lazy("Places"), widget=_NUMBER)
    nominate_until = forms.DateField(
        label=_lazy("Nominations until"), widget=forms.DateInput(_DATE, format="%Y-%m-%d")
    )
    service_years = forms.IntegerField(
        label=_lazy("Years of work at least"), help_text=_lazy("0 asks for none."), widget=_NUMBER
    )
    not_within = forms.IntegerField(
        label=_lazy("Years since the same title"), help_text=_lazy("0 asks for none."), widget=_NUMBER
    )
    notice_days = forms.IntegerField(label=_lazy("Working days of the public notice"), widget=_NUMBER)

    def __init__(self, *args: Any, request: AskedRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.among = organizations_honored_by(request.asker).filter(dissolved__isnull=True)
        offered = self.among.order_by("path")[: MOST_OFFERED + 1]
        self.fields["organization"] = organization_field(_lazy("Organization"), offered, empty=None)
        self.order_fields(["organization"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said["called_by"] = called(said.get("organization", ""), self.among).first()
        if said["called_by"] is None:
            self.add_error("organization", _("No organization of yours is called so. Type its code."))
        return said


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.offices))
    today = clock.today()
    initial = {"year": today.year, "places": 10, "service_years": 0, "not_within": 0, "notice_days": LEAST_NOTICE}
    form = CallForm(request.POST or None, request=request, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        told = Call(
            title=said["title"],
            year=said["year"],
            text=said["text"],
            places=said["places"],
            nominate_until=said["nominate_until"],
            conditions=Conditions(said["service_years"], said["not_within"]),
            notice_days=said["notice_days"],
        )
        try:
            made = selections.call(said["called_by"], told, **signed(request))
        except HonorRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Called. Whoever belongs there nominates now."))
            return redirect("selection", made.pk)
    crumbs = _crumbs(Crumb(_("New")))
    asked = Asked(_("Call a selection"), "", _("Call it"), reverse("selections"), crumbs, _PAGE)
    return asked_page(request, asked, form)


# --- A deed of those who run it ------------------------------------------------------------------------------------


_PAGE = "secretary/honors/deed.html"


def _run(request: AskedRequest, selection_id: UUID) -> Selection:
    rows = selections_seen_by(request.asker).select_related("organization")
    of = get_object_or_404(rows, pk=selection_id)
    forbid_unless(may_run_selection(request.asker, of))
    return of


def _asked(of: Selection, title: str, question: str, action: str, findings: Any = ()) -> Asked:
    back = reverse("selection", args=[of.pk])
    crumbs = _crumbs(Crumb(str(of), back), Crumb(title))
    return Asked(title, question, action, back, crumbs, _PAGE, {"findings": findings})


def _done(
    request: AskedRequest, asked: Asked, form: forms.Form, deed: Callable[[], object], told: str
) -> HttpResponse:
    def done() -> str:
        deed()
        return told

    return ask(request, asked, form, done, HonorRefusal)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_nominations(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _run(request, selection_id)
    asked = _asked(
        of, _("End the nominations"), _("Nobody can nominate any more; each nominee is looked at."), _("End them")
    )
    form = forms.Form(sent(request))
    return _done(
        request,
        asked,
        form,
        lambda: selections.end_nominations(of, **signed(request)),
        _("Now look at each nominee."),
    )


class FindingForm(forms.Form):
    is_fit = forms.ChoiceField(
        label=_lazy("Outcome"), choices=[("yes", _lazy("on the short list")), ("no", _lazy("not on the short list"))]
    )
    reason = forms.CharField(
        label=_lazy("Reason"),
        max_length=candidates.LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_lazy("Read by those who run the selection and by the person; it stands in the file."),
    )


def _candidate(of: Selection, candidate_id: UUID) -> Candidate:
    return get_object_or_404(of.candidates.select_related("person", "selection__organization"), pk=candidate_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: AskedRequest, selection_id: UUID, candidate_id: UUID) -> HttpResponse:
    """What the records say stands above the question."""
    of, by = _run(request, selection_id), me(request)
    one = _candidate(of, candidate_id)
    initial = {"is_fit": "no" if one.is_fit is False else "yes", "reason": one.finding}
    form = FindingForm(request.POST or None, initial=initial)
    asked = _asked(
        of,
        _("Look at %(name)s") % {"name": one.person.name},
        conflict(one, by) or "、".join(each.reason for each in one.nominations.order_by("pk")),
        _("Save"),
        findings_of(one, clock.today()),
    )
    return _done(
        request,
        asked,
        form,
        lambda: candidates.find(
            one,
            is_fit=form.cleaned_data["is_fit"] == "yes",
            reason=form.cleaned_data["reason"],
            by=by,
            **signed(request),
        ),
        _("Saved."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_lazy("Reason"), max_length=LONGEST_REMARK)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recuse(request: AskedRequest, selection_id: UUID, candidate_id: UUID) -> HttpResponse:
    of, by = _run(request, selection_id), me(request)
    one = _candidate(of, candidate_id)
    form = ReasonForm(request.POST or None)
    asked = _asked(
        of,
        _("Do not decide about %(name)s") % {"name": one.person.name},
        _("Relatives and close friends leave the decision to others. It can not be taken back."),
        _("I do not decide"),
    )
    return _done(
        request,
        asked,
        form,
        lambda: candidates.recuse(one, by=by, reason=form.cleaned_data["reason"], **signed(request)),
        _("On record: somebody else decides about this person."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_notice(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _run(request, selection_id)
    last = promised_day(clock.today(), is_working_day, within=of.notice_days)
    question = _("The short list stands for everybody here to read until %(day)s, %(days)s working days.") % {
        "day": last.isoformat(),
        "days": of.notice_days,
    }
    if is_provisional(last.year):
        question += _(" The official calendar of %(year)s is not published yet: the day is provisional.") % {
            "year": last.year
        }
    asked = _asked(of, _("Give public notice"), question, _("Give notice"))
    form = forms.Form(sent(request))
    return _done(request, asked, form, lambda: selections.give_notice(of, **signed(request)), _("The notice stands."))


class AnswerForm(forms.Form):
    is_upheld = forms.ChoiceField(
        label=_lazy("Outcome"),
        choices=[("no", _lazy("not upheld: the candidate stays")), ("yes", _lazy("upheld: off the short list"))],
    )
    outcome = forms.CharField(
        label=_lazy("What was found"),
        max_length=candidates.LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_lazy("It stands in the file: no word of who raised the objection."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: AskedRequest, selection_id: UUID, objection_id: UUID) -> HttpResponse:
    of, by = _run(request, selection_id), me(request)
    rows = objections_seen_by(request.asker).filter(candidate__selection=of)
    one = get_object_or_404(rows.select_related("candidate__person", "candidate__selection"), pk=objection_id)
    form = AnswerForm(request.POST or None)
    asked = _asked(
        of,
        _("Answer an objection to %(name)s") % {"name": one.candidate.person.name},
        conflict(one.candidate, by) or one.text,
        _("Answer"),
    )
    return _done(
        request,
        asked,
        form,
        lambda: candidates.answer(
            one,
            is_upheld=form.cleaned_data["is_upheld"] == "yes",
            outcome=form.cleaned_data["outcome"],
            by=by,
            **signed(request),
        ),
        _("Answered."),
    )


class VotersForm(forms.Form):
    voters = forms.IntegerField(label=_lazy("Entitled to vote"), min_value=1, widget=_NUMBER)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_vote(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _run(request, selection_id)
    form = VotersForm(request.POST or None)
    asked = _asked(
        of,
        _("Go on to the ballot"),
        _("Those on the short list stand on the paper, by the strokes of their surnames."),
        _("Go on"),
    )
    return _done(
        request,
        asked,
        form,
        lambda: selections.open_vote(of, voters=form.cleaned_data["voters"], **signed(request)),
        _("Hold the ballot on paper, then write down the count."),
    )


class CountForm(forms.Form):
    held_on = forms.DateField(label=_lazy("Day of the ballot"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))
    issued = forms.IntegerField(label=_lazy("Ballots issued"), min_value=0, widget=_NUMBER)
    returned = forms.IntegerField(label=_lazy("Ballots returned"), min_value=0, widget=_NUMBER)
    void = forms.IntegerField(label=_lazy("Void among them"), min_value=0, widget=_NUMBER)
    tellers = forms.CharField(label=_lazy("Tellers"), max_length=120, help_text=_lazy("Two names at least."))

    def __init__(self, *args: Any, on_paper: list[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_paper = on_paper
        for one in on_paper:
            self.fields[f"votes-{one.pk}"] = forms.IntegerField(
                label=_("Votes for %(name)s") % {"name": one.person.name},
                min_value=0,
                widget=_NUMBER,
            )

    def counted(self) -> Counted:
        said = self.cleaned_data
        return Counted(
            held_on=said["held_on"],
            issued=said["issued"],
            returned=said["returned"],
            void=said["void"],
            tellers=said["tellers"],
            votes={one.pk: said[f"votes-{one.pk}"] for one in self.on_paper},
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def count(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _run(request, selection_id)
    on_paper, places = ballot_paper(of) if of.at_stage is SelectionStage.VOTING else ((), 0)
    form = CountForm(request.POST or None, on_paper=list(on_paper), initial={"held_on": clock.today(), "void": 0})
    asked = _asked(
        of,
        _("Write down the count"),
        _("%(voters)s are entitled to vote, each for %(places)s at most.")
        % {"voters": of.voters or 0, "places": places},
        _("Save the count"),
    )
    return _done(request, asked, form, lambda: selections.count(of, form.counted(), **signed(request)), _("Counted."))


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=_lazy("Why places stay open"),
        required=False,
        max_length=LONGEST_REMARK,
        help_text=_lazy("Only where fewer were chosen than there are places."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _run(request, selection_id)
    form = RemarkForm(request.POST or None)
    asked = _asked(
        of,
        _("Publish the result"),
        _("Who was chosen has the honor from today, on the page of honors and in their own record."),
        _("Publish"),
    )
    return _done(
        request,
        asked,
        form,
        lambda: selections.close(of, remark=form.cleaned_data["remark"], **signed(request)),
        _("Published."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: AskedRequest, selection_id: UUID) -> HttpResponse:
    of = _run(request, selection_id)
    form = ReasonForm(request.POST or None)
    asked = _asked(
        of, _("Call it off"), _("It ends without a result. What was done stays on file."), _("Call it off")
    )
    return _done(
        request,
        asked,
        form,
        lambda: selections.call_off(of, reason=form.cleaned_data["reason"], **signed(request)),
        _("Called off."),
    )


@login_required
@require_safe
def volume(request: AskedRequest, selection_id: UUID, form: str) -> HttpResponse:
    """The file of the whole procedure, for those who run it."""
    of = _run(request, selection_id)
    told = volume_of(of, clock.today())
    make = {"docx": volume_docx, "pdf": volume_pdf}[form]
    return paper(make(told, at=clock.now()), told.heading, form)
