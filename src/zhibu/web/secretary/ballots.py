"""Whoever convenes prepares a consultative ballot, begins it, and answers for what happens in its middle."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.ballots.access import ballots_seen_by, may_keep_ballot, organizations_holding_ballots
from zhibu.apps.ballots.actions import ending, preparing
from zhibu.apps.ballots.actions.preparing import (
    LONGEST_OPTION,
    LONGEST_QUESTION,
    LONGEST_TEXT,
    SHORTEST_PHRASE,
    Asked,
)
from zhibu.apps.ballots.errors import BallotRefusal
from zhibu.apps.ballots.models import Ballot, Option
from zhibu.apps.ballots.queries import AUDIENCES, called, forward_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.documents.papers import BallotPaper, ballot_docx, ballot_pdf
from zhibu.domain.ballots import MOST_OPTIONS, MOST_TELLERS
from zhibu.domain.terms import Audience
from zhibu.web.secretary.meetings.fields import LinesField, clock_field, day_field, person_called
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

#: So many organizations are offered.
_MOST_OFFERED = 200

#: Days after which a ballot ends unless another end is chosen.
_USUAL_DAYS = 3


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Ballots"), reverse("ballots")), *further]


def _kept(request: AskedRequest, ballot_id: UUID) -> Ballot:
    found = get_object_or_404(ballots_seen_by(request.asker).select_related("organization"), pk=ballot_id)
    forbid_unless(may_keep_ballot(request.asker, found))
    return found


# --- Preparing ------------------------------------------------------------------------------------------------------


class BallotForm(forms.Form):
    """``around``: among whom tellers are looked for."""

    question = forms.CharField(label=_lazy("What is asked"), max_length=LONGEST_QUESTION)
    text = forms.CharField(
        label=_lazy("What explains it"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 3}),
    )
    options = LinesField(
        label=_lazy("Options"),
        help_text=_lazy("One a line. People of one name need their unit beside it."),
        most=MOST_OPTIONS,
        longest=LONGEST_OPTION,
        rows=6,
    )
    are_names = forms.BooleanField(
        label=_lazy("These are names: put them in the order of the strokes of the surname"), required=False
    )
    most = forms.IntegerField(label=_lazy("To mark at most"), min_value=1, max_value=MOST_OPTIONS)
    places = forms.IntegerField(
        label=_lazy("Names put forward"),
        min_value=0,
        max_value=MOST_OPTIONS - 1,
        help_text=_lazy("0 where only an opinion is asked."),
    )
    audience = forms.ChoiceField(
        label=_lazy("Who votes"), choices=[(word.value, word.zh) for word in AUDIENCES], initial=Audience.MEMBERS
    )
    day = day_field(_lazy("Last day"))
    hour = clock_field(_lazy("Ends at"))
    tellers = LinesField(
        label=_lazy("Tellers"),
        help_text=_lazy("Names or staff numbers, one a line, two at least. All of them come to the count."),
        most=MOST_TELLERS,
        longest=60,
        rows=3,
    )

    def __init__(self, *args: Any, around: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._around = around

    def clean_tellers(self) -> list[Person]:
        return [person_called(typed, self._around) for typed in self.cleaned_data["tellers"]]

    @property
    def asked(self) -> Asked:
        said = self.cleaned_data
        return Asked(
            question=said["question"],
            text=said["text"],
            options=said["options"],
            are_names=said["are_names"],
            most=said["most"],
            places=said["places"],
            audience=Audience(said["audience"]),
            closes_at=make_aware(dt.datetime.combine(said["day"], said["hour"])),
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    """``?organization=CODE``: who asks. ``?among=ID``: a second ballot among those who were tied in that one."""
    places = list(
        organizations_holding_ballots(request.asker).filter(dissolved__isnull=True).order_by("path")[:_MOST_OFFERED]
    )
    forbid_unless(bool(places))
    asked = request.GET.get("organization", "")
    place = next((one for one in places if one.code == asked), places[0])
    before = _tied_in(request, place)
    today = clock.today()
    form = BallotForm(
        request.POST or None, around=called(place, Audience.STAFF, today), initial=_initial(before, today)
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = preparing.prepare(
                place,
                form.asked,
                form.cleaned_data["tellers"],
                by=request.user.person,
                among_tied_of=before,
                **signed(request),
            )
        except BallotRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Prepared. Each teller makes a key now; then voting can begin."))
            return redirect("ballot", made.pk)
    context = {
        "title": _("Prepare a ballot"),
        "form": form,
        "place": place,
        "places": places,
        "before": before,
        "shortest": SHORTEST_PHRASE,
        "crumbs": _crumbs(Crumb(_("New"))),
    }
    return render(request, "secretary/ballots/new.html", context, status=422 if form.errors else 200)


def _tied_in(request: AskedRequest, place: Organization) -> Ballot | None:
    """The ballot of this organization whose tie is to be decided."""
    try:
        asked = UUID(request.GET.get("among", ""))
    except ValueError:
        return None
    return ballots_seen_by(request.asker).filter(organization=place, pk=asked).first()


def _initial(before: Ballot | None, today: dt.date) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "most": 1,
        "places": 0,
        "day": today + dt.timedelta(days=_USUAL_DAYS),
        "hour": dt.time(18),
    }
    if before is None:
        return usual
    options = list(before.options.all())
    forward = forward_of(before, options)
    if forward is None:
        return usual
    tied = [option.text for option in options if option.place in forward.tied]
    tellers = before.tellers.select_related("person").values_list("person__staff_number", flat=True)
    return usual | {
        "question": before.question,
        "text": before.text,
        "options": "\n".join(tied),
        "most": forward.open,
        "places": forward.open,
        "audience": before.audience,
        "tellers": "\n".join(tellers),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BallotRefusal)
def begin(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    found = _kept(request, ballot_id)
    if request.method == "POST":
        preparing.open_ballot(found, **signed(request))
        messages.success(request, _("Voting has begun. Whoever is called has a notice."))
        return redirect("ballot", found.pk)
    people = called(found.organization, Audience(found.audience), clock.today()).count()
    question = _("%(people)s people are called, as they belong here today; the roll is frozen. Voting ends %(day)s.")
    return _confirm(
        request,
        found,
        title=_("Begin voting"),
        question=question % {"people": people, "day": f"{localtime(found.closes_at):%Y-%m-%d %H:%M}"},
    )


# --- In the middle, and other ends ----------------------------------------------------------------------------------


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("Why"), max_length=ending.LONGEST_REASON, help_text=_lazy("Read by whoever is called.")
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BallotRefusal)
def leave(request: AskedRequest, ballot_id: UUID, option_id: UUID) -> HttpResponse:
    found = _kept(request, ballot_id)
    option = get_object_or_404(Option, pk=option_id, ballot=found)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ending.leave(option, form.cleaned_data["reason"], **signed(request))
        messages.success(request, _("Saved. “%(option)s” can not be marked any more.") % {"option": option.text})
        return redirect("ballot", found.pk)
    question = _(
        "“%(option)s” can not be marked any more. Ballots that lie in the box stay valid: their other marks count, "
        "and marks for this one put nobody forward. It can not be undone."
    )
    return _confirm(request, found, title=_("Stands no more"), question=question % {"option": option.text}, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BallotRefusal)
def withdraw(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    found = _kept(request, ballot_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ending.withdraw(found, form.cleaned_data["reason"], **signed(request))
        messages.success(request, _("Withdrawn. The box was emptied without being opened."))
        return redirect("ballot", found.pk)
    question = _("What lies in the box counts for nothing and is erased unread. It can not be undone.")
    return _confirm(request, found, title=_("Withdraw this ballot"), question=question, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BallotRefusal)
def give_up(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    """A key or a phrase is lost, or the box is not what it should be."""
    found = _kept(request, ballot_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ending.give_up(found, form.cleaned_data["reason"], **signed(request))
        messages.success(request, _("Given up. The box was emptied without being opened; ask on paper."))
        return redirect("ballot", found.pk)
    question = _(
        "Only where a key or a phrase is lost, or the box does not agree with the roll. The box is erased unread, "
        "and the question is asked on paper. It can not be undone."
    )
    return _confirm(request, found, title=_("It can not be counted"), question=question, form=form)


def _confirm(
    request: AskedRequest, ballot: Ballot, *, title: str, question: str, form: forms.Form | None = None
) -> HttpResponse:
    back = reverse("ballot", args=[ballot.pk])
    context = {
        "title": title,
        "question": question,
        "action": title,
        "cancel": back,
        "form": form or "",
        "crumbs": _crumbs(Crumb(ballot.question, back), Crumb(title)),
    }
    return render(request, "shell/confirm.html", context, status=422 if form and form.errors else 200)


# --- On paper -------------------------------------------------------------------------------------------------------

_PRESSES = {"pdf": ballot_pdf, "docx": ballot_docx}


@login_required
@require_safe
def ballot_paper(request: AskedRequest, ballot_id: UUID, form: str) -> HttpResponse:
    """The same question to be printed: without number or mark, with a stub that is counted."""
    found = get_object_or_404(ballots_seen_by(request.asker).select_related("organization"), pk=ballot_id)
    options = tuple(option.text for option in found.options.filter(left_at__isnull=True))
    sheet = BallotPaper(found.organization.name, found.question, options, found.most)
    name = _("paper ballots for %(question)s") % {"question": found.question}
    return paper(_PRESSES[form](sheet, at=clock.now()), name, form)
