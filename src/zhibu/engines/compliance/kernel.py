"""Judges one range of organizations, all of them together: vectors over organizations, records and cells.

Each step says in arrays what ``domain.compliance`` says for one organization; the names are the same there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from zhibu.domain.compliance import Status, WhyNot, evidence_words
from zhibu.domain.requirements import Condition
from zhibu.domain.terms import OrganizationKind
from zhibu.engines.compliance.calendar import Asked
from zhibu.engines.compliance.files import ALWAYS, NEVER, POSTS, Flags, Ids, Ints, Portion, bytes_of, halves

STATUSES = tuple(status.value for status in Status)
WHY_NOT = tuple(why.value for why in WhyNot)

_STATUS = {status: place for place, status in enumerate(Status)}
_WHY = {why: place for place, why in enumerate(WhyNot)}

#: In the place of a reason why nothing is owed: it is owed; there is no such cell.
OWED, NO_CELL = -1, -2


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a range, in the order of its organizations and within each as the pure form has them.

    ``organization`` counts from the first of the range; ``key`` is the place in ``Asked.keys``, -1 for a term.
    ``why_not`` is ``OWED`` or a place in ``WHY_NOT``, ``post`` -1 for the organization itself; days that are not
    there are ``NEVER``. ``waiver`` is the row of the reason that was accepted, -1 for none. ``ends`` and
    ``ends_without``: where the records of each cell end in ``evidence`` and ``without_quorum``; ``cell_of_evidence``
    and ``cell_without_quorum``: the cell of each of them.
    """

    organization: Ints
    rule: Ints
    key: Ints
    post: Ints
    first: Ints
    last: Ints
    due: Ints
    needed: Ints
    why_not: Ints
    status: Ints
    completed_on: Ints
    explained_on: Ints
    waiver: Ints
    ends: Ints
    evidence: Ids
    cell_of_evidence: Ints
    ends_without: Ints
    without_quorum: Ids
    cell_without_quorum: Ints

    def __len__(self) -> int:
        return len(self.organization)


def judge(portion: Portion, asked: Asked, on: int) -> Cells:
    """Every cell of the organizations and their posts, as known at the end of ``on``."""
    look = _Look(portion, asked, on)
    return look.cells()


# --- Conditions on what an organization is -------------------------------------------------------------------------


class _Stretches:
    """The states as known on a day, and since when without a gap they meet some conditions."""

    def __init__(self, portion: Portion, on: int) -> None:
        rows = portion.states
        since = rows.days("since")
        is_first = np.append(True, np.diff(rows.of) != 0)[: len(since)]
        known = np.flatnonzero((since <= on) | is_first)
        self._rows, self._known = rows, known
        self._of, self._since = rows.of[known], since[known]
        every = np.arange(portion.count)
        self._begins, self._ends = (np.searchsorted(self._of, every, side) for side in ("left", "right"))
        self._is_known = self._ends > self._begins
        self._keys = _by_day(self._of, self._since)
        self._runs: dict[frozenset[Condition], tuple[Flags, Ints]] = {}

    def _run(self, conditions: frozenset[Condition]) -> tuple[Flags, Ints]:
        """Of each known state whether it meets them, and the first state of the run in which it does."""
        if conditions not in self._runs:
            holds = np.ones(len(self._known), np.bool_)
            for one in conditions:
                number = self._rows.days(one.attribute.value)[self._known]
                holds &= (one.at_least is None or number >= one.at_least) & (
                    one.at_most is None or number <= one.at_most
                )
            is_first = np.append(True, np.diff(self._of) != 0)[: len(holds)]
            begins = is_first | ~np.append(False, holds[:-1])[: len(holds)]
            run = np.maximum.accumulate(np.where(begins, np.arange(len(holds)), 0))
            self._runs[conditions] = holds, run
        return self._runs[conditions]

    def _latest(self, organization: Ints, day: Ints | int) -> Ints:
        """The last state of each that began by the day; one of an earlier organization where there is none."""
        if not isinstance(day, int):
            found: Ints = np.searchsorted(self._keys, _by_day(organization, day), "right") - 1
            return found
        begun = np.append(0, np.cumsum(self._since <= day))
        within = begun.take(self._ends) - begun.take(self._begins)
        latest: Ints = self._begins + within - 1
        return latest.take(organization)

    def held_since(self, conditions: frozenset[Condition], organization: Ints, day: Ints | int) -> Ints:
        """The first day of the stretch around ``day`` in which they are met; ``NEVER`` where they are not."""
        if not conditions or not len(self._known):
            return np.where(self._is_known[organization], np.int32(ALWAYS), np.int32(NEVER))
        holds, run = self._run(conditions)
        begins = self._begins.take(organization)
        found = np.maximum(self._latest(organization, day), begins).clip(max=len(holds) - 1)
        begin = run[found]
        since = np.where(begin > begins, self._since[begin], np.int32(ALWAYS))
        return np.where(holds[found] & self._is_known[organization], since, np.int32(NEVER))


