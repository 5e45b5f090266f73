"""Who sees a request to change shifts, and who decides it. Both forms agree; rosters go by ``windows.access``."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhibu.apps.people.access import Asker
from zhibu.apps.rosters.models import Rotation, SwapRequest
from zhibu.apps.windows.access import may_manage_windows, windows_managed_by


def may_see_swap(asker: Asker, swap: SwapRequest) -> bool:
    """The two whose shifts they are, and the window managers of the unit."""
    return (asker.person is not None and asker.person in {swap.asker_id, swap.other_id}) or may_manage_windows(
        asker, swap.unit
    )


def swaps_seen_by(asker: Asker) -> QuerySet[SwapRequest]:
    mine = Q(asker=asker.person) | Q(other=asker.person) if asker.person else Q(pk__in=[])
    return SwapRequest.objects.filter(mine | Q(unit__in=windows_managed_by(asker).values("pk")))


def may_decide_swap(asker: Asker, swap: SwapRequest) -> bool:
    """The window managers of the unit, but nobody on their own shifts."""
    return may_manage_windows(asker, swap.unit) and asker.person not in {swap.asker_id, swap.other_id}


def swaps_decided_by(asker: Asker) -> QuerySet[SwapRequest]:
    managed = SwapRequest.objects.filter(unit__in=windows_managed_by(asker).values("pk"))
    return managed.exclude(Q(asker=asker.person) | Q(other=asker.person)) if asker.person else managed


def may_keep_rotation(asker: Asker, rotation: Rotation) -> bool:
    return may_manage_windows(asker, rotation.unit)


def rotations_kept_by(asker: Asker) -> QuerySet[Rotation]:
    return Rotation.objects.filter(unit__in=windows_managed_by(asker).values("pk"))
