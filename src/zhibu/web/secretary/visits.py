"""Those who hold a visit: prepare it, announce, move or cancel it, answer questions, write down what was said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.files import refuse_too_large
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.access import playbooks_read_by
from zhibu.apps.showcases.models import Playbook
from zhibu.apps.visits.access import (
    callers_for,
    may_call_visit,
    may_hold_visit,
    questions_answered_by,
    visit_files_seen_by,
    visits_seen_by,
)
from zhibu.apps.visits.actions import answering, calling, keeping
from zhibu.apps.visits.actions.calling import Plan
from zhibu.apps.visits.actions.keeping import LONGEST_PART, Exchange
from zhibu.apps.visits.errors import VisitRefusal
from zhibu.apps.visits.models import Visit
from zhibu.apps.visits.queries import offered_to_invite
from zhibu.domain.terms import Invited
from zhibu.domain.visits import LONGEST_PLACE, LONGEST_TEXT, LONGEST_TITLE, MOST_STOPS, MOST_TURNS, Stop, Turn
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.asking import Asked, ask, sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed

UNPROCESSABLE = 422

#: Empty lines below those that are written.
_BLANK_STOPS, _BLANK_TURNS = 3, 2


def _crumbs(visit: Visit | None, title: str) -> list[Crumb]:
    way = [Crumb(_("Visits"), reverse("visits"))]
    if visit is not None:
        way.append(Crumb(visit.title, reverse("visit", args=[visit.pk])))
    return [*way, Crumb(title)]


def _held(request: AskedRequest, visit_id: UUID) -> Visit:
    """404 where it is not visible, 403 where others hold it."""
    rows = visits_seen_by(request.asker).select_related("host", "caller", "playbook")
    found: Visit = get_object_or_404(rows, pk=visit_id)
    forbid_unless(may_hold_visit(request.asker, found))
    return found


# --- Written -------------------------------------------------------------------------------------------------------

_DATE, _TIME = {"type": "date"}, {"type": "time"}


def _date(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=label, help_text=help_text, widget=forms.DateInput(_DATE, format="%Y-%m-%d"))


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(_TIME, format="%H:%M"))


class VisitForm(forms.Form):
    title = forms.CharField(label=_lazy("Title"), max_length=LONGEST_TITLE)
    text = forms.CharField(
        label=_lazy("What the visit is about"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 4}),
    )
    day = _date(_lazy("Day of the visit"))
    place = forms.CharField(label=_lazy("Where people meet"), max_length=LONGEST_PLACE)
    answer_until = _date(_lazy("Answers until"), _lazy("The last day on which a seat can be taken."))
    invited = forms.MultipleChoiceField(
        label=_lazy("Who is invited"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("Who holds these posts on the day of the visit."),
    )

    def __init__(self, *args: Any, host: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["invited"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.value, invited_in_words(one.role, one.organization)) for one in offered_to_invite(host)]


def invited_in_words(role: Invited, organization: Organization) -> str:
    if role is Invited.LEADERS:
        return _("Leaders of %(name)s") % {"name": organization.name}
    return _("Secretaries of all branches below %(name)s") % {"name": organization.name}


class _Line(forms.Form):
    """A line that is left empty says nothing; one that is begun is written to its end."""

    needs: tuple[str, ...]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if any(said.get(name) not in {None, ""} for name in self.needs):
            for name in self.needs:
                if said.get(name) in {None, ""} and name not in self.errors:
                    self.add_error(name, _("This is missing in the line."))
        return said

    @property
    def is_said(self) -> bool:
        return all(self.cleaned_data.get(name) not in {None, ""} for name in self.needs)


class StopForm(_Line):
    starts, ends = _time(_lazy("From")), _time(_lazy("To"))
    place = forms.CharField(label=_lazy("Which place"), required=False, max_length=LONGEST_PLACE)
    title = forms.CharField(label=_lazy("What one sees"), required=False, max_length=LONGEST_TITLE)
    needs = ("starts", "ends", "place", "title")


class TurnForm(_Line):
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    starts, ends = _time(_lazy("From")), _time(_lazy("To"))
    seats = forms.IntegerField(label=_lazy("Seats"), required=False, widget=forms.TextInput({"inputmode": "numeric"}))
    needs = ("starts", "ends", "seats")


class CallerForm(forms.Form):
    caller = forms.ChoiceField(label=_lazy("In whose name"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, among: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["caller"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in among]


def _sets(request: AskedRequest, plan: Plan | None) -> tuple[Any, Any]:
    posted = sent(request)
    stops = forms.formset_factory(
        StopForm, extra=_BLANK_STOPS, max_num=MOST_STOPS + _BLANK_STOPS, absolute_max=MOST_STOPS + _BLANK_STOPS
    )
    turns = forms.formset_factory(
        TurnForm, extra=_BLANK_TURNS, max_num=MOST_TURNS + _BLANK_TURNS, absolute_max=MOST_TURNS + _BLANK_TURNS
    )
    stop_lines = [
        {"starts": one.starts, "ends": one.ends, "place": one.place, "title": one.title}
        for one in (plan.stops if plan else ())
    ]
    turn_lines = [
        {"key": one.key, "starts": one.starts, "ends": one.ends, "seats": one.seats}
        for one in (plan.turns if plan else ())
    ]
    return (
        stops(posted, initial=stop_lines, prefix="stop"),
        turns(posted, initial=turn_lines, prefix="turn"),
    )


def _plan(form: VisitForm, stops: Any, turns: Any) -> Plan:
    said = form.cleaned_data
    return Plan(
        title=said["title"],
        text=said["text"],
        day=said["day"],
        place=said["place"],
        answer_until=said["answer_until"],
        stops=[Stop(**{name: one.cleaned_data[name] for name in one.needs}) for one in stops if one.is_said],
        turns=[
            Turn(
                one.cleaned_data["starts"],
                one.cleaned_data["ends"],
                one.cleaned_data["seats"],
                one.cleaned_data["key"],
            )
            for one in turns
            if one.is_said
        ],
        invited=said["invited"],
    )


@dataclass(frozen=True, slots=True)
class _Writing:
    title: str
    host: Organization
    visit: Visit | None
    cancel: str
    keep: Callable[[Plan], Visit]


def _write(
    request: AskedRequest, page: _Writing, plan: Plan | None, initial: dict[str, Any], caller: CallerForm | None
) -> HttpResponse:
    form = VisitForm(sent(request), host=page.host, initial=initial)
    stops, turns = _sets(request, plan)
    parts = [form, stops, turns, *([caller] if caller else [])]
    judged = [part.is_valid() for part in parts] if request.method == "POST" else [False]
    is_good = all(judged)
    if is_good:
        try:
            made = page.keep(_plan(form, stops, turns))
        except VisitRefusal as refusal:
            form.add_error(None, str(refusal))
            is_good = False
        else:
            if "more" in request.POST:
                return redirect("visit_edit", made.pk)
            messages.success(request, _("Saved."))
            return redirect("visit", made.pk)
    context = {
        "title": page.title,
        "host": page.host,
        "form": form,
        "caller": caller,
        "stops": stops,
        "turns": turns,
        "cancel": page.cancel,
        "crumbs": _crumbs(page.visit, page.title),
    }
    status = UNPROCESSABLE if request.method == "POST" and not is_good else 200
    return render(request, "secretary/visits/write.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_new(request: AskedRequest, playbook_id: UUID) -> HttpResponse:
    """Only for a branch that is held up as a demonstration today."""
    rows = playbooks_read_by(request.asker).select_related("organization")
    playbook: Playbook = get_object_or_404(rows, pk=playbook_id)
    forbid_unless(may_call_visit(request.asker, playbook))
    among = list(callers_for(request.asker, playbook).order_by("path"))
    host, today = playbook.organization, clock.today()
    posted = sent(request)
    caller = CallerForm(posted, among=among, initial={"caller": among[0].code})

    def keep(plan: Plan) -> Visit:
        chosen = next(one for one in among if one.code == caller.cleaned_data["caller"])
        return calling.draft_visit(playbook, chosen, plan, **signed(request))

    initial = {
        "title": _("Visit to %(name)s") % {"name": host.name},
        "day": today + dt.timedelta(days=14),
        "answer_until": today + dt.timedelta(days=10),
    }
    page = _Writing(_("Call a visit"), host, None, reverse("playbooks"), keep)
    return _write(request, page, None, initial, caller)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_edit(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    plan = calling.plan_of(of)
    initial = {
        "title": plan.title,
        "text": plan.text,
        "day": plan.day,
        "place": plan.place,
        "answer_until": plan.answer_until,
        "invited": list(plan.invited),
    }
    page = _Writing(
        _("Change the visit"),
        of.host,
        of,
        reverse("visit", args=[of.pk]),
        lambda said: calling.rewrite_visit(of, said, **signed(request)),
    )
    return _write(request, page, plan, initial, None)


# --- Deeds ---------------------------------------------------------------------------------------------------------


def _asked(of: Visit, title: str, question: str, action: str) -> Asked:
    return Asked(title, question, action, reverse("visit", args=[of.pk]), _crumbs(of, title))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_announce(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    asked = _asked(
        of,
        _("Announce the visit"),
        _("Everybody who is invited is told. The day can be moved later, and the visit cancelled; both is told too."),
        _("Announce"),
    )

    def deed() -> str:
        count = calling.announce_visit(of, **signed(request))
        said = ngettext("Announced: %(count)s person is invited.", "Announced: %(count)s people are invited.", count)
        return said % {"count": count}

    return ask(request, asked, forms.Form(sent(request)), deed, VisitRefusal)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_drop(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    asked = _asked(
        of,
        _("Drop the draft"),
        _("Nobody was told of it. The draft goes, with its files; it can not be taken back."),
        _("Drop it"),
    )

    def deed() -> str:
        calling.drop_visit(of, **signed(request))
        return _("The draft is gone.")

    return ask(request, asked, forms.Form(sent(request)), deed, VisitRefusal, to=reverse("visits"))


class MoveForm(forms.Form):
    day = _date(_lazy("Day of the visit"))
    answer_until = _date(_lazy("Answers until"), _lazy("The last day on which a seat can be taken."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_move(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    initial = {"day": of.day, "answer_until": of.answer_until}
    form = MoveForm(sent(request), initial=initial)
    asked = _asked(
        of,
        _("Move the visit"),
        _("Turns keep their hours and who comes keeps the seat. Everybody is told, and can answer anew."),
        _("Move it"),
    )

    def deed() -> str:
        said = form.cleaned_data
        calling.move_visit(of, day=said["day"], answer_until=said["answer_until"], **signed(request))
        return _("Moved. Everybody who is invited is told.")

    return ask(request, asked, form, deed, VisitRefusal)


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_lazy("Why it does not take place"),
        max_length=calling.LONGEST_WHY,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_cancel(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    form = WhyForm(sent(request))
    asked = _asked(
        of,
        _("Cancel the visit"),
        _("Everybody who is invited reads the reason. Until its day it can be set again."),
        _("Cancel the visit"),
    )

    def deed() -> str:
        calling.cancel_visit(of, why=form.cleaned_data["why"], **signed(request))
        return _("Cancelled. Everybody who is invited is told.")

    return ask(request, asked, form, deed, VisitRefusal)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_restore(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    asked = _asked(
        of,
        _("Set the visit again"),
        _("It takes place as it was planned, with the seats that were taken. Everybody is told."),
        _("Set it again"),
    )

    def deed() -> str:
        calling.restore_visit(of, **signed(request))
        return _("It takes place. Everybody who is invited is told.")

    return ask(request, asked, forms.Form(sent(request)), deed, VisitRefusal)


class RecordForm(forms.Form):
    told = forms.CharField(
        label=_lazy("Experience that was told"), max_length=LONGEST_PART, widget=forms.Textarea({"rows": 8})
    )
    discussed = forms.CharField(
        label=_lazy("Questions and views"),
        required=False,
        max_length=LONGEST_PART,
        widget=forms.Textarea({"rows": 8}),
    )
    agreed = forms.CharField(
        label=_lazy("What was agreed"), required=False, max_length=LONGEST_PART, widget=forms.Textarea({"rows": 5})
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_record(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    form = RecordForm(sent(request))
    asked = _asked(
        of,
        _("File the record"),
        _("It is filed into the archive as it stands here, and can not be changed afterwards."),
        _("File the record"),
    )

    def deed() -> str:
        keeping.file_record(of, Exchange(**form.cleaned_data), **signed(request))
        return _("The record is filed.")

    return ask(request, asked, form, deed, VisitRefusal)


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_lazy("Answer"), max_length=answering.LONGEST_ANSWER, widget=forms.Textarea({"rows": 5})
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_question_answer(request: AskedRequest, visit_question_id: UUID) -> HttpResponse:
    rows = questions_answered_by(request.asker).select_related("visit", "organization")
    found = get_object_or_404(rows, pk=visit_question_id)
    by = me(request)
    form = ReplyForm(sent(request), initial={"text": found.answer})
    asked = _asked(found.visit, _("Answer a question"), f"{found.organization.name}：{found.text}", _("Answer"))

    def deed() -> str:
        answering.answer_question(found, by, text=form.cleaned_data["text"], **signed(request))
        return _("Answered. Whoever asked is told.")

    return ask(request, asked, form, deed, VisitRefusal)


# --- Files ---------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["POST"])
@conflict_on(VisitRefusal, FileRefused)
def visit_attach(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    """One or several files; a refused one leaves those before it attached and says which it was."""
    of = _held(request, visit_id)
    uploaded: Sequence[UploadedFile[bytes]] = request.FILES.getlist("files")
    if not uploaded:
        messages.warning(request, _("Choose a file first."))
    for file in uploaded:
        refuse_too_large(file.size or 0)
        calling.add_file(of, file.name or "", file.read(), **signed(request))
        messages.success(request, _("Attached: %(name)s") % {"name": file.name})
    return redirect("visit", of.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(VisitRefusal)
def visit_file_remove(request: AskedRequest, visit_id: UUID, visit_file_id: UUID) -> HttpResponse:
    of = _held(request, visit_id)
    file = get_object_or_404(visit_files_seen_by(request.asker), pk=visit_file_id, visit=of)
    asked = _asked(of, _("Take the file off"), file.name, _("Take it off"))

    def deed() -> str:
        calling.remove_file(file, **signed(request))
        return _("The file is gone.")

    return ask(request, asked, forms.Form(sent(request)), deed, VisitRefusal)
