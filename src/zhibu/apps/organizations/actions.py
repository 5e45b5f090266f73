"""What happens to organizations: founded, moved, renamed, dissolved, merged."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.former import alter, make
from zhibu.apps.organizations.errors import TreeRefusal
from zhibu.apps.organizations.models import FormerName, Organization, Placement
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP, CycleError, preorder

#: Under what an organization of each kind may stand.
MAY_STAND_UNDER: dict[OrganizationKind, tuple[OrganizationKind, ...]] = {
    OrganizationKind.LEADING_GROUP: (),
    OrganizationKind.COMMITTEE: (OrganizationKind.LEADING_GROUP, OrganizationKind.COMMITTEE),
    OrganizationKind.GENERAL_BRANCH: (OrganizationKind.LEADING_GROUP, OrganizationKind.COMMITTEE),
    OrganizationKind.BRANCH: (
        OrganizationKind.LEADING_GROUP,
        OrganizationKind.COMMITTEE,
        OrganizationKind.GENERAL_BRANCH,
    ),
    OrganizationKind.GROUP: (OrganizationKind.BRANCH,),
}


def initials_of(name: str) -> str:
    """The first letters of the name in pinyin, lower case: 检务处党支部 → jwcdzb."""
    from pypinyin import Style, lazy_pinyin  # 55 MB of dictionaries: only where something gets its name

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:80]


def rebuild_paths() -> int:
    """Make the cached paths anew from the placements; returns how many changed. Raises ``TreeRefusal``.

    A dissolved organization keeps its last place.
    """
    organizations = {row.pk: row for row in Organization.objects.all()}
    parents: dict[UUID, UUID | None] = dict.fromkeys(organizations)
    for row in Placement.objects.order_by("organization", "since"):
        parents[row.organization_id] = row.parent_id
    try:
        stands = preorder(parents, {key: row.code for key, row in organizations.items()})
    except CycleError as error:
        names = ", ".join(organizations[key].name for key in error.keys if isinstance(key, UUID))
        raise TreeRefusal(
            _("%(names)s would stand above themselves. Choose another superior.") % {"names": names}
        ) from error
    changed = []
    for stand in stands:
        organization = organizations[stand.key]
        if (organization.path, organization.depth) != (stand.path, stand.depth):
            organization.path, organization.depth = stand.path, stand.depth
            changed.append(organization)
    Organization.objects.bulk_update(changed, ["path", "depth"], batch_size=500)
    return len(changed)


def refuse_dissolved(organization: Organization) -> None:
    """What is dissolved stays as it was: ``TreeRefusal``."""
    if organization.dissolved is not None:
        raise TreeRefusal(
            _("%(name)s is dissolved since %(since)s. Choose an organization that exists.")
            % {"name": organization.name, "since": organization.dissolved}
        )


def _refuse_unfit(kind: OrganizationKind, parent: Organization | None) -> None:
    if parent is not None:
        refuse_dissolved(parent)
    if parent is None and kind != OrganizationKind.LEADING_GROUP:
        raise TreeRefusal(_("Only the leading group has no superior. Name the superior."))
    if parent is not None and parent.word not in MAY_STAND_UNDER[kind]:
        raise TreeRefusal(
            _("%(name)s can not have such an organization below it. Choose another superior.") % {"name": parent.name}
        )


@transaction.atomic
def found(
    *,
    code: str,
    name: str,
    kind: OrganizationKind,
    parent: Organization | None,
    founded: dt.date,
    began: dt.date,
    actor: Actor,
    at: dt.datetime,
) -> Organization:
    """A new organization under ``parent``. ``began`` is the day from which zhibu judges what it owes."""
    _refuse_unfit(kind, parent)
    organization = make(
        Organization(
            code=code,
            name=name,
            initials=initials_of(name),
            kind=kind,
            founded=founded,
            began=began,
            path=(parent.path if parent else "") + "z" * STEP,
            depth=parent.depth + 1 if parent else 1,
        ),
        at=at,
    )
    make(Placement(organization=organization, parent=parent, since=founded), at=at)
    rebuild_paths()
    organization.refresh_from_db(fields=["path", "depth"])
    record(
        "organization_founded",
        organization.pk,
        actor=actor,
        at=at,
        document={
            "code": code,
            "name": name,
            "kind": kind.value,
            "parent": str(parent.pk) if parent else None,
            "founded": founded.isoformat(),
        },
    )
    return organization


def _placement_before(organization: Organization, on: dt.date) -> Placement:
    """The place it has, which may end on ``on``."""
    current = organization.placements.get(until__isnull=True)
    if on <= current.since:
        raise TreeRefusal(
            _("%(name)s stands where it does since %(since)s. Choose a later day.")
            % {"name": organization.name, "since": current.since}
        )
    return current


@transaction.atomic
def move(organization: Organization, *, under: Organization, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """From ``on`` the organization stands under another superior. The same superior changes nothing."""
    refuse_dissolved(organization)
    current = _placement_before(organization, on)
    if current.parent_id == under.pk:
        return
    _refuse_unfit(organization.word, under)
    alter(current, at=at, until=on)
    make(Placement(organization=organization, parent=under, since=on), at=at)
    rebuild_paths()
    organization.refresh_from_db(fields=["path", "depth"])
    record(
        "organization_moved",
        organization.pk,
        actor=actor,
        at=at,
        document={"under": str(under.pk), "on": on.isoformat()},
    )


@transaction.atomic
def rename(organization: Organization, *, name: str, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """From ``on`` it has this name; papers of earlier days keep the former one."""
    if name == organization.name:
        return
    refuse_dissolved(organization)
    FormerName.objects.update_or_create(organization=organization, until=on, defaults={"name": organization.name})
    alter(organization, at=at, name=name, initials=initials_of(name))
    record(
        "organization_renamed",
        organization.pk,
        actor=actor,
        at=at,
        document={"name": name, "on": on.isoformat()},
    )


@transaction.atomic
def dissolve(
    organization: Organization,
    *,
    on: dt.date,
    actor: Actor,
    at: dt.datetime,
    into: Organization | None = None,
) -> None:
    """``on`` is the first day without it; ``into`` names the organization it was merged into.

    Refused while others still stand below it. Members and posts are moved or ended beforehand (``people``).
    """
    refuse_dissolved(organization)
    current = _placement_before(organization, on)
    below = Organization.objects.existing(on).filter(placements__parent=organization, placements__until__isnull=True)
    if below.exists():
        raise TreeRefusal(
            _("%(below)s still stands below %(name)s. Move or dissolve it first.")
            % {"below": below[0].name, "name": organization.name}
        )
    alter(organization, at=at, dissolved=on, merged_into=into)
    alter(current, at=at, until=on)
    record(
        "organization_dissolved",
        organization.pk,
        actor=actor,
        at=at,
        document={"on": on.isoformat(), "into": str(into.pk) if into else None},
    )
