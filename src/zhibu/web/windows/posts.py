"""The window posts: all of them, one of them, and how a manager keeps them up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.honors.queries import pioneer_at
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import called
from zhibu.apps.people.access import people_seen_by
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Person
from zhibu.apps.rosters.models import Shift
from zhibu.apps.rosters.queries import Coverage, Present, coverage
from zhibu.apps.windows.access import may_manage_post, posts_seen_by
from zhibu.apps.windows.actions import posts as deeds
from zhibu.apps.windows.actions import seating
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Seat, Staffing, WindowPost
from zhibu.apps.windows.queries import lines_of, with_crews
from zhibu.documents.workbooks import cells
from zhibu.domain.staffing import DAY, Demand, Needed
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.forms import organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import signed
from zhibu.web.windows.lines import line, lines_at
from zhibu.web.windows.now import USUAL
from zhibu.web.windows.units import units_managed
from zhibu.web.windows.words import shift_in_words, span, weekdays

_ONE = dt.timedelta(days=1)
_DATE = {"type": "date"}


def crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Window posts"), reverse("windows")), *further]


# --- All of them ---------------------------------------------------------------------------------------------------


@login_required
@require_safe
def windows(request: AskedRequest) -> HttpResponse:
    """By site and section; ``?closed=yes`` shows those that are there no more as well."""
    at = clock.now()
    seen = posts_seen_by(request.asker).select_related("site", "section")
    with_closed = request.GET.get("closed") == "yes"
    shown = seen if with_closed else seen.filter(Q(until__isnull=True) | Q(until__gt=at.date()))
    ordered = with_crews(shown, at.date()).order_by("site__name", "section__name", "code")
    page = page_at_once(request, ordered, usual=USUAL)
    return render(
        request,
        "windows/list.html",
        {
            "page": page,
            "lines": lines_at(list(page.object_list), at),
            "may_open": bool(request.asker.windows),
            "with_closed": with_closed,
        },
    )


# --- One of them ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours of a day in which nothing changes at the post."""

    hours: str
    needed: int | None
    names: Sequence[str]
    missing: int


def stretches(covered: Coverage) -> Iterator[Stretch]:
    """The day from one change to the next; hours in which nobody is needed and nobody is there are left out."""
    spans: list[Needed | Present] = [*(covered.needed or ()), *covered.present]
    edges = sorted({min(max(edge, 0), DAY) for each in spans for edge in (each.starts, each.ends)})
    for starts, ends in pairwise(edges):
        least = sum(each.least for each in covered.needed or () if each.starts <= starts < each.ends)
        there = [each.name for each in covered.present if each.starts <= starts < each.ends]
        if least or there:
            needed = None if covered.needed is None else least
            yield Stretch(span(starts, ends), needed, there, max(least - len(there), 0))


def seen_post(request: AskedRequest, post_id: UUID) -> WindowPost:
    return get_object_or_404(
        posts_seen_by(request.asker).select_related("site", "section", "organization"), pk=post_id
    )


def managed_post(request: AskedRequest, post_id: UUID) -> WindowPost:
    """404 where it is not visible, 403 where it is and somebody else manages it."""
    found = seen_post(request, post_id)
    forbid_unless(may_manage_post(request.asker, found))
    return found


def _at_post(found: WindowPost, *further: Crumb) -> list[Crumb]:
    return crumbs(Crumb(found.name, reverse("window_post", args=[found.pk])), *further)


@login_required
@require_safe
def post(request: AskedRequest, post_id: UUID) -> HttpResponse:
    """``?on=``: the day of which it is told who is there; who is there now stands above it on today's page."""
    found = seen_post(request, post_id)
    at, day = clock.now(), day_asked(request)
    last = max(day, at.date() + _ONE) if day == at.date() else day
    lines = list(found.staffing.all())
    covered = coverage([found], day, last, lines=lines)[found.pk]
    seats = _seats(found, day)
    is_today = day == at.date()
    least = max((each.least for each in covered[day].needed or ()), default=0)
    return render(
        request,
        "windows/post.html",
        {
            "post": found,
            "day": day,
            "is_today": is_today,
            "now": line(found, covered[day], covered[last], at.hour * 60 + at.minute) if is_today else None,
            "stretches": list(stretches(covered[day])),
            "covered": covered[day],
            "seats": seats,
            "lines": [each for each in lines if each.holds(day)],
            "crew_is_small": least > len(seats),
            "least": least,
            "may_manage": may_manage_post(request.asker, found),
            "weekdays": weekdays(found.weekdays),
            "crumbs": crumbs(Crumb(found.name)),
        },
    )


