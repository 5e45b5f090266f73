"""Signing in by code: where the room's QR code leads, and the form for the digits that are spoken.

Opening the page signs nobody in, so that a link preview does not; the button does. The scan leaves a ticket in this
browser (this session, ten minutes), so that logging in or a slow network after it costs nobody the sign-in. Both
cookies end with the ticket: a browser is told from another no longer than that.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from zhibu.apps.meetings.access import may_attend, may_see_meeting
from zhibu.apps.meetings.actions import sign_in as deeds
from zhibu.apps.meetings.actions.sign_in import BROWSER_COOKIE, TICKET_LASTS
from zhibu.apps.meetings.errors import CodeTooOld, CodeUnknown, MeetingRefusal, NotOnRoll
from zhibu.apps.meetings.mine import HERE, open_sessions_of
from zhibu.apps.meetings.models import Attendance, Session
from zhibu.web.shell import clock
from zhibu.web.shell.answers import not_found_unless
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import my_id, signed

TICKET_COOKIE = "ticket"

_METHODS = ["GET", "HEAD", "POST"]

STATUS: dict[type[MeetingRefusal], HTTPStatus] = {
    CodeTooOld: HTTPStatus.GONE,
    CodeUnknown: HTTPStatus.BAD_REQUEST,
    NotOnRoll: HTTPStatus.FORBIDDEN,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A scan that counts, and the name of the browser that made it."""

    text: str
    browser: str


@sensitive_variables("code")
@require_http_methods(_METHODS)
def scan(request: AskedRequest, session_id: UUID, code: str) -> HttpResponse:
    """The address in the QR code. A second scan is the same page."""
    return _at_the_door(request, session_id, code)


@require_http_methods(_METHODS)
def sign_in(request: AskedRequest, session_id: UUID) -> HttpResponse:
    """The same without the code, after logging in and after signing in: the ticket in this browser speaks for it."""
    if request.asker.account is None:
        return redirect_to_login(request.path)
    return _at_the_door(request, session_id, "")


def _at_the_door(request: AskedRequest, session_id: UUID, code: str) -> HttpResponse:
    # Who asks is looked up before the session is: in the other order the headers of the two 404s would differ.
    at, is_known = clock.now(), request.asker.account is not None
    session = get_object_or_404(Session.objects.select_related("meeting__organization"), pk=session_id)
    if is_known and (done := _signed_in_before(request, session)):
        return done
    try:
        ticket = _ticket(request, session, code, at)
    except MeetingRefusal as refusal:
        sees = is_known and may_see_meeting(request.asker, session.meeting)
        not_found_unless(sees or deeds.is_genuine(session, code, at))
        return _refused(request, refusal)
    if not is_known:
        return _kept(redirect_to_login(reverse("sign_in", args=[session.pk])), ticket)
    try:
        if not may_attend(request.asker, session.meeting):
            raise NotOnRoll(_("You are not on the roll of this meeting. Ask the recorder."))
        return _sign_in(request, session) if request.method == "POST" else _kept(_button(request, session), ticket)
    except MeetingRefusal as refusal:
        return _refused(request, refusal)


def _signed_in_before(request: AskedRequest, session: Session) -> HttpResponse | None:
    """For who is on the list, and for a try that was answered before; ``None`` for everybody else."""
    person = request.user.person_id
    if person is None:
        return None
    nonce = request.POST.get("nonce", "")
    if nonce and deeds.earlier_answer(session, person, nonce):
        return redirect("sign_in", session.pk)
    mark = Attendance.objects.filter(session=session, person=person, status__in=HERE).first()
    if mark is None:
        return None
    if request.method == "POST":
        return redirect("sign_in", session.pk)
    facts = {"session": session, "meeting": session.meeting, "signed_in_at": localtime(mark.recorded_at)}
    return render(request, "member/signed_in.html", facts)


def _ticket(request: AskedRequest, session: Session, code: str, at: dt.datetime) -> Ticket:
    """A new one for a good code; else the one that an earlier scan left in this browser. Raises a refusal."""
    browser, kept = request.COOKIES.get(BROWSER_COOKIE, ""), request.COOKIES.get(TICKET_COOKIE, "")
    refused: MeetingRefusal | None = None
    if code:
        try:
            deeds.check_scan(session, code, at)
        except CodeTooOld as old:
            refused = old
        else:
            browser = browser or secrets.token_urlsafe(24)
            return Ticket(deeds.make_ticket(session, browser=browser, at=at), browser)
    try:
        deeds.check_ticket(session, kept, browser=browser, at=at)
    except CodeUnknown as unknown:
        if kept and refused is None:
            raise
        raise refused or CodeTooOld(_("No scan of the last ten minutes is in this browser.")) from unknown
    return Ticket(kept, browser)


