"""Keeps cells and counters: made anew for whole organizations, or put right for one record that was filed.

What is kept equals ``compliance.evaluate`` as known on the window's day, for organizations and posts; people's own
cells are made when somebody asks for them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Q

from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.facts import calendar_of, changed_between, organizations_of, records_of, waivers_of
from zhibu.apps.oversight.models import Cell, Counter, Evidence, Window
from zhibu.apps.rules.queries import all_rules, edition, latest_edition, packs_read, use_edition
from zhibu.domain import compliance
from zhibu.domain.compliance import Calendar, WhyNot, evidence_words, had_quorum
from zhibu.domain.requirements import Obligation
from zhibu.domain.terms import OrganizationKind, PostKind
from zhibu.domain.tree import tops

#: How many cells are written at once.
_BATCH = 2000


def window_on(day: dt.date) -> tuple[dt.date, dt.date]:
    """Cells are kept for the year of ``day`` and the one before; what is older is evaluated when it is asked for."""
    return dt.date(day.year - 1, 1, 1), dt.date(day.year, 12, 31)


_WINDOW = ("id", "since", "until", "as_of", "packs", "edition")


def current_window() -> Window | None:
    """``None`` while nothing was ever kept. Its statement is written out for every deed, as those of ``take_in``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, since, until, as_of, packs, edition FROM oversight_window")
        row = cursor.fetchone()
    return Window.from_db(connection.alias, _WINDOW, row) if row else None


def judged_by_state(window: Window | None) -> frozenset[OrganizationKind]:
    """The kinds of organizations of which something is owed only under conditions on their numbers."""
    rules = all_rules(window.edition if window else None)
    conditional = [rule for rule in rules if isinstance(rule, Obligation) and rule.is_on and rule.binding.conditions]
    return frozenset(kind for rule in conditional for kind in rule.binding.kinds)


# --- Whole organizations -------------------------------------------------------------------------------------------


@transaction.atomic
def rebuild(on: dt.date) -> int:
    """Everything anew, as known on ``on``. Returns how many cells there are."""
    since, until = window_on(on)
    use_edition(latest_edition())
    kept_as = {"since": since, "until": until, "as_of": on, "packs": packs_read(), "edition": edition()}
    Window.objects.update_or_create(pk=1, defaults=kept_as)
    Counter.objects.all().delete()
    Evidence.objects.all().delete()
    Cell.objects.all().delete()
    kept = _keep(_evaluated(None, calendar_of(since, until), on))
    _count(more=kept)
    return len(kept)


_postponed: ContextVar[bool] = ContextVar("postponed", default=False)


@contextmanager
def postponed(on: dt.date) -> Iterator[None]:
    """For thousands of deeds in one transaction: everything once, at the end, as known on ``on``."""
    mark = _postponed.set(True)
    try:
        yield
    finally:
        _postponed.reset(mark)
    rebuild(on)


def is_postponed() -> bool:
    return _postponed.get()


@transaction.atomic
def refresh(organizations: Collection[UUID], on: dt.date) -> None:
    """The cells of these organizations anew, and what their superiors count of them.

    Superiors of which something is owed only under conditions are judged anew too: their members and groups are those
    of all below.
    """
    if not organizations:
        return
    window = current_window()
    if window is None or not window.since <= on <= window.until:
        rebuild(on)
        return
    paths = Organization.objects.filter(pk__in=organizations).order_by().values_list("path", flat=True)
    above = {top for path in paths for top in tops(path)[:-1]}
    judged = Q(path__in=above, kind__in=[kind.value for kind in judged_by_state(window)])
    begun = Organization.objects.filter(Q(pk__in=organizations) | judged, began__lte=window.until).order_by("pk")
    organizations = set(begun.select_for_update(no_key=True).values_list("pk", flat=True))
    if not organizations:  # nothing is owed before, so nothing is kept
        return
    before = list(Cell.objects.filter(organization__in=organizations).order_by())
    Evidence.objects.filter(cell__organization__in=organizations).delete()
    Cell.objects.filter(organization__in=organizations).delete()
    calendar = calendar_of(window.since, window.until, window.edition)
    _count(fewer=before, more=_keep(_evaluated(organizations, calendar, max(on, window.as_of))))


