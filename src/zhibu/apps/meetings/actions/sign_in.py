"""Signing in by code: acknowledged after it is on record, once for each person and session, harmless to repeat."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.together import Line
from zhibu.apps.meetings.errors import CodeTooOld, CodeUnknown, NotOnRoll, OutOfOrder
from zhibu.apps.meetings.models import Attendance, EarlierAnswer, RollEntry, Session
from zhibu.domain.assembly import Presence
from zhibu.domain.sign_in import SHORT_DIGITS, STEP_SECONDS, CodeIs, judge, long_code, short_code, step_at

#: How long a scan counts, so that logging in or a slow network costs nobody the sign-in.
TICKET_LASTS = dt.timedelta(minutes=10)
#: The cookie that tells one browser from another, so that a ticket can not be sent to somebody else.
BROWSER_COOKIE = "browser"
_TICKETS = Signer(salt="zhibu.meetings.ticket")


@dataclass(frozen=True, slots=True)
class Code:
    """What the room shows now, and until when it is shown."""

    long: str
    short: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The answer to a sign-in; ``already`` where the person was on the list before."""

    already: bool
    recorded_at: dt.datetime


@transaction.atomic
def switch_code(session: Session, *, enabled: bool, actor: Actor, at: dt.datetime) -> None:
    """Signing in by code is off until somebody who runs the meeting switches it on. Each switch makes a new key."""
    session.code_enabled = enabled
    session.code_key = secrets.token_hex(32) if enabled else ""
    session.save(update_fields=["code_enabled", "code_key"])
    record("code_switched", session.meeting_id, actor=actor, at=at, document={"enabled": enabled})


def current_code(session: Session, at: dt.datetime) -> Code:
    """Raises ``OutOfOrder`` where signing in by code is off or the session is not open."""
    _refuse_closed(session)
    step = step_at(at.timestamp())
    return Code(
        long=long_code(session.code_key, session.pk, step),
        short=short_code(session.code_key, session.pk, step),
        expires_at=dt.datetime.fromtimestamp((step + 1) * STEP_SECONDS, tz=at.tzinfo),
    )


def _refuse_closed(session: Session) -> None:
    if not session.is_open:
        raise OutOfOrder(_("This session is not open. Ask the recorder."))
    if not session.code_enabled:
        raise OutOfOrder(_("Signing in by code is off for this session. The recorder takes the roll."))


def check_scan(session: Session, code: str, at: dt.datetime) -> None:
    """As ``check_code``, for an address: only the long form counts there.

    Six digits can be guessed, and nobody counts the tries at an address that is open to everybody.
    """
    if _may_be_guessed(code):
        raise CodeUnknown(_("Type the digits on the page for them; an address with digits signs nobody in."))
    check_code(session, code, at)


def _may_be_guessed(code: str) -> bool:
    return len(code.strip()) <= SHORT_DIGITS


def check_code(session: Session, code: str, at: dt.datetime) -> None:
    """Raises ``CodeTooOld`` or ``CodeUnknown``. Digits can be guessed: the caller counts wrong tries."""
    _refuse_closed(session)
    match judge(code, key=session.code_key, session=session.pk, step=step_at(at.timestamp())):
        case CodeIs.GOOD:
            return
        case CodeIs.OLD:
            raise CodeTooOld(_("The code has turned since. Scan the one that the screen shows now."))
        case CodeIs.WRONG:
            raise CodeUnknown(_("This is not the code of this session. Scan the one that the screen shows now."))


def is_genuine(session: Session, code: str, at: dt.datetime) -> bool:
    """Whether the room of this session shows the long code or showed it within half an hour, open or not by now.

    Who holds such a code may be told about the session, whoever they are.
    """
    if not session.code_key or _may_be_guessed(code):
        return False
    return judge(code, key=session.code_key, session=session.pk, step=step_at(at.timestamp())) is not CodeIs.WRONG


def make_ticket(session: Session, *, browser: str, at: dt.datetime) -> str:
    """What a scan leaves in the browser: good for this session, this browser, ten minutes from ``at``."""
    return _TICKETS.sign(f"{session.pk}:{browser}:{int(at.timestamp())}")


def check_ticket(session: Session, ticket: str, *, browser: str, at: dt.datetime) -> None:
    """Raises ``CodeTooOld`` or ``CodeUnknown``."""
    _refuse_closed(session)
    try:
        session_id, bound_to, scanned = _TICKETS.unsign(ticket).split(":")
    except (BadSignature, ValueError) as error:
        raise CodeUnknown(_("This scan was not made here. Scan the code again.")) from error
    if session_id != str(session.pk) or not browser or bound_to != browser:
        raise CodeUnknown(_("This scan belongs to another session or phone. Scan the code again."))
    age = at.timestamp() - int(scanned)
    if age > TICKET_LASTS.total_seconds():
        raise CodeTooOld(_("The scan is older than ten minutes. Scan the code again."))
    if age < -STEP_SECONDS:  # the clock was put back since: who knows how old the scan is
        raise CodeTooOld(_("The clock was set anew after this scan. Scan the code again."))


