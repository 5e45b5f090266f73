"""What a deed elsewhere means for plans that were accepted: the worker holds them against the new facts."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.timezone import localtime

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.apps.planning.models import Plan
from zhibu.domain.planning import PlanState
from zhibu.domain.seal import Canonical

#: Deeds after which somebody may be elsewhere than a plan took them to be.
CHANGES = (
    "roster_kept",
    "roster_changed",
    "roster_change_undone",
    "swap_approved",
    "shift_named",
    "staffing_set",
    "window_post_altered",
    "window_post_closed",
    "person_seated",
    "person_unseated",
    "hindrance_said",
    "hindrance_taken_back",
)


def look_at_plans(event: Event, _document: Mapping[str, Canonical] | None) -> None:
    """Those that reach beyond today are stale until the worker has looked at them."""
    month = localtime(event.recorded_at).date().replace(day=1)
    Plan.objects.filter(state=PlanState.ACCEPTED.value, month__gte=month, is_stale=False).update(is_stale=True)


def listen_to_all() -> None:
    for name in CHANGES:
        registry.listen(name, look_at_plans)
