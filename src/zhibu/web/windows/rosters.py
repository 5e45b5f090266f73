"""The rosters of the units: which there are, one month of one, its days changed, filled and taken back."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.people.models import Person
from zhibu.apps.rosters.access import rotations_kept_by
from zhibu.apps.rosters.actions import keeping as deeds
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import LastChange, Rotation, Shift
from zhibu.apps.rosters.queries import Covered, Said, coverage_and_roster, roster_of
from zhibu.apps.windows.access import windows_seen_by
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.rotations import evenly_apart, shift_on
from zhibu.domain.seal import sha256
from zhibu.domain.terms import RosterWay
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import months_around
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once, page_of
from zhibu.web.shell.roster import grid
from zhibu.web.shell.signing import signed
from zhibu.web.windows.units import Chosen, chosen, kept
from zhibu.web.windows.words import short_in_words

#: So many people stand on a page unless another number is asked for, and on one whose days are filled in.
USUAL, FILLED_IN = 50, 25


# --- Which there are -----------------------------------------------------------------------------------------------


@login_required
@require_safe
def rosters(request: AskedRequest) -> HttpResponse:
    """The units that have window posts, each with the months around today."""
    today = clock.today()
    with_posts = WindowPost.objects.on(today).filter(organization=OuterRef("pk"))
    units = windows_seen_by(request.asker).filter(Exists(with_posts)).order_by("path")
    before, after = months_around(today)
    return render(
        request,
        "windows/rosters.html",
        {"page": page_at_once(request, units), "months": [before, today.replace(day=1), after]},
    )


# --- One month of one ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sum:
    """A day beneath the grid: how many come to the posts on it, and at how many posts somebody is missing."""

    day: dt.date
    there: int
    short: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A post that runs short on a day, with the hours in words."""

    day: dt.date
    post: WindowPost
    hours: str


#: So many gaps are named on a page; the posts' own pages show all.
MOST_GAPS = 60


def gaps_in(posts: Sequence[WindowPost], covered: Covered, days: Sequence[dt.date]) -> Iterator[Gap]:
    """Day by day, in the order of the posts."""
    for day in days:
        for post in posts:
            short = covered[post.pk][day].short
            if short:
                yield Gap(day, post, short_in_words(short))


def sums_of(covered: Covered, gaps: Sequence[Gap], days: Sequence[dt.date]) -> list[Sum]:
    """Of all the posts, however many people stand on the page."""
    short = Counter(gap.day for gap in gaps)
    there = {
        day: {each.person for by_day in covered.values() for each in by_day[day].present if each.starts >= 0}
        for day in days
    }
    return [Sum(day, len(there[day]), short[day]) for day in days]


@login_required
@require_safe
def roster(request: AskedRequest, unit: UUID, month: str) -> HttpResponse:
    """``?section=``: of one section. Gaps and sums are those of all its posts."""
    of = chosen(request, unit, month)
    page = page_at_once(request, of.people(), usual=USUAL)
    posts = of.shown_posts
    people: list[Person] = list(page.object_list)
    covered, said = coverage_and_roster(posts, [person.pk for person in people], of.days[0], of.days[-1])
    gaps = list(gaps_in(posts, covered, of.days))
    before, after = months_around(of.month)
    return render(
        request,
        "windows/roster.html",
        {
            "of": of,
            "page": page,
            "roster": grid(people, said, of.days),
            "sums": sums_of(covered, gaps, of.days),
            "gaps": gaps[:MOST_GAPS],
            "more_gaps": max(len(gaps) - MOST_GAPS, 0),
            "unknown": [post for post in posts if all(day.needed is None for day in covered[post.pk].values())],
            "before": of.url("roster", before),
            "before_month": before,
            "after": of.url("roster", after),
            "after_month": after,
            "whole": reverse("roster", args=[of.unit.pk, f"{of.month:%Y-%m}"]),
            "sections": [(section, of.url("roster", section=section)) for section in of.sections],
            **_doors(of),
        },
    )


def _doors(of: Chosen) -> dict[str, object]:
    """Where the pages of this roster are."""
    return {
        "xlsx": of.url("roster_xlsx"),
        "edit_url": of.url("roster_edit"),
        "fill_url": of.url("roster_fill"),
        "bring_in_url": of.url("roster_bring_in"),
        "undo_url": of.url("roster_undo"),
        "crumbs": of.crumbs(),
    }


