"""Shifts are named, and put in the order in which they follow each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import Rotation, Shift
from zhibu.domain.rotations import NOTHING


@transaction.atomic
def name_shift(
    *,
    code: str,
    name: str,
    starts: dt.time | None,
    ends: dt.time | None,
    ends_next_day: bool = False,
    actor: Actor,
    at: dt.datetime,
) -> Shift:
    """A shift with its code for the roster, or another name and other hours for one. The same changes nothing."""
    shift = Shift.objects.filter(code=code).first() or Shift(code=code)
    facts = (name, starts, ends, ends_next_day)
    if (shift.name, shift.starts, shift.ends, shift.ends_next_day) == facts:
        return shift
    shift.name, shift.starts, shift.ends, shift.ends_next_day = facts
    shift.save()
    record(
        "shift_named",
        shift.pk,
        actor=actor,
        at=at,
        document={
            "code": code,
            "name": name,
            "starts": starts.isoformat("minutes") if starts else None,
            "ends": ends.isoformat("minutes") if ends else None,
            "ends_next_day": ends_next_day,
        },
    )
    return shift


#: So many days a cycle may have.
LONGEST_CYCLE = 84


@transaction.atomic
def keep_rotation(
    unit: Organization,
    *,
    name: str,
    cycle: Sequence[str],
    actor: Actor,
    at: dt.datetime,
    rotation: Rotation | None = None,
) -> Rotation:
    """A rotation of the unit, new or instead of what ``rotation`` said. Rosters filled from it stay as they are.

    Refused where the unit has another of this name, where the cycle is empty or too long, or names no shift.
    """
    _refuse_odd(cycle)
    others = unit.rotations.exclude(pk=rotation.pk) if rotation else unit.rotations.all()
    if others.filter(name=name).exists():
        raise RosterRefusal(_("There is a rotation “%(name)s” already. Choose another name.") % {"name": name})
    kept = rotation or Rotation(unit=unit)
    said = (name, " ".join(cycle))
    if (kept.name, kept.cycle) == said:
        return kept
    kept.name, kept.cycle = said
    kept.save()
    record(
        "rotation_kept",
        kept.pk,
        actor=actor,
        at=at,
        document={"unit": str(unit.pk), "name": name, "cycle": list(cycle)},
    )
    return kept


def _refuse_odd(cycle: Sequence[str]) -> None:
    if not 0 < len(cycle) <= LONGEST_CYCLE:
        raise RosterRefusal(
            _("A rotation has 1 to %(most)s days; this one has %(given)s.")
            % {"most": LONGEST_CYCLE, "given": len(cycle)}
        )
    codes = set(Shift.objects.values_list("code", flat=True))
    unknown = [code for code in dict.fromkeys(cycle) if code != NOTHING and code not in codes]
    if unknown:
        raise RosterRefusal(
            _("There is no shift %(codes)s. Write one of %(known)s, or “-” for a day left open.")
            % {"codes": "、".join(unknown), "known": "、".join(sorted(codes))}
        )


@transaction.atomic
def drop_rotation(rotation: Rotation, *, actor: Actor, at: dt.datetime) -> None:
    """It is offered no more. Rosters filled from it stay as they are."""
    key = rotation.pk
    rotation.delete()
    record("rotation_dropped", key, actor=actor, at=at, document={"name": rotation.name})
