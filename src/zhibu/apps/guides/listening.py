"""What becomes of guides, units and questions when two sections are joined."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.apps.guides.models import Guide, GuidedUnit, Question
from zhibu.domain.seal import Canonical


def follow_section(event: Event, document: Mapping[str, Canonical] | None) -> None:
    """They belong to the section that stays."""
    assert document is not None
    for model in (Guide, GuidedUnit, Question):
        model._default_manager.filter(section=UUID(str(document["gone"]))).update(section=event.subject)


def listen_to_all() -> None:
    registry.listen("service_sections_joined", follow_section)
