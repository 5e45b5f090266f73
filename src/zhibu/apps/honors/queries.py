"""Which criteria hold for pioneer posts, and who holds one."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import OuterRef, Subquery

from zhibu.apps.honors.models import PioneerCriteria, PioneerPost
from zhibu.apps.organizations.models import Organization
from zhibu.domain.tree import tops


def criteria_in_force(organization: Organization, on: dt.date) -> PioneerCriteria | None:
    """Those of the organization itself, else of the nearest above it; ``None`` where nobody wrote any."""
    return (
        PioneerCriteria.objects.filter(organization__path__in=tops(organization.path), since__lte=on)
        .select_related("organization")
        .order_by("-organization__depth", "-since")
        .first()
    )


def criteria_of(organization: Organization, on: dt.date) -> list[str]:
    """Line by line."""
    found = criteria_in_force(organization, on)
    return found.text.split("\n") if found else []


def pioneer_at(window_post: UUID, on: dt.date) -> Subquery:
    """Of each row with a ``person``: the id of the pioneer post that they hold at this window post on a day."""
    held = PioneerPost.objects.filter(window_post=window_post, person=OuterRef("person"))
    return Subquery(held.filter(since__lte=on, until__gt=on).values("pk")[:1])
