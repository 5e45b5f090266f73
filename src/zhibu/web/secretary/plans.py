"""The plan of a month: what is owed gets a time around the shifts, with its reasons; accepted, it is announced."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.meetings.actions.convening import MAY_BE_REPEATED
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.organizations.models import Organization
from zhibu.apps.planning.access import WHOLE, may_plan, organizations_planned_by, plans_seen_by
from zhibu.apps.planning.actions import accepting, proposing
from zhibu.apps.planning.actions.proposing import LONGEST, MOST_TURNS, SHORTEST, Pinned, Wish, owed_in
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.models import Plan, PlanItem, PlanSession, Room
from zhibu.apps.planning.previews import moved
from zhibu.apps.planning.queries import (
    ItemLine,
    SessionLine,
    days_came_in,
    hindered_in,
    lines_of,
    parts_of,
    plan_shown,
    seated_at,
    sessions_of,
)
from zhibu.domain.periods import month_end
from zhibu.domain.planning import PlanState, Way
from zhibu.domain.terms import MeetingKind
from zhibu.web.secretary.plan_places import asked_for, asked_month, month_named
from zhibu.web.secretary.plan_words import because, broken_in_words, relaxed_in_words
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import months_around
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import signed

BEING_MADE = (PlanState.WAITING, PlanState.RUNNING)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar; ``number`` 0: it belongs to another month."""

    day: dt.date | None
    sessions: Sequence[tuple[ItemLine, SessionLine]]
    is_past: bool


@login_required
@require_safe
def plan(request: AskedRequest) -> HttpResponse:
    """``?organization=CODE&month=YYYY-MM``: the plan of that month, or what could be planned."""
    organizations = list(organizations_planned_by(request.asker).order_by("path")[:80])
    forbid_unless(bool(organizations))
    place = asked_for(request, organizations)
    month = asked_month(request)
    before, after = months_around(month)
    today = clock.today()
    shown = plan_shown(place, month)
    context: dict[str, Any] = {
        "organizations": organizations,
        "organization": place,
        "month": month,
        "before": before if month_end(before) > today else None,
        "after": after,
        "plan": shown,
        "is_over": month_end(month) <= today,
    }
    if shown is None:
        is_whole = place.word in WHOLE
        owing = owed_in(place, month, today, is_whole=is_whole) if month_end(month) > today else []
        context |= {"owing": owing[:40], "owing_count": sum(one.short for one in owing), "is_whole": is_whole}
        return render(request, "secretary/plans/ask.html", context)
    if shown.state in BEING_MADE:
        return render(request, "secretary/plans/waiting.html", context | {"seconds": _at_most(shown)})
    return render(request, "secretary/plans/plan.html", context | _shown(request, shown, today))


def _at_most(shown: Plan) -> int:
    from zhibu.apps.planning.actions.making import SECONDS, SECONDS_WHOLE

    return int(SECONDS_WHOLE if shown.is_whole else SECONDS)


def _shown(request: AskedRequest, shown: Plan, today: dt.date) -> dict[str, Any]:
    lines = lines_of(shown)
    wanted = [line for line in lines if line.item.is_wanted]
    by_name = not shown.is_whole
    holders = {line.item.organization_id for line in lines}
    return {
        "lines": page_of(request, wanted) if shown.is_whole else wanted,
        "left_for_later": [line for line in lines if not line.item.is_wanted],
        "by_name": by_name,
        "parts": page_of(request, parts_of(lines)) if shown.is_whole else None,
        "day_names": [_day_name(number) for number in range(7)],
        "weeks": list(_weeks(shown.month, wanted, today)) if by_name else None,
        "gap": _gap(shown),
        "seldom": {
            "sessions": sum(len(line.sessions) for line in wanted),
            "call_ins": shown.counted.get("callin_day", sum(line.call_ins for line in wanted)),
            "missed": sum(line.missed for line in wanted),
        },
        "broken": [broken_in_words(one, lines) for one in shown.broken],
        "impossible": [(line, relaxed_in_words(line.item.relaxations)) for line in wanted if line.item.relaxations],
        "hindered": hindered_in(holders, shown.month, month_end(shown.month))
        if by_name and vars(shown)["has_hindered"]
        else [],
        "let_go": [
            (MeetingKind(one["kind"]), dt.datetime.fromisoformat(one["at"]))
            for one in shown.assumed.get("let_go", ())
        ],
        "is_proposed": shown.state == PlanState.PROPOSED,
        "is_accepted": shown.state == PlanState.ACCEPTED,
        "is_failed": shown.state == PlanState.FAILED,
    }