def _kept(answer: HttpResponse, ticket: Ticket) -> HttpResponse:
    for name, value in ((BROWSER_COOKIE, ticket.browser), (TICKET_COOKIE, ticket.text)):
        answer.set_cookie(name, value, max_age=TICKET_LASTS, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return answer


def _button(request: AskedRequest, session: Session) -> HttpResponse:
    """One button. The nonce makes a second try of the same page the same try."""
    facts = {"session": session, "meeting": session.meeting, "nonce": secrets.token_urlsafe(16)}
    return render(request, "member/sign_in.html", facts)


def _sign_in(request: AskedRequest, session: Session) -> HttpResponse:
    nonce = request.POST.get("nonce", "")[:64] or secrets.token_urlsafe(16)
    deeds.sign_in(session=session, person=my_id(request), nonce=nonce, **signed(request))
    answer = redirect("sign_in", session.pk)
    for name in (BROWSER_COOKIE, TICKET_COOKIE):
        answer.delete_cookie(name, samesite="Lax")
    return answer


def _refused(request: AskedRequest, refusal: MeetingRefusal) -> HttpResponse:
    status = STATUS.get(type(refusal), HTTPStatus.CONFLICT)
    return render(request, "member/not_signed_in.html", {"refusal": str(refusal)}, status=status)


# --- The digits that are spoken ------------------------------------------------------------------------------------


def _room(session: Session) -> str:
    """One of several that are open, told by title, hour and place."""
    return f"{session.meeting.title}（{localtime(session.starts_at):%H:%M} {session.place}".rstrip() + "）"


class DigitsForm(forms.Form):
    code = forms.RegexField(
        r"^\s*(?:[0-9]\s*){6}$",
        label=_lazy("The six digits"),
        max_length=16,
        error_messages={"invalid": _lazy("Type the six digits that the screen shows.")},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    nonce = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: object, *, rooms: Sequence[Session], **options: Any) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type] # the request's QueryDict
        by_key = {str(room.pk): room for room in rooms}
        only = next(iter(by_key)) if len(rooms) == 1 else None
        choices = [(key, _room(room)) for key, room in by_key.items()]
        self.fields = {
            "session": forms.TypedChoiceField(
                label=_lazy("Session"),
                choices=choices,
                coerce=by_key.__getitem__,
                initial=only,
                widget=forms.HiddenInput() if only else forms.RadioSelect(),
            ),
            **self.fields,
        }

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        return "".join(typed.split())


@login_required
@require_http_methods(_METHODS)
def digits(request: AskedRequest) -> HttpResponse:
    """The session is chosen among those open now on whose roll one stands; wrong digits are counted."""
    rooms = list(open_sessions_of(my_id(request)))
    data = request.POST if request.method == "POST" else None
    if data is None and (scanned := _scanned_here(request, rooms)):
        return redirect("sign_in", scanned.pk)
    form = DigitsForm(data, rooms=rooms, initial={"nonce": secrets.token_urlsafe(16)})
    status = HTTPStatus.OK
    if data is not None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                return _by_digits(request, form)
            except CodeUnknown:
                says = _("These are not the digits that the screen shows now. They turn every 20 seconds.")
                form.add_error("code", says)
            except TooManyTries as refusal:
                form.add_error(None, str(refusal))
                status = HTTPStatus.TOO_MANY_REQUESTS
            except MeetingRefusal as refusal:
                return _refused(request, refusal)
    return render(request, "member/digits.html", {"form": form, "rooms": rooms}, status=status)


def _scanned_here(request: AskedRequest, rooms: Sequence[Session]) -> Session | None:
    """The session whose code this browser has scanned, where the way through the log-in page did not lead to it."""
    for session in rooms:
        try:
            _ticket(request, session, "", clock.now())
        except MeetingRefusal:
            continue
        return session
    return None


class TooManyTries(MeetingRefusal):
    """Six digits can be guessed: wrong ones are counted per account."""


def _by_digits(request: AskedRequest, form: DigitsForm) -> HttpResponse:
    session: Session = form.cleaned_data["session"]
    if done := _signed_in_before(request, session):
        return done
    tries: dict[str, Any] = {"action": "sign_in_digits", "key": str(request.user.pk)}
    if not ratelimit.consume(request, dry_run=True, **tries):
        raise TooManyTries(_("Too many tries. Wait five minutes, or tell the recorder that you are here."))
    try:
        deeds.check_code(session, form.cleaned_data["code"], clock.now())
    except CodeUnknown:
        ratelimit.consume(request, **tries)
        raise
    return _sign_in(request, session)
