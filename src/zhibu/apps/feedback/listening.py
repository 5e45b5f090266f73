"""What becomes of feedback when two sites are joined."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.apps.feedback.models import Feedback
from zhibu.domain.seal import Canonical


def follow_site(event: Event, document: Mapping[str, Canonical] | None) -> None:
    """It is about the site that stays."""
    assert document is not None
    Feedback.objects.filter(site=UUID(str(document["gone"]))).update(site=event.subject)


def listen_to_all() -> None:
    registry.listen("sites_joined", follow_site)
