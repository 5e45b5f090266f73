"""Visits as those see them who are invited: the day, their own answer, questions, the record, what is taken home."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.files import place_of
from zhibu.apps.showcases.access import playbook_editions_read_by
from zhibu.apps.showcases.models import PlaybookEdition
from zhibu.apps.visits.access import (
    followed_up_by,
    may_follow_up,
    may_hold_visit,
    may_read_follow_ups,
    questions_dropped_by,
    visit_files_seen_by,
    visits_seen_by,
)
from zhibu.apps.visits.actions import answering, keeping
from zhibu.apps.visits.errors import VisitRefusal
from zhibu.apps.visits.models import FollowUp, TakenHome, Visit, VisitAnswer, VisitRecord, VisitTurn
from zhibu.apps.visits.queries import FOLDER, Free, answer_of, guests_of, program_of, taken_in, turns_for
from zhibu.documents.papers import program_docx, program_pdf
from zhibu.domain.terms import VisitStage
from zhibu.domain.visits import FOLLOW_UPS, asked_now, due_on
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.asking import Asked, ask, sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file, paper
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, signed

UNPROCESSABLE = 422


def _crumbs(visit: Visit | None = None, *further: Crumb) -> list[Crumb]:
    first = [Crumb(_("Visits"), reverse("visits"))]
    if visit is None:
        return [*first, *further]
    return [*first, Crumb(visit.title, reverse("visit", args=[visit.pk]) if further else ""), *further]


@login_required
@require_safe
def visits(request: AskedRequest) -> HttpResponse:
    """Those one may see, the latest day first."""
    rows = visits_seen_by(request.asker).select_related("host", "caller")
    if request.asker.person is not None:
        mine = VisitAnswer.objects.filter(person=request.asker.person).select_related("turn")
        rows = rows.prefetch_related(Prefetch("answers", queryset=mine, to_attr="own"))
    page = page_of(request, rows.order_by("-day", "pk"))
    return render(request, "member/visits/list.html", {"page": page, "today": clock.today()})


# --- One visit -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Later:
    """One follow-up of a branch: from which day it is asked, and what was said, if anything."""

    after: int
    since: dt.date
    said: FollowUp | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Home:
    """What a branch took home. ``later`` is empty for whom that is none of their business."""

    one: TakenHome
    later: tuple[Later, ...]


@login_required
@require_safe
def visit(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    """The whole day on one page; what one may do with it follows from one's post on that day."""
    of, today, person = _visit(request, visit_id), clock.today(), request.asker.person
    holds = may_hold_visit(request.asker, of)
    guests = guests_of(of)
    is_invited = person in guests and of.stage != VisitStage.DRAFT
    own = answer_of(of, person)
    is_ahead = of.stage == VisitStage.ANNOUNCED and today <= of.day
    rows = of.taken_home.select_related("organization", "visit__host", "visit__caller")
    homes = list(rows.prefetch_related("follow_ups"))
    can_take_home = own is not None and own.turn_id is not None and today >= of.day and of.stage in _TELLS
    mine = next((home for home in homes if own and home.organization_id == own.organization_id), None)
    context = {
        "visit": of,
        "today": today,
        "holds": holds,
        "is_draft": of.stage == VisitStage.DRAFT,
        "is_ahead": is_ahead,
        "is_over": of.stage == VisitStage.ANNOUNCED and today >= of.day,
        "invitations": of.invitations.select_related("organization"),
        "stops": of.stops.all(),
        "turns": of.turns.all(),
        "sums": _sums(of) if holds else [],
        "declined": of.answers.filter(turn__isnull=True).select_related("organization") if holds else [],
        "own": own,
        "may_answer": is_ahead and is_invited,
        "person": person,
        "questions": of.questions.select_related("organization"),
        "files": of.files.all(),
        "record": VisitRecord.objects.filter(visit=of).first() if of.stage == VisitStage.RECORDED else None,
        "homes": [_home(request, one, today) for one in homes],
        "may_take_home": can_take_home and not (mine and mine.follow_ups.all()),
        "mine": mine,
        "edition": _edition(request, of),
        "crumbs": _crumbs(of),
    }
    return render(request, "member/visits/visit.html", context)


