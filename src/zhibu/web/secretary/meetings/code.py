"""The screen in the room: a QR code that turns, the digits that may be spoken, and how many have signed in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from zhibu.apps.meetings.actions import sign_in
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Session
from zhibu.apps.meetings.queries import count_of, roll_of
from zhibu.web.secretary.meetings.doors import run_session
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.codes import picture_of
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed


def _shown(session: Session) -> dict[str, Any]:
    """What the screen shows now; no code while the session is not open or codes are off."""
    context: dict[str, Any] = {"session": session, "meeting": session.meeting}
    if session.is_open and session.code_enabled:
        code = sign_in.current_code(session, clock.now())
        context |= {"short": f"{code.short[:3]} {code.short[3:]}", "picture": _picture(session, code.long)}
    context["count"] = count_of(roll_of(session.meeting, session))
    return context


def _picture(session: Session, code: str) -> SafeString | None:
    """The address of the scan as an SVG; ``None`` in a house without the members' pages."""
    try:
        address = settings.URL + reverse("scan", args=[session.pk, code])
    except NoReverseMatch:
        return None
    return picture_of(address)


@login_required
@require_safe
def code(request: AskedRequest, session_id: UUID) -> HttpResponse:
    return render(request, "secretary/meetings/code.html", _shown(run_session(request, session_id)))


@login_required
@require_safe
def now(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """The part of the screen that turns."""
    return render(request, "secretary/meetings/_code.html", _shown(run_session(request, session_id)))


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def switch(request: AskedRequest, session_id: UUID) -> HttpResponse:
    session = run_session(request, session_id)
    enabled = request.POST.get("enabled") == "yes"
    sign_in.switch_code(session, enabled=enabled, **signed(request))
    return redirect("session_code" if enabled else "session_roll", session.pk)
