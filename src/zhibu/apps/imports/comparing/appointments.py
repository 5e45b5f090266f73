"""任职 against the appointments recorded, and the terms that they make."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.imports.checking.posts import SINGLE
from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.comparing.dating import RecordedLater, end
from zhibu.apps.imports.comparing.terms import keep_terms
from zhibu.apps.imports.facts import AppointmentFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.people.models import Appointment
from zhibu.documents.workbooks.layout import APPOINTMENTS

SHEET = APPOINTMENTS.name


def compare_appointments(to: Comparison) -> None:
    told = to.facts.appointments
    if told is None:
        return
    listed: dict[UUID, list[Appointment]] = defaultdict(list)
    for fact in told:
        try:
            appointment, is_new, is_changed = _Post(to, fact).compare()
        except RecordedLater as later:
            to.refuse_early(SHEET, fact, "任职日期", to.people[fact.number].name, later)
            continue
        listed[appointment.organization_id].append(appointment)
        to.counts[SHEET].add(is_new=is_new, is_changed=is_changed)
    keep_terms(to, listed)
    kept = {id(row) for rows in listed.values() for row in rows}
    for rows in to.known.appointments.values():
        for row in rows:
            if row.until is None and id(row) not in kept:
                _leave_out(to, row)


class _Post:
    """One row of the sheet, and who held that post before."""

    def __init__(self, to: Comparison, fact: AppointmentFact) -> None:
        assert fact.post is not None
        assert fact.since is not None
        self._to, self._fact = to, fact
        self._post, self._since = fact.post, fact.since
        self._person = to.people[fact.number]
        self._organization = to.organizations[fact.organization]
        rows = to.known.appointments.setdefault(self._organization.pk, [])
        self._all = rows
        self._held = [row for row in rows if row.post == fact.post]
        self._own = [row for row in self._held if row.person_id == self._person.pk]

    def compare(self) -> tuple[Appointment, bool, bool]:
        """The row that says what the sheet says; whether it is new; whether it was changed. ``RecordedLater``."""
        open_row = next((row for row in self._own if row.until is None), None)
        if open_row is None:
            return self._take(), True, True
        if self._since == open_row.since or self._is_history(open_row):
            return open_row, False, False
        if self._since < open_row.since or self._is_correction():
            return open_row, False, self._to.changes.alter(open_row, since=self._since)
        # Elected once more.
        self._to.changes.alter(open_row, until=self._since)
        return self._make(self._since), False, True

    def _is_history(self, open_row: Appointment) -> bool:
        """Whether the day of the sheet lies in a time that another row of this post tells about."""
        rivals = self._held if self._post in SINGLE else self._own
        return self._since < open_row.since and any(
            row is not open_row and row.until is not None and row.until > self._since for row in rivals
        )

    def _is_correction(self) -> bool:
        """A day that the workbook before this one must have known is no second election."""
        last = self._to.dating.last
        return last is not None and self._since <= last

    def _take(self) -> Appointment:
        since = self._since
        ended = max((row.until for row in self._own if row.until is not None), default=since)
        if ended > since:
            since = self._to.as_of
            if ended > since:
                raise RecordedLater(ended)
        before = next((row for row in self._held if row.until is None), None) if self._post in SINGLE else None
        if before is None:
            return self._make(since)
        if since <= before.since:
            since = self._to.as_of
            if since <= before.since:
                raise RecordedLater(before.since)
            self._warn_about_day(before)
        self._to.changes.alter(before, until=since)
        return self._make(since)

    def _make(self, since: dt.date) -> Appointment:
        row = self._to.changes.make(
            Appointment(person=self._person, organization=self._organization, post=self._post, since=since)
        )
        self._all.append(row)
        return row

    def _warn_about_day(self, before: Appointment) -> None:
        self._to.findings.warn(
            SHEET,
            self._fact.row,
            "任职日期",
            self._since.isoformat(),
            Code.OUT_OF_ORDER,
            _("%(before)s held the post since %(since)s; the change is dated %(as_of)s.")
            % {
                "before": self._to.known.names.get(before.person_id, ""),
                "since": before.since,
                "as_of": self._to.as_of,
            },
        )


def _leave_out(to: Comparison, row: Appointment) -> None:
    name = to.known.names.get(row.person_id, "")
    organization = to.known.codes.get(row.organization_id, "")
    if not to.complete:
        to.findings.warn(
            SHEET,
            None,
            "工号",
            to.known.numbers.get(row.person_id),
            Code.MISSING,
            _("%(name)s is recorded as %(post)s of %(organization)s and not in this workbook; nothing was changed.")
            % {"name": name, "post": row.word.zh, "organization": organization},
        )
        return
    try:
        end(to.changes, [row], to.as_of)
    except RecordedLater as later:
        to.refuse_early(SHEET, None, "任职日期", name, later)
