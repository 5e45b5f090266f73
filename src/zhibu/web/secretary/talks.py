"""Talks (谈心谈话): that two members of a branch talked, and when. What was said is asked of nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
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

from zhibu.apps.meetings.access import may_note_talks, talks_noted_by
from zhibu.apps.meetings.actions.talks import record_talk, withdraw_talk
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.talks import talks_of
from zhibu.apps.people.models import Person
from zhibu.domain.compliance import Cell
from zhibu.domain.terms import OrganizationKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.rule_words import as_written, cited, how_often
from zhibu.web.shell.templatetags.words import word


class TalkForm(forms.Form):
    one = forms.ModelChoiceField(Person.objects.none(), label=_lazy("Who"))
    other = forms.ModelChoiceField(Person.objects.none(), label=_lazy("With whom"))
    held_on = forms.DateField(
        label=_lazy("Day of the talk"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, people: Sequence[Person], *, me: UUID | None, on: dt.date) -> None:
        super().__init__(data, initial={"one": me, "held_on": on})
        choices = [("", ""), *((str(person.pk), person.name) for person in people)]
        for name in ("one", "other"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Person.objects.filter(pk__in=[person.pk for person in people])
            field.choices = choices


@dataclass(frozen=True, slots=True)
class Chip:
    """One kind of talks that a member owes in the year, in words, and its state."""

    text: str
    state: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def talks(request: AskedRequest) -> HttpResponse:
    """The talks of a branch in the year, what is owed, and a line to enter one."""
    branches = list(_branches(request))
    forbid_unless(bool(branches))
    asked = request.GET.get("organization")
    branch = next((one for one in branches if one.code == asked), branches[0])
    today = clock.today()
    year = talks_of(branch, today)
    form = TalkForm(request.POST or None, year.members, me=request.asker.person, on=today)
    if request.method == "POST" and form.is_valid():
        try:
            record_talk(
                organization=branch,
                **form.cleaned_data,
                by=request.user,
                actor=request.user.actor,
                at=clock.now(),
            )
        except MeetingRefusal as refusal:
            form.add_error("held_on" if form.cleaned_data["held_on"] > today else "other", str(refusal))
        else:
            messages.success(request, _("On record for both."))
            return redirect(f"{reverse('talks')}?organization={branch.code}")
    return render(
        request,
        "secretary/talks.html",
        {
            "branch": branch,
            "branches": branches,
            "form": form,
            "year": today.year,
            "rules": [f"{as_written(rule.label)}：{how_often(rule)}，{cited(rule)}" for rule in year.rules],
            "lines": [(person, [_chip(cell) for cell in year.owed.get(person.pk, ())]) for person in year.members],
            "page": page_of(request, year.held),
        },
    )


def _branches(request: AskedRequest) -> Sequence[Organization]:
    rows = Organization.objects.filter(path__in=request.asker.secretary_of, kind=OrganizationKind.BRANCH.value)
    return [row for row in rows if may_note_talks(request.asker, row)]


def _chip(cell: Cell[UUID]) -> Chip:
    """Towards the secretary nothing is late: a talk has taken place, or is still to come."""
    facts = {
        "kind": word(cell.talk) if cell.talk else as_written(cell.rule.label),
        "done": len(cell.evidence),
        "needed": cell.needed,
    }
    text = _("%(kind)s: %(done)s of %(needed)s") % facts
    return Chip(text, "done" if cell.completed_on is not None else "open")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AskedRequest, talk: UUID) -> HttpResponse:
    """What was entered by mistake is taken off both records; the event stays."""
    found = get_object_or_404(talks_noted_by(request.asker).select_related("one", "other", "organization"), pk=talk)
    back = f"{reverse('talks')}?organization={found.organization.code}"
    if request.method == "POST":
        withdraw_talk(found, actor=request.user.actor, at=clock.now())
        messages.success(request, _("Taken off both records."))
        return redirect(back)
    facts = {"one": found.one.name, "other": found.other.name, "day": found.held_on.isoformat()}
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Withdraw a talk"),
            "question": _("%(one)s and %(other)s, %(day)s: entered by mistake?") % facts,
            "action": _("Withdraw it"),
            "cancel": back,
            "crumbs": [Crumb(_("Talks"), back), Crumb(_("Withdraw a talk"))],
        },
    )
