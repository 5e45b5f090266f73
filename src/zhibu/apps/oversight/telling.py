"""Whoever gave a reason is told what was answered."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.oversight.queries import calendar_kept, cell_of
from zhibu.apps.oversight.reminders import about
from zhibu.domain.terms import Occasion


def tell_answered(waiver: Waiver, *, at: dt.datetime) -> None:
    """The one who asked, unless it is they who answered. A later answer overtakes the notice of the one before."""
    asked_by = waiver.asked_by
    cell = cell_of(waiver)
    if cell is None or asked_by is None or asked_by.person_id is None or asked_by == waiver.answered_by:
        return
    tell([asked_by.person_id], _message(waiver, cell, at), key=f"answered:{waiver.pk}:{at.isoformat()}", at=at)


def _message(waiver: Waiver, cell: Cell, at: dt.datetime) -> Message:
    rule = calendar_kept(localtime(at).date()).rule_of(cell.rule, cell.first, cell.last)
    with override(settings.LANGUAGE_CODE):
        title = _("Reason accepted: %(what)s") if waiver.accepted else _("More is asked for: %(what)s")
        said = [waiver.organization.name, f"{cell.first} – {cell.last}", waiver.answer]
        return Message(Occasion.ANSWERED, about(cell), title % {"what": rule.label}, " · ".join(filter(None, said)))
