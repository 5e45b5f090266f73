"""Calendar feeds to subscribe to, and where their addresses are made."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.meetings.actions.feeds import digest_of, subscribe, unsubscribe
from zhibu.apps.meetings.models import CalendarFeed, Meeting, Session
from zhibu.apps.meetings.queries import sessions_for
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.queries import asker_of
from zhibu.apps.visits.models import VisitAnswer
from zhibu.apps.visits.queries import visits_of
from zhibu.documents.calendar import Entry, calendar
from zhibu.domain.terms import MeetingStage, VisitStage
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest

#: How far back a feed reaches.
BACK = dt.timedelta(days=90)

#: Stages at which it does not take place; calendars are told, so that the hour is free again.
OFF = (MeetingStage.POSTPONED, MeetingStage.NOT_HELD)


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address. An ended one answers like one that never was."""
    kept = CalendarFeed.objects.select_related("account", "organization").filter(digest=digest_of(secret)).first()
    if kept is None or not kept.account.is_active:
        raise Http404
    at = clock.now()
    sessions = sessions_for(kept, asker_of(kept.account, at.date()), at.date() - BACK)
    name = kept.organization.name if kept.organization else _("My meetings")
    entries = [*_entries(list(sessions)), *_visits(kept, at.date() - BACK)]
    content = calendar(name, entries, zone=settings.TIME_ZONE)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    answer["Cache-Control"] = "private, max-age=300"
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _entries(sessions: list[Session]) -> list[Entry]:
    turns = Counter(session.meeting_id for session in sessions)
    return [_entry(session, turns=turns[session.meeting_id]) for session in sessions]


def _entry(session: Session, *, turns: int) -> Entry:
    meeting = session.meeting
    lines = ["、".join(one.word.zh for one in (meeting, *meeting.guests.all()) if _shares(one, meeting))]
    if meeting.repeated and turns > 1:
        lines.append(_("Held in turns: come to one of %(number)s.") % {"number": turns})
    if meeting.at_stage in OFF and meeting.reason:
        lines.append(f"{meeting.at_stage.zh}：{meeting.reason}")
    return Entry(
        id=session.pk,
        title=f"{meeting.organization.name}：{meeting.title}",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=session.place,
        text="\n".join(lines),
        changed_at=session.last_change,  # type: ignore[attr-defined] # annotated by sessions_for
        version=session.version,  # type: ignore[attr-defined] # the same
        url=settings.URL + reverse("meeting", args=[meeting.pk]),
        is_off=meeting.at_stage in OFF,
    )


def _visits(kept: CalendarFeed, since: dt.date) -> list[Entry]:
    """The visits to which the person comes, in their own calendar."""
    if kept.organization_id is not None or kept.account.person_id is None:
        return []
    return [_visit(answer) for answer in visits_of(kept.account.person_id, since)]


def _visit(answer: VisitAnswer) -> Entry:
    visit, turn = answer.visit, answer.turn
    assert turn is not None  # only those are read
    starts_at, ends_at = turn.hours_on(visit.day)
    return Entry(
        id=visit.pk,
        title=f"{visit.host.name}：{visit.title}",
        starts_at=starts_at,
        ends_at=ends_at,
        place=visit.place,
        text=visit.why_cancelled,
        changed_at=max(visit.changed_at, answer.answered_at),
        version=visit.version,
        url=settings.URL + reverse("visit", args=[visit.pk]),
        is_off=visit.at_stage is VisitStage.CANCELLED,
    )


def _shares(one: Meeting, meeting: Meeting) -> bool:
    """Whether it takes place with the meeting whose session this is, or is off with it; a draft is nobody's yet."""
    return one.at_stage is meeting.at_stage or one.at_stage not in {MeetingStage.DRAFT, *OFF}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calendars(request: AskedRequest) -> HttpResponse:
    """One's calendars. POST makes a new address, shown this once."""
    shown = None
    if request.method == "POST":
        organization = _own_organization(request, request.POST.get("organization", ""))
        secret = subscribe(request.user, organization=organization, actor=request.user.actor, at=clock.now())
        shown = settings.URL + reverse("calendar_feed", args=[secret])
    feeds = request.user.calendar_feeds.select_related("organization").order_by("made_at")
    return render(
        request,
        "feeds/calendars.html",
        {
            "shown": shown,
            "feeds": feeds,
            "organizations": _own_organizations(request),
            "crumbs": [Crumb(_("Account and security"), reverse("account")), Crumb(_("Calendar"))],
        },
    )


def _own_organizations(request: AskedRequest) -> list[Organization]:
    paths = {*request.asker.branches, *request.asker.offices, *request.asker.led}
    return list(Organization.objects.filter(path__in=paths))


def _own_organization(request: AskedRequest, code: str) -> Organization | None:
    """``None`` for one's own meetings; another's organization answers like one that is not there."""
    if not code:
        return None
    own = next((row for row in _own_organizations(request) if row.code == code), None)
    if own is None:
        raise Http404
    return own


@login_required
@require_http_methods(["POST"])
def end_calendar(request: AskedRequest, digest: str) -> HttpResponse:
    kept = get_object_or_404(request.user.calendar_feeds, pk=digest)
    unsubscribe(kept, actor=request.user.actor, at=clock.now())
    messages.success(request, _("The calendar's address has ended."))
    return redirect("calendars")
