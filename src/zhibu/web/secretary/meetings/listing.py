"""All meetings that one may see, and what is to be done next at those one runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from zhibu.apps.meetings.access import may_read_books, meetings_run_by, meetings_seen_by
from zhibu.apps.meetings.filed import asked_of
from zhibu.apps.meetings.models import AgendaItem, Comment, LedgerLine, Meeting, Session
from zhibu.apps.meetings.papers import gatherings_in_ledger
from zhibu.apps.meetings.queries import held_in
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import called
from zhibu.apps.people.access import organizations_convened_by, organizations_seen_by
from zhibu.domain.minutes import Gathering
from zhibu.domain.terms import MeetingKind, MeetingStage
from zhibu.web.secretary.meetings.books import books_of, year_of
from zhibu.web.secretary.meetings.steps import Step, next_step
from zhibu.web.secretary.meetings.words import CHIPS
from zhibu.web.shell import clock
from zhibu.web.shell.forms import MOST_OFFERED, organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of_whole

#: Meetings that wait for somebody, and requests of the committee, as shown above the list.
MOST_WAITING = 6

FINISHED = (MeetingStage.FILED, MeetingStage.NOT_HELD)


class Filters(forms.Form):
    q = forms.CharField(
        label=_lazy("Title or agenda"), required=False, max_length=60, widget=forms.TextInput({"type": "search"})
    )
    organization = forms.CharField()
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

    def __init__(
        self, *args: Any, organizations: list[Organization], seen: QuerySet[Organization], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offered, self._seen = organizations, seen
        self.fields["organization"] = organization_field(_("Organization"), organizations)

    @cached_property
    def called(self) -> list[Organization]:
        """The organizations that are meant; none where no filter asks for any."""
        asked = self.data.get("organization", "")
        exact = [one for one in self._offered if one.code == asked]
        return exact or list(called(asked, self._seen)[:MOST_OFFERED] if asked else ())

    def condition(self) -> Q:
        """What is asked for; a filter that can not be read leaves everything in."""
        if not self.is_valid():
            return Q()
        asked, found = self.cleaned_data, Q()
        if asked["q"]:
            items = AgendaItem.objects.filter(meeting=OuterRef("pk"), title__contains=asked["q"])
            found &= Q(title__contains=asked["q"]) | Q(Exists(items))
        if asked["organization"]:
            found &= Q(organization__in=[one.pk for one in self.called])
        if asked["kind"]:
            found &= Q(kind=asked["kind"])
        if asked["stage"]:
            found &= Q(stage=asked["stage"])
        return found & held_in(asked["month"])


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
    seen, seen_places = meetings_seen_by(request.asker), organizations_seen_by(request.asker)
    places = _places(request, seen)
    with_meetings = [one for one in places if _is(one, "has_meetings")]
    form = Filters(request.GET or None, organizations=with_meetings, seen=seen_places)
    is_filtered = any(request.GET.get(name) for name in form.fields)
    order = ["held_on", "made_at"] if request.GET.get("sort") == "day" else ["-held_on", "-made_at"]
    found = seen.filter(form.condition() if is_filtered else Q())
    page = page_of_whole(request, found.order_by(*order), _whole(Meeting.objects.order_by(*order)))
    is_start = not is_filtered and page.number == 1
    waiting = _unfinished(request) if is_start else []
    sessions = _sessions_of([*page, *waiting])
    year = _year(request)
    convened = [one for one in places if _is(one, "is_convened")]
    book_of = next((one for one in form.called or convened if may_read_books(request.asker, one)), None)
    return render(
        request,
        "secretary/meetings/list.html",
        {
            "form": form,
            "page": page,
            "rows": [_row(meeting, sessions) for meeting in page],
            "waiting": _waiting(request, waiting, sessions),
            "asked": _asked(request) if is_start and any(_is(one, "is_asked") for one in places) else [],
            "is_filtered": is_filtered,
            "is_oldest_first": request.GET.get("sort") == "day",
            "may_convene": bool(convened),
            "books": books_of(book_of, year) if book_of else [],
            "book_of": book_of,
            "book_year": year,
        },
    )


def _places(request: AskedRequest, seen: QuerySet[Meeting]) -> list[Organization]:
    """Whose meetings one sees or may call, in tree order, with what the page needs to know of each; one query.

    Of more than can be offered one by one, those that the asker calls or is asked about are among them.
    """
    convened = organizations_convened_by(request.asker).filter(dissolved__isnull=True).values("pk")
    rows = Organization.objects.filter(Q(pk__in=seen.values("organization")) | Q(pk__in=convened)).annotate(
        # Who calls the meetings of an organization sees all of them.
        has_meetings=Exists(Meeting.objects.filter(organization=OuterRef("pk"))),
        is_convened=_is_among(convened),
        is_asked=_is_among(asked_of(request.asker).values("filing__meeting__organization")),
    )
    offered = rows.order_by("-is_convened", "-is_asked", "path")[: MOST_OFFERED + 1]
    return sorted(offered, key=lambda one: one.path)


def _is_among(organizations: QuerySet[Any, Any]) -> ExpressionWrapper[Q]:
    """Said as a set that is made once, not looked for anew for each organization."""
    return ExpressionWrapper(Q(pk__in=organizations), output_field=BooleanField())


def _is(place: Organization, fact: str) -> bool:
    return bool(getattr(place, fact))


def _year(request: AskedRequest) -> int:
    """The year that the list is narrowed to, else this one."""
    return year_of(request.GET.get("month", "")[:4]) or clock.today().year


def _whole(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return rows.select_related("organization", "chair", "convener", "host", "ledger_line")


def _sessions_of(meetings: list[Meeting]) -> dict[UUID, list[Session]]:
    """The sessions of all of them in one query, by the meeting that keeps them."""
    found: defaultdict[UUID, list[Session]] = defaultdict(list)
    for session in Session.objects.filter(meeting__in={meeting.roll_of.pk for meeting in meetings}):
        found[session.meeting_id].append(session)
    return found


def _unfinished(request: AskedRequest) -> list[Meeting]:
    """What the asker runs and is not finished, the nearest first; guests of an afternoon go with their host."""
    mine = meetings_run_by(request.asker).exclude(stage__in=[stage.value for stage in FINISHED])
    rows = _whole(mine.filter(Q(host__isnull=True) | ~Q(stage=MeetingStage.DRAFT.value)))
    return list(rows.order_by("held_on", "made_at")[: 3 * MOST_WAITING])


def _waiting(request: AskedRequest, meetings: list[Meeting], sessions: Mapping[UUID, list[Session]]) -> list[Row]:
    found = [
        _row(meeting, sessions, next_step(request.asker, meeting, sessions[meeting.roll_of.pk], today=clock.today()))
        for meeting in meetings
    ]
    return [row for row in found if row.step is not None and not row.step.is_hosts][:MOST_WAITING]


def _asked(request: AskedRequest) -> list[Comment]:
    """What the committee asks about records of meetings that the asker runs and nobody has answered, by its day."""
    return list(asked_of(request.asker)[:MOST_WAITING])


def _row(meeting: Meeting, sessions: Mapping[UUID, list[Session]], step: Step | None = None) -> Row:
    when, place = time_and_place(meeting, sessions[meeting.roll_of.pk])
    return Row(meeting, when, place, CHIPS[meeting.at_stage], step)


def time_and_place(meeting: Meeting, sessions: list[Session]) -> tuple[str, str]:
    """In words: of its sessions, or as a ledger kept before tells them; empty where they are not set."""
    line: LedgerLine | None = getattr(meeting, "ledger_line", None)
    if line is None or meeting.held_on is None:
        return when_of(sessions), place_of(sessions)
    return str(gatherings_in_ledger(meeting.held_on, line.hours, line.place)[0]), line.place


def when_of(sessions: list[Session]) -> str:
    """When a meeting takes place, in words; empty where it is not set."""
    if not sessions:
        return ""
    first = sessions[0]
    when = str(Gathering(localtime(first.starts_at), localtime(first.ends_at)))
    return when if len(sessions) == 1 else f"{when} 等{len(sessions)}场"


def place_of(sessions: list[Session]) -> str:
    return "、".join(dict.fromkeys(session.place for session in sessions if session.place))
