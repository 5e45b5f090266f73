"""The gap map: organizations in tree order × periods. Each box says how it stands and opens to its cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from zhibu.apps.notices.access import may_write_to
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.oversight.access import cells_seen_by, obligations_seen_by
from zhibu.apps.oversight.gaps import (
    Column,
    Own,
    Part,
    Row,
    Wanted,
    columns_of,
    duties_within,
    organizations_on_map,
    rows_of,
)
from zhibu.apps.oversight.queries import Standing, calendar_kept, with_reasons
from zhibu.apps.people.access import Asker
from zhibu.documents.tables import Table
from zhibu.domain.compliance import Calendar, Duty, Status, WhyNot
from zhibu.domain.periods import add_months
from zhibu.domain.requirements import Period
from zhibu.domain.terms import OrganizationKind, ReasonState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import owed
from zhibu.web.shell.paging import page_at_once, page_of
from zhibu.web.shell.rule_words import as_written, cited, how_often, strength
from zhibu.web.shell.templatetags.words import word
from zhibu.web.supervision.reasons import latest_waiting

#: So many rows stand on one page to be printed; what is longer is narrowed first, or taken as a table.
PRINTED = 300

#: So many organizations are read at once for a table: all on the map of a house of 5,000, which takes 60 MB more.
_BATCH = 3000

_DAY = dt.timedelta(days=1)

#: What tells states apart without color.
SIGNS = {
    Status.MET: "✓",
    Status.LATE: "＋",
    Status.MISSING: "△",
    Status.EXPLAINED: "※",
    Status.DUE: "○",
    Status.UPCOMING: "…",
    Status.NOT_APPLICABLE: "－",
}


#: The same for the reason given for what is not settled, which is then said instead.
REASON_SIGNS = {ReasonState.GIVEN: "◇", ReasonState.MORE_ASKED: "◆"}

#: The states in words that fit a box; the legend has the long ones.
SHORT = {
    Status.MET: pgettext_lazy("map", "done"),
    Status.LATE: pgettext_lazy("map", "filed later"),
    Status.MISSING: pgettext_lazy("map", "no record"),
    Status.EXPLAINED: pgettext_lazy("map", "explained"),
    Status.DUE: pgettext_lazy("map", "open"),
    Status.UPCOMING: pgettext_lazy("map", "to come"),
    Status.NOT_APPLICABLE: pgettext_lazy("map", "not owed"),
}


_REASONS_IN_WORDS = {
    ReasonState.GIVEN: _lazy("a reason was given and waits for an answer"),
    ReasonState.MORE_ASKED: _lazy("the reason was not accepted, more was asked for"),
}


# --- What is asked for ---------------------------------------------------------------------------------------------


class Filters(forms.Form):
    """Which part of the map. A filter that can not be read leaves everything in."""

    requirement = forms.ChoiceField(label=_lazy("Requirement"), required=False)
    year = forms.ChoiceField(label=_lazy("Year"), required=False)
    since = forms.RegexField(r"^\d{4}-\d{2}$", label=_lazy("From month"), required=False)
    until = forms.RegexField(r"^\d{4}-\d{2}$", label=_lazy("To month"), required=False)
    kind = forms.ChoiceField(label=_lazy("Kind of organization"), required=False)
    q = forms.CharField(
        label=_lazy("Name or code"), required=False, max_length=40, widget=forms.TextInput({"type": "search"})
    )
    missing = forms.BooleanField(label=_lazy("Only where something has no record"), required=False)
    organization = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, calendar: Calendar, today: dt.date) -> None:
        super().__init__(data)
        self._calendar, self._today = calendar, today
        everything = Wanted(calendar.since, calendar.until)
        labels = {duty.rule.requirement: as_written(duty.rule.label) for duty in duties_within(calendar, everything)}
        years = range(calendar.until.year, calendar.since.year - 1, -1)
        kinds = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH)
        self._offer("requirement", [("", _("All")), *labels.items()])
        self._offer("year", [("", _("This year so far")), *((str(year), str(year)) for year in years)])
        self._offer("kind", [("", _("All")), *((kind.value, word(kind)) for kind in kinds)])
        for name in ("since", "until"):
            self.fields[name].widget = forms.TextInput(
                {
                    "type": "month",
                    "placeholder": "2026-03",
                    "min": f"{calendar.since:%Y-%m}",
                    "max": f"{calendar.until:%Y-%m}",
                }
            )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def is_used(self) -> bool:
        return any(self.data.get(name) for name in self.fields if name != "organization")

    def wanted(self, below: Organization | None) -> Wanted:
        self.is_valid()
        asked = self.cleaned_data
        since, until = self._span(asked.get("year", ""), asked.get("since", ""), asked.get("until", ""))
        return Wanted(
            since=since,
            until=until,
            requirement=asked.get("requirement", ""),
            kind=OrganizationKind(asked["kind"]) if asked.get("kind") else None,
            text=asked.get("q", ""),
            below=below.path if below else "",
            only_missing=asked.get("missing", False),
        )

    def _span(self, year: str, since: str, until: str) -> tuple[dt.date, dt.date]:
        """First and last day; within the two years that are kept."""
        this = int(year or self._today.year)
        first = _month(since) or dt.date(this, 1, 1)
        last = _month(until) or (dt.date(this, 12, 1) if year else max(first, self._today.replace(day=1)))
        first, last = sorted((first, last))
        kept = self._calendar.since, self._calendar.until
        return min(max(first, kept[0]), kept[1]), max(min(add_months(last, 1) - _DAY, kept[1]), kept[0])


def _month(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of the map."""

    form: Filters
    calendar: Calendar
    wanted: Wanted
    duties: Sequence[Duty]
    rows: QuerySet[Organization]
    below: Organization | None
    today: dt.date


