"""Two people exchange their shifts on some days: asked, agreed to, decided by a window manager, done in one deed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.notices.actions.telling import Message, overtake, tell
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.rosters.actions.keeping import write_cells
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import OPEN, LastChange, Shift, SwapDay, SwapRequest
from zhibu.apps.rosters.queries import roster_of
from zhibu.apps.windows.queries import colleagues_of, managers_of, seat_of
from zhibu.domain.swapping import Span, rests_made_short
from zhibu.domain.terms import Occasion, SwapState

#: So many days one request may name, and how long its words may be.
MOST_DAYS, LONGEST_NOTE, LONGEST_REASON = 10, 120, 200

_ONE = dt.timedelta(days=1)
#: Days of the roster that are looked at before and after, so that a rest over days off is seen.
_AROUND = 3


# --- Asking --------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_swap(
    asker: Person, other: Person, *, days: Collection[dt.date], note: str, actor: Actor, at: dt.datetime
) -> SwapRequest:
    """``asker`` wants on each of these days the shift that ``other`` has, and gives their own for it.

    To give one day away is the same with somebody who is free then. Refused: days gone by or too many, people of
    different sections, a unit without a window manager, days on which there is nothing to exchange, leave, a rest
    below 11 hours, a day that another open request names.
    """
    today = localtime(at).date()
    unit = _unit_of(asker, other, today)
    _refuse_days(days, today)
    _refuse_named_already((asker, other), days, today)
    pairs = _pairs(asker, other, days)
    _refuse_if_broken(asker, other, pairs)
    swap = SwapRequest.objects.create(
        asker=asker, other=other, unit=unit, first_day=min(days), note=note, asked_at=at
    )
    SwapDay.objects.bulk_create(
        SwapDay(swap=swap, day=day, asker_has=mine, other_has=theirs) for day, (mine, theirs) in pairs.items()
    )
    record(
        "swap_asked",
        swap.pk,
        actor=actor,
        at=at,
        document={
            "asker": str(asker.pk),
            "other": str(other.pk),
            "days": {day.isoformat(): [mine.code, theirs.code] for day, (mine, theirs) in pairs.items()},
        },
    )
    title = _("%(name)s would like to change shifts with you") % {"name": asker.name}
    _tell([other.pk], swap, title, at=at)
    return swap


def _unit_of(asker: Person, other: Person, today: dt.date) -> Organization:
    if asker.pk == other.pk:
        raise RosterRefusal(_("Nobody changes shifts with themselves. Choose a colleague."))
    seat = seat_of(asker.pk, today)
    if seat is None:
        raise RosterRefusal(
            _("%(name)s belongs to no window post. Shifts are changed here among those who do.")
            % {"name": asker.name}
        )
    if not colleagues_of(seat, today).filter(pk=other.pk).exists():
        raise RosterRefusal(
            _("%(name)s does not belong to the section %(section)s. Choose a colleague of your section.")
            % {"name": other.name, "section": seat.window_post.section.name}
        )
    unit = seat.window_post.organization
    assert unit is not None  # ``seat_of`` finds no other
    if not managers_of(unit, today):
        raise RosterRefusal(
            _("Nobody manages the windows of %(unit)s, so nobody could approve it. Ask the secretary.")
            % {"unit": unit.name}
        )
    return unit


def _refuse_days(days: Collection[dt.date], today: dt.date) -> None:
    if not days:
        raise RosterRefusal(_("No day is chosen. Choose at least one."))
    if len(days) > MOST_DAYS:
        raise RosterRefusal(
            _("%(given)s days are chosen; a request names %(most)s at most. Ask for the others separately.")
            % {"given": len(days), "most": MOST_DAYS}
        )
    gone = [day for day in days if day <= today]
    if gone:
        raise RosterRefusal(_("%(day)s has begun or passed. Choose days from tomorrow on.") % {"day": min(gone)})


def _refuse_named_already(people: Iterable[Person], days: Collection[dt.date], today: dt.date) -> None:
    keys = {person.pk: person for person in people}
    waiting = SwapDay.objects.filter(
        day__in=days, swap__state__in=[state.value for state in OPEN], swap__first_day__gte=today
    ).select_related("swap")
    for each in waiting.order_by("day"):
        for key in (each.swap.asker_id, each.swap.other_id):
            if key in keys:
                raise RosterRefusal(
                    _("Another request waits that names %(name)s and %(day)s. Withdraw it, or wait for its answer.")
                    % {"name": keys[key].name, "day": each.day}
                )


def _pairs(asker: Person, other: Person, days: Collection[dt.date]) -> dict[dt.date, tuple[Shift, Shift]]:
    said = roster_of([asker.pk, other.pk], min(days), max(days))
    pairs: dict[dt.date, tuple[Shift, Shift]] = {}
    for day in sorted(days):
        found = [said.get(person.pk, {}).get(day) for person in (asker, other)]
        mine, theirs = found
        if mine is None or theirs is None:
            silent = asker if mine is None else other
            raise RosterRefusal(
                _("The roster does not say what %(name)s does on %(day)s. Ask once it does.")
                % {"name": silent.name, "day": day}
            )
        if mine.pk == theirs.pk:
            raise RosterRefusal(
                _("On %(day)s you both have %(shift)s; there is nothing to exchange. Choose another day.")
                % {"day": day, "shift": mine.name}
            )
        for person, shift in ((asker, mine), (other, theirs)):
            if shift.is_leave:
                raise RosterRefusal(
                    _("%(name)s is on leave on %(day)s. Leave is not exchanged; choose another day.")
                    % {"name": person.name, "day": day}
                )
        pairs[day] = mine, theirs
    return pairs


def _refuse_if_broken(asker: Person, other: Person, pairs: Mapping[dt.date, tuple[Shift, Shift]]) -> None:
    """Raises where either would rest less than 11 hours because of the change."""
    around = _ONE * _AROUND
    said = roster_of([asker.pk, other.pk], min(pairs) - around, max(pairs) + around)
    for person, gets in (
        (asker, {day: theirs for day, (_mine, theirs) in pairs.items()}),
        (other, {day: mine for day, (mine, _theirs) in pairs.items()}),
    ):
        before: dict[dt.date, Span | None] = {day: shift.span for day, shift in said.get(person.pk, {}).items()}
        after = before | {day: shift.span for day, shift in gets.items()}
        for short in rests_made_short(before, after):
            raise RosterRefusal(
                _(
                    "%(name)s would rest less than 11 hours between the shifts of %(first)s and %(second)s. "
                    "Choose other days."
                )
                % {"name": person.name, "first": short.ends_on, "second": short.begins_on}
            )


# --- The answer of the other ---------------------------------------------------------------------------------------


@transaction.atomic
def agree_to_swap(swap: SwapRequest, *, actor: Actor, at: dt.datetime) -> None:
    """The other agrees; now it waits for a window manager."""
    _advance(swap, SwapState.ASKED, SwapState.AGREED, at, answered_at=at)
    _refuse_if_changed(swap)
    record("swap_agreed", swap.pk, actor=actor, at=at)
    title = _("%(name)s agrees to change shifts; it waits for approval") % {"name": swap.other.name}
    _tell([swap.asker_id], swap, title, at=at)
    asked = _("%(asker)s and %(other)s would like to change shifts") % {
        "asker": swap.asker.name,
        "other": swap.other.name,
    }
    managers = managers_of(swap.unit, localtime(at).date()) - {swap.asker_id, swap.other_id}
    _tell(managers, swap, asked, at=at, about="swap-decision")


@transaction.atomic
def refuse_swap(swap: SwapRequest, *, actor: Actor, at: dt.datetime) -> None:
    """The other would rather not; no reason is asked for."""
    _advance(swap, SwapState.ASKED, SwapState.REFUSED, at, answered_at=at)
    record("swap_refused", swap.pk, actor=actor, at=at)
    _tell([swap.asker_id], swap, _("%(name)s keeps their shifts") % {"name": swap.other.name}, at=at)


@transaction.atomic
def withdraw_swap(swap: SwapRequest, *, actor: Actor, at: dt.datetime) -> None:
    """The one who asked takes it back, as long as nobody has decided."""
    swap.refresh_from_db(fields=["state"])
    _advance(swap, SwapState(swap.state), SwapState.WITHDRAWN, at)
    record("swap_withdrawn", swap.pk, actor=actor, at=at)
    overtake(f"swap-decision:{swap.pk}")
    _tell([swap.other_id], swap, _("%(name)s has withdrawn the request") % {"name": swap.asker.name}, at=at)


# --- The decision --------------------------------------------------------------------------------------------------


@transaction.atomic
def approve_swap(swap: SwapRequest, *, actor: Actor, at: dt.datetime) -> None:
    """The roster changes, both shifts of each day at once. Whether windows may run short is for the manager to say.

    Refused where the roster has changed since it was asked, and where a rest would be below 11 hours by now.
    """
    _advance(swap, SwapState.AGREED, SwapState.APPROVED, at, decided_at=at)
    _refuse_if_changed(swap)
    days = list(swap.days.select_related("asker_has", "other_has"))
    pairs = {each.day: (each.asker_has, each.other_has) for each in days}
    _refuse_if_broken(swap.asker, swap.other, pairs)
    write_cells(
        {
            swap.asker_id: {day: theirs for day, (_mine, theirs) in pairs.items()},
            swap.other_id: {day: mine for day, (mine, _theirs) in pairs.items()},
        }
    )
    # What changed last before can not be taken back any more: two people have agreed on what it left.
    LastChange.objects.filter(unit=swap.unit, month__in={day.replace(day=1) for day in pairs}).delete()
    record(
        "swap_approved",
        swap.pk,
        actor=actor,
        at=at,
        document={
            str(swap.asker_id): {day.isoformat(): theirs.code for day, (_mine, theirs) in pairs.items()},
            str(swap.other_id): {day.isoformat(): mine.code for day, (mine, _theirs) in pairs.items()},
        },
    )
    overtake(f"swap-decision:{swap.pk}")
    _tell([swap.asker_id, swap.other_id], swap, _("Your change of shifts is approved; the roster shows it"), at=at)


@transaction.atomic
def decline_swap(swap: SwapRequest, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """The roster stays as it is; both read why."""
    if not reason.strip():
        raise RosterRefusal(_("Say in a few words why, so that the two know what to do instead."))
    _advance(swap, SwapState.AGREED, SwapState.DECLINED, at, decided_at=at, reason=reason.strip())
    record("swap_declined", swap.pk, actor=actor, at=at)
    overtake(f"swap-decision:{swap.pk}")
    title = _("Your change of shifts is not approved: %(reason)s") % {"reason": swap.reason}
    _tell([swap.asker_id, swap.other_id], swap, title, at=at)


def _advance(swap: SwapRequest, expected: SwapState, then: SwapState, at: dt.datetime, **values: object) -> None:
    """From one state into the next; raises where it is in another, or where its first day has come."""
    locked = SwapRequest.objects.select_for_update().get(pk=swap.pk)
    now = locked.state_on(localtime(at).date())
    if now is SwapState.LAPSED:
        raise RosterRefusal(
            _("The first of these days has passed, and with it the request. Ask anew for later days.")
        )
    if now is not expected or now not in OPEN:
        raise RosterRefusal(
            _("This request stands at “%(state)s” by now. Open it again to see it.") % {"state": now.zh}
        )
    for name, value in {"state": then.value, **values}.items():
        setattr(swap, name, value)
    swap.save(update_fields=["state", *values])


def _refuse_if_changed(swap: SwapRequest) -> None:
    """Raises where the roster says something else by now than when it was asked."""
    days = list(swap.days.all())
    now = roster_of([swap.asker_id, swap.other_id], days[0].day, days[-1].day)
    for each in days:
        for person, had in ((swap.asker, each.asker_has_id), (swap.other, each.other_has_id)):
            shift = now.get(person.pk, {}).get(each.day)
            if shift is None or shift.pk != had:
                raise RosterRefusal(
                    _("The roster of %(name)s on %(day)s has changed since. Withdraw the request and ask anew.")
                    % {"name": person.name, "day": each.day}
                )


def _tell(people: Iterable[UUID], swap: SwapRequest, title: str, *, at: dt.datetime, about: str = "swap") -> None:
    days = "、".join(f"{each.day.month}月{each.day.day}日" for each in swap.days.all())
    message = Message(Occasion.ROSTER, f"{about}:{swap.pk}", title, text=days, last_day=swap.first_day)
    tell(people, message, key=f"{about}:{swap.pk}:{swap.state}", at=at)