def _seats(found: WindowPost, day: dt.date) -> list[Seat]:
    """Who belongs to the post on the day or later; ``pioneer``: the pioneer post that they hold here, if any."""
    rows = found.seats.filter(Q(until__isnull=True) | Q(until__gt=day)).select_related("person")
    return list(rows.order_by("since", "person__staff_number").annotate(pioneer=pioneer_at(found.pk, day)))


# --- Opened, altered, closed ---------------------------------------------------------------------------------------


#: What the column holds.
_LONGEST_SERVING = 80


#: The days of the week as ISO digits.
WEEK = [(str(number), WEEKDAYS[number - 1]) for number in range(1, 8)]


class PostForm(forms.Form):
    """What a post is like."""

    name = forms.CharField(label=pgettext_lazy("windows", "Name"), max_length=60)
    site = forms.CharField(label=_lazy("Site"), max_length=60, help_text=_lazy("A new name makes a new site."))
    section = forms.CharField(
        label=pgettext_lazy("windows", "Section"), max_length=60, help_text=_lazy("A new name makes a new section.")
    )
    opening_hours = forms.CharField(
        label=_lazy("Opening hours"),
        required=False,
        max_length=80,
        help_text=_lazy("08:30-12:00;13:30-17:30, or 00:00-24:00 for round the clock. Blank means unknown."),
    )
    weekdays = forms.MultipleChoiceField(
        label=_lazy("Weekdays"), required=False, choices=WEEK, widget=forms.CheckboxSelectMultiple
    )
    least_staffing = forms.IntegerField(
        label=_lazy("Least staffing"),
        required=False,
        min_value=0,
        max_value=99,
        help_text=_lazy("How many must be there while it is open. Blank means unknown."),
    )

    def __init__(self, *args: Any, shifts: Sequence[Shift], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worked = [(shift.code, f"{shift.code} {shift_in_words(shift)}") for shift in shifts if shift.span]
        self.fields["serving"] = forms.MultipleChoiceField(
            label=_("Shifts at the post"),
            required=False,
            choices=worked,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("In which shifts somebody sits here. Without any: in all of them."),
        )

    def clean_opening_hours(self) -> str:
        try:
            return cells.opening_hours(self.cleaned_data["opening_hours"])
        except cells.Unreadable as error:
            raise forms.ValidationError(_("Write it as 08:30-12:00;13:30-17:30.")) from error

    def clean_serving(self) -> list[str]:
        codes: list[str] = self.cleaned_data["serving"]
        if len(" ".join(codes)) > _LONGEST_SERVING:
            raise forms.ValidationError(_("These are too many. Choose none where people sit here in all of them."))
        return codes

    def said(self) -> dict[str, Any]:
        facts = self.cleaned_data
        return {
            "name": facts["name"],
            "site": facts["site"],
            "section": facts["section"],
            "opening_hours": facts["opening_hours"],
            "weekdays": "".join(sorted(facts["weekdays"])),
            "least_staffing": facts["least_staffing"],
            "serving": " ".join(facts["serving"]),
        }


class NewPostForm(PostForm):
    code = forms.CharField(label=_lazy("Code"), max_length=20, help_text=_lazy("Such as W01; it never changes."))
    since = forms.DateField(
        label=pgettext_lazy("windows", "Open from"), widget=forms.DateInput(_DATE, format="%Y-%m-%d")
    )

    field_order = ("code", "name", "organization")

    def __init__(self, *args: Any, units: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"] = organization_field(_lazy("Unit"), units, empty=None)
        self.order_fields(["code", "name", "organization", "since"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    units = units_managed(request)
    forbid_unless(bool(request.asker.windows))
    form = NewPostForm(request.POST or None, units=list(units), shifts=_shifts(), initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        unit = called(form.cleaned_data["organization"], units).first() if form.cleaned_data["organization"] else None
        if unit is None:
            form.add_error("organization", _("Choose the unit to which the post belongs."))
        else:
            try:
                opened = deeds.open_window_post(
                    code=form.cleaned_data["code"],
                    organization=unit,
                    since=form.cleaned_data["since"],
                    **form.said(),
                    **signed(request),
                )
            except WindowRefusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The post is open. Now say who belongs to it."))
                return redirect("window_post", opened.pk)
    return _form(request, form, title=_("New window post"), back=reverse("windows"), crumbs=crumbs(Crumb(_("New"))))


def _shifts() -> list[Shift]:
    return list(Shift.objects.order_by("code"))


def _form(request: AskedRequest, form: forms.Form, *, title: str, back: str, crumbs: list[Crumb]) -> HttpResponse:
    status = 422 if form.errors else 200
    facts = {"form": form, "title": title, "back": back, "crumbs": crumbs, "action": _("Save")}
    return render(request, "windows/form.html", facts, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, post_id: UUID) -> HttpResponse:
    found = managed_post(request, post_id)
    known = {
        "name": found.name,
        "site": found.site.name,
        "section": found.section.name,
        "opening_hours": found.opening_hours,
        "weekdays": list(found.weekdays),
        "least_staffing": found.least_staffing,
        "serving": found.serving.split(),
    }
    form = PostForm(request.POST or None, shifts=_shifts(), initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.alter_window_post(found, **form.said(), **signed(request))
        except WindowRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("window_post", found.pk)
    there = reverse("window_post", args=[found.pk])
    return _form(
        request,
        form,
        title=_("Alter %(post)s") % {"post": found.name},
        back=there,
        crumbs=_at_post(found, Crumb(_("Alter"))),
    )


class DayForm(forms.Form):
    on = forms.DateField(label=_lazy("From which day on"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))


@login_required
@conflict_on(WindowRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: AskedRequest, post_id: UUID) -> HttpResponse:
    found = managed_post(request, post_id)
    form = DayForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        deeds.close_window_post(found, on=form.cleaned_data["on"], **signed(request))
        messages.success(request, _("The post is closed."))
        return redirect("window_post", found.pk)
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Close %(post)s") % {"post": found.name},
            "question": _("The day is the first without the post. What was recorded of it stays."),
            "action": _("Close the post"),
            "cancel": reverse("window_post", args=[found.pk]),
            "form": form,
            "crumbs": _at_post(found, Crumb(_("Close the post"))),
        },
    )


# --- How many it needs ---------------------------------------------------------------------------------------------

#: So many blank lines are offered besides those that are there, and so many lines a post may have.
_BLANK, _MOST_LINES = 3, 20


class LineForm(forms.Form):
    """One line; a blank one says nothing."""

    weekdays = forms.MultipleChoiceField(
        label=_lazy("Weekdays"), required=False, choices=WEEK, widget=forms.CheckboxSelectMultiple
    )
    starts = forms.CharField(label=_lazy("From"), required=False, max_length=5)
    ends = forms.CharField(
        label=_lazy("Until"),
        required=False,
        max_length=5,
        help_text=_lazy("24:00 at the end of the day; an end before the beginning is on the next day."),
    )
    least = forms.IntegerField(label=_lazy("At least"), required=False, min_value=1, max_value=99)

    use_required_attribute = False

    def clean_starts(self) -> int | None:
        return _minutes(self.cleaned_data["starts"], most=DAY - 1)

    def clean_ends(self) -> int | None:
        return _minutes(self.cleaned_data["ends"], most=DAY)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        given = [said.get(name) not in (None, "", []) for name in ("weekdays", "starts", "ends", "least")]
        if any(given) and not all(given) and not self.errors:
            raise forms.ValidationError(_("A line needs weekdays, both hours and a number. Fill it in, or empty it."))
        return said

    @property
    def demand(self) -> Demand | None:
        said = self.cleaned_data
        if said.get("least") is None:
            return None
        return Demand("".join(sorted(said["weekdays"])), said["starts"], said["ends"] or DAY, said["least"])


def _minutes(typed: str, *, most: int) -> int | None:
    if not typed:
        return None
    try:
        at = cells.clock(typed)
    except cells.Unreadable as error:
        raise forms.ValidationError(_("Write it as 08:30, at most 24:00.")) from error
    if at is None:
        return None
    minutes = at[0].hour * 60 + at[0].minute + (DAY if at[1] else 0)
    if minutes > most:
        raise forms.ValidationError(_("Write it as 08:30, at most 24:00."))
    return minutes


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def staffing(request: AskedRequest, post_id: UUID) -> HttpResponse:
    """The lines of a post from a day on; all of them blank: its opening hours and its one number say it again."""
    found = managed_post(request, post_id)
    kept = lines_of(found, clock.today())
    initial = [_told(each) for each in kept]
    formset = forms.formset_factory(LineForm, extra=_BLANK, max_num=_MOST_LINES, absolute_max=_MOST_LINES)
    day = DayForm(request.POST or None, initial={"on": clock.today()})
    lines = formset(request.POST or None, initial=initial, prefix="line")
    if request.method == "POST" and day.is_valid() and lines.is_valid():
        demands = [each.demand for each in lines if each.demand is not None]
        try:
            deeds.set_staffing(found, demands, on=day.cleaned_data["on"], **signed(request))
        except WindowRefusal as refusal:
            day.add_error(None, str(refusal))
        else:
            _warn_of_small_crew(request, found, demands, day.cleaned_data["on"])
            messages.success(request, _("Saved."))
            return redirect("window_post", found.pk)
    has_errors = bool(day.errors) or (request.method == "POST" and not lines.is_valid())
    return render(
        request,
        "windows/staffing.html",
        {
            "post": found,
            "day_form": day,
            "lines": lines,
            "crumbs": _at_post(found, Crumb(_("Least staffing"))),
        },
        status=422 if has_errors else 200,
    )


def _told(row: Staffing) -> dict[str, object]:
    said = span(row.starts, row.ends).split("–")
    return {"weekdays": list(row.weekdays), "starts": said[0], "ends": said[1], "least": row.least}


def _warn_of_small_crew(request: AskedRequest, found: WindowPost, demands: Sequence[Demand], on: dt.date) -> None:
    least = max((each.least for each in demands), default=0)
    crew = found.seats.on(on).count()
    if least > crew:
        messages.warning(
            request,
            _("At least %(least)s are asked for, and %(crew)s belong to the post. Let more people belong to it.")
            % {"least": least, "crew": crew},
        )


# --- Who belongs to it ---------------------------------------------------------------------------------------------


class SeatForm(DayForm):
    person = forms.CharField(
        label=_lazy("Who"),
        max_length=40,
        help_text=_lazy("The staff number, or the whole name."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    field_order = ("person", "on")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: AskedRequest, post_id: UUID) -> HttpResponse:
    """Somebody of the manager's own units belongs to the post from a day on."""
    found = managed_post(request, post_id)
    form = SeatForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            person = _meant(request, form.cleaned_data["person"])
            seating.seat(person, post=found, on=form.cleaned_data["on"], **signed(request))
        except (WindowRefusal, PeopleRefusal) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s belongs to the post.") % {"name": person.name})
            return redirect("window_post", found.pk)
    return _form(
        request,
        form,
        title=_("Who belongs to %(post)s") % {"post": found.name},
        back=reverse("window_post", args=[found.pk]),
        crumbs=_at_post(found, Crumb(_("Somebody more"))),
    )


def _meant(request: AskedRequest, typed: str) -> Person:
    """The one of the asker's people who is meant; a post that the asker does not manage is not emptied from here."""
    seen = people_seen_by(request.asker).filter(Q(staff_number=typed.strip()) | Q(name=typed.strip()))
    found = list(seen.order_by("staff_number")[:2])
    if not found:
        raise WindowRefusal(
            _("Nobody of your units is called “%(typed)s”. Type the staff number.") % {"typed": typed}
        )
    if len(found) > 1:
        raise WindowRefusal(_("Several are called “%(typed)s”. Type the staff number.") % {"typed": typed})
    held = found[0].seats.filter(until__isnull=True).select_related("window_post__organization").first()
    if held is not None and not may_manage_post(request.asker, held.window_post):
        raise WindowRefusal(
            _("%(name)s belongs to a post of another unit. Its manager has to end that first.")
            % {"name": found[0].name}
        )
    return found[0]


@login_required
@conflict_on(WindowRefusal, PeopleRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def unseat(request: AskedRequest, post_id: UUID, person: UUID) -> HttpResponse:
    """Somebody belongs to the post no more from a day on."""
    found = managed_post(request, post_id)
    held = get_object_or_404(found.seats.filter(until__isnull=True).select_related("person"), person=person)
    form = DayForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        seating.unseat(held.person, on=form.cleaned_data["on"], **signed(request))
        messages.success(request, _("%(name)s belongs to the post no more.") % {"name": held.person.name})
        return redirect("window_post", found.pk)
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("End a place at the window"),
            "question": _("The day is the first on which %(name)s does not belong to %(post)s.")
            % {"name": held.person.name, "post": found.name},
            "action": _("End it"),
            "cancel": reverse("window_post", args=[found.pk]),
            "form": form,
            "crumbs": _at_post(found, Crumb(_("End a place at the window"))),
        },
    )