_TELLS = (VisitStage.ANNOUNCED, VisitStage.RECORDED)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many seats of a turn are taken; who took them is not shown."""

    turn: VisitTurn
    taken: int


def _sums(of: Visit) -> list[Sum]:
    taken = taken_in(of)
    return [Sum(turn, taken[turn.pk]) for turn in of.turns.all()]


def _home(request: AskedRequest, one: TakenHome, today: dt.date) -> Home:
    if not may_read_follow_ups(request.asker, one):
        return Home(one, ())
    said = {each.after: each for each in one.follow_ups.all()}
    waits = asked_now(one.visit.day, said, today) if may_follow_up(request.asker, one) else []
    later = tuple(
        Later(after, due_on(one.visit.day, after), said.get(after), after in waits)
        for after in FOLLOW_UPS
        if after in said or after in waits
    )
    return Home(one, later)


def _edition(request: AskedRequest, of: Visit) -> PlaybookEdition | None:
    """The newest edition of the playbook, to be compared and taken from; ``None`` where it is not for the reader."""
    rows = playbook_editions_read_by(request.asker).filter(playbook=of.playbook_id)
    return rows.order_by("-number").first()


def _visit(request: AskedRequest, visit_id: UUID) -> Visit:
    rows = visits_seen_by(request.asker).select_related("host", "caller")
    found: Visit = get_object_or_404(rows, pk=visit_id)
    return found


@login_required
@require_safe
def visit_file(request: AskedRequest, visit_id: UUID, visit_file_id: UUID) -> FileResponse:
    found = get_object_or_404(visit_files_seen_by(request.asker), pk=visit_file_id, visit=visit_id)
    return kept_file(place_of(FOLDER, found.sha256), found.name, found.media_type)


@login_required
@require_safe
def visit_docx(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    program = program_of(_visit(request, visit_id), clock.today())
    return paper(program_docx(program, at=clock.now()), program.heading, "docx")


@login_required
@require_safe
def visit_pdf(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    program = program_of(_visit(request, visit_id), clock.today())
    return paper(program_pdf(program, at=clock.now()), program.heading, "pdf")


# --- One's own answer ----------------------------------------------------------------------------------------------


class AnswerForm(forms.Form):
    turn = forms.ChoiceField(
        label=_lazy("Turn"),
        widget=forms.RadioSelect,
        error_messages={"required": _lazy("Choose a turn, or say that you can not come.")},
    )
    reason = forms.CharField(
        label=_lazy("Why I can not come"),
        required=False,
        max_length=answering.LONGEST_REASON,
        help_text=_lazy("Only if you can not come. Read by those who hold the visit, and by nobody else."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, free: list[Free], own: VisitAnswer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["turn"]
        assert isinstance(field, forms.ChoiceField)
        held = own.turn_id if own else None
        offered = [(str(one.turn.pk), _turn_in_words(one)) for one in free if one.left or one.turn.pk == held]
        field.choices = [*offered, (_NOT, _("I can not come"))]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("turn") == _NOT and not said.get("reason"):
            self.add_error("reason", _("Say in a few words why you can not come."))
        return said


_NOT = "not"


def _turn_in_words(one: Free) -> str:
    said = [_("%(turn)s, %(left)s seats left") % {"turn": one.turn, "left": one.left}]
    if one.shift is not None:
        said.append(_("falls into your shift: %(shift)s") % {"shift": one.shift.name})
    elif one.rests:
        said.append(_("you rest after a night shift then"))
    return " · ".join(said)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_answer(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    """A seat in a turn, or a reason. Which turn falls into one's own shift nobody else is shown."""
    of, person = _visit(request, visit_id), me(request)
    forbid_unless(person.pk in guests_of(of))
    own = answer_of(of, person.pk)
    free = turns_for(of, person.pk)
    initial = {
        "turn": _NOT if own and own.turn_id is None else str(own.turn_id) if own else "",
        "reason": own.reason if own else "",
    }
    given = request.POST if request.method == "POST" else None
    form = AnswerForm(given, free=free, own=own, initial=initial)
    back = reverse("visit", args=[of.pk])
    title = _("Come or not")
    full = [one for one in free if not one.left and (own is None or one.turn.pk != own.turn_id)]
    context = {
        "title": title,
        "visit": of,
        "full": full,
        "form": form,
        "action": _("Send my answer"),
        "cancel": back,
        "crumbs": _crumbs(of, Crumb(title)),
    }
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            if said["turn"] == _NOT:
                answering.decline(of, person, reason=said["reason"], **signed(request))
                messages.success(request, _("Whoever holds the visit knows that you can not come."))
            else:
                taken = answering.take_seat(of, person, UUID(said["turn"]), **signed(request))
                messages.success(request, _("A seat in the turn %(turn)s is yours.") % {"turn": taken.turn})
            return redirect(back)
        except VisitRefusal as refusal:
            form.add_error(None, str(refusal))
    return render(request, "member/visits/answer.html", context, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(VisitRefusal)
def visit_answer_back(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of, person = _visit(request, visit_id), me(request)
    forbid_unless(answer_of(of, person.pk) is not None)
    title = _("Take the answer back")
    if request.method == "POST":
        answering.take_back_answer(of, person, **signed(request))
        messages.success(request, _("Your answer is taken back; the seat is free again."))
        return redirect("visit", of.pk)
    context = {
        "title": title,
        "question": _("Your seat becomes free. You can answer again while there are seats."),
        "action": _("Take back"),
        "cancel": reverse("visit", args=[of.pk]),
        "crumbs": _crumbs(of, Crumb(title)),
    }
    return render(request, "shell/confirm.html", context)


# --- Questions, what is taken home, what has come of it ------------------------------------------------------------


class TextForm(forms.Form):
    """One text. ``label``, ``most`` and ``help_text`` are the page's."""

    text = forms.CharField(widget=forms.Textarea({"rows": 6}))

    def __init__(self, *args: Any, label: str, most: int, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = forms.CharField(
            label=label, max_length=most, help_text=help_text, widget=forms.Textarea({"rows": 6})
        )


def _asked(of: Visit, title: str, question: str, action: str) -> Asked:
    return Asked(title, question, action, reverse("visit", args=[of.pk]), _crumbs(of, Crumb(title)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_ask(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of, person = _visit(request, visit_id), me(request)
    forbid_unless(person.pk in guests_of(of))
    form = TextForm(sent(request), label=_("What you would like to know"), most=answering.LONGEST_QUESTION)
    asked = _asked(
        of,
        _("Ask beforehand"),
        _("It stands on the page of the visit, under the name of your organization, with the answer of the host."),
        _("Ask it"),
    )

    def deed() -> str:
        answering.ask_beforehand(of, person, text=form.cleaned_data["text"], **signed(request))
        return _("Asked. You are told once there is an answer.")

    return ask(request, asked, form, deed, VisitRefusal, at="text")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(VisitRefusal)
def visit_question_drop(request: AskedRequest, visit_question_id: UUID) -> HttpResponse:
    rows = questions_dropped_by(request.asker).select_related("visit")
    found = get_object_or_404(rows, pk=visit_question_id)
    title = _("Take the question back")
    if request.method == "POST":
        answering.drop_question(found, **signed(request))
        messages.success(request, _("The question is taken back."))
        return redirect("visit", found.visit_id)
    context = {
        "title": title,
        "question": found.text,
        "action": _("Take back"),
        "cancel": reverse("visit", args=[found.visit_id]),
        "crumbs": _crumbs(found.visit, Crumb(title)),
    }
    return render(request, "shell/confirm.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_take_home(request: AskedRequest, visit_id: UUID) -> HttpResponse:
    of, person = _visit(request, visit_id), me(request)
    came_for = keeping.came(of, person.pk)
    forbid_unless(came_for is not None)
    before = of.taken_home.filter(organization=came_for).first()
    form = TextForm(
        sent(request),
        label=_("What we want to take home"),
        most=keeping.LONGEST_SAID,
        initial={"text": before.text if before else ""},
    )
    asked = _asked(
        of,
        _("Take something home"),
        _("In the words of your branch: what you want to try, and how. Whoever may see the visit reads it."),
        _("Save"),
    )

    def deed() -> str:
        keeping.take_home(of, person, text=form.cleaned_data["text"], **signed(request))
        return _("Saved. After 30 and 90 days your branch says what has come of it.")

    return ask(request, asked, form, deed, VisitRefusal, at="text")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_follow_up(request: AskedRequest, taken_home_id: UUID, after: int) -> HttpResponse:
    rows = followed_up_by(request.asker).select_related("visit__host", "organization")
    found: TakenHome = get_object_or_404(rows, pk=taken_home_id)
    if after not in FOLLOW_UPS:
        raise Http404
    person = me(request)
    before = found.follow_ups.filter(after=after).first()
    form = TextForm(
        sent(request),
        label=_("What has come of it"),
        most=keeping.LONGEST_SAID,
        help_text=_(
            "“Nothing yet, because …” is an answer too. Read by your branch and by those who hold the visit."
        ),
        initial={"text": before.text if before else ""},
    )
    asked = _asked(
        found.visit,
        _("After %(days)s days") % {"days": after},
        _("%(name)s wanted to take home: %(text)s") % {"name": found.organization.name, "text": found.text},
        _("Save"),
    )

    def deed() -> str:
        keeping.follow_up(found, after, person, text=form.cleaned_data["text"], **signed(request))
        return _("Saved. Those who hold the visit read it.")

    return ask(request, asked, form, deed, VisitRefusal, at="text")