@transaction.atomic
def recount() -> None:
    """The counters anew, after organizations have moved."""
    Counter.objects.all().delete()
    _count(more=Cell.objects.filter(why_not="").order_by().iterator(_BATCH))


@transaction.atomic
def open_day(on: dt.date) -> Window:
    """What is dated between the last day and ``on`` is known now, and what the packs say since the last start.

    Done again, nothing changes. Returns the window.
    """
    window = current_window()
    if window is not None and window.packs == packs_read() and on <= window.as_of:
        return window
    window = Window.objects.select_for_update().first()  # who opens it meanwhile is waited for
    if window is None or window.packs != packs_read():
        rebuild(on if window is None else max(on, window.as_of))
        return Window.objects.get()
    if on.year != window.as_of.year and on > window.as_of:
        rebuild(on)
        return Window.objects.get()
    if on.year == window.as_of.year and on > window.as_of:
        touched = changed_between(window.as_of, on)
        window.as_of = on
        window.save(update_fields=["as_of"])
        refresh(touched, on)
    return window


class _Rests(NamedTuple):
    """A cell to be kept with the records it rests on, and those that had no quorum."""

    cell: Cell
    evidence: Sequence[tuple[compliance.Record[UUID], bool]]


def _evaluated(chosen: Collection[UUID] | None, calendar: Calendar, on: dt.date) -> list[_Rests]:
    organizations = organizations_of(chosen)
    earliest = _earliest(calendar, organizations)
    records = records_of(chosen, earliest, on)
    waivers = waivers_of(chosen)
    by_holder: dict[UUID, list[compliance.Record[UUID]]] = {}
    for record in records:
        by_holder.setdefault(record.organization, []).append(record)
    by_id = {(record.organization, record.id): record for record in records}
    found = []
    for organization in organizations:
        cells = compliance.evaluate(organization, by_holder.get(organization.id, ()), waivers, calendar, on)
        for cell in cells:
            if cell.why_not is WhyNot.NOT_BEGUN or cell.rule.is_personal:
                continue
            ids = [(key, True) for key in cell.evidence] + [(key, False) for key in cell.without_quorum]
            rests = [(by_id[organization.id, key], had) for key, had in ids]
            found.append(_Rests(_row(cell), rests))
    return found


def _earliest(calendar: Calendar, organizations: Iterable[compliance.Organization[UUID]]) -> dt.date:
    """Records are looked at from the beginning of the first period on; terms begin years before it."""
    begins = [duty.first for duties in calendar.duties.values() for duty in duties]
    begins += [term.since for organization in organizations for term in organization.terms]
    return min(begins, default=calendar.since)


def _row(cell: compliance.Cell[UUID]) -> Cell:
    return Cell(
        organization_id=cell.organization,
        rule=cell.rule.id,
        requirement=cell.rule.requirement,
        post=cell.subject.value if isinstance(cell.subject, PostKind) else "",
        first=cell.first,
        last=cell.last,
        due=cell.due,
        needed=cell.needed,
        completed_on=cell.completed_on,
        explained_on=cell.explained_on,
        why_not=cell.why_not.value if cell.why_not else "",
    )


def _keep(evaluated: Sequence[_Rests]) -> list[Cell]:
    cells = Cell.objects.bulk_create([one.cell for one in evaluated], batch_size=_BATCH)
    Evidence.objects.bulk_create(
        [
            Evidence(
                cell=one.cell, record=record.id, held_on=record.held_on, filed_on=record.filed_on, had_quorum=had
            )
            for one in evaluated
            for record, had in one.evidence
        ],
        batch_size=_BATCH,
    )
    return cells