def earlier_answer(session: Session, person: UUID, nonce: str) -> SignedIn | None:
    """The first answer that this nonce got; ``None`` where it is new."""
    if not nonce:
        return None
    kept = EarlierAnswer.objects.filter(session=session, person_id=person, nonce=nonce).first()
    if kept is not None:
        return SignedIn(already=kept.already, recorded_at=kept.recorded_at)
    mark = Attendance.objects.filter(session=session, person_id=person, nonce=nonce).first()
    return SignedIn(already=False, recorded_at=mark.recorded_at) if mark else None


def keep_answers(session: Session, people: Iterable[UUID]) -> None:
    """Before marks of these people are written over: what their tries were answered stays known."""
    signed = Attendance.objects.filter(session=session, person__in=people).exclude(nonce="")
    EarlierAnswer.objects.bulk_create(
        [
            EarlierAnswer(
                session=session,
                person_id=mark.person_id,
                nonce=mark.nonce,
                already=False,
                recorded_at=mark.recorded_at,
            )
            for mark in signed
        ],
        ignore_conflicts=True,
    )


def _already(session: Session, person: UUID, nonce: str, recorded_at: dt.datetime) -> SignedIn:
    """They are on the list; the answer is kept, so that the same try hears it again when its code is old."""
    if nonce:
        answer = EarlierAnswer(session=session, person_id=person, nonce=nonce, already=True, recorded_at=recorded_at)
        EarlierAnswer.objects.bulk_create([answer], ignore_conflicts=True)
    return SignedIn(already=True, recorded_at=recorded_at)


#: Whoever stands on the roll enters the list of an open session, unless something is known of them or of this try.
#: One statement where models would take six: a whole house signs in at once.
_ENTER = """
INSERT INTO meetings_attendance (session_id, person_id, status, reason, nonce, recorded_at)
SELECT held.id, entry.person_id, CASE WHEN entry.observes THEN 'observer' ELSE 'present' END, '', %s, %s
  FROM meetings_session held JOIN meetings_rollentry entry ON entry.meeting_id = held.meeting_id
 WHERE held.id = %s AND entry.person_id = %s AND held.opened_at IS NOT NULL AND held.closed_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM meetings_earlieranswer told
                    WHERE told.session_id = held.id AND told.person_id = entry.person_id AND told.nonce = %s)
    ON CONFLICT (session_id, person_id) DO NOTHING
"""


def _enter(session: Session, person: UUID, nonce: str, at: dt.datetime) -> bool:
    """Whether they entered the list by this."""
    key, instant = models.UUIDField(), models.DateTimeField()
    held, who = (key.get_db_prep_value(each, connection) for each in (session.pk, person))
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [nonce, instant.get_db_prep_value(at, connection), held, who, nonce])
        return bool(cursor.rowcount)


#: Those who sign in at the same moment do so in one transaction.
_AT_ONCE: Line[SignedIn] = Line()


def sign_in(*, session: Session, person: UUID, nonce: str, actor: Actor, at: dt.datetime) -> SignedIn:
    """Enter the person with this id on the roll of ``session``. A second scan changes nothing.

    The same nonce is answered the same, whatever happened since, a second scan of another page or a recorder's mark.
    The caller has checked the code. Raises ``NotOnRoll``, ``OutOfOrder``.
    """
    return _AT_ONCE.commit(lambda: _sign_in(session, person, nonce, actor, at))


def _sign_in(session: Session, person: UUID, nonce: str, actor: Actor, at: dt.datetime) -> SignedIn:
    if not _enter(session, person, nonce, at):
        known = earlier_answer(session, person, nonce) or _answer_to_known(session, person, nonce, at)
        if known is not None:
            return known
    record("signed_in", session.pk, actor=actor, at=at)
    return SignedIn(already=False, recorded_at=at.astimezone(dt.UTC))  # as it is read back for the same try


def _answer_to_known(session: Session, person: UUID, nonce: str, at: dt.datetime) -> SignedIn | None:
    """To whom something is known of; ``None`` where it was that they are away, which this undoes. Raises refusals."""
    if not Session.objects.filter(pk=session.pk, opened_at__isnull=False, closed_at__isnull=True).exists():
        raise OutOfOrder(_("This session is not open. Ask the recorder."))
    entry = RollEntry.objects.filter(meeting=session.meeting_id, person_id=person).only("observes").first()
    if entry is None:
        raise NotOnRoll(_("You are not on the roll of this meeting. Ask the recorder."))
    kept = Attendance.objects.get(session=session, person_id=person)
    if kept.status in {Presence.PRESENT, Presence.OBSERVER}:
        return _already(session, person, nonce, kept.recorded_at)
    here = Presence.OBSERVER if entry.observes else Presence.PRESENT
    kept.status, kept.reason, kept.nonce, kept.recorded_at = here.value, "", nonce, at
    kept.save(update_fields=["status", "reason", "nonce", "recorded_at"])
    return None
