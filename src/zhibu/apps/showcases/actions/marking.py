"""A superior marks a playbook as a demonstration (示范点) with reasons and a term, and ends that early."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.errors import ShowcaseRefusal
from zhibu.apps.showcases.models import Playbook, Showcase

LONGEST_REASONS, LONGEST_WHY = 1000, 500

#: Days of the longest term; after it the reasons are looked at again.
LONGEST_TERM = 3 * 366


@transaction.atomic
def mark(
    playbook: Playbook, office: Organization, *, reasons: str, until: dt.date, actor: Actor, at: dt.datetime
) -> Showcase:
    """From today until a day, that day included."""
    Playbook.objects.select_for_update().get(pk=playbook.pk)
    today, reasons = localtime(at).date(), reasons.strip()
    if not reasons:
        raise ShowcaseRefusal(_("Say what others can learn here: the reasons stand beside the mark."))
    if len(reasons) > LONGEST_REASONS:
        raise ShowcaseRefusal(
            _("“%(text)s …” has %(length)s characters, %(most)s are possible.")
            % {"text": reasons[:20], "length": len(reasons), "most": LONGEST_REASONS}
        )
    if not today <= until <= today + dt.timedelta(days=LONGEST_TERM):
        raise ShowcaseRefusal(_("A term ends on a day to come, within three years."))
    running = playbook.showcases.filter(office=office, until__gte=today, ended_on__isnull=True).first()
    if running is not None:
        raise ShowcaseRefusal(
            _("%(office)s marked it already, until %(day)s. End that first.")
            % {"office": office.name, "day": running.until.isoformat()}
        )
    made = Showcase.objects.create(playbook=playbook, office=office, reasons=reasons, since=today, until=until)
    document = {"office": str(office.pk), "reasons": reasons, "until": until.isoformat()}
    record("showcase_marked", playbook.pk, actor=actor, at=at, document=document)
    return made


@transaction.atomic
def end_mark(showcase: Showcase, *, why: str, actor: Actor, at: dt.datetime) -> None:
    """From today on it holds no more. Ended already, it stays as it was."""
    showcase = Showcase.objects.select_for_update().get(pk=showcase.pk)
    today, why = localtime(at).date(), why.strip()
    if showcase.ended_on is not None or showcase.until < today:
        return
    if not why:
        raise ShowcaseRefusal(_("Say why it ends early."))
    showcase.ended_on, showcase.why_ended = today, why[:LONGEST_WHY]
    showcase.save(update_fields=["ended_on", "why_ended"])
    record("showcase_ended", showcase.playbook_id, actor=actor, at=at, document={"why": showcase.why_ended})