# --- Counters ------------------------------------------------------------------------------------------------------


class _Key(NamedTuple):
    organization_id: UUID
    rule: str
    requirement: str
    first: dt.date
    last: dt.date
    due: dt.date


class _Sum(NamedTuple):
    owed: int
    met: int
    late: int
    explained: int


def _sum_of(cell: Cell) -> _Sum:
    """What one cell adds to the counters of its organization and of those above."""
    done = cell.completed_on
    return _Sum(
        owed=int(not cell.why_not),
        met=int(done is not None and done <= cell.due),
        late=int(done is not None and done > cell.due),
        explained=int(done is None and cell.explained_on is not None),
    )


def _count(*, fewer: Iterable[Cell] = (), more: Iterable[Cell] = ()) -> None:
    """Take what was out of the counters and put in what is now; what is the same afterwards is not written."""
    sums: dict[_Key, list[int]] = {}
    superiors = _Superiors()
    for cells, sign in ((fewer, -1), (more, 1)):
        for cell in cells:
            if cell.why_not:
                continue
            numbers = _sum_of(cell)
            for top in superiors.of(cell.organization_id):
                key = _Key(top, cell.rule, cell.requirement, cell.first, cell.last, cell.due)
                kept = sums.setdefault(key, [0, 0, 0, 0])
                for place, number in enumerate(numbers):
                    kept[place] += sign * number
    _add({key: _Sum(*numbers) for key, numbers in sums.items() if any(numbers)})


class _Superiors:
    """The organization and all above it, as the tree stands today; the tree is read once, when it is first asked."""

    def __init__(self) -> None:
        self._paths: dict[UUID, str] = {}
        self._by_path: dict[str, UUID] = {}
        self._found: dict[UUID, tuple[UUID, ...]] = {}

    def of(self, organization: UUID) -> tuple[UUID, ...]:
        if organization not in self._found:
            if organization not in self._paths:
                self._paths = dict(Organization.objects.order_by().values_list("pk", "path"))
                self._by_path = {path: key for key, path in self._paths.items()}
            self._found[organization] = tuple(self._by_path[top] for top in tops(self._paths[organization]))
        return self._found[organization]


def _add(sums: Mapping[_Key, _Sum]) -> None:
    """Add to the counters that are there, make those that are not, drop those that count nothing any more."""
    held = Counter.objects.filter(organization__in={key.organization_id for key in sums}).order_by()
    existing = {(row.organization_id, row.rule, row.first, row.last): row for row in held}
    new: list[Counter] = []
    changed: defaultdict[_Sum, list[int]] = defaultdict(list)
    for key, numbers in sums.items():
        row = existing.get((key.organization_id, key.rule, key.first, key.last))
        if row is None:
            new.append(Counter(**key._asdict(), **numbers._asdict()))
        else:
            changed[numbers].append(row.pk)
    Counter.objects.bulk_create(new, batch_size=_BATCH)
    for numbers, rows in changed.items():
        added = {name: F(name) + number for name, number in numbers._asdict().items() if number}
        Counter.objects.filter(pk__in=rows).update(**added)
    Counter.objects.filter(owed=0, organization__in={key.organization_id for key in sums}).delete()


# --- One record ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filed:
    """A record that has just been filed, as it bears on one organization. ``words`` as in ``compliance.Record``."""

    record: UUID
    organization: Organization
    words: frozenset[str]
    held_on: dt.date
    filed_on: dt.date
    voters: int | None = None
    voters_present: int | None = None