# --- Days changed --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """One day of one person to be filled in. ``is_odd``: what was typed is no shift."""

    name: str
    day: dt.date
    typed: str
    label: str
    is_odd: bool = False


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, unit: UUID, month: str) -> HttpResponse:
    """The days of a page of people as boxes for the codes of shifts; an empty one says nothing."""
    of = kept(request, unit, month)
    page = page_of(request, of.people(), usual=FILLED_IN)
    people = list(page.object_list)
    shifts = {shift.code: shift for shift in Shift.objects.order_by("code")}
    said = roster_of([person.pk for person in people], of.days[0], of.days[-1])
    typed = request.POST if request.method == "POST" else None
    faults: list[str] = []
    if typed is not None:
        faults = [*_stale(typed, said), *_odd(typed, people, of.days, shifts)]
        if not faults:
            cells = _cells(typed, people, of.days, shifts)
            count = deeds.change_roster(of.unit, month=of.month, cells=cells, way=RosterWay.PAGE, **signed(request))
            _say_changed(request, count)
            return redirect(of.url("roster"))
    return render(
        request,
        "windows/roster_edit.html",
        {
            "of": of,
            "page": page,
            "days": of.days,
            "rows": [(person, list(_boxes(person, of.days, said, typed, shifts))) for person in people],
            "shifts": list(shifts.values()),
            "faults": faults,
            "seen": fingerprint(said),
            "back": of.url("roster"),
            "crumbs": of.crumbs(Crumb(_("Fill in"))),
        },
        status=422 if faults else 200,
    )


def _say_changed(request: AskedRequest, count: int) -> None:
    if count:
        text = ngettext("%(count)s day was changed.", "%(count)s days were changed.", count) % {"count": count}
        messages.success(request, text)
    else:
        messages.info(request, _("The roster says so already. Nothing was changed."))


def fingerprint(said: Said) -> str:
    """By which a page notices that somebody else changed the same days meanwhile."""
    lines = sorted(f"{person} {day} {shift.code}" for person, days in said.items() for day, shift in days.items())
    return sha256("\n".join(lines))[:16]


def _stale(typed: QueryDict, said: Said) -> Iterator[str]:
    if typed.get("seen") != fingerprint(said):
        yield _(
            "Somebody has changed days of these people since you opened the page. "
            "Nothing was kept; look at both, and save again."
        )


def _box(person: Person, day: dt.date) -> str:
    return f"d-{person.pk}-{day.day}"


def _typed(typed: QueryDict, name: str) -> str:
    return typed.get(name, "").strip()


def _odd(
    typed: QueryDict, people: Sequence[Person], days: Sequence[dt.date], shifts: Mapping[str, Shift]
) -> Iterator[str]:
    """What is no shift, by name and day."""
    for person in people:
        for day in days:
            code = _typed(typed, _box(person, day))
            if code and code not in shifts:
                yield _("%(name)s, %(day)s: there is no shift “%(code)s”. Write one of %(known)s, or nothing.") % {
                    "name": person.name,
                    "day": day,
                    "code": code[:20],
                    "known": "、".join(shifts),
                }


def _cells(
    typed: QueryDict, people: Sequence[Person], days: Sequence[dt.date], shifts: Mapping[str, Shift]
) -> dict[UUID, dict[dt.date, Shift | None]]:
    """Only boxes that were there: one that did not come with the form leaves its day alone."""
    return {
        person.pk: {day: shifts.get(_typed(typed, _box(person, day))) for day in days if _box(person, day) in typed}
        for person in people
    }


def _boxes(
    person: Person,
    days: Sequence[dt.date],
    said: Said,
    typed: QueryDict | None,
    shifts: Mapping[str, Shift],
) -> Iterator[Box]:
    for day in days:
        name = _box(person, day)
        shift = said.get(person.pk, {}).get(day)
        code = (shift.code if shift else "") if typed is None else _typed(typed, name)
        label = _("%(name)s on %(month)s-%(day)s") % {"name": person.name, "month": day.month, "day": day.day}
        yield Box(name, day, code[:20], label, is_odd=bool(code) and code not in shifts)


# --- Filled from a rotation ----------------------------------------------------------------------------------------


