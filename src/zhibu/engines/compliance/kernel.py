"""Judges one range of organizations, all of them together: vectors over organizations, records and cells.

Each step says in arrays what ``domain.compliance`` says for one organization; the names are the same there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zhibu.domain.compliance import Status, WhyNot, evidence_words
from zhibu.domain.requirements import Condition
from zhibu.domain.terms import OrganizationKind
from zhibu.engines.compliance.calendar import Asked
from zhibu.engines.compliance.files import ALWAYS, NEVER, POSTS, Flags, Ints, Portion, halves

STATUSES = tuple(status.value for status in Status)
WHY_NOT = tuple(why.value for why in WhyNot)

_STATUS = {status: place for place, status in enumerate(Status)}
_WHY = {why: place for place, why in enumerate(WhyNot)}

#: In the place of a reason why nothing is owed: it is owed; there is no such cell.
OWED, NO_CELL = -1, -2

Pairs = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a range, in the order of its organizations and within each as the pure form has them.

    ``organization`` counts from the first of the range; ``key`` is the place in ``Asked.keys``, -1 for a term.
    ``why_not`` is ``OWED`` or a place in ``WHY_NOT``, ``post`` -1 for the organization itself; days that are not
    there are ``NEVER``. ``waiver`` is the row of the reason that was accepted, -1 for none. ``ends`` and
    ``ends_without``: where the records of each cell end in ``evidence`` and ``without_quorum``, ids as pairs.
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
    evidence: Pairs
    ends_without: Ints
    without_quorum: Pairs

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
        self._begins = np.searchsorted(self._of, np.arange(portion.count))
        self._is_known = np.searchsorted(self._of, np.arange(portion.count), "right") > self._begins
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

    def held_since(self, conditions: frozenset[Condition], organization: Ints, day: Ints) -> Ints:
        """The first day of the stretch around ``day`` in which they are met; ``NEVER`` where they are not."""
        if not conditions or not len(self._known):
            return np.where(self._is_known[organization], ALWAYS, NEVER)
        holds, run = self._run(conditions)
        found = np.searchsorted(self._keys, _by_day(organization, day), "right") - 1
        found = np.maximum(found, self._begins[organization]).clip(max=len(holds) - 1)
        begin = run[found]
        since: Ints = np.where(begin > self._begins[organization], self._since[begin], ALWAYS)
        return np.where(holds[found] & self._is_known[organization], since, NEVER)


def _by_day(organization: Ints, day: Ints | int) -> Ints:
    """Numbers that sort by organization and then by day."""
    keys: Ints = (organization << 24) + (np.asarray(day) - ALWAYS)
    return keys


def _expanded(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Of each stretch ``low`` … ``high`` (not included) its place and every number in it."""
    lengths = np.maximum(high - low, 0)
    places = np.repeat(np.arange(len(low)), lengths)
    steps = np.arange(len(places)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return places, low[places] + steps


# --- The cells -----------------------------------------------------------------------------------------------------


class _Look:
    def __init__(self, portion: Portion, asked: Asked, on: int) -> None:
        self.portion, self.asked, self.on = portion, asked, on
        self.founded = portion.founded
        #: A day to come is not known yet.
        self.dissolved = np.where(portion.dissolved <= on, portion.dissolved, NEVER)
        self.stretches = _Stretches(portion, on)

    def _exists(self, of: Ints, first: Ints | int, last: Ints | int) -> Flags:
        founded = self.founded[of]
        return (founded <= last) & (founded <= self.on) & (self.dissolved[of] > first)

    def _bound(
        self, of: Ints, conditions: frozenset[Condition], first: Ints, last: Ints, *, in_force: bool
    ) -> tuple[Ints, Ints]:
        """Since when each is bound without a gap until ``last``, and why it is not, by the first reason."""
        since = self.stretches.held_since(conditions, of, last)
        was = self.stretches.held_since(conditions, of, first)
        why = np.where(
            since < NEVER,
            OWED,
            np.where(was < NEVER, _WHY[WhyNot.NO_LONGER_BOUND], _WHY[WhyNot.NOT_BOUND]),
        )
        if not in_force:
            why[:] = _WHY[WhyNot.REPEALED]
        why[self.portion.began[of] > last] = _WHY[WhyNot.NOT_BEGUN]
        why[self.dissolved[of] <= last] = _WHY[WhyNot.DISSOLVED]
        return np.maximum(since, self.founded[of]), why

    def _needed(self, rule: Ints, of: Ints, since: Ints, first: Ints, last: Ints) -> Ints:
        needed = self.asked.count[rule]
        hours = np.flatnonzero(self.asked.in_hours[rule])
        if len(hours):
            begin, end = first[hours], last[hours]
            from_when = np.maximum(np.maximum(since[hours], self.portion.began[of[hours]]), begin)
            needed[hours] = -(-needed[hours] * (end - from_when + 1) // (end - begin + 1))
        return needed

    def _column(self, of: Ints, number: int) -> tuple[Ints, Ints]:
        """Of these organizations why the column is not theirs (or ``OWED``), and how much is needed."""
        asked = self.asked
        column = asked.columns[number]
        rule = int(asked.rule[number])
        first, last = (np.full(len(of), days[number]) for days in (asked.first, asked.last))
        since, why = self._bound(of, column.duty.rule.binding.conditions, first, last, in_force=column.holds_at_end)
        if asked.from_next_period[rule] and not asked.in_hours[rule]:
            partly = (why == OWED) & (since > first)
            was_founded = since == self.founded[of]
            why[partly] = np.where(was_founded, _WHY[WhyNot.NOT_FOUNDED], _WHY[WhyNot.FIRST_PERIOD])[partly]
        why[~self._exists(of, first, last)] = NO_CELL
        return why, self._needed(np.full(len(of), rule), of, since, first, last)

    def cells(self) -> Cells:
        portion, asked = self.portion, self.asked
        tables = []
        per_organization = np.zeros(portion.count, np.int64)
        for kind in range(len(OrganizationKind)):
            of = np.flatnonzero(portion.kind == kind)
            columns = range(int(asked.starts[kind]), int(asked.starts[kind + 1]))
            if not len(of) or not columns:
                continue
            judged = [self._column(of, number) for number in columns]
            why = np.stack([one[0] for one in judged], axis=1)
            needed = np.stack([one[1] for one in judged], axis=1)
            tables.append((kind, of, why, needed))
            per_organization[of] = (why != NO_CELL).sum(axis=1)
        terms = self._terms()
        of_terms = np.bincount(terms.of, minlength=portion.count)
        begins = np.cumsum(per_organization + of_terms) - (per_organization + of_terms)
        made = _Made(int((per_organization + of_terms).sum()))
        where = self._lay_out(made, tables, begins)
        rank = np.arange(len(terms.of)) - (np.cumsum(of_terms) - of_terms)[terms.of]
        at = (begins + per_organization)[terms.of] + rank
        made.put(
            at, organization=terms.of, rule=terms.rule, first=terms.first, last=terms.last, why_not=terms.why,
            needed=self._needed(terms.rule, terms.of, terms.first, terms.first, terms.last), key=-1, post=-1,
        )  # fmt: skip
        made.due = made.last + asked.grace[made.rule]
        made.needed[made.why_not != OWED] = 0
        return self._with_records(made, where, terms, at)

    def _lay_out(self, made: _Made, tables: list[tuple[int, Ints, Ints, Ints]], begins: Ints) -> tuple[Ints, Ints]:
        """Put the cells of the columns into their places.

        Returns where each organization's columns begin in a row of all of them, less the number of its first column,
        and that row: the place of each owed cell, -1 where nothing is owed.
        """
        asked = self.asked
        base = np.zeros(self.portion.count, np.int64)
        rows: list[Ints] = []
        length = 0
        for kind, of, why, needed in tables:
            exists = why != NO_CELL
            places = begins[of][:, None] + np.cumsum(exists, axis=1) - 1
            numbers = np.broadcast_to(np.arange(asked.starts[kind], asked.starts[kind + 1]), why.shape)[exists]
            made.put(
                places[exists], organization=np.broadcast_to(of[:, None], why.shape)[exists],
                rule=asked.rule[numbers], first=asked.first[numbers], last=asked.last[numbers],
                why_not=why[exists], needed=needed[exists], key=asked.keys[1][numbers], post=asked.post[numbers],
            )  # fmt: skip
            base[of] = length + np.arange(len(of)) * why.shape[1] - asked.starts[kind]
            rows.append(np.where(why == OWED, places, -1).reshape(-1))
            length += why.size
        return base, np.concatenate(rows) if rows else np.empty(0, np.int64)

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
        chosen = np.flatnonzero(shown & self._exists(of, first, last))
        places, rule = asked.rules_of_terms(kind[chosen], last[chosen])
        terms = chosen[places]
        of, first, last = of[terms], first[terms], last[terms]
        why = np.full(len(terms), OWED, np.int64)
        for number in np.unique(rule):
            mine = np.flatnonzero(rule == number)
            conditions = asked.rules[number].binding.conditions
            why[mine] = self._bound(of[mine], conditions, first[mine], last[mine], in_force=True)[1]
        return _Terms(of, rule, first, last, why)

    # --- Records ---

    def _with_records(self, made: _Made, where: tuple[Ints, Ints], terms: _Terms, at_terms: Ints) -> Cells:
        records = _Records(self.portion, self.asked, self.on)
        cell, record = self._counting(records, where, terms, at_terms)
        # By cell, and in each as the records stand: by the day they were held, that of their filing, and their id.
        order = np.sort((cell << 32) + record)
        cell, record = order >> 32, order & 0xFFFF_FFFF
        ids = records.ids[record]
        again = (cell[1:] == cell[:-1]) & (ids[1:] == ids[:-1]).all(axis=1)
        if again.any():  # of a record that stands under several words the last counts
            kept = np.append(~again, True)
            cell, record, ids = cell[kept], record[kept], ids[kept]
        had = self.asked.had_quorum(
            records.row[record], records.held[record], records.voters[record], records.present[record]
        )
        count = len(made.rule)
        counted = cell[had]
        completed = _completed(counted, records.filed[record[had]], made.needed)
        waiver, explained = self._waived(made)
        status = _status(self.on, made, completed, explained)
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
            status=status,
            completed_on=completed,
            explained_on=explained,
            waiver=waiver,
            ends=np.cumsum(np.bincount(counted, minlength=count)),
            evidence=ids[had],
            ends_without=np.cumsum(np.bincount(cell[~had], minlength=count)),
            without_quorum=ids[~had],
        )

    def _counting(
        self, records: _Records, where: tuple[Ints, Ints], terms: _Terms, at_terms: Ints
    ) -> tuple[Ints, Ints]:
        """Which record bears on which owed cell, in no order."""
        base, places = where
        asked = self.asked
        cells, rows = [], []
        for track in asked.tracks:
            day = records.held - asked.earliest
            inside = np.flatnonzero((day >= 0) & (day < track.shape[1]) & (records.row >= 0))
            number = track[records.row[inside], day[inside]]
            found = inside[number >= 0]
            place = places[base[records.of[found]] + number[number >= 0]]
            owed = place >= 0
            cells.append(place[owed])
            rows.append(found[owed])
        for rule in np.unique(terms.rule):
            mine = np.flatnonzero((terms.rule == rule) & (terms.why == OWED))
            words = {asked.words.index(word) for word in evidence_words(asked.rules[rule])}
            usable = np.flatnonzero(np.isin(records.word, list(words)))
            keys = _by_day(records.of[usable], records.held[usable])
            first, last = terms.first[mine], terms.last[mine]
            opens = asked.opens(terms.rule[mine], first, last)
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
        waiver = np.full(len(made.rule), -1, np.int64)
        explained = np.full(len(made.rule), NEVER, np.int64)
        accepted = rows.days("accepted_on")
        requirement = rows.words("requirement", asked.requirements)
        chosen = np.flatnonzero((accepted <= self.on) & (requirement >= 0))
        if not len(chosen) or not len(made.rule):
            return waiver, explained
        first, post = rows.days("first"), rows.words("post", POSTS)

        def key(of: Ints, requirement: Ints, post: Ints, first: Ints) -> Ints:
            what = requirement * (len(POSTS) + 1) + post + 1
            return _by_day(of * (len(asked.requirements) * (len(POSTS) + 1)) + what, first)

        keys = key(rows.of[chosen], requirement[chosen], np.maximum(post[chosen], -1), first[chosen])
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        of_cells = key(made.organization, asked.requirement[made.rule], made.post, made.first)
        found = np.searchsorted(keys, of_cells, "right") - 1
        has = (found >= 0) & (keys[found] == of_cells) & (made.why_not == OWED)
        waiver[has] = chosen[order[found[has]]]
        explained[has] = accepted[waiver[has]]
        return waiver, explained


class _Made:
    """The columns of the cells while they are filled."""

    def __init__(self, count: int) -> None:
        self.organization, self.rule, self.first, self.last, self.why_not, self.needed, self.key, self.post = (
            np.empty(count, np.int64) for _ in range(8)
        )
        self.due = self.last

    def put(self, at: Ints, **columns: Ints | int) -> None:
        for name, values in columns.items():
            getattr(self, name)[at] = values


@dataclass(frozen=True, slots=True)
class _Terms:
    of: Ints
    rule: Ints
    first: Ints
    last: Ints
    why: Ints


class _Records:
    """What was filed by the day, in the order in which evidence is told."""

    def __init__(self, portion: Portion, asked: Asked, on: int) -> None:
        rows = portion.meetings
        filed = rows.days("filed_on")
        word = rows.words("word", asked.words)
        chosen = np.flatnonzero((filed <= on) & (word >= 0))
        held = rows.days("held_on")
        ids = halves(rows.table.column("id"))
        if len(chosen) and not _in_order(rows.of[chosen], held[chosen], filed[chosen], ids[chosen], word[chosen]):
            order = np.lexsort(
                (word[chosen], ids[chosen, 1], ids[chosen, 0], filed[chosen], held[chosen], rows.of[chosen])
            )
            chosen = chosen[order]
        self.of, self.held, self.filed, self.word = (column[chosen] for column in (rows.of, held, filed, word))
        self.ids: Pairs = ids[chosen]
        self.voters, self.present = (rows.days(name, -1)[chosen] for name in ("voters", "voters_present"))
        self.row = portion.kind[self.of] * len(asked.words) + self.word


def _in_order(*columns: Any) -> bool:
    """Whether rows are sorted by the first column, then by the second …; one with two parts sorts by both."""
    flat: list[Any] = []
    for column in columns:
        flat += [column] if column.ndim == 1 else [column[:, 0], column[:, 1]]
    equal = np.ones(len(flat[0]) - 1, np.bool_)
    for column in flat:
        if (equal & (column[1:] < column[:-1])).any():
            return False
        equal &= column[1:] == column[:-1]
    return True


def _completed(cell: Ints, filed: Ints, needed: Ints) -> Ints:
    """The day on which enough was filed; ``cell`` is in order."""
    completed = np.full(len(needed), NEVER, np.int64)
    if not len(cell):
        return completed
    begins = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
    cells, least = cell[begins], np.minimum.reduceat(filed, begins)
    once = needed[cells] <= 1
    completed[cells[once]] = least[once]
    if not once.all():
        lengths = np.diff(np.append(begins, len(cell)))
        by_filing = np.lexsort((filed, cell))
        enough = ~once & (lengths >= needed[cells])
        completed[cells[enough]] = filed[by_filing[begins[enough] + needed[cells[enough]] - 1]]
    return completed


def _status(on: int, made: _Made, completed: Ints, explained: Ints) -> Ints:
    return np.select(
        [
            made.why_not != OWED,
            completed <= np.minimum(made.due, on),
            completed <= on,
            on < made.first,
            on <= made.due,
            explained <= on,
        ],
        [
            _STATUS[status]
            for status in (
                Status.NOT_APPLICABLE,
                Status.MET,
                Status.LATE,
                Status.UPCOMING,
                Status.DUE,
                Status.EXPLAINED,
            )
        ],
        _STATUS[Status.MISSING],
    )
