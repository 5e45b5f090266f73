"""Of what a figure speaks: a day, and an organization with all below it or the whole house."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhibu.apps.organizations.queries import House, Subtree
from zhibu.domain.terms import OrganizationKind


@dataclass(frozen=True, slots=True)
class Scope:
    """``subtree`` is ``None`` for the whole house, which also has what belongs to no organization yet.

    ``top``: where in today's tree all that is spoken of stands; ``None`` where some of it stands elsewhere now.
    """

    day: dt.date
    subtree: Subtree | None = None
    is_group: bool = False
    top: str | None = None

    def holds(self, prefix: str = "") -> Q:
        """The condition that an organization, reached over ``prefix``, is spoken of."""
        return Q() if self.subtree is None else self.subtree.holds(prefix)

    def holds_member(self) -> Q:
        """The condition on a membership: of a group are those who are assigned to it."""
        return self.holds("group__" if self.is_group else "organization__")


def scope_of(house: House, organization: UUID) -> Scope:
    """The organization with all below it on the day of the house. Above all others it is the whole house."""
    subtree = house.subtree(organization)
    top = None if subtree.left else subtree.today
    if subtree.ids >= house.today.keys():
        return Scope(house.day, top=top)
    return Scope(house.day, subtree, is_group=house.life(organization).kind is OrganizationKind.GROUP, top=top)
