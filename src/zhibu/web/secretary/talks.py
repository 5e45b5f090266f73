"""Talks (谈心谈话): that two members of a branch talked, and when. What was said is asked of nobody."""

from __future__ import annotations

import datetime as dt
from collections import Counter
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
from zhibu.apps.meetings.models import Talk
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.queries import calendar_kept
from zhibu.apps.people.models import Appointment, Membership, Person
from zhibu.domain.periods import Span
from zhibu.domain.requirements import Obligation
from zhibu.domain.terms import OFFICES, OrganizationKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.rule_words import as_written, cited, how_often

TALKS = "talks"


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
class Line:
    """A member, and how many talks of this year are on record."""

    person: Person
    times: int
    needed: int

    @property
    def chip(self) -> str:
        return "done" if self.times >= self.needed else "open"


@dataclass(frozen=True, slots=True)
class Told:
    """A talk in words; which of the three kinds of the rule it is follows from who held an office on its day."""

    talk: Talk
    kind: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def talks(request: AskedRequest) -> HttpResponse:
    """The talks of a branch in the year, what is owed, and a line to enter one."""
    branches = list(_branches(request))
    forbid_unless(bool(branches))
    asked = request.GET.get("organization")
    branch = next((one for one in branches if one.code == asked), branches[0])
    today = clock.today()
    people = [row.person for row in _members(branch, today)]
    form = TalkForm(request.POST or None, people, me=request.asker.person, on=today)
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
    held = _held(branch, today.year)
    rule = _rule(today)
    times = Counter(person for talk in held for person in (talk.one_id, talk.other_id))
    needed = rule.count if rule else 0
    page = page_of(request, held)
    return render(
        request,
        "secretary/talks.html",
        {
            "branch": branch,
            "branches": branches,
            "form": form,
            "year": today.year,
            "rule": f"{as_written(rule.label)}：{how_often(rule)}，{cited(rule)}" if rule else "",
            "lines": [Line(person, times[person.pk], needed) for person in people],
            "page": page,
            "told": _told(branch, list(page)),
        },
    )


def _branches(request: AskedRequest) -> Sequence[Organization]:
    rows = Organization.objects.filter(path__in=request.asker.secretary_of, kind=OrganizationKind.BRANCH.value)
    return [row for row in rows if may_note_talks(request.asker, row)]


def _members(branch: Organization, on: dt.date) -> Sequence[Membership]:
    rows = Membership.objects.on(on).filter(organization=branch).select_related("person")
    return list(rows.order_by("person__pinyin", "person__staff_number"))


def _held(branch: Organization, year: int) -> Sequence[Talk]:
    return list(Talk.objects.filter(organization=branch, held_on__year=year).select_related("one", "other"))


def _rule(on: dt.date) -> Obligation | None:
    found = calendar_kept(on).rules_on(on).get(TALKS)
    return found if isinstance(found, Obligation) else None


def _told(branch: Organization, held: Sequence[Talk]) -> list[Told]:
    people = {person for talk in held for person in (talk.one_id, talk.other_id)}
    rows = Appointment.objects.filter(
        organization=branch, person__in=people, post__in=[post.value for post in OFFICES]
    ).values_list("person_id", "since", "until")
    spans = [(person, Span(since, until)) for person, since, until in rows]

    def officers(talk: Talk) -> int:
        two = (talk.one_id, talk.other_id)
        return len({person for person, span in spans if person in two and span.holds(talk.held_on)})

    kinds = (_("member with member"), _("committee with member"), _("committee with committee"))
    return [Told(talk, kinds[officers(talk)]) for talk in held]


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