def take_in(filed: Filed, window: Window) -> list[Cell]:
    """Put right the cells that one record bears on, and the counters of all above; in the deed's own transaction.

    Returns the cells that are complete with it. Its statements are written out: the query compiler takes ten times
    longer to make them than the database to run them (``bench/filing.py``).
    """
    calendar = calendar_of(window.since, window.until, window.edition)
    with connection.cursor() as cursor:
        if connection.features.has_select_for_update:  # what is owed by one organization changes in turn
            cursor.execute(_HOLD, _adapted(filed.organization.pk))
        cursor.execute(_CELLS, _adapted(filed.organization.pk, filed.held_on, filed.held_on))
        of = filed.organization
        cells = [Cell(organization=of, **dict(zip(_FIELDS, row, strict=True))) for row in cursor.fetchall()]
        completed = []
        for cell in cells:
            words = filed.words & _words(calendar, cell)
            if words and filed.held_on >= _opens(calendar, cell):
                was_open = cell.completed_on is None
                _rest_on(cursor, cell, filed, had_quorum=_had_quorum(calendar, filed, words))
                if was_open and cell.completed_on is not None:
                    completed.append(cell)
    return completed


def _rule(calendar: Calendar, cell: Cell) -> Obligation:
    """The version by which the cell was judged."""
    return calendar.rule_of(cell.rule, cell.first, cell.last)


def _words(calendar: Calendar, cell: Cell) -> frozenset[str]:
    return evidence_words(_rule(calendar, cell))


def _opens(calendar: Calendar, cell: Cell) -> dt.date:
    return compliance.opens(_rule(calendar, cell), cell.first, cell.last)


def _had_quorum(calendar: Calendar, filed: Filed, words: frozenset[str]) -> bool:
    rules = (calendar.quorum_rule(word, filed.organization.word, filed.held_on) for word in sorted(words))
    return all(had_quorum(rule, filed.voters, filed.voters_present) for rule in rules)


def _rest_on(cursor: CursorWrapper, cell: Cell, filed: Filed, *, had_quorum: bool) -> None:
    cursor.execute(_REST, _adapted(cell.pk, filed.record, filed.held_on, filed.filed_on, had_quorum))
    if not had_quorum or cell.completed_on is not None:
        return
    if cell.needed > 1 and cell.evidence.filter(had_quorum=True).count() < cell.needed:
        return
    before = _sum_of(cell)
    cell.completed_on = filed.filed_on
    cursor.execute(_COMPLETE, _adapted(cell.completed_on, cell.pk))
    more = (now - then for now, then in zip(_sum_of(cell), before, strict=True))
    above = tops(filed.organization.path)
    cursor.execute(_COUNT % ", ".join(["%s"] * len(above)), _adapted(*more, cell.rule, cell.first, cell.last, *above))


_FIELDS = ("id", "rule", "post", "first", "last", "due", "needed", "completed_on", "explained_on")
_HOLD = "SELECT id FROM organizations_organization WHERE id = %s FOR NO KEY UPDATE"
_CELLS = """
    SELECT id, rule, post, "first", "last", due, needed, completed_on, explained_on FROM oversight_cell
    WHERE organization_id = %s AND "first" <= %s AND "last" >= %s AND why_not = ''
"""
_REST = "INSERT INTO oversight_evidence (cell_id, record, held_on, filed_on, had_quorum) VALUES (%s, %s, %s, %s, %s)"
_COMPLETE = "UPDATE oversight_cell SET completed_on = %s WHERE id = %s"
_COUNT = """
    UPDATE oversight_counter
    SET owed = owed + %%s, met = met + %%s, late = late + %%s, explained = explained + %%s
    WHERE rule = %%s AND "first" = %%s AND "last" = %%s
    AND organization_id IN (SELECT id FROM organizations_organization WHERE path IN (%s))
"""


def _adapted(*values: str | int | dt.date | UUID) -> list[str | int | dt.date | UUID]:
    """As the database takes them: not each has a type of its own for keys and days."""
    return [_adapt(value) for value in values]


def _adapt(value: str | int | dt.date | UUID) -> str | int | dt.date | UUID:
    match value:
        case UUID() if not connection.features.has_native_uuid_field:
            return value.hex
        case dt.date():
            return connection.ops.adapt_datefield_value(value) or ""
        case _:
            return value