def _day_name(number: int) -> str:
    """Monday is 0; short, in the reader's language."""
    return str(WEEKDAYS_ABBR[number])


def _gap(shown: Plan) -> int | None:
    """By so many percent a better plan might cost less, rounded up; ``None``: nobody has computed it."""
    if shown.bound is None or shown.objective is None:
        return None
    return 0 if shown.objective <= shown.bound else -(-100 * (shown.objective - shown.bound) // shown.objective)


def _weeks(month: dt.date, lines: Sequence[ItemLine], today: dt.date) -> Iterator[list[Day]]:
    on_day: dict[dt.date, list[tuple[ItemLine, SessionLine]]] = {}
    for line in lines:
        for one in line.sessions:
            on_day.setdefault(localtime(one.session.starts_at).date(), []).append((line, one))
    for those in on_day.values():
        those.sort(key=lambda pair: pair[1].session.starts_at)
    for week in calendar.Calendar().monthdatescalendar(month.year, month.month):
        yield [
            Day(day if day.month == month.month else None, on_day.get(day, []), is_past=day <= today) for day in week
        ]


# --- Asking --------------------------------------------------------------------------------------------------------


def _to(organization: Organization, month: dt.date) -> str:
    return f"{reverse('plan')}?organization={organization.code}&month={month:%Y-%m}"


def _plan_seen(request: AskedRequest, plan_id: UUID) -> Plan:
    found = get_object_or_404(plans_seen_by(request.asker).select_related("organization", "keeps"), pk=plan_id)
    forbid_unless(may_plan(request.asker, found.organization))
    return found


@login_required
@require_POST
@conflict_on(PlanningRefusal)
def ask(request: AskedRequest) -> HttpResponse:
    """Have it planned; a committee's and a general branch's over all below them, unless they say ``only``."""
    code = request.POST.get("organization", "")
    place = get_object_or_404(organizations_planned_by(request.asker), code=code)
    month = month_named(request.POST.get("month", ""))
    is_whole = place.word in WHOLE and "only" not in request.POST
    proposing.ask(place, month, is_whole=is_whole, by=request.user, today=clock.today(), **signed(request))
    return redirect(_to(place, month))


class WishesForm(forms.Form):
    """One line for each item: whether it is planned, from when until when, for how long, in how many turns."""

    def __init__(self, lines: Sequence[ItemLine], data: Any) -> None:
        super().__init__(data)
        self.items = [line.item for line in lines]
        for item in self.items:
            day = {"type": "date", "min": str(item.plan.month), "max": str(month_end(item.plan.month))}
            name = item.pk.hex
            self.fields[f"{name}_wanted"] = forms.BooleanField(
                label=_("Plan it"), required=False, initial=item.is_wanted
            )
            self.fields[f"{name}_first"] = forms.DateField(
                label=_("From"), initial=item.first, widget=forms.DateInput(day, format="%Y-%m-%d")
            )
            self.fields[f"{name}_last"] = forms.DateField(
                label=_("Until"), initial=item.last, widget=forms.DateInput(day, format="%Y-%m-%d")
            )
            self.fields[f"{name}_minutes"] = forms.IntegerField(
                label=_("Length in minutes"), initial=item.minutes, min_value=SHORTEST, max_value=LONGEST, step_size=5
            )
            if item.word in MAY_BE_REPEATED:
                self.fields[f"{name}_turns"] = forms.IntegerField(
                    label=_("At most so many times"), initial=item.turns, min_value=1, max_value=MOST_TURNS
                )

    def rows(self) -> Iterator[tuple[PlanItem, list[forms.BoundField]]]:
        for item in self.items:
            names = [f"{item.pk.hex}_{name}" for name in ("wanted", "first", "last", "minutes", "turns")]
            yield item, [self[name] for name in names if name in self.fields]

    def wishes(self) -> dict[UUID, Wish]:
        facts = self.cleaned_data
        return {
            item.pk: Wish(
                facts[f"{item.pk.hex}_wanted"],
                facts[f"{item.pk.hex}_first"],
                facts[f"{item.pk.hex}_last"],
                facts[f"{item.pk.hex}_minutes"],
                facts.get(f"{item.pk.hex}_turns", 1),
            )
            for item in self.items
        }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(PlanningRefusal)
def again(request: AskedRequest, plan_id: UUID) -> HttpResponse:
    """Other wishes, and once more; ``keep`` alone: as little as possible is moved from what was accepted."""
    shown = _plan_seen(request, plan_id)
    if request.method == "POST" and "as_is" in request.POST:
        proposing.ask_again(shown, by=request.user, **signed(request))
        return redirect(_to(shown.organization, shown.month))
    lines = [ItemLine(item, (), 0) for item in shown.items.select_related("organization", "plan")]
    form = WishesForm(lines, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposing.ask_again(shown, by=request.user, wishes=form.wishes(), **signed(request))
        except PlanningRefusal as refusal:
            form.add_error(None, forms.ValidationError(str(refusal), "refused"))
        else:
            return redirect(_to(shown.organization, shown.month))
    crumbs = [Crumb(_("Plan"), _to(shown.organization, shown.month)), Crumb(_("What is planned"))]
    return render(request, "secretary/plans/wishes.html", {"plan": shown, "form": form, "crumbs": crumbs})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(PlanningRefusal, MeetingRefusal)
def accept(request: AskedRequest, plan_id: UUID) -> HttpResponse:
    shown = _plan_seen(request, plan_id)
    back = _to(shown.organization, shown.month)
    if request.method == "POST":
        number = accepting.accept(shown, by=request.user, **signed(request))
        messages.success(
            request, _("%(number)s meetings are announced; everybody hears of their own time.") % {"number": number}
        )
        return redirect(back)
    if shown.is_whole:
        question = _(
            "What this organization holds itself is announced now. Each organization below gets its part as a"
            " proposal, which it may accept or change."
        )
    else:
        question = _("All sessions of the plan are announced, and everybody is told the one that is meant for them.")
    context = {
        "title": _("Accept the plan"),
        "question": question,
        "action": _("Accept and announce"),
        "cancel": back,
        "crumbs": [Crumb(_("Plan"), back), Crumb(_("Accept the plan"))],
    }
    return render(request, "shell/confirm.html", context)


@login_required
@require_POST
@conflict_on(PlanningRefusal)
def give_up(request: AskedRequest, plan_id: UUID) -> HttpResponse:
    shown = _plan_seen(request, plan_id)
    proposing.give_up(shown, **signed(request))
    messages.success(request, _("The proposal is given up; nothing of it was announced."))
    return redirect(_to(shown.organization, shown.month))


# --- One session ---------------------------------------------------------------------------------------------------


def _session_seen(request: AskedRequest, planned: UUID) -> PlanSession:
    """By name only to those who plan the organization that holds it."""
    rows = PlanSession.objects.filter(item__plan__in=plans_seen_by(request.asker), item__plan__is_whole=False)
    found = get_object_or_404(
        rows.select_related("item__plan__organization", "item__organization", "room"), pk=planned
    )
    forbid_unless(may_plan(request.asker, found.item.plan.organization))
    return found


@login_required
@require_safe
def session(request: AskedRequest, planned: UUID) -> HttpResponse:
    """Who attends how; of who comes in on a day off, and of who can not attend, why not otherwise."""
    one = _session_seen(request, planned)
    seated, missed = seated_at(one.item, one)
    here = _to(one.item.plan.organization, one.item.plan.month)
    lines = [line for line in sessions_of(one.item) if line.session.pk == one.pk]
    came_in = days_came_in([row.seat.person_id for row in seated if row.way is Way.CALL_IN], one.item.plan.month)
    return render(
        request,
        "secretary/plans/session.html",
        {
            "session": one,
            "item": one.item,
            "line": lines[0] if lines else None,
            "seated": [(row, because(row.why), came_in[row.seat.person_id]) for row in seated],
            "missed": [(row, because(row.why)) for row in missed],
            "is_proposed": one.item.plan.state == PlanState.PROPOSED,
            "call_in": Way.CALL_IN,
            "crumbs": [Crumb(_("Plan"), here), Crumb(one.item.word.zh)],
        },
    )


@login_required
@require_POST
@conflict_on(PlanningRefusal)
def pin(request: AskedRequest, planned: UUID) -> HttpResponse:
    one = _session_seen(request, planned)
    proposing.pin(one, is_pinned="pinned" in request.POST, **signed(request))
    return redirect(_to(one.item.plan.organization, one.item.plan.month) + f"#s{one.pk.hex}")


class MoveForm(forms.Form):
    day = forms.DateField(label=_lazy("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    begins = forms.TimeField(
        label=_lazy("Begins"), widget=forms.TimeInput({"type": "time", "step": 900}, format="%H:%M")
    )
    room = forms.ModelChoiceField(
        Room.objects.none(), label=_lazy("Room"), required=False, empty_label=_lazy("Its usual place")
    )

    def __init__(self, data: Any, one: PlanSession) -> None:
        at = localtime(one.starts_at)
        super().__init__(data, initial={"day": at.date(), "begins": at.time(), "room": one.room_id})
        own = Room.objects.filter(closed_at__isnull=True).select_related("organization")
        path = one.item.organization.path
        mine = [room for room in own if room.organization is None or path.startswith(room.organization.path)]
        field = self.fields["room"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Room.objects.filter(pk__in=[room.pk for room in mine])
        if not mine:
            del self.fields["room"]

    @property
    def starts_at(self) -> dt.datetime:
        return make_aware(dt.datetime.combine(self.cleaned_data["day"], self.cleaned_data["begins"]))

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if day <= clock.today():
            raise forms.ValidationError(_("Choose a day to come."), "past")
        return day


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(PlanningRefusal)
def move(request: AskedRequest, planned: UUID) -> HttpResponse:
    """``?day=&begins=&room=`` shows what that would break and cost; POST holds it there and plans the rest anew."""
    one = _session_seen(request, planned)
    plan_of_it = one.item.plan
    if plan_of_it.state not in {PlanState.PROPOSED, PlanState.ACCEPTED}:
        raise PlanningRefusal(_("This plan is settled. Look at the one that holds now."))
    asked = request.POST if request.method == "POST" else request.GET
    # Dragged to another day: the hour stays.
    data = {"begins": f"{localtime(one.starts_at):%H:%M}", **asked.dict()} if "day" in asked else None
    form = MoveForm(data, one)
    preview = None
    if form.is_bound and form.is_valid():
        room = form.cleaned_data.get("room")
        if request.method == "POST":
            item = one.item
            pins = [
                Pinned(other.item_id, other.starts_at, other.room)
                for other in PlanSession.objects.filter(item__plan=plan_of_it, is_pinned=True).select_related("room")
                if other.pk != one.pk and plan_of_it.state == PlanState.PROPOSED
            ]
            pins.append(Pinned(item.pk, form.starts_at, room))
            proposing.ask_again(plan_of_it, by=request.user, pins=pins, **signed(request))
            return redirect(_to(plan_of_it.organization, plan_of_it.month))
        preview = moved(one, form.starts_at, room, clock.today())
    here = _to(plan_of_it.organization, plan_of_it.month)
    lines = [ItemLine(item, (), 0) for item in plan_of_it.items.all()] if preview and preview.broken else []
    return render(
        request,
        "secretary/plans/move.html",
        {
            "session": one,
            "item": one.item,
            "form": form,
            "preview": preview,
            "broken": [broken_in_words(broken, lines) for broken in preview.broken] if preview else [],
            "absent": [(person, way.zh) for person, way in preview.absent] if preview else [],
            "crumbs": [Crumb(_("Plan"), here), Crumb(_("Another time"))],
        },
        status=422 if form.is_bound and not form.is_valid() else 200,
    )
