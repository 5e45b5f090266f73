"""The version of a unit that is being written: what every deed on it begins with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import UnitVersion


def being_written(version: UnitVersion) -> UnitVersion:
    """The version as it stands now, to be changed. Refused once it is published, and where it is gone."""
    rows = UnitVersion.objects.select_for_update(of=("self",)).select_related("unit__organization", "writer")
    found = rows.filter(pk=version.pk).first()
    if found is None:
        raise LearningRefusal(_("This draft was dropped meanwhile."))
    if found.published_at is not None:
        raise LearningRefusal(_("This version is published and never changes. Save again to begin a new one."))
    return found
