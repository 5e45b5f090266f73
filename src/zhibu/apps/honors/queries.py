"""Which criteria hold for pioneer posts, and who holds one."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

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


def pioneers_at(window_post: UUID, on: dt.date) -> list[PioneerPost]:
    """Who holds a pioneer post at this window post on a day."""
    held = PioneerPost.objects.filter(window_post=window_post, since__lte=on, until__gt=on)
    return list(held.select_related("person").order_by("since"))
