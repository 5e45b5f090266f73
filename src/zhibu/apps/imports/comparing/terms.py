"""The terms that appointments tell of.

A committee is elected as a whole: the day on which more than half of it took office began its term. Whoever came at
another time was elected in addition, or stayed on, and ends with the others.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.people.models import Appointment, Term
from zhibu.apps.rules.queries import rules_on
from zhibu.domain.periods import add_months
from zhibu.domain.requirements import TermRule
from zhibu.domain.terms import COUNTED_KINDS, OFFICES, OrganizationKind


def keep_terms(to: Comparison, listed: Mapping[UUID, Sequence[Appointment]]) -> None:
    """``listed``: the appointments that the workbook names, by organization. Groups and the root have no terms."""
    kinds = {row.pk: row.word for row in to.organizations.values()}
    for organization, appointments in listed.items():
        offices = [row for row in appointments if row.post in OFFICES]
        if kinds[organization] not in COUNTED_KINDS or not offices:
            continue
        term = _term(to, organization, kinds[organization], offices)
        for row in offices:
            if to.changes.makes(row):
                row.term = term


def _term(to: Comparison, organization: UUID, kind: OrganizationKind, offices: Sequence[Appointment]) -> Term:
    """The running one after this workbook."""
    days = Counter(sorted(row.since for row in offices))
    day, together = days.most_common(1)[0]
    running = to.known.terms.get(organization)
    ends = end_of_term(kind, day)
    if running is not None:
        if day == running.since or 2 * together <= len(offices):
            return running
        if day < running.since or (to.dating.last is not None and day <= to.dating.last):
            # The earlier workbook should have said so: a correction, no second election.
            to.changes.alter(running, since=day, ends=ends)
            return running
        _close(to, running, day, offices)
    return to.changes.make(Term(organization_id=organization, since=day, ends=ends))


def end_of_term(kind: OrganizationKind, began: dt.date) -> dt.date | None:
    """By the rules in force when it began; ``None`` where none is known for that day.

    Source: 中国共产党支部工作条例（试行） 2018, art. 21; 中国共产党党和国家机关基层组织工作条例 2019, art. 5-7.
    """
    lengths = [rule for rule in rules_on(began) if isinstance(rule, TermRule) and kind in rule.binding.kinds]
    # Of several texts one that is plain rather than one that says generally.
    length = min(lengths, key=lambda rule: not rule.is_firm, default=None)
    return add_months(began, 12 * length.years) if length else None


def _close(to: Comparison, running: Term, day: dt.date, offices: Sequence[Appointment]) -> None:
    """With a term end the offices that nobody was elected to again."""
    to.changes.alter(running, until=day)
    kept = {id(row) for row in offices}
    for row in to.known.appointments[running.organization_id]:
        if row.until is None and row.term_id == running.pk and id(row) not in kept and row.since < day:
            to.changes.alter(row, until=day)
