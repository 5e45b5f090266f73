"""A reason for what was not done is given, accepted or not; the cells follow in the same transaction."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.former import alter, delete
from zhibu.apps.notices.actions.telling import overtake
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.oversight.errors import OversightRefusal
from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.oversight.queries import cell_of
from zhibu.apps.oversight.reminders import about
from zhibu.apps.oversight.telling import tell_answered
from zhibu.apps.people.models import Account
from zhibu.domain.seal import Canonical


@transaction.atomic
def explain(cell: Cell, *, reason: str, by: Account | None, actor: Actor, at: dt.datetime) -> Waiver:
    """Say why something is not done, or was not. Said again before the answer, the later reason counts."""
    if cell.why_not:
        raise OversightRefusal(_("Nothing is owed for this period; no reason is needed."))
    if cell.completed_on is not None:
        raise OversightRefusal(_("This has been done; no reason is needed."))
    if not reason.strip():
        raise OversightRefusal(_("Say in a few words why; the committee above reads it."))
    waiver, made = Waiver.objects.get_or_create(
        organization=cell.organization,
        requirement=cell.requirement,
        post=cell.post,
        first=cell.first,
        defaults={"reason": reason.strip()[:300], "asked_by": by, "asked_at": at},
    )
    if waiver.accepted:
        raise OversightRefusal(_("The reason has been accepted already."))
    if not made:
        alter(
            waiver,
            at=at,
            reason=reason.strip()[:300],
            asked_by=by,
            asked_at=at,
            accepted=None,
            answer="",
            answered_by=None,
            answered_at=None,
        )
    record("reason_given", waiver.pk, actor=actor, at=at, document=_facts(waiver))
    overtake(about(cell))
    return waiver


@transaction.atomic
def withdraw_reason(waiver: Waiver, *, actor: Actor, at: dt.datetime) -> None:
    """The organization takes its reason back; an accepted one too, and the period is open again."""
    organization, cell = waiver.organization, cell_of(waiver)
    record("reason_withdrawn", waiver.pk, actor=actor, at=at, document=_facts(waiver))
    delete(waiver, at=at)
    if cell is not None:
        overtake(about(cell))
    _follow(organization, at)


@transaction.atomic
def answer_reason(
    waiver: Waiver, *, accepted: bool, answer: str = "", by: Account | None, actor: Actor, at: dt.datetime
) -> None:
    """One above accepts the reason, or does not and says what is asked instead. A changed mind is another answer."""
    if not accepted and not answer.strip():
        raise OversightRefusal(_("Say what you ask for instead; the secretary reads it."))
    alter(waiver, at=at, accepted=accepted, answer=answer.strip()[:300], answered_by=by, answered_at=at)
    record(
        "reason_answered",
        waiver.pk,
        actor=actor,
        at=at,
        document=_facts(waiver) | {"accepted": accepted, "answer": waiver.answer},
    )
    tell_answered(waiver, at=at)
    _follow(waiver.organization, at)


def _follow(organization: Organization, at: dt.datetime) -> None:
    day = localtime(at).date()
    live.open_day(day)
    live.refresh({organization.pk}, day)


def _facts(waiver: Waiver) -> dict[str, Canonical]:
    return {
        "organization": str(waiver.organization_id),
        "requirement": waiver.requirement,
        "post": waiver.post,
        "first": waiver.first.isoformat(),
        "reason": waiver.reason,
    }
