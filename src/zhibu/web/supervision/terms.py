"""The term calendar: when committees are to be elected anew, by month; and over the tree open posts and sizes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q, Value
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.elections.access import elections_seen_by
from zhibu.apps.meetings.access import meetings_seen_by
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import House, Standing, house_on
from zhibu.apps.oversight.models import Cell
from zhibu.apps.people.access import may_convene
from zhibu.apps.reports.structure import (
    Structure,
    structure_and_terms_overseen_by,
    structure_overseen_by,
    term_ends_overseen_by,
)
from zhibu.documents.tables import Table
from zhibu.domain.periods import add_months
from zhibu.domain.structure import RE_ELECTION, Finding, StructureCheck, TermEnd
from zhibu.domain.terms import MeetingKind, MeetingStage, OrganizationKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import cell_url
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.rule_words import cited, strength
from zhibu.web.shell.templatetags.words import word
from zhibu.web.supervision import structure

#: So far ahead the calendar looks.
MONTHS = 24

#: Of these meetings no election is to come any more.
_ENDED = (MeetingStage.FILED, MeetingStage.NOT_HELD, MeetingStage.POSTPONED)


class Look(StrEnum):
    """What the page shows; the calendar where nothing is asked for."""

    TERMS = ""
    POSTS = "posts"
    SIZES = "sizes"


CHECKS: Mapping[Look, frozenset[StructureCheck]] = {
    Look.POSTS: frozenset({StructureCheck.NO_SECRETARY, StructureCheck.NO_LEADER}),
    Look.SIZES: frozenset(
        {
            StructureCheck.FULL_MEMBERS,
            StructureCheck.MEMBERS,
            StructureCheck.COMMITTEE,
            StructureCheck.GROUPS,
        }
    ),
}


class Filters(forms.Form):
    """Of which part of the tree, and of which kind of organization."""

    def __init__(self, data: QueryDict, parts: Sequence[Standing]) -> None:
        super().__init__(data)
        places = [("", _("all that I oversee"))] + [(str(part.id), part.name) for part in parts]
        kinds = [("", _("all"))] + [(kind.value, word(kind)) for kind in OrganizationKind]
        self.fields["look"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.fields["place"] = forms.ChoiceField(label=_("Where"), choices=places, required=False)
        self.fields["kind"] = forms.ChoiceField(label=_("Kind of organization"), choices=kinds, required=False)

    @property
    def look(self) -> Look:
        asked = self.data.get("look", "")
        return Look(asked) if asked in set(Look) else Look.TERMS

    @property
    def is_used(self) -> bool:
        return bool(self.data.get("place") or self.data.get("kind"))

    def kept(self, house: House) -> frozenset[UUID]:
        """The organizations that are wanted."""
        self.is_valid()
        place, kind = self.cleaned_data.get("place"), self.cleaned_data.get("kind")
        below = house.subtree(UUID(place)).ids if place else house.by_id.keys()
        return frozenset(
            key for key, stand in house.by_id.items() if key in below and kind in {None, "", stand.kind.value}
        )


class Planned(NamedTuple):
    """What is on its way to an election: the election that has begun, else a meeting that is called for one.

    ``day``: on which it is planned; ``None`` where no day is named. The election has no ``title``.
    """

    organization: UUID
    id: UUID
    title: str
    day: dt.date | None
    has_begun: bool


@dataclass(frozen=True, slots=True)
class Line:
    """When one term ends. ``planned`` is the meeting that is called for it, ``election`` the record of it.

    ``convene`` is empty where somebody else convenes, or where nothing is left to be done.
    """

    organization: Standing
    end: TermEnd
    month: str
    ground: str
    planned: Planned | None
    election: str
    convene: str


@login_required
@require_safe
def terms(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.offices))
    today = clock.today()
    house = house_on(today)
    form = Filters(request.GET, structure.parts(house, request.asker))
    kept = form.kept(house)
    shown = _calendar(request, house, kept) if form.look is Look.TERMS else _list(request, house, kept, form.look)
    return render(
        request,
        "supervision/terms.html",
        shown
        | {
            "form": form,
            "look": form.look.value,
            "looks": [(look.value, look is form.look, label) for look, label in _labels().items()],
            "day": today,
            "xlsx": f"{reverse('terms_xlsx')}?{request.GET.urlencode()}",
        },
    )


def _calendar(request: AskedRequest, house: House, kept: frozenset[UUID]) -> dict[str, object]:
    page = page_of(request, _ahead(term_ends_overseen_by(request.asker, house), house, kept))
    return {"page": page, "months": _lines(request, list(page), house)}


def _list(request: AskedRequest, house: House, kept: frozenset[UUID], look: Look) -> dict[str, object]:
    found = structure_overseen_by(request.asker, house)
    page = page_of(request, _findings(found, kept, look))
    return {"page": page, "lines": [structure.line(finding, found, house) for finding in page]}


def _labels() -> dict[Look, str]:
    return {Look.TERMS: _("Terms"), Look.POSTS: _("Open posts"), Look.SIZES: _("Sizes")}


def _ahead(ends: Sequence[TermEnd], house: House, kept: frozenset[UUID]) -> list[TermEnd]:
    """Those of the next months and those gone by, the earliest first; then those of which no day is known."""
    until = add_months(house.day, MONTHS)
    wanted = [end for end in ends if end.organization in kept and (end.day is None or end.day <= until)]
    return sorted(wanted, key=lambda end: end.day or dt.date.max)  # of one day in tree order: as they came


def _lines(request: AskedRequest, ends: Sequence[TermEnd], house: House) -> list[Line]:
    organizations = [end.organization for end in ends]
    planned, elections = _planned(request, organizations), _elections(organizations)
    return [_line(request, end, house, planned, elections) for end in ends]


def _line(
    request: AskedRequest,
    end: TermEnd,
    house: House,
    planned: Mapping[UUID, Planned],
    elections: Mapping[tuple[UUID, dt.date | None], Cell],
) -> Line:
    stand = house.by_id[end.organization]
    coming, election = planned.get(stand.id), elections.get((stand.id, end.day))
    is_open = coming is None and (election is None or election.completed_on is None)
    convenes = is_open and may_convene(request.asker, Organization(path=stand.today, kind=stand.kind.value))
    return Line(
        organization=stand,
        end=end,
        month=_month(end.day, house.day),
        ground=_("; ").join(" ".join(filter(None, (cited(rule), strength(rule)))) for rule in end.rules),
        planned=coming,
        election=cell_url(election) if election is not None and election.completed_on else "",
        convene=_convene_url(stand) if convenes else "",
    )


def _month(day: dt.date | None, today: dt.date) -> str:
    if day is None:
        return _("No day is known")
    if day < today:
        return _("The day is past")
    return _("%(month)s %(year)s") % {"year": day.year, "month": day.month}


def _convene_url(stand: Standing) -> str:
    is_branch = stand.kind is OrganizationKind.BRANCH
    kind = MeetingKind.GENERAL_MEETING if is_branch else MeetingKind.COMMITTEE_MEETING
    return f"{reverse('convene')}?organization={stand.code}&kind={kind.value}"


def _planned(request: AskedRequest, organizations: Sequence[UUID]) -> dict[UUID, Planned]:
    """What is on its way, by organization: its election that has begun, else the earliest meeting that names one."""
    named = Q(agenda__title__contains="选举") | Q(agenda__title__contains="换届") | Q(title__contains="换届")
    called = (
        meetings_seen_by(request.asker)
        .filter(named, organization__in=organizations)
        .exclude(stage__in=[stage.value for stage in _ENDED])
        .order_by()
        .values_list("organization", "pk", "title", "held_on", Value(value=False))
    )
    begun = (
        elections_seen_by(request.asker)
        .filter(organization__in=organizations, posts_on__isnull=True, called_off="")
        .order_by()
        .values_list("organization", "pk", Value(""), "planned_on", Value(value=True))
    )
    rows = [Planned(of, key, title, day, bool(has_begun)) for of, key, title, day, has_begun in called.union(begun)]
    rows.sort(key=lambda one: (one.has_begun, -(one.day or dt.date.max).toordinal()))
    return {one.organization: one for one in rows}


def _elections(organizations: Sequence[UUID]) -> dict[tuple[UUID, dt.date | None], Cell]:
    """What is owed for each term, by organization and the last day of the term."""
    rows = Cell.objects.filter(requirement=RE_ELECTION, organization__in=organizations, why_not="")
    return {(cell.organization_id, cell.last): cell for cell in rows}


def _findings(found: Structure, kept: frozenset[UUID], look: Look) -> list[Finding]:
    return [finding for finding in found.findings if finding.check in CHECKS[look] and finding.organization in kept]


# --- The table to take along ---------------------------------------------------------------------------------------


@login_required
@require_safe
def terms_xlsx(request: AskedRequest) -> HttpResponse:
    """All three: the calendar, the open posts and the sizes, as they are narrowed."""
    forbid_unless(bool(request.asker.offices))
    house = house_on(clock.today())
    kept = Filters(request.GET, structure.parts(house, request.asker)).kept(house)
    found, ends = structure_and_terms_overseen_by(request.asker, house)
    headings = (
        _("Organization"),
        _("Code"),
        _("Term ends"),
        _("Counted from its beginning"),
        _("Election"),
        _("Rule"),
    )
    rows = [
        (
            line.organization.name,
            line.organization.code,
            line.end.day.isoformat() if line.end.day else "",
            _("yes") if line.end.is_assumed else "",
            _election_in_words(line),
            line.ground,
        )
        for line in _lines(request, _ahead(ends, house, kept), house)
    ]
    lists = [
        _table_of_findings(
            _labels()[look], [structure.line(finding, found, house) for finding in _findings(found, kept, look)]
        )
        for look in CHECKS
    ]
    title = _("Term calendar")
    return spreadsheet(
        title,
        [Table(_("Terms"), headings, rows), *lists],
        notes=(title, _("As of %(day)s") % {"day": house.day.isoformat()}),
    )


def _election_in_words(line: Line) -> str:
    if line.election:
        return _("election on file")
    if line.planned is None:
        return ""
    title = _("election under way") if line.planned.has_begun else line.planned.title
    return " ".join(filter(None, (title, line.planned.day.isoformat() if line.planned.day else "")))


def _table_of_findings(name: str, lines: Sequence[structure.Line]) -> Table:
    headings = (_("Organization"), _("Code"), _("Found"), _("Rule"))
    rows = [
        (line.organization.name, line.organization.code, line.says, "\n".join(each.text for each in line.grounds))
        for line in lines
    ]
    return Table(name, headings, rows)
