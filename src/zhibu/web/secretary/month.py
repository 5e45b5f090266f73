"""The page "this month": what one owes, why, by when, what is done, and the next step as one button."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.learning.making_up import lessons_to_confirm
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.queries import calendar_kept, cells_around
from zhibu.apps.people.access import organizations_convened_by
from zhibu.apps.visits.queries import follow_ups_asked_of
from zhibu.domain.compliance import Status, opens
from zhibu.domain.terms import MeetingStage, OrganizationKind, ReasonState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import Owed, owed

#: Meetings at these stages have come to their end.
ENDED = (MeetingStage.FILED, MeetingStage.NOT_HELD)

#: Lessons whose make-ups wait; the next ones come when these are answered.
MOST_MAKE_UPS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """Something owed, with the one step that brings it on; ``step`` is empty where there is none."""

    stands: Owed
    step: str = ""
    url: str = ""
    meeting: Meeting | None = None


@login_required
@require_safe
def this_month(request: AskedRequest) -> HttpResponse:
    today = clock.today()
    convened = organizations_convened_by(request.asker).filter(dissolved__isnull=True)
    organizations = list(convened.exclude(kind=OrganizationKind.LEADING_GROUP.value).order_by("path"))
    forbid_unless(bool(organizations))
    calendar = calendar_kept(today)
    around = [owed(cell, calendar, today) for cell in cells_around(organizations, today)]
    # The election of a term that ends years from now is nothing to do this month.
    stands = [one for one in around if opens(one.rule, one.cell.first, one.cell.last) <= today]
    begun = _begun(organizations)
    return render(
        request,
        "secretary/month.html",
        {
            "today": today,
            "organizations": organizations,
            "open": [_line(one, begun) for one in stands if one.status is Status.DUE],
            "missing": [_line(one, begun) for one in stands if one.status is Status.MISSING],
            "is_asked_for_more": any(
                one.reason is ReasonState.MORE_ASKED for one in stands if one.status is Status.MISSING
            ),
            "make_ups": lessons_to_confirm(request.asker, most=MOST_MAKE_UPS),
            "follow_ups": follow_ups_asked_of([one.pk for one in organizations], today),
            "settled": [Line(one) for one in stands if one.status in {Status.MET, Status.LATE}],
            "explained": [Line(one) for one in stands if one.status is Status.EXPLAINED],
        },
    )


def _begun(organizations: Sequence[Organization]) -> Mapping[tuple[UUID, str], list[Meeting]]:
    """Meetings on their way, by organization and kind, the earliest first; a joint one for each that holds it."""
    joint = Meeting.joint_with.through.objects.filter(organization__in=organizations).values("meeting")
    rows = (
        Meeting.objects.annotate(partner=F("joint_with"))
        .filter(Q(organization__in=organizations) | Q(pk__in=joint))
        .exclude(stage__in=[stage.value for stage in ENDED])
        .order_by("held_on", "made_at")
    )
    found: dict[tuple[UUID, str], list[Meeting]] = {}
    for meeting in rows:
        for holder in (meeting.organization_id, meeting.partner):
            theirs = found.setdefault((holder, meeting.kind), [])
            if meeting not in theirs:
                theirs.append(meeting)
    return found


def _line(stands: Owed, begun: Mapping[tuple[UUID, str], list[Meeting]]) -> Line:
    kinds = sorted(kind.value for kind in stands.rule.meetings)
    theirs = (one for kind in kinds for one in begun.get((stands.cell.organization_id, kind), ()))
    meeting = next((one for one in theirs if _may_count(stands, one.held_on)), None)
    if meeting is not None:
        return Line(stands, _("Go on"), reverse("meeting", args=[meeting.pk]), meeting)
    if not stands.convene_url:
        return Line(stands)
    return Line(stands, _("Enter one that took place") if stands.is_over else _("Convene"), stands.convene_url)


def _may_count(stands: Owed, held_on: dt.date | None) -> bool:
    """Whether it will count for the period; a draft without a day may still become one while the period runs."""
    if held_on is None:
        return not stands.is_over
    return stands.cell.first <= held_on <= stands.cell.last
