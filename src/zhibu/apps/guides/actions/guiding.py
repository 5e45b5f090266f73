"""Which units a section guides, from when until when."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import GuidedUnit
from zhibu.apps.windows.models import Section
from zhibu.domain.guidance import kept_line


@transaction.atomic
def guide_unit(
    *, name: str, section: Section, contact: str, since: dt.date, actor: Actor, at: dt.datetime
) -> GuidedUnit:
    """From ``since`` on the section guides a unit. Refused where it is guided already."""
    said = _named(name)
    if GuidedUnit.objects.filter(name=said, until__isnull=True).exists():
        raise GuideRefusal(_("“%(name)s” is guided already. Alter that one.") % {"name": said})
    unit = GuidedUnit.objects.create(name=said, section=section, contact=kept_line(contact), since=since)
    record("guided_unit_begun", unit.pk, actor=actor, at=at, document=_told(unit))
    return unit


@transaction.atomic
def alter_unit(unit: GuidedUnit, *, name: str, section: Section, contact: str, actor: Actor, at: dt.datetime) -> bool:
    """Another name, section or contact: whether anything changed."""
    said = _named(name)
    if GuidedUnit.objects.filter(name=said, until__isnull=True).exclude(pk=unit.pk).exists():
        raise GuideRefusal(_("“%(name)s” is guided already. Alter that one.") % {"name": said})
    if (unit.name, unit.section_id, unit.contact) == (said, section.pk, kept_line(contact)):
        return False
    unit.name, unit.section, unit.contact = said, section, kept_line(contact)
    unit.save(update_fields=["name", "section", "contact"])
    record("guided_unit_altered", unit.pk, actor=actor, at=at, document=_told(unit))
    return True


@transaction.atomic
def end_unit(unit: GuidedUnit, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """``on`` is the first day on which it is guided no more."""
    if unit.until is not None:
        raise GuideRefusal(_("It is guided no more from %(day)s on already.") % {"day": unit.until})
    if on <= unit.since:
        raise GuideRefusal(_("It is guided from %(day)s on. Choose a later day.") % {"day": unit.since})
    unit.until = on
    unit.save(update_fields=["until"])
    record("guided_unit_ended", unit.pk, actor=actor, at=at, document={"on": on.isoformat()})


def _named(name: str) -> str:
    said = kept_line(name)
    if not said:
        raise GuideRefusal(_("A unit has a name. Write it."))
    return said


def _told(unit: GuidedUnit) -> dict[str, str]:
    return {"name": unit.name, "section": str(unit.section_id), "contact": unit.contact}
