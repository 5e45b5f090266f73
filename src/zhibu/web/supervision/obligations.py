"""One cell of what is owed explains itself; a reason for it is given and answered here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.meetings.access import meetings_seen_by
from zhibu.apps.oversight import actions
from zhibu.apps.oversight.access import cells_seen_by, may_accept, may_explain
from zhibu.apps.oversight.errors import OversightRefusal
from zhibu.apps.oversight.models import Cell, Evidence, Waiver
from zhibu.apps.oversight.queries import calendar_kept
from zhibu.domain.terms import MeetingStage
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import Owed, cell_url, owed


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("Why it is not done"),
        help_text=_lazy("A few words; the committee above reads it and accepts it or asks for something else."),
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_lazy("Answer"),
        help_text=_lazy("Needed only where the reason is not accepted: what is asked instead."),
        max_length=300,
        required=False,
        error_messages={"required": _lazy("Say what you ask for instead; the secretary reads it.")},
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, data: QueryDict | None = None, *, is_needed: bool = False) -> None:
        super().__init__(data)
        self.fields["answer"].required = is_needed


@dataclass(frozen=True, slots=True)
class Record:
    """A record that a cell rests on; without ``url`` the asker may not open it."""

    title: str
    held_on: dt.date
    filed_on: dt.date
    had_quorum: bool
    url: str


def _cell(request: AskedRequest, organization: UUID, rule: str, first: str) -> Cell:
    try:
        day = dt.date.fromisoformat(first)
    except ValueError as error:
        raise Http404 from error
    rows = cells_seen_by(request.asker).select_related("organization")
    return get_object_or_404(rows, organization=organization, rule=rule, first=day, post=request.GET.get("post", ""))


def _waiver_of(cell: Cell) -> Waiver | None:
    return Waiver.objects.filter(
        organization=cell.organization_id, requirement=cell.requirement, post=cell.post, first=cell.first
    ).first()


@login_required
@require_safe
def obligation(request: AskedRequest, organization: UUID, rule: str, first: str) -> HttpResponse:
    return _page(request, _cell(request, organization, rule, first))


def _page(
    request: AskedRequest, cell: Cell, *, reason: ReasonForm | None = None, answer: AnswerForm | None = None
) -> HttpResponse:
    """The cell; ``reason`` or ``answer``: what was sent and could not be taken, with what is wrong about it."""
    stands = owed(cell, calendar_kept(clock.today()), clock.today())
    waiver = _waiver_of(cell)
    explains = may_explain(request.asker, cell.organization)
    answers = waiver is not None and may_accept(request.asker, cell.organization)
    is_open = not cell.why_not and cell.completed_on is None
    is_accepted = waiver is not None and bool(waiver.accepted)
    records, said = _read(request, stands)
    return render(
        request,
        "supervision/obligations/obligation.html",
        {
            "crumbs": [Crumb(cell.organization.name, reverse("organization", args=[cell.organization_id]))],
            "stands": stands,
            "records": records,
            "waiver": waiver,
            "here": cell_url(cell),
            "reason_form": reason or ReasonForm(initial={"reason": waiver.reason if waiver else said})
            if explains and is_open and not is_accepted
            else None,
            "answer_form": answer or AnswerForm() if answers and is_open else None,
            "may_withdraw": explains and waiver is not None,
            "convene_url": stands.convene_url if explains and is_open else "",
        },
        status=HTTPStatus.OK if reason is None and answer is None else HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def _read(request: AskedRequest, stands: Owed) -> tuple[list[Record], str]:
    """The records that the cell rests on, and why a meeting of its period was not held; empty where none was so.

    The meetings in one statement.
    """
    cell = stands.cell
    evidence = list(Evidence.objects.filter(cell=cell))
    not_held = Q(
        organization=cell.organization_id,
        stage=MeetingStage.NOT_HELD,
        kind__in=[kind.value for kind in stands.rule.meetings],
        held_on__gte=cell.first,
        held_on__lte=cell.last,
    )
    rows = meetings_seen_by(request.asker).filter(Q(pk__in=[one.record for one in evidence]) | not_held)
    seen = {meeting.pk: meeting for meeting in rows.order_by("held_on", "made_at")}
    records = [
        Record(
            title=seen[one.record].title if one.record in seen else _("A record of another organization"),
            held_on=one.held_on,
            filed_on=one.filed_on,
            had_quorum=one.had_quorum,
            url=reverse("meeting_record", args=[one.record]) if one.record in seen else "",
        )
        for one in evidence
    ]
    said = [meeting.reason for meeting in seen.values() if meeting.at_stage is MeetingStage.NOT_HELD]
    return records, said[-1] if said else ""


@login_required
@require_POST
@conflict_on(OversightRefusal)
def explain(request: AskedRequest, organization: UUID, rule: str, first: str) -> HttpResponse:
    cell = _cell(request, organization, rule, first)
    forbid_unless(may_explain(request.asker, cell.organization))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, cell, reason=form)
    reason = form.cleaned_data["reason"]
    actions.explain(cell, reason=reason, by=request.user, actor=request.user.actor, at=clock.now())
    messages.success(request, _("The reason is with the committee above."))
    return redirect(cell_url(cell))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AskedRequest, organization: UUID, rule: str, first: str) -> HttpResponse:
    """Asked first: with the reason goes what was answered to it."""
    cell = _cell(request, organization, rule, first)
    forbid_unless(may_explain(request.asker, cell.organization))
    waiver, back = _waiver_of(cell), cell_url(cell)
    if waiver is None:
        return redirect(back)
    if request.method == "POST":
        actions.withdraw_reason(waiver, actor=request.user.actor, at=clock.now())
        messages.success(request, _("The reason is taken back."))
        return redirect(back)
    accepted = _("The committee has accepted it. Taken back, the period is open again.") if waiver.accepted else ""
    context = {
        "title": _("Take the reason back?"),
        "question": " ".join(filter(None, (f"“{waiver.reason}”", accepted))),
        "action": _("Take the reason back"),
        "cancel": back,
        "crumbs": [Crumb(cell.organization.name, back), Crumb(_("Take the reason back"))],
    }
    return render(request, "shell/confirm.html", context)


@login_required
@require_POST
@conflict_on(OversightRefusal)
def answer(request: AskedRequest, organization: UUID, rule: str, first: str) -> HttpResponse:
    cell = _cell(request, organization, rule, first)
    forbid_unless(may_accept(request.asker, cell.organization))
    waiver = _waiver_of(cell)
    if waiver is None:
        raise OversightRefusal(_("The reason has been taken back meanwhile."))
    accepted = "accept" in request.POST
    form = AnswerForm(request.POST, is_needed=not accepted)
    if not form.is_valid():
        return _page(request, cell, answer=form)
    said = form.cleaned_data["answer"]
    actions.answer_reason(
        waiver, accepted=accepted, answer=said, by=request.user, actor=request.user.actor, at=clock.now()
    )
    messages.success(request, _("Accepted.") if accepted else _("The secretary reads what you ask for."))
    return redirect(cell_url(cell))
