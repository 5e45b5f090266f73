"""Those who keep a guide hear once that it is to be looked through again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.guides.models import Guide
from zhibu.apps.guides.queries import due_to_be_read, keepers_of, with_titles
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.domain.terms import Occasion


def remind_of_guides(*, at: dt.datetime) -> int:
    """Returns how many people were told now; for the same day of the same guide nobody is told twice."""
    today, told = localtime(at).date(), 0
    for guide in with_titles(due_to_be_read(Guide.objects.all(), today), today).select_related("section"):
        due = guide.read_again_by
        assert due is not None
        with override(settings.LANGUAGE_CODE):
            title = _("Look through the guide “%(title)s” by %(month)s-%(day)s") % {
                "title": vars(guide)["said"] or vars(guide)["last"],
                "month": due.month,
                "day": due.day,
            }
        message = Message(Occasion.GUIDANCE, f"guide:{guide.pk}", title, last_day=due)
        told += tell(keepers_of(guide.section, today), message, key=f"guide:{guide.pk}:{due.isoformat()}", at=at)
    return told
