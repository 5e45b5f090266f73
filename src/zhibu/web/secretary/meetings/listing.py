"""All meetings that one may see, and what is to be done next at those one runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from zhibu.apps.meetings.access import meetings_run_by, meetings_seen_by
from zhibu.apps.meetings.models import AgendaItem, Meeting, Session
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import organizations_convened_by
from zhibu.domain.minutes import Gathering
from zhibu.domain.terms import MeetingKind, MeetingStage
from zhibu.web.secretary.meetings.steps import Step, next_step
from zhibu.web.secretary.meetings.words import CHIPS
from zhibu.web.shell import clock
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of

#: Meetings that wait for somebody, as shown above the list.
MOST_WAITING = 6

FINISHED = (MeetingStage.FILED, MeetingStage.NOT_HELD)


class Filters(forms.Form):
    q = forms.CharField(
        label=_lazy("Title or agenda"), required=False, max_length=60, widget=forms.TextInput({"type": "search"})
    )
    organization = forms.ChoiceField(label=_lazy("Organization"), required=False)
    kind = forms.ChoiceField(
        label=_lazy("Kind"), required=False, choices=[("", _lazy("All")), *MeetingKind.choices()]
    )
    stage = forms.ChoiceField(
        label=_lazy("Stage"), required=False, choices=[("", _lazy("All")), *MeetingStage.choices()]
    )
    month = forms.RegexField(
        r"^\d{4}(-\d{1,2})?$",
        label=_lazy("Year or month"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "placeholder": "2026-11"}),
    )

    def __init__(self, *args: Any, organizations: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _lazy("All")), *((one.code, one.name) for one in organizations)]

    def condition(self) -> Q:
        """What is asked for; a filter that can not be read leaves everything in."""
        if not self.is_valid():
            return Q()
        asked, found = self.cleaned_data, Q()
        if asked["q"]:
            items = AgendaItem.objects.filter(meeting=OuterRef("pk"), title__contains=asked["q"])
            found &= Q(title__contains=asked["q"]) | Q(Exists(items))
        if asked["organization"]:
            found &= Q(organization__code=asked["organization"])
        if asked["kind"]:
            found &= Q(kind=asked["kind"])
        if asked["stage"]:
            found &= Q(stage=asked["stage"])
        return found & _within(asked["month"])


def _within(month: str) -> Q:
    """The condition of having been held in 2026 or in 2026-11."""
    year, _dash, number = month.partition("-")
    if not year or not 1900 <= int(year) <= 9998 or (number and not 1 <= int(number) <= 12):  # noqa: PLR2004 - calendar
        return Q()
    first, months = dt.date(int(year), int(number or 1), 1), 1 if number else 12
    last = dt.date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)  # noqa: PLR2004
    return Q(held_on__gte=first, held_on__lt=last)


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting as it stands in the list."""

    meeting: Meeting
    when: str
    place: str
    chip: str
    step: Step | None = None


@login_required
@require_safe
def meetings(request: AskedRequest) -> HttpResponse:
    seen = meetings_seen_by(request.asker)
    holders = Organization.objects.filter(Exists(seen.filter(organization=OuterRef("pk")))).order_by("path")
    form = Filters(request.GET or None, organizations=list(holders))
    is_filtered = any(request.GET.get(name) for name in form.fields)
    order = ["held_on", "made_at"] if request.GET.get("sort") == "day" else ["-held_on", "-made_at"]
    page = page_of(request, _whole(seen.filter(form.condition() if is_filtered else Q())).order_by(*order))
    waiting = [] if is_filtered or page.number > 1 else _waiting(request)
    convenes = organizations_convened_by(request.asker).filter(dissolved__isnull=True).order_by("path")[:1]
    return render(
        request,
        "secretary/meetings/list.html",
        {
            "form": form,
            "page": page,
            "rows": [_row(meeting) for meeting in page],
            "waiting": waiting,
            "is_filtered": is_filtered,
            "is_oldest_first": request.GET.get("sort") == "day",
            "may_convene": bool(convenes),
            "book_of": form["organization"].value() or (convenes[0].code if convenes else ""),
            "book_year": _year(request),
        },
    )


def _year(request: AskedRequest) -> int:
    year = request.GET.get("month", "")[:4]
    return int(year) if year.isascii() and year.isdigit() and len(year) == 4 else clock.today().year  # noqa: PLR2004


def _whole(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return rows.select_related("organization", "chair", "convener", "host").prefetch_related(
        "sessions", "host__sessions"
    )


def _waiting(request: AskedRequest) -> list[Row]:
    """What the asker runs and is not finished, the nearest first; guests of an afternoon go with their host."""
    mine = meetings_run_by(request.asker).exclude(stage__in=[stage.value for stage in FINISHED])
    rows = _whole(mine.filter(Q(host__isnull=True) | ~Q(stage=MeetingStage.DRAFT.value))).order_by(
        "held_on", "made_at"
    )
    found = [
        _row(meeting, next_step(request.asker, meeting, list(meeting.roll_of.sessions.all()), today=clock.today()))
        for meeting in rows[: 3 * MOST_WAITING]
    ]
    return [row for row in found if row.step is not None and not row.step.is_hosts][:MOST_WAITING]


def _row(meeting: Meeting, step: Step | None = None) -> Row:
    sessions = list(meeting.roll_of.sessions.all())
    return Row(meeting, when_of(sessions), place_of(sessions), CHIPS[meeting.at_stage], step)


def when_of(sessions: list[Session]) -> str:
    """When a meeting takes place, in words; empty where it is not set."""
    if not sessions:
        return ""
    first = sessions[0]
    when = str(Gathering(localtime(first.starts_at), localtime(first.ends_at)))
    return when if len(sessions) == 1 else f"{when} 等{len(sessions)}场"


def place_of(sessions: list[Session]) -> str:
    return "、".join(dict.fromkeys(session.place for session in sessions if session.place))
