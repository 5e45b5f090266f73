"""A person's record: what happened when, and how much is held about them for which purpose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import CharField, Count, DateField, Field, IntegerField, Model, QuerySet, Value
from django.db.models.functions import Cast, TruncMonth
from django.utils.timezone import localtime
from django.utils.translation import gettext

from zhibu.apps.honors.models import Honor, PioneerPost
from zhibu.apps.people.models import Appointment, Employment, Membership, Person
from zhibu.apps.reports.holdings import HOLDINGS, LABELS, Holding
from zhibu.apps.reports.queries import count_all
from zhibu.apps.rosters.models import RosterDay
from zhibu.apps.windows.models import Seat
from zhibu.documents.tables import Table
from zhibu.domain.terms import PostKind, Standing, Word

# --- History -------------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a line of a person's history is about."""

    MEMBERSHIP = "membership"
    POST = "post"
    EMPLOYMENT = "employment"
    SEAT = "seat"
    HONOR = "honor"
    PIONEER = "pioneer"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a person's history; an honor has a ``year`` and no days.

    ``place`` and ``part`` name organizations: of a membership the branch and the group. ``word`` is a standing or
    a post, ``text`` a department, a window post, the title of an honor or the name of a pioneer post. What a line has
    not is ``None`` or empty.
    """

    kind: Kind
    since: dt.date | None
    until: dt.date | None
    place: str
    part: str
    word: Word | None
    text: str
    year: int | None

    def holds(self, day: dt.date) -> bool:
        return self.since is not None and self.since <= day and (self.until is None or day < self.until)


#: Which models tell a history, and where each line has its dates, place, part, word, text and year.
_SPAN = ("since", "until")
_SOURCES: Mapping[Kind, tuple[type[Model], Sequence[str | None]]] = {
    Kind.MEMBERSHIP: (Membership, (*_SPAN, "organization__name", "group__name", "standing", None, None)),
    Kind.POST: (Appointment, (*_SPAN, "organization__name", None, "post", None, None)),
    Kind.EMPLOYMENT: (Employment, (*_SPAN, "organization__name", None, None, "department", None)),
    Kind.SEAT: (Seat, (*_SPAN, "window_post__organization__name", None, None, "window_post__name", None)),
    Kind.HONOR: (Honor, (None, None, None, None, None, "title", "year")),
    Kind.PIONEER: (PioneerPost, (*_SPAN, "organization__name", None, None, "place", None)),
}
#: What each of them is; the database wants to know it of an empty one as well.
_TYPES: Sequence[Field[Any, Any]] = (
    DateField(),
    DateField(),
    CharField(),
    CharField(),
    CharField(),
    CharField(),
    IntegerField(),
)


def history_of(person: Person, kinds: Sequence[Kind] = tuple(Kind)) -> list[Happening]:
    """What happened of these kinds, the latest first, in one query."""
    first, *others = (_lines(kind, person) for kind in kinds)
    found = [
        Happening(
            kind=Kind(kind),
            since=since,
            until=until,
            place=place or "",
            part=part or "",
            word=_word(kind, word),
            text=text or "",
            year=year,
        )
        for kind, since, until, place, part, word, text, year in first.union(*others, all=True)
    ]
    return sorted(found, key=_time, reverse=True)


def _lines(kind: Kind, person: Person) -> QuerySet[Any, Any]:
    model, fields = _SOURCES[kind]
    values = [field or Cast(Value(None), output_field=type_) for field, type_ in zip(fields, _TYPES, strict=True)]
    rows = model._default_manager.filter(person=person).order_by()
    if kind is Kind.HONOR:
        rows = rows.filter(withdrawn_at__isnull=True)
    return rows.values_list(Value(kind.value, CharField()), *values)


def _word(kind: str, value: str | None) -> Word | None:
    if not value:
        return None
    return Standing(value) if kind == Kind.MEMBERSHIP else PostKind(value)


def _time(line: Happening) -> tuple[dt.date, str]:
    """An honor stands at the end of its year."""
    return line.since or dt.date(line.year or 1, 12, 31), line.kind.value


# --- Shifts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RosterMonth:
    """How many days of a month had which shift."""

    month: dt.date
    shifts: Mapping[str, int]


def roster_of(person: Person) -> list[RosterMonth]:
    """The months of the roster, the latest first."""
    rows = (
        RosterDay.objects.filter(person=person)
        .annotate(month=TruncMonth("day"))
        .values_list("month", "shift__name")
        .annotate(days=Count("pk"))
        .order_by("-month", "shift__code")
    )
    months: dict[dt.date, dict[str, int]] = {}
    for month, shift, days in rows:
        months.setdefault(month, {})[shift] = days
    return [RosterMonth(month, shifts) for month, shifts in months.items()]


# --- What is held --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """How many entries of a holding there are about somebody."""

    holding: Holding
    entries: int


def holdings_shown(*, is_own: bool) -> tuple[Holding, ...]:
    """What the person sees, or whoever may open the record of somebody else."""
    return HOLDINGS if is_own else tuple(holding.for_others() for holding in HOLDINGS if not holding.is_own)


def held_about(person: Person, *, is_own: bool) -> list[Held]:
    """Each holding with its number of entries, in one query."""
    shown = holdings_shown(is_own=is_own)
    counts = count_all([(str(number), holding.of(person)) for number, holding in enumerate(shown)])
    return [Held(holding, counts[str(number)]) for number, holding in enumerate(shown)]


#: One entry of a holding: each field as it is shown, by its name.
Entry = Mapping[str, object]


def entries_of(holding: Holding, person: Person) -> Sequence[Entry]:
    """The entries themselves; a secret has no text."""
    lookups = [lookup for lookup in holding.fields.values() if lookup]
    rows = holding.of(person).order_by("pk").values(*lookups) if lookups else ()
    return [{name: row[lookup] for name, lookup in holding.fields.items() if lookup} for row in rows]


def record_document(person: Person, *, on: dt.date, is_own: bool) -> dict[str, object]:
    """All that is held about a person, to take away: each holding with its purpose and its entries."""
    return {
        "on": on.isoformat(),
        "person": {"id": str(person.pk), "staff_number": person.staff_number, "name": person.name},
        "held": [
            {
                "what": str(holding.what),
                "model": holding.model,
                "purpose": str(holding.purpose),
                "kept": str(holding.retention.value),
                "entries": entries_of(holding, person),
            }
            for holding in holdings_shown(is_own=is_own)
        ],
    }


# --- As a workbook -------------------------------------------------------------------------------------------------


def record_tables(person: Person, *, is_own: bool) -> list[Table]:
    """A sheet that says what is held, why and how long; then one sheet for each holding that has entries."""
    about = held_about(person, is_own=is_own)
    overview = Table(
        gettext("What is held"),
        (gettext("What"), gettext("Fields"), gettext("What for"), gettext("How long"), gettext("Entries")),
        [
            (
                str(held.holding.what),
                gettext(", ").join(str(label) for label in held.holding.labels),
                str(held.holding.purpose),
                str(held.holding.retention.value),
                str(held.entries),
            )
            for held in about
        ],
    )
    return [overview, *(sheet_of(held.holding, person) for held in about if held.entries)]


def sheet_of(holding: Holding, person: Person) -> Table:
    """What is held of this kind, a row each."""
    shown = [name for name, lookup in holding.fields.items() if lookup]
    choices = {name: dict(_choices(holding, name)) for name in shown}
    rows = [[_text(entry[name], choices[name]) for name in shown] for entry in entries_of(holding, person)]
    return Table(str(holding.what), tuple(str(LABELS[name]) for name in shown), rows)


def _choices(holding: Holding, name: str) -> Sequence[tuple[object, str]]:
    """What the words of a field are called, where it has words. What is looked up elsewhere is no field here."""
    fields = {field.name: field for field in holding.rows._meta.get_fields()}
    return [(value, str(label)) for value, label in getattr(fields.get(name), "flatchoices", ())]


def _text(value: object, choices: Mapping[object, str]) -> str:
    match value:
        case None:
            return ""
        case list():
            return str(value)
        case bool():
            return gettext("yes") if value else gettext("no")
        case dt.datetime():
            return localtime(value).strftime("%Y-%m-%d %H:%M")
        case dict():
            # Databases keep the names of JSON in an order of their own.
            said = (f"{LABELS.get(str(name), name)}: {_text(each, {})}" for name, each in sorted(value.items()))
            return gettext(", ").join(said)
        case _:
            return choices.get(value, str(value))


# --- As it stands on a page -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """All about a person for reading; of what is held elsewhere the number of entries."""

    person: Person
    history: Sequence[Happening]
    roster: Sequence[RosterMonth]
    held: Sequence[Held]


def record_of(person: Person, *, is_own: bool) -> Record:
    return Record(person, history_of(person), roster_of(person), held_about(person, is_own=is_own))
