"""The membership of one person: joined, confirmed, moved to another branch or group, ended."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.comparing.dating import current, end, follow
from zhibu.apps.imports.facts import PersonFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.people.models import Membership, Person
from zhibu.documents.workbooks.layout import PEOPLE
from zhibu.domain.terms import Affiliation, Standing


class NotSo(Exception):
    """What is recorded of the membership can not become what the cell in ``column`` says."""

    def __init__(self, column: str, text: str) -> None:
        self.column = column
        super().__init__(text)


def begin(to: Comparison, person: Person, fact: PersonFact, *, since: dt.date) -> bool:
    """A membership from ``since`` on: probationary until confirmed, then full."""
    rows = to.known.memberships.setdefault(person.pk, [])
    branch = to.organizations[fact.branch].pk

    def row() -> Membership:
        return Membership(person=person, organization_id=branch, group_id=to.key_of(fact.group))

    is_full = fact.affiliation == Affiliation.FULL_MEMBER
    if is_full and (fact.converted is None or fact.converted <= since):
        return follow(to.changes, rows, since, row, standing=Standing.FULL)
    follow(to.changes, rows, since, row, standing=Standing.PROBATIONARY)
    if is_full and fact.converted is not None:
        follow(to.changes, rows, fact.converted, row, standing=Standing.FULL)
    return True


def compare(to: Comparison, person: Person, fact: PersonFact) -> bool:
    """Whether anything changes. Raises ``RecordedLater`` and ``NotSo``."""
    rows = to.known.memberships.setdefault(person.pk, [])
    if not fact.is_member:
        return end(to.changes, rows, to.as_of)
    if not fact.branch:
        return False
    if current(rows, to.as_of) is None:
        return _join(to, person, rows, fact)
    # Both days may turn out to be others: the one that makes room for the other moves first.
    is_later = fact.joined is not None and fact.joined > rows[0].since
    changed = is_later and _confirm(to, person, rows, fact)
    changed |= _correct_joining(to, rows, fact.joined)
    changed |= not is_later and _confirm(to, person, rows, fact)
    return _move(to, person, rows, fact) or changed


def _join(to: Comparison, person: Person, rows: list[Membership], fact: PersonFact) -> bool:
    """For the first time, or again after having left."""
    since = to.dating.begins(fact.joined, as_far_as_known=False)
    ended = rows[-1].until if rows else None
    return begin(to, person, fact, since=max(since, ended) if ended else since)


def _correct_joining(to: Comparison, rows: list[Membership], joined: dt.date | None) -> bool:
    first = rows[0]
    if joined is None or joined == first.since or not to.dating.is_before_first(first.since):
        return False
    if first.until is not None and first.until <= joined:
        raise NotSo(
            "入党时间",
            _("the membership changed on %(day)s already. Correct the date, or undo the earlier import.")
            % {"day": first.until},
        )
    return to.changes.alter(first, since=joined)


def _confirm(to: Comparison, person: Person, rows: list[Membership], fact: PersonFact) -> bool:
    held = current(rows, to.as_of)
    assert held is not None
    if fact.affiliation == Affiliation.PROBATIONARY_MEMBER:
        return held.standing != Standing.PROBATIONARY and _take_back_confirmation(to, rows, held, fact)
    if held.standing != Standing.PROBATIONARY:
        return _correct_confirmation(to, person, rows, fact.converted)
    is_later = fact.converted is not None and fact.converted > held.since
    on = fact.converted if is_later and fact.converted is not None else to.as_of

    def row() -> Membership:
        return Membership(person=person, organization_id=held.organization_id, group_id=held.group_id)

    return follow(to.changes, rows, on, row, standing=Standing.FULL)


def _take_back_confirmation(to: Comparison, rows: list[Membership], held: Membership, fact: PersonFact) -> bool:
    """What the first workbook said of a full member was a slip; what was recorded since is none."""
    if held.standing != Standing.FULL or not to.dating.is_before_first(held.since):
        raise NotSo(
            "政治面貌",
            _("recorded as a full member since %(day)s. Correct it, or undo the earlier import.")
            % {"day": held.since},
        )
    to.findings.warn(
        PEOPLE.name,
        fact.row,
        "政治面貌",
        None,
        Code.BAD_VALUE,
        _("%(name)s was recorded as a full member and becomes a probationary one.") % {"name": fact.name},
    )
    for row in rows:
        if row.standing == Standing.FULL:
            to.changes.alter(row, standing=Standing.PROBATIONARY)
    return True


def _correct_confirmation(to: Comparison, person: Person, rows: list[Membership], converted: dt.date | None) -> bool:
    """Move the day on which probation ended; or put it in, where it was not known."""
    if converted is None:
        return False
    for before, after in pairwise(rows):
        if (before.standing, after.standing) == (Standing.PROBATIONARY, Standing.FULL):
            if before.until != after.since or not _lies_within(converted, before.since, after.until):
                return False
            return to.changes.alter(before, until=converted) | to.changes.alter(after, since=converted)
    first = rows[0]
    if (
        first.standing != Standing.FULL
        or not to.dating.is_before_first(first.since)
        or not _lies_within(converted, first.since, first.until)
    ):
        return False
    full = Membership(
        person=person,
        organization_id=first.organization_id,
        group_id=first.group_id,
        standing=Standing.FULL,
        since=converted,
        until=first.until,
    )
    rows.insert(1, to.changes.make(full))
    return to.changes.alter(first, standing=Standing.PROBATIONARY, until=converted)


def _lies_within(day: dt.date, since: dt.date, until: dt.date | None) -> bool:
    return since < day and (until is None or day < until)


def _move(to: Comparison, person: Person, rows: list[Membership], fact: PersonFact) -> bool:
    held = current(rows, to.as_of)
    assert held is not None
    people = to.facts.people
    branch = to.organizations[fact.branch].pk
    group: UUID | None
    if people is not None and "党小组编码" in people.columns:
        group = to.key_of(fact.group)
    else:
        group = held.group_id if branch == held.organization_id else None
    return follow(
        to.changes,
        rows,
        to.as_of,
        lambda: Membership(person=person, standing=held.standing),
        organization_id=branch,
        group_id=group,
    )