def _asked(request: AskedRequest) -> Asked:
    forbid_unless(bool(request.asker.offices or request.asker.led))
    today = clock.today()
    calendar = calendar_kept(today)
    form = Filters(request.GET, calendar, today)
    below = _below(request)
    wanted = form.wanted(below)
    duties = duties_within(calendar, wanted)
    rows = organizations_on_map(request.asker, wanted, duties, today)
    return Asked(form, calendar, wanted, duties, rows, below, today)


def _below(request: AskedRequest) -> Organization | None:
    """The organization to which the map is narrowed; ``None``: all that one sees. 404 where it may not be seen."""
    code = request.GET.get("organization", "")
    return get_object_or_404(obligations_seen_by(request.asker), code=code) if code else None


# --- What a box says -----------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """An organization and its boxes, drawn. ``indent`` is how deep it stands below the highest one on the page.

    ``may_choose``: the asker may write to it; ``is_chosen`` where all with something missing were asked for.
    """

    organization: Organization
    indent: int
    boxes: SafeString
    url: str
    may_choose: bool
    is_chosen: bool


#: What needs attention first decides on the word for several.
_FIRST = (Status.MISSING, Status.DUE, Status.UPCOMING, Status.EXPLAINED, Status.MET, Status.LATE)


class Speech:
    """The words of the map on a day in the reader's language.

    A page holds a thousand boxes: each word is looked up and escaped once, and boxes are drawn here and not by the
    template, which would take three times as long.
    """

    def __init__(self, on: dt.date, duties: Iterable[Duty]) -> None:
        self._on = on
        self._labels = {label: as_written(label) for label in {duty.rule.label for duty in duties}}
        self._words = {status: word(status) for status in Status}
        self._reasons = {reason: word(reason) for reason in WhyNot}
        self._reason_words = {reason: word(reason) for reason in ReasonState}
        self._begins = {status: format_html('<td class="map-box map-{}">', status.value) for status in Status}
        self._signs = {status: format_html("<b>{}</b>{}", SIGNS[status], SHORT[status]) for status in Status}
        self._held, self._filed = _("held %(days)s"), _("on file %(day)s")
        self._due, self._done = _("to be on file by %(day)s"), _("%(done)s of %(owed)s done")
        self._reason_signs = {one: format_html("<b>{}</b>{}", REASON_SIGNS[one], word(one)) for one in ReasonState}
        self._comma, self._says = pgettext("map", ", "), _("%(label)s: %(said)s")

    def box(self, parts: Sequence[Part], column: Column, page: str) -> str:
        """One period as HTML: sign and word, how many of several are done, and all of it in words as the title.

        ``page``: the address under which the cells of the organization stand.
        """
        standings = [part.standing for part in parts if part.standing is not None]
        found = {standing.status(self._on) for standing in standings}
        status = next((status for status in _FIRST if status in found), Status.NOT_APPLICABLE)
        owed = sum([standing.owed for standing in standings])
        done = sum([standing.done for standing in standings])
        reason = self._reason(parts, status)
        sign = self._signs[status] if reason is None else self._reason_signs[reason]
        drawn = sign + (f"<small>{done}/{owed}</small>" if owed > 1 else "")
        if parts:
            says = "\n".join([self.part(part) for part in parts])
            way = _way(parts, column, page, status)
            drawn = f'<a href="{escape(way)}" title="{escape(says)}">{drawn}</a>'
        return f"{self._begins[status]}{drawn}</td>"

    def _reason(self, parts: Sequence[Part], status: Status) -> ReasonState | None:
        """What is said instead of ``status`` where a reason was given for all that stands like this."""
        if status not in {Status.MISSING, Status.DUE}:
            return None
        reasons = {part.reason for part in parts if part.standing and part.standing.status(self._on) is status}
        if None in reasons:
            return None
        return ReasonState.MORE_ASKED if ReasonState.MORE_ASKED in reasons else ReasonState.GIVEN

    def part(self, part: Part) -> str:
        """One rule in one box: what is asked, how it stands, and the days that say so."""
        if (own := part.single) is not None:
            said = self._own(own, part.duty)
        elif part.standing is not None:
            said = self._sum(part.standing)
        else:
            said = [self._words[Status.NOT_APPLICABLE]]
        return self._says % {"label": self._labels[part.duty.rule.label], "said": self._comma.join(said)}

    def _own(self, own: Own, duty: Duty) -> list[str]:
        status = own.status(duty, self._on)
        said = [self._words[status]]
        if own.reason is not None:
            said.append(self._reason_words[own.reason])
        if own.why_not is not None:
            said.append(self._reasons[own.why_not])
        elif own.held:
            said.append(self._held % {"days": " ".join([day.isoformat() for day in own.held])})
        if own.completed_on is not None:
            said.append(self._filed % {"day": own.completed_on.isoformat()})
        elif status in {Status.DUE, Status.MISSING}:
            said.append(self._due % {"day": duty.due.isoformat()})
        return said

    def _sum(self, standing: Standing) -> list[str]:
        to_come = Status.DUE if self._on >= standing.first else Status.UPCOMING
        numbers = (
            (Status.LATE, standing.late),
            (Status.MISSING, standing.missing),
            (Status.EXPLAINED, standing.explained),
            (to_come, standing.open),
        )
        said = [self._done % {"done": standing.done, "owed": standing.owed}]
        return said + [f"{self._words[status]} {number}" for status, number in numbers if number]


def _way(parts: Sequence[Part], column: Column, page: str, status: Status) -> str:
    """A single cell opens itself; several open as a list, at first only those without a record if there are any."""
    own = parts[0].single if len(parts) == 1 else None
    if own is not None:
        way = f"{page}{parts[0].duty.rule.id}/{column.first}/"
        return f"{way}?post={own.post}" if own.post else way
    requirement = f"&requirement={parts[0].duty.rule.requirement}" if len(parts) == 1 else ""
    missing = "&missing=on" if status is Status.MISSING else ""
    return f"{page}?first={column.first}&last={column.last}{requirement}{missing}"


# --- The map -------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def obligations(request: AskedRequest) -> HttpResponse:
    asked = _asked(request)
    whole = list(asked.rows[: PRINTED + 1]) if "all" in request.GET else []
    page = None if 0 < len(whole) <= PRINTED else page_at_once(request, asked.rows, usual=100)
    columns = columns_of(asked.duties)
    lines = _lines(request, asked, whole if page is None else page.object_list, columns)
    is_narrowed = asked.below is not None or asked.form.is_used
    return render(
        request,
        "supervision/obligations/map.html",
        {
            "form": asked.form,
            "today": asked.today,
            "wanted": asked.wanted,
            "below": asked.below,
            "page": page,
            "printed": PRINTED,
            "waiting": None if is_narrowed else latest_waiting(request.asker, asked.calendar),
            "columns": [(column_in_words(column), _year_of(column, asked.wanted)) for column in columns],
            "lines": lines,
            "may_write": any(line.may_choose for line in lines),
            "asks_for": _asks_for(asked.duties),
            "grounds": grounds(asked.duties),
            "legend": [
                *((SIGNS[status], SHORT[status], word(status)) for status in SIGNS),
                *((REASON_SIGNS[reason], word(reason), long) for reason, long in _REASONS_IN_WORDS.items()),
            ],
            "crumbs": [Crumb(_("Obligations"), reverse("obligations")), Crumb(asked.below.name)]
            if asked.below
            else [],
            "xlsx": f"{reverse('obligations_xlsx')}?{request.GET.urlencode()}",
        },
    )


def _lines(
    request: AskedRequest, asked: Asked, organizations: Iterable[Organization], columns: Sequence[Column]
) -> list[Line]:
    rows = rows_of(list(organizations), asked.wanted, asked.duties, request.asker, asked.today)
    highest = min((row.organization.depth for row in rows), default=0)
    speech = Speech(asked.today, asked.duties)
    chooses = request.GET.get("choose") == "missing"
    return [_line(request.asker, row, columns, speech, highest, chooses=chooses) for row in rows]


def _line(asker: Asker, row: Row, columns: Sequence[Column], speech: Speech, highest: int, *, chooses: bool) -> Line:
    one = row.organization
    page = reverse("owed_below", args=[one.pk])
    boxes = [speech.box(parts, column, page) for parts, column in zip(row.boxes, columns, strict=True)]
    is_leaf = one.word in {OrganizationKind.BRANCH, OrganizationKind.GROUP}
    may_choose = one.dissolved is None and may_write_to(asker, one)
    return Line(
        organization=one,
        indent=one.depth - highest,
        boxes=SafeString("".join(boxes)),
        url=page if is_leaf else f"{reverse('obligations')}?{urlencode({'organization': one.code})}",
        may_choose=may_choose,
        is_chosen=chooses and may_choose and is_leaf and row.misses_something,
    )


def _asks_for(duties: Sequence[Duty]) -> str:
    """What a notice asks for where the map shows one thing of one period; else nothing."""
    return f"{duties[0].rule.id}|{duties[0].first}" if len(duties) == 1 else ""


def column_in_words(column: Column) -> str:
    """The period as short as a column is; its year stands below it where there is more than one."""
    match column.period:
        case Period.MONTH:
            return pgettext("column", "month %(month)s") % {"month": column.first.month}
        case Period.QUARTER:
            return pgettext("column", "quarter %(quarter)s") % {"quarter": (column.first.month + 2) // 3}
        case Period.HALF_YEAR:
            return pgettext("column", "first half") if column.first.month == 1 else pgettext("column", "second half")
        case _:
            return pgettext("column", "whole year")


def _year_of(column: Column, wanted: Wanted) -> str:
    return str(column.first.year) if wanted.since.year != wanted.until.year else ""


@dataclass(frozen=True, slots=True)
class Ground:
    """By which article something is asked, and how often."""

    label: str
    often: str
    text: str
    note: str


def grounds(duties: Iterable[Duty]) -> list[Ground]:
    """Each version of a rule once. Two versions in one stretch of time are two lines."""
    rules = list({(duty.rule.id, duty.rule.citation): duty.rule for duty in duties}.values())
    return [
        Ground(
            label=as_written(rule.label),
            often=how_often(rule),
            text=" ".join(filter(None, (cited(rule), strength(rule)))),
            note=as_written(rule.note),
        )
        for rule in rules
    ]


# --- The table to take along ---------------------------------------------------------------------------------------


@login_required
@require_safe
def obligations_xlsx(request: AskedRequest) -> HttpResponse:
    """The map as it is narrowed, in words, and by which articles."""
    asked = _asked(request)
    columns = columns_of(asked.duties)
    title = _("Obligations")
    headings = (
        _("Organization"),
        _("Code"),
        _("Kind"),
        *(" ".join(filter(None, (_year_of(column, asked.wanted), column_in_words(column)))) for column in columns),
    )
    tables = [
        Table(title, headings, _rows_in_words(asked, request.asker)),
        _table_of_grounds(asked.duties),
    ]
    span = _("%(first)s to %(last)s") % {"first": asked.wanted.since, "last": asked.wanted.until}
    notes = [title, span, _("As of %(day)s") % {"day": asked.today.isoformat()}]
    return spreadsheet(title, tables, notes=notes)


def _everything(asked: Asked, asker: Asker) -> Iterator[Row]:
    organizations = list(asked.rows)
    for start in range(0, len(organizations), _BATCH):
        yield from rows_of(organizations[start : start + _BATCH], asked.wanted, asked.duties, asker, asked.today)


def _rows_in_words(asked: Asked, asker: Asker) -> list[Sequence[str]]:
    speech, nothing = Speech(asked.today, asked.duties), word(Status.NOT_APPLICABLE)
    return [
        (
            row.organization.name,
            row.organization.code,
            word(row.organization.word),
            *("\n".join([speech.part(part) for part in parts]) or nothing for parts in row.boxes),
        )
        for row in _everything(asked, asker)
    ]


def _table_of_grounds(duties: Iterable[Duty]) -> Table:
    headings = (_("What"), _("How often"), _("By which article"), _("Note"))
    rows = [(ground.label, ground.often, ground.text, ground.note) for ground in grounds(duties)]
    return Table(_("By which article"), headings, rows)


# --- The cells that a sum counts -----------------------------------------------------------------------------------


class Narrowed(forms.Form):
    """Which cells of an organization and all below it: of one period, of one requirement, without a record."""

    requirement = forms.CharField(required=False, max_length=60)
    first = forms.DateField(required=False)
    last = forms.DateField(required=False)
    missing = forms.BooleanField(required=False)

    def keeps(self, today: dt.date) -> Q:
        self.is_valid()
        asked = self.cleaned_data
        keeps = Q(why_not="")
        if asked.get("first") and asked.get("last"):
            keeps &= Q(first=asked["first"], last=asked["last"])
        else:
            keeps &= Q(first__lte=today, last__gte=dt.date(today.year, 1, 1))
        if asked.get("requirement"):
            keeps &= Q(requirement=asked["requirement"])
        if asked.get("missing"):
            keeps &= Q(due__lt=today, completed_on=None, explained_on=None)
        return keeps


@login_required
@require_safe
def owed_below(request: AskedRequest, organization: UUID) -> HttpResponse:
    """What an organization and all below it owe, one line for each cell, in tree order and then in time."""
    today = clock.today()
    of = get_object_or_404(obligations_seen_by(request.asker), pk=organization)
    narrowed = Narrowed(request.GET)
    below = cells_seen_by(request.asker).filter(narrowed.keeps(today), in_subtree(of.path, "organization__"))
    rows = with_reasons(below).select_related("organization").prefetch_related("evidence")
    page = page_of(request, rows.order_by("organization__path", "first", "rule"))
    calendar = calendar_kept(today)
    return render(
        request,
        "supervision/obligations/cells.html",
        {
            "of": of,
            "page": page,
            "lines": [owed(cell, calendar, today) for cell in page],
            "narrowed": narrowed,
            "crumbs": [Crumb(_("Obligations"), reverse("obligations")), Crumb(of.name)],
        },
    )