class FillForm(forms.Form):
    """Which rotation, on which days; who, and how far ahead each of them is, stands beside it."""

    rotation = forms.ModelChoiceField(Rotation.objects.none(), label=_lazy("Rotation"), empty_label=None)
    first = forms.IntegerField(label=_lazy("From day"), min_value=1, max_value=31)
    last = forms.IntegerField(label=_lazy("To day"), min_value=1, max_value=31)
    only_open = forms.BooleanField(
        label=_lazy("Only days that are still open"),
        required=False,
        help_text=_lazy("Otherwise what stands there is replaced."),
    )

    def __init__(self, *args: Any, offered: Sequence[Rotation], month_ends: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rotation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Rotation.objects.filter(pk__in=[rotation.pk for rotation in offered])
        self._month_ends = month_ends

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        first, last = said.get("first"), said.get("last")
        if first and last and not first <= last <= self._month_ends:
            raise forms.ValidationError(
                _("The days run from %(first)s to %(last)s; this month has %(ends)s. Correct them.")
                % {"first": first, "last": last, "ends": self._month_ends}
            )
        return said


@dataclass(frozen=True, slots=True)
class Filled:
    """Somebody who may be filled in: whether chosen, and by how many days ahead in the cycle."""

    person: Person
    is_chosen: bool
    ahead: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(RosterRefusal)
def fill(request: AskedRequest, unit: UUID, month: str) -> HttpResponse:
    """``?crews=``: so many crews stand evenly apart; how far ahead each person is can be set by itself."""
    of = kept(request, unit, month)
    offered = list(rotations_kept_by(request.asker).filter(unit=of.unit))
    page = page_of(request, of.people(), usual=USUAL)
    people = list(page.object_list)
    ends = len(of.days)
    given = request.POST if request.method == "POST" else None
    initial = {"first": 1, "last": ends, "only_open": True, "rotation": offered[0].pk if offered else None}
    form = FillForm(given, offered=offered, month_ends=ends, initial=initial)
    lines = _filled(request, given, people, offered, (page.number - 1) * page.paginator.per_page)
    faults = list(_faults_of(lines)) if given is not None else []
    if given is not None and form.is_valid() and not faults:
        cells = _from_rotation(of, form.cleaned_data, lines)
        count = deeds.change_roster(of.unit, month=of.month, cells=cells, way=RosterWay.ROTATION, **signed(request))
        _say_changed(request, count)
        return redirect(of.url("roster"))
    return render(
        request,
        "windows/roster_fill.html",
        {
            "of": of,
            "page": page,
            "form": form,
            "offered": offered,
            "lines": lines,
            "faults": faults,
            "back": of.url("roster"),
            "crews": _crews(request),
            "crumbs": of.crumbs(Crumb(_("Fill from a rotation"))),
        },
        status=422 if form.errors or faults else 200,
    )


#: A number that a form may hold here.
_NUMBER = re.compile(r"[0-9]{1,3}")

#: More crews than that no rotation has.
_MOST_CREWS = 12


def _crews(request: AskedRequest) -> int:
    asked = request.GET.get("crews", "")
    return min(max(int(asked), 1), _MOST_CREWS) if _NUMBER.fullmatch(asked) else 1


def _filled(
    request: AskedRequest,
    given: QueryDict | None,
    people: Sequence[Person],
    offered: Sequence[Rotation],
    before: int,
) -> list[Filled]:
    if given is not None:
        chosen_people = set(given.getlist("person"))
        return [
            Filled(person, str(person.pk) in chosen_people, given.get(f"ahead-{person.pk}", "0").strip())
            for person in people
        ]
    length = len(offered[0].cycle.split()) if offered else 1
    crews = _crews(request)
    return [
        Filled(person, True, str(evenly_apart(before + place, length=length, crews=crews)))
        for place, person in enumerate(people)
    ]


#: As many days ahead as any cycle is long.
_MOST_AHEAD = 84


def _faults_of(lines: Sequence[Filled]) -> Iterator[str]:
    if not any(line.is_chosen for line in lines):
        yield _("Nobody is chosen. Tick those whose days are to be filled.")
    for line in lines:
        if line.is_chosen and not (_NUMBER.fullmatch(line.ahead) and int(line.ahead) <= _MOST_AHEAD):
            yield _("%(name)s: “%(given)s” is no number of days from 0 to %(most)s.") % {
                "name": line.person.name,
                "given": line.ahead[:20],
                "most": _MOST_AHEAD,
            }


def _from_rotation(
    of: Chosen, said: Mapping[str, Any], lines: Sequence[Filled]
) -> dict[UUID, dict[dt.date, Shift | None]]:
    cycle = said["rotation"].cycle.split()
    days = [day for day in of.days if said["first"] <= day.day <= said["last"]]
    shifts = {shift.code: shift for shift in Shift.objects.filter(code__in=cycle)}
    people = [line.person.pk for line in lines if line.is_chosen]
    kept_now = roster_of(people, days[0], days[-1]) if said["only_open"] else {}
    return {
        line.person.pk: {
            day: shifts.get(shift_on(cycle, day, int(line.ahead)) or "")
            for day in days
            if day not in kept_now.get(line.person.pk, {})
        }
        for line in lines
        if line.is_chosen
    }


# --- Taken back ----------------------------------------------------------------------------------------------------


@login_required
@conflict_on(RosterRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: AskedRequest, unit: UUID, month: str) -> HttpResponse:
    """GET says what the last change of the month was, POST takes it back."""
    of = kept(request, unit, month)
    if request.method == "POST":
        change = LastChange.objects.filter(unit=of.unit, month=of.month).first()
        if change is None:
            raise RosterRefusal(_("Nothing in this month can be taken back."))
        deeds.undo(change, **signed(request))
        messages.success(request, _("The last change is taken back."))
        return redirect(of.url("roster"))
    change = LastChange.objects.filter(unit=of.unit, month=of.month).first()
    return render(
        request,
        "windows/roster_undo.html",
        {
            "of": of,
            "change": change,
            "title": _("Take the last change back"),
            "cancel": of.url("roster"),
            "crumbs": of.crumbs(Crumb(_("Take the last change back"))),
        },
    )
