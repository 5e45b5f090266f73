"""A sandbox: what the organizations would owe under another rule, or if one of them were another. Stores nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length, Substr

from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.facts import organizations_of
from zhibu.apps.people.access import Asker, may_keep_rules, organizations_overseen_by
from zhibu.apps.rules.queries import all_rules
from zhibu.domain.compliance import Calendar
from zhibu.domain.requirements import Obligation, Rule
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.what_if import Difference, OtherRule, OtherState, as_other, differences, for_all, with_other

#: Whose office holders try rules on what stands below them.
COMMITTEES = (OrganizationKind.LEADING_GROUP, OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What would be otherwise: a rule, an organization (by its path) and all below it, or both."""

    rule: OtherRule | None = None
    path: str = ""
    state: OtherState | None = None


def tried_by(asker: Asker) -> QuerySet[Organization]:
    """On which organizations the asker may try it: an office in a committee gives its subtree, the rules all."""
    if may_keep_rules(asker):
        return Organization.objects.all()
    stands_under = Q(path=Substr(OuterRef("path"), 1, Length("path")))
    return organizations_overseen_by(asker).filter(Exists(_committees_of(asker).filter(stands_under)))


def _committees_of(asker: Asker) -> QuerySet[Organization]:
    """Where the asker holds an office in one."""
    return Organization.objects.filter(path__in=asker.offices, kind__in=[kind.value for kind in COMMITTEES])


def may_try(asker: Asker) -> bool:
    """The same as a question, in one query at most."""
    return may_keep_rules(asker) or (bool(asker.offices) and _committees_of(asker).exists())


def _at_stake(rules: Sequence[Rule], sandbox: Sandbox) -> Sequence[Rule]:
    """Where organizations stay as they are, only the obligation that is tried can differ."""
    if sandbox.rule is None or sandbox.state is not None:
        return rules
    return [rule for rule in rules if not isinstance(rule, Obligation) or rule.id == sandbox.rule.id]


def what_if(
    rows: Sequence[Organization], sandbox: Sandbox, *, since: dt.date, until: dt.date
) -> list[Difference[UUID]]:
    """What would differ for these organizations, whole subtrees in tree order, in periods that touch the days.

    Four statements, whatever is asked.
    """
    if sandbox.rule is None:  # elsewhere all stays as it is
        rows = [row for row in rows if row.path.startswith(sandbox.path)]
    rules = _at_stake(all_rules(), sandbox)
    was = organizations_of({row.pk for row in rows}, rows=rows)
    old = Calendar(for_all(rules), since, until)
    new = Calendar(for_all(with_other(rules, sandbox.rule)), since, until) if sandbox.rule else old
    state = sandbox.state
    would = [
        as_other(one, state, is_itself=row.path == sandbox.path)
        if state is not None and row.path.startswith(sandbox.path)
        else one
        for row, one in zip(rows, was, strict=True)
    ]
    return differences([(one, old) for one in was], [(one, new) for one in would])