def _by_day(organization: Ints, day: Ints | int) -> Ints:
    """Numbers that sort by organization and then by day."""
    keys: Ints = (organization.astype(np.int64) << 24) + (day - ALWAYS)
    return keys


def _expanded(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Of each stretch ``low`` … ``high`` (not included) its place and every number in it."""
    lengths = np.maximum(high - low, 0)
    places = np.repeat(np.arange(len(low)), lengths)
    steps = np.arange(len(places)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return places, low[places] + steps


# --- The cells -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Some:
    """Organizations, each as often as it is asked about, and the days of their lives."""

    of: Ints
    began: Ints
    founded: Ints
    dissolved: Ints

    def chosen(self, places: Ints) -> _Some:
        return _Some(self.of[places], self.began[places], self.founded[places], self.dissolved[places])


@dataclass(frozen=True, slots=True)
class _Laid:
    """The columns of the organizations of one kind: a row of all columns for each organization."""

    of: Ints
    #: Which of them are cells, the number of the column of each of these, why it is not owed, and what is needed.
    exists: Ints
    number: Ints
    why: Ints
    needed: Ints
    per_organization: Ints
    #: The first column, and how many there are.
    start: int
    width: int


class _Look:
    def __init__(self, portion: Portion, asked: Asked, on: int) -> None:
        self.portion, self.asked, self.on = portion, asked, on
        #: A day to come is not known yet.
        dissolved = np.where(portion.dissolved <= on, portion.dissolved, np.int32(NEVER))
        every = np.arange(portion.count, dtype=np.int32)
        self.every = _Some(every, portion.began, portion.founded, dissolved)
        self.stretches = _Stretches(portion, on)

    def _exists(self, some: _Some, first: Ints | int, last: Ints | int) -> Flags:
        exists: Flags = (some.founded <= np.minimum(last, self.on)) & (some.dissolved > first)
        return exists

    def _bound(
        self, some: _Some, conditions: frozenset[Condition], first: Ints | int, last: Ints | int, *, in_force: bool
    ) -> tuple[Ints, Ints]:
        """Since when each is bound without a gap until ``last``, and why it is not, by the first reason."""
        since = self.stretches.held_since(conditions, some.of, last)
        why = np.full(len(some.of), OWED, np.int8)
        unmet = np.flatnonzero(since == NEVER)
        if len(unmet):
            then = first if isinstance(first, int) else first[unmet]
            was = self.stretches.held_since(conditions, some.of[unmet], then)
            why[unmet] = np.where(was < NEVER, _WHY[WhyNot.NO_LONGER_BOUND], _WHY[WhyNot.NOT_BOUND])
        if not in_force:
            why[:] = _WHY[WhyNot.REPEALED]
        why[some.began > last] = _WHY[WhyNot.NOT_BEGUN]
        why[some.dissolved <= last] = _WHY[WhyNot.DISSOLVED]
        return np.maximum(since, some.founded), why

    def _hours(self, count: Ints | int, some: _Some, since: Ints, first: Ints | int, last: Ints | int) -> Ints:
        """The share of ``count`` that falls on the days on which each is bound."""
        from_when = np.maximum(np.maximum(since, some.began), first)
        share: Ints = -(-np.int64(count) * (last - from_when + 1) // (last - first + 1))
        return share

    def _column(self, some: _Some, number: int) -> tuple[Ints, Ints | int]:
        """Of these organizations why the column is not theirs (or ``OWED``), and how much is needed."""
        asked = self.asked
        column = asked.columns[number]
        rule, first, last = (int(facts[number]) for facts in (asked.rule, asked.first, asked.last))
        since, why = self._bound(some, column.duty.rule.binding.conditions, first, last, in_force=column.holds_at_end)
        needed: Ints | int = int(asked.count[rule])
        if asked.in_hours[rule]:
            needed = self._hours(needed, some, since, first, last)
        elif asked.from_next_period[rule]:
            partly = np.flatnonzero((since > first) & (why == OWED))
            was_founded = since[partly] == some.founded[partly]
            why[partly] = np.where(was_founded, _WHY[WhyNot.NOT_FOUNDED], _WHY[WhyNot.FIRST_PERIOD])
        why[~self._exists(some, first, last)] = NO_CELL
        return why, needed

    def _columns(self, kind: int) -> _Laid:
        start, end = (int(number) for number in self.asked.starts[kind : kind + 2])
        some = self.every.chosen(np.flatnonzero(self.portion.kind == kind))
        why = np.empty((end - start, len(some.of)), np.int8)
        needed = np.empty((end - start, len(some.of)), np.int32)
        for place in range(end - start):
            why[place], needed[place] = self._column(some, start + place)
        why = np.ascontiguousarray(why.T)
        there = why != NO_CELL
        exists = np.flatnonzero(there)
        numbers = np.broadcast_to(np.arange(start, end, dtype=np.int32), why.shape)
        return _Laid(
            some.of, exists, numbers[there], why.reshape(-1)[exists], needed.T[there], there.sum(axis=1), start,
            end - start,
        )  # fmt: skip

    def cells(self) -> Cells:
        portion, asked = self.portion, self.asked
        laid = [self._columns(kind) for kind in range(len(OrganizationKind))]
        of_columns = np.zeros(portion.count, np.int64)
        for one in laid:
            of_columns[one.of] = one.per_organization
        terms = self._terms()
        of_terms = np.bincount(terms.of, minlength=portion.count)
        every = of_columns + of_terms
        begins = np.cumsum(every) - every
        made = _Made(np.repeat(self.every.of, every))
        where = self._lay_out(made, laid, begins)
        rank = np.arange(len(terms.of)) - (np.cumsum(of_terms) - of_terms)[terms.of]
        at = (begins + of_columns)[terms.of] + rank
        needed = asked.count[terms.rule]
        hours = np.flatnonzero(asked.in_hours[terms.rule])
        first, last = terms.first[hours], terms.last[hours]
        needed[hours] = self._hours(needed[hours], self.every.chosen(terms.of[hours]), first, first, last)
        made.put(at, number=len(asked.columns), why_not=terms.why, needed=needed)
        made.look_up(asked)
        made.put(at, rule=terms.rule, first=terms.first, last=terms.last)
        made.due = made.last + asked.grace[made.rule]
        made.needed[made.why_not != OWED] = 0
        return self._with_records(made, where, terms, at)

    def _lay_out(self, made: _Made, laid: list[_Laid], begins: Ints) -> tuple[Ints, Ints]:
        """Put the cells of the columns into their places.

        Returns where each organization's columns begin in a row of all of them, less the number of its first column,
        and that row: the place of each owed cell, -1 where nothing is owed.
        """
        base = np.zeros(self.portion.count, np.int64)
        rows: list[Ints] = []
        length = 0
        for one in laid:
            counts = one.per_organization
            before = np.cumsum(counts) - counts
            places = np.repeat(begins[one.of] - before, counts) + np.arange(len(one.exists))
            made.put(places, number=one.number, why_not=one.why, needed=one.needed)
            base[one.of] = length + np.arange(len(one.of)) * one.width - one.start
            row = np.full(len(one.of) * one.width, -1, np.int64)
            row[one.exists] = np.where(one.why == OWED, places, -1)
            rows.append(row)
            length += len(row)
        return base, np.append(np.concatenate(rows), -1)  # a row is never quite empty

    # --- Terms ---

    def _terms(self) -> _Terms:
        """Of each term that is shown and each rule that falls due with its end: one cell."""
        rows, asked = self.portion.terms, self.asked
        of, first = rows.of, rows.days("since")
        ends, until = rows.days("ends", NEVER), rows.days("until", NEVER)
        kind = self.portion.kind[of]
        unknown = np.flatnonzero(ends == NEVER)
        if len(unknown):
            ends = ends.copy()
            ends[unknown] = asked.ends_of_terms(kind[unknown], first[unknown])
        last = np.where(until <= self.on, np.minimum(ends, until), ends)
        shown = (ends < NEVER) & (first <= self.on) & (last >= asked.since) & (first <= asked.until)
        chosen = np.flatnonzero(shown & self._exists(self.every.chosen(of), first, last))
        places, rule = asked.rules_of_terms(kind[chosen], last[chosen])
        terms = chosen[places]
        of, first, last = of[terms], first[terms], last[terms]
        why = np.full(len(terms), OWED, np.int8)
        for number in np.unique(rule):
            mine = np.flatnonzero(rule == number)
            conditions = asked.rules[number].binding.conditions
            some = self.every.chosen(of[mine])
            why[mine] = self._bound(some, conditions, first[mine], last[mine], in_force=True)[1]
        return _Terms(of, rule, first, last, why)

    # --- Records ---

    def _with_records(self, made: _Made, where: tuple[Ints, Ints], terms: _Terms, at_terms: Ints) -> Cells:
        records = _records(self.portion, self.asked, self.on)
        cell, record = self._counting(records, where, terms, at_terms)
        # By cell, and in each as the records stand: by the day they were held, that of their filing, and their id.
        order = np.sort((cell << 32) + record)
        cell, record = order >> 32, (order & 0xFFFF_FFFF).astype(np.int32)
        held = records.held.take(record)
        beside = np.flatnonzero((cell[1:] == cell[:-1]) & (held[1:] == held[:-1]))
        again = beside[records.ids.take(record.take(beside)) == records.ids.take(record.take(beside + 1))]
        if len(again):  # of a record that stands under several words the last counts
            cell, record = np.delete(cell, again), np.delete(record, again)
        had = records.had.take(record)
        counts, lacks = np.flatnonzero(had), np.flatnonzero(~had)
        count = len(made.rule)
        counted, lacking = cell.take(counts), cell.take(lacks)
        counting = record.take(counts)
        completed = _completed(counted, records.filed.take(counting), made.needed)
        waiver, explained = self._waived(made)
        return Cells(
            organization=made.organization,
            rule=made.rule,
            key=made.key,
            post=made.post,
            first=made.first,
            last=made.last,
            due=made.due,
            needed=made.needed,
            why_not=made.why_not,
            status=_status(self.on, made, completed, explained),
            completed_on=completed,
            explained_on=explained,
            waiver=waiver,
            ends=np.cumsum(np.bincount(counted, minlength=count), dtype=np.int32),
            evidence=records.ids.take(counting),
            cell_of_evidence=counted,
            ends_without=np.cumsum(np.bincount(lacking, minlength=count), dtype=np.int32),
            without_quorum=records.ids.take(record.take(lacks)),
            cell_without_quorum=lacking,
        )

    def _counting(
        self, records: _Records, where: tuple[Ints, Ints], terms: _Terms, at_terms: Ints
    ) -> tuple[Ints, Ints]:
        """Which record bears on which owed cell, in no order."""
        base, places = where
        asked = self.asked
        cells, rows = [], []
        entry = asked.entry(records.row, records.held)
        begin = base.take(records.of)
        for track in asked.tracks:
            number = track.take(entry)
            # Where there is no column (-1), whatever stands beside is looked up and left out.
            place = places.take(begin + number, mode="clip")
            found = np.flatnonzero((number >= 0) & (place >= 0))
            cells.append(place.take(found))
            rows.append(found)
        for rule in np.unique(terms.rule):
            mine = np.flatnonzero((terms.rule == rule) & (terms.why == OWED))
            bears = np.zeros(len(asked.words) + 1, np.bool_)  # the last is for what counts nowhere
            bears[[asked.words.index(word) for word in evidence_words(asked.rules[rule])]] = True
            usable = np.flatnonzero(bears.take(records.word))
            keys = _by_day(records.of[usable], records.held[usable])
            first, last = terms.first[mine], terms.last[mine]
            opens = asked.opens(int(rule), first, last)
            low = np.searchsorted(keys, _by_day(terms.of[mine], opens))
            high = np.searchsorted(keys, _by_day(terms.of[mine], last), "right")
            term, record = _expanded(low, high)
            cells.append(at_terms[mine][term])
            rows.append(usable[record])
        none = np.empty(0, np.int64)
        return np.concatenate([none, *cells]), np.concatenate([none, *rows])

    # --- Reasons ---

    def _waived(self, made: _Made) -> tuple[Ints, Ints]:
        """Of each cell the row of the accepted reason for it, the last one, and the day it was accepted on."""
        rows, asked = self.portion.waivers, self.asked
        waiver = np.full(len(made.rule), -1, np.int32)
        explained = np.full(len(made.rule), NEVER, np.int32)
        accepted = rows.days("accepted_on")
        requirement = rows.words("requirement", asked.requirements)
        chosen = np.flatnonzero((accepted <= self.on) & (requirement >= 0))
        if not len(chosen):
            return waiver, explained
        first, post = rows.days("first"), rows.words("post", POSTS)
        has_some = np.zeros(self.portion.count, np.bool_)
        has_some[rows.of[chosen]] = True
        maybe = np.flatnonzero(has_some.take(made.organization) & (made.why_not == OWED))

        def key(of: Ints, requirement: Ints, post: Ints, first: Ints) -> Ints:
            what = requirement * (len(POSTS) + 1) + post + 1
            return _by_day(of.astype(np.int64) * (len(asked.requirements) * (len(POSTS) + 1)) + what, first)

        keys = key(rows.of[chosen], requirement[chosen], np.maximum(post[chosen], -1), first[chosen])
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        of_cells = key(
            made.organization[maybe], asked.requirement[made.rule[maybe]], made.post[maybe], made.first[maybe]
        )
        found = np.searchsorted(keys, of_cells, "right") - 1
        has = (found >= 0) & (keys[found] == of_cells)
        waiver[maybe[has]] = chosen[order[found[has]]]
        explained[maybe[has]] = accepted[waiver[maybe[has]]]
        return waiver, explained


class _Made:
    """The columns of the cells while they are filled."""

    def __init__(self, organization: Ints) -> None:
        self.organization = organization
        self.number, self.needed = (np.empty(len(organization), np.int32) for _ in range(2))
        self.why_not = np.empty(len(organization), np.int8)
        self.rule = self.key = self.post = self.first = self.last = self.due = self.number

    def put(self, at: Ints, **columns: Ints | int) -> None:
        for name, values in columns.items():
            getattr(self, name)[at] = values

    def look_up(self, asked: Asked) -> None:
        """What follows from the column that a cell is of; a term is of none."""
        for name, of_columns, of_none in (
            ("rule", asked.rule, 0),
            ("first", asked.first, 0),
            ("last", asked.last, 0),
            ("post", asked.post, -1),
            ("key", asked.keys[1], -1),
        ):
            setattr(self, name, np.append(of_columns, np.int32(of_none)).take(self.number))


@dataclass(frozen=True, slots=True)
class _Terms:
    of: Ints
    rule: Ints
    first: Ints
    last: Ints
    why: Ints


@dataclass(frozen=True, slots=True)
class _Records:
    """What was filed, in the order in which evidence is told.

    ``word``, and ``row``, which is kind × word, are -1 for what counts nowhere.
    """

    of: Ints
    held: Ints
    filed: Ints
    word: Ints
    row: Ints
    had: Flags
    ids: Ids


def _records(portion: Portion, asked: Asked, on: int) -> _Records:
    rows = portion.meetings
    of, held, filed = rows.of, rows.days("held_on"), rows.days("filed_on")
    word = rows.words("word", asked.words)
    word[filed > on] = -1
    row = (portion.kind * len(asked.words)).take(of) + word
    row[word < 0] = -1
    had = asked.had_quorum(row, held, rows.days("voters", -1), rows.days("voters_present", -1))
    records = _Records(of, held, filed, word, row, had, bytes_of(rows.table.column("id")))
    return records if _are_in_order(records) else _put_in_order(records)


def _are_in_order(records: _Records) -> bool:
    """Whether they stand by their organizations (as they do), and in each by the days, their ids and their words."""
    if not len(records.of):
        return True
    same = records.of[1:] == records.of[:-1]
    if (same & (records.held[1:] < records.held[:-1])).any():
        return False
    later = np.flatnonzero(same & (records.held[1:] == records.held[:-1])) + 1
    earlier = later - 1
    pairs = halves(records.ids[np.append(earlier, later)]).reshape(2, -1, 2)
    equal = np.ones(len(later), np.bool_)
    for before, after in (
        (records.filed[earlier], records.filed[later]),
        *((pairs[0, :, half], pairs[1, :, half]) for half in (0, 1)),
        (records.word[earlier], records.word[later]),
    ):
        if (equal & (after < before)).any():
            return False
        equal &= after == before
    return True


def _put_in_order(records: _Records) -> _Records:
    pairs = halves(records.ids)
    order = np.lexsort((records.word, pairs[:, 1], pairs[:, 0], records.filed, records.held, records.of))
    return replace(records, **{name: getattr(records, name)[order] for name in _Records.__slots__})


def _completed(cell: Ints, filed: Ints, needed: Ints) -> Ints:
    """The day on which enough was filed; ``cell`` is in order."""
    completed = np.full(len(needed), NEVER, np.int32)
    if not len(cell):
        return completed
    begins = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
    cells = cell.take(begins)
    completed[cells] = np.minimum.reduceat(filed, begins)
    wanted = needed.take(cells)
    often = np.flatnonzero(wanted > 1)
    if len(often):
        completed[cells[often]] = NEVER
        lengths = np.append(begins, len(cell)).take(often + 1) - begins.take(often)
        is_enough = lengths >= wanted[often]
        enough, lengths = often[is_enough], lengths[is_enough]
        places, rows = _expanded(begins[enough], begins[enough] + lengths)
        by_filing = np.sort(_by_day(places, filed[rows]))
        before = np.cumsum(lengths) - lengths
        completed[cells[enough]] = (by_filing[before + wanted[enough] - 1] & 0xFF_FFFF) + ALWAYS
    return completed


def _status(on: int, made: _Made, completed: Ints, explained: Ints) -> Ints:
    return _STATUS_OF.take(
        together(
            explained <= on,
            made.due >= on,
            made.first > on,
            completed <= on,
            completed <= np.minimum(made.due, on),
            made.why_not != OWED,
        )
    )


def together(*flags: Flags) -> Ints:
    """Numbers of as many bits as there are flags (at most 7), the first the lowest: places in a ``last_of``."""
    found = np.zeros(len(flags[0]), np.int8)
    for place, flag in enumerate(flags):
        found |= flag.view(np.int8) << np.int8(place)
    return found


def last_of(without: int, *which: int) -> Ints:
    """A table for ``together``: what belongs to the last flag that is up, ``without`` where none is."""
    found = np.full(2 ** len(which), without, np.int8)
    for place, one in enumerate(which):
        found[np.arange(len(found)) >> place & 1 == 1] = one
    return found


_STATUS_OF = last_of(
    *(
        _STATUS[one]
        for one in (
            Status.MISSING,
            Status.EXPLAINED,
            Status.DUE,
            Status.UPCOMING,
            Status.LATE,
            Status.MET,
            Status.NOT_APPLICABLE,
        )
    )
)
