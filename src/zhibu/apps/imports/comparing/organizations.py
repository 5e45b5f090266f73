"""组织机构 against the tree: founded, moved, renamed, dissolved."""

from __future__ import annotations

from zhibu.apps.imports.changes import Changes
from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.comparing.dating import RecordedLater, end, follow
from zhibu.apps.imports.facts import OrganizationFact
from zhibu.apps.organizations.actions import initials_of
from zhibu.apps.organizations.models import FormerName, Organization, Placement
from zhibu.documents.workbooks.layout import ORGANIZATIONS
from zhibu.domain.tree import STEP

SHEET = ORGANIZATIONS.name


def compare_organizations(to: Comparison) -> None:
    to.organizations.update(to.known.organizations)
    told = to.facts.organizations
    if told is None:
        return
    new = {fact.code for fact in told if fact.code not in to.known.organizations}
    for fact in told:
        if fact.code in new:
            to.organizations[fact.code] = to.changes.make(_founded(to, fact))
    is_first = not to.known.organizations
    for fact in told:
        try:
            if fact.code in new:
                _place(to, fact, as_far_as_known=is_first)
                changed = True
            else:
                changed = _change(to, fact)
        except RecordedLater as later:
            to.refuse_early(SHEET, fact, "组织编码", fact.name, later)
            continue
        to.counts[SHEET].add(is_new=fact.code in new, is_changed=changed)
    for code in to.known.organizations.keys() - {fact.code for fact in told}:
        _leave_out(to, to.known.organizations[code])


def _founded(to: Comparison, fact: OrganizationFact) -> Organization:
    assert fact.kind is not None
    return Organization(
        code=fact.code,
        name=fact.name,
        initials=initials_of(fact.name),
        kind=fact.kind,
        founded=fact.founded,
        began=to.as_of,
        # Until the paths are made anew.
        path="z" * STEP,
        depth=1,
    )


def _place(to: Comparison, fact: OrganizationFact, *, as_far_as_known: bool) -> None:
    since = to.dating.begins(fact.founded, as_far_as_known=as_far_as_known)
    to.changes.make(
        Placement(
            organization=to.organizations[fact.code],
            parent_id=to.key_of(fact.superior),
            since=since,
        )
    )


def _change(to: Comparison, fact: OrganizationFact) -> bool:
    organization = to.organizations[fact.code]
    places = to.known.placements[organization.pk]
    was_founded, changed = organization.founded, False
    if fact.founded is not None and fact.founded != was_founded:
        _correct_first_place(to.changes, places, fact, organization)
        changed |= to.changes.alter(organization, founded=fact.founded)
    changed |= follow(
        to.changes,
        places,
        to.as_of,
        lambda: Placement(organization=organization),
        parent_id=to.key_of(fact.superior),
    )
    changed |= to.changes.alter(organization, kind=fact.kind)
    return _rename(to, organization, fact.name) or changed


def _correct_first_place(
    changes: Changes, places: list[Placement], fact: OrganizationFact, organization: Organization
) -> None:
    """Where it stood since it was founded, it stood since it was really founded."""
    first = places[0] if places else None
    assert fact.founded is not None
    if (
        first is not None
        and first.since == organization.founded
        and (first.until is None or fact.founded < first.until)
    ):
        changes.alter(first, since=fact.founded)


def _rename(to: Comparison, organization: Organization, name: str) -> bool:
    former = to.known.former_names.get(organization.pk, [])
    later = [row for row in former if row.until > to.as_of]
    if name == (later[0].name if later else organization.name):
        return False
    if later:
        raise RecordedLater(later[-1].until)
    if not former or former[-1].until != to.as_of:
        to.changes.make(FormerName(organization=organization, name=organization.name, until=to.as_of))
    return to.changes.alter(organization, name=name, initials=initials_of(name))


def _leave_out(to: Comparison, organization: Organization) -> None:
    if organization.dissolved is not None:
        return
    if not to.complete:
        to.miss(SHEET, "组织编码", organization.code, organization.name)
        return
    if organization.founded is not None and organization.founded >= to.as_of:
        to.refuse_early(SHEET, None, "组织编码", organization.name, RecordedLater(organization.founded))
        return
    try:
        end(to.changes, to.known.placements[organization.pk], to.as_of)
    except RecordedLater as later:
        to.refuse_early(SHEET, None, "组织编码", organization.name, later)
        return
    to.changes.alter(organization, dissolved=to.as_of)
    term = to.known.terms.get(organization.pk)
    if term is not None and term.since < to.as_of:
        to.changes.alter(term, until=to.as_of)
