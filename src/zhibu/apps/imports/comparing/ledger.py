"""三会一课台账 against the meetings on record: what is new is filed, what is filed stays as it is."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.facts import LedgerFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.imports.gathering.names import found_in, likely_names
from zhibu.apps.imports.known import Start
from zhibu.apps.meetings.actions.convening import usual_title
from zhibu.apps.meetings.actions.ledger import LedgerEntry
from zhibu.apps.meetings.models import LedgerName
from zhibu.apps.people.models import Person
from zhibu.documents.workbooks.layout import LEDGER
from zhibu.domain.hours import beginning
from zhibu.domain.phrases import FROM_LEDGER

SHEET = LEDGER.name

#: A ledger that zhibu printed puts several lines into one and leaves the last stop out.
_STOPS = re.compile(r"[。；;\s]+")

#: The columns in whose words a line on record may differ, with their field there. The others tell which line it is.
_WORDS = {
    "时间": "hours",
    "地点": "place",
    "主题": "title",
    "主持人": "chair",
    "授课人": "lecturer",
    "记录人": "recorder",
    "应到": "expected",
    "实到": "present",
    "缺席及原因": "absent",
    "列席": "observers",
    "决议": "resolutions",
    "补录说明": "reason",
}


def compare_ledger(to: Comparison) -> None:
    told = to.facts.ledger
    if told is None:
        return
    days = [fact.day for fact in told if fact.day is not None]
    recorded = to.known.ledger(days)
    held = to.known.held(days)
    people = _People(to)
    for fact in told:
        organization = to.organizations[fact.organization].pk
        on_record = recorded.get((organization, fact.kind, fact.day, beginning(fact.hours)))
        is_new = False
        if on_record is not None:
            _compare(to, fact, _entry(to, fact), on_record)
        elif _is_held(fact, held.get((organization, fact.kind, fact.day), [])):
            _warn_held(to, fact)
        else:
            to.changes.ledger.append(_with_people(to, fact, people))
            is_new = True
        to.counts[SHEET].add(is_new=is_new, is_changed=False)


def _entry(to: Comparison, fact: LedgerFact) -> LedgerEntry:
    """The line as it will be filed, the people in it aside."""
    assert fact.kind is not None
    assert fact.day is not None
    assert fact.expected is not None
    assert fact.present is not None
    return LedgerEntry(
        organization=to.organizations[fact.organization],
        kind=fact.kind,
        title=fact.title or usual_title(fact.kind, fact.day),
        held_on=fact.day,
        hours=fact.hours,
        place=fact.place,
        chair=fact.chair,
        lecturer=fact.lecturer,
        recorder=fact.recorder,
        expected=fact.expected,
        present=fact.present,
        absent=fact.absent,
        observers=fact.observers,
        resolutions=fact.resolutions,
        reason=f"{FROM_LEDGER}（{fact.note}）" if fact.note else FROM_LEDGER,
    )


# --- What is on record already -------------------------------------------------------------------------------------


def _compare(to: Comparison, fact: LedgerFact, entry: LedgerEntry, on_record: LedgerEntry) -> None:
    """A filed record never changes: a line that says otherwise would not be recorded at all, so it is refused.

    A blank cell says nothing. A ledger that zhibu printed says the same with other stops and lines, and for who is
    not to read why somebody was away, only how many were.
    """
    how_many = f"{on_record.expected - on_record.present}人"
    for column, name in _WORDS.items():
        if name == "absent" and entry.absent == how_many:
            continue
        if _says_otherwise(fact, name, getattr(entry, name), getattr(on_record, name)):
            to.findings.error(
                SHEET,
                fact.row,
                column,
                str(getattr(entry, name)) or None,
                Code.DUPLICATE,
                _(
                    "this meeting is filed already, with “%(recorded)s” here; a filed record stays as it is. Put a "
                    "correction beside the record, and leave the row as it was."
                )
                % {"recorded": getattr(on_record, name)},
            )


def _says_otherwise(fact: LedgerFact, name: str, said: object, recorded: object) -> bool:
    if name == "title" and not fact.title:
        return False
    if name == "reason":  # printed with its day before it: 2026年11月23日补录：据台账补录
        return bool(fact.note) and said != recorded and not fact.note.endswith(str(recorded))
    return _bare(said) not in {"", _bare(recorded)}


def _bare(text: object) -> str:
    return _STOPS.sub("", str(text))


def _is_held(fact: LedgerFact, starts: list[Start]) -> bool:
    """Whether zhibu itself knows of that meeting: on that day, and at that hour where both tell one."""
    first = beginning(fact.hours)
    return any(start is None or not isinstance(first, dt.time) or start == first for start in starts)


def _warn_held(to: Comparison, fact: LedgerFact) -> None:
    assert fact.day is not None
    to.findings.warn(
        SHEET,
        fact.row,
        "日期",
        fact.day.isoformat(),
        Code.DUPLICATE,
        _("this meeting was entered in zhibu itself; the row was not taken over."),
    )


# --- Who is meant --------------------------------------------------------------------------------------------------


class _People:
    """Who is or was with which organization, by name: its members, staff and holders of posts, and those below it."""

    def __init__(self, to: Comparison) -> None:
        self._by_key = {person.pk: person for person in (*to.known.people.values(), *to.people.values())}
        self._above = _above(to)
        self._spans: defaultdict[UUID, defaultdict[str, list[tuple[UUID, dt.date, dt.date | None]]]]
        self._spans = defaultdict(lambda: defaultdict(list))
        for memberships in to.known.memberships.values():
            for membership in memberships:
                for place in (membership.organization_id, membership.group_id):
                    self._add(place, membership.person_id, membership.since, membership.until)
        for jobs in to.known.employments.values():
            for job in jobs:
                self._add(job.organization_id, job.person_id, job.since, job.until)
        for appointments in to.known.appointments.values():
            for post in appointments:
                self._add(post.organization_id, post.person_id, post.since, post.until)

    def _add(self, place: UUID | None, person: UUID, since: dt.date, until: dt.date | None) -> None:
        name = self._by_key[person].name
        while place is not None:
            self._spans[place][name].append((person, since, until))
            place = self._above.get(place)

    def names_at(self, place: UUID) -> list[str]:
        return list(self._spans[place]) if place in self._spans else []

    def called(self, name: str, place: UUID, on: dt.date) -> Person | None:
        """The one of that name who was there on that day, else who ever was; ``None`` where it may be another."""
        spans = self._spans[place][name]
        there = {person for person, since, until in spans if since <= on and (until is None or on < until)}
        ever = there or {person for person, _since, _until in spans}
        return self._by_key[ever.pop()] if len(ever) == 1 else None


def _above(to: Comparison) -> dict[UUID, UUID]:
    """Under which organization each will stand after the import."""
    told = {fact.code: fact.superior for fact in to.facts.organizations or ()}
    found = {}
    for code, organization in to.organizations.items():
        superior = told[code] if code in told else to.known.superior_of(code)
        if superior:
            found[organization.pk] = to.organizations[superior].pk
    return found


def _with_people(to: Comparison, fact: LedgerFact, people: _People) -> LedgerEntry:
    named: list[tuple[Person, LedgerName.Named]] = []
    for column, text, role in (
        ("缺席及原因", fact.absent, LedgerName.Named.ABSENT),
        ("列席", fact.observers, LedgerName.Named.OBSERVER),
    ):
        named += [(person, role) for person in _meant(to, fact, column, text, people)]
    chairs = list(_meant(to, fact, "主持人", fact.chair, people))
    lecturers = list(_meant(to, fact, "授课人", fact.lecturer, people))
    recorders = list(_meant(to, fact, "记录人", fact.recorder, people))
    return replace(
        _entry(to, fact),
        chaired_by=chairs[0] if len(chairs) == 1 else None,
        taught_by=lecturers[0] if len(lecturers) == 1 else None,
        recorded_by=recorders[0] if len(recorders) == 1 else None,
        named=tuple(named),
    )


def _meant(to: Comparison, fact: LedgerFact, column: str, text: str, people: _People) -> Iterator[Person]:
    """Whom the cell names; who is not of this organization, or not the only one of that name, stays a text."""
    if not text:
        return
    assert fact.day is not None
    place = to.organizations[fact.organization]
    found, rest = found_in(text, people.names_at(place.pk))
    for name in found:
        person = people.called(name, place.pk, fact.day)
        if person is not None:
            yield person
        else:
            _warn(to, fact, column, name, _("%(name)s has several people called so; it is kept as text."), place.name)
    for name in likely_names(rest):
        _warn(to, fact, column, name, _("%(name)s has nobody called so; it is kept as text."), place.name)


def _warn(to: Comparison, fact: LedgerFact, column: str, value: str, text: str, organization: str) -> None:
    to.findings.warn(SHEET, fact.row, column, value, Code.UNKNOWN, text % {"name": organization})
