"""班次 and 排班 against what is recorded. A blank cell says nothing; a shift is never taken away by one."""

from __future__ import annotations

from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.documents.workbooks.layout import ROSTER, SHIFTS


def compare_shifts(to: Comparison) -> None:
    to.shifts.update(to.known.shifts)
    for fact in to.facts.shifts or ():
        said = {
            "name": fact.name,
            "starts": fact.starts,
            "ends": fact.ends,
            "ends_next_day": fact.ends_next_day,
        }
        recorded = to.known.shifts.get(fact.code)
        if recorded is None:
            to.shifts[fact.code] = to.changes.make(Shift(code=fact.code, **said))
        changed = recorded is not None and to.changes.alter(recorded, **said)
        to.counts[SHIFTS.name].add(is_new=recorded is None, is_changed=changed)


def compare_roster(to: Comparison) -> None:
    """A row is new where nothing was recorded of the person on any of its days."""
    roster = to.facts.roster
    if roster is None:
        return
    recorded = to.known.roster(roster.heads)
    shifts = {code: row.pk for code, row in to.shifts.items()}
    for fact in roster:
        person = to.people[fact.number].pk
        found = made = altered = 0
        for day, code in fact.shifts.items():
            shift = shifts[code]
            row = recorded.get((person, day))
            if row is None:
                to.changes.make(RosterDay(person_id=person, day=day, shift_id=shift))
                made += 1
                continue
            found += 1
            key, former = row
            if former != shift:
                to.changes.alter(RosterDay(pk=key, person_id=person, day=day, shift_id=former), shift_id=shift)
                altered += 1
        to.counts[ROSTER.name].add(is_new=made > 0 and found == 0, is_changed=made + altered > 0)
