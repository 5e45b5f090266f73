"""Notices are handed over to the mail server: a double rather than a missing one, each under one id.

A worker that is killed after the server took a letter and before that was written down sends it again, under the
same Message-ID, by which mail programs drop the second.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.notices.actions.telling import let_be, note_mailed, note_refused, put_off
from zhibu.apps.notices.queries import Letter, letters_due
from zhibu.apps.rosters.queries import rests_of
from zhibu.documents.plain import one_line
from zhibu.domain.quiet import next_moment
from zhibu.web.shell.navigation import address
from zhibu.web.shell.told import where

#: So many letters are looked at before the worker looks around again.
BATCH = 20

log = logging.getLogger(__name__)


class MailAway(Exception):
    """The mail server can not be reached now; nothing is lost, it is tried again."""


def send_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool] = lambda: False) -> int:
    """Send what is due; stops between two letters once ``is_over``. Returns how many letters were looked at.

    Raises ``MailAway`` where the server does not answer.
    """
    at = now()
    looked_at = letters_due(at, most=BATCH) if settings.MAIL_URL else ()
    letters = _wanted_now(looked_at, at)
    if letters:
        _hand_over(letters, now, is_over)
    return len(looked_at)


def _wanted_now(letters: Sequence[Letter], at: dt.datetime) -> list[Letter]:
    """Without those no longer wished or of use; those whose reader is outside their hours, or asleep, wait."""
    here, wanted = localtime(at), []
    rests = rests_of([letter.person for letter in letters], here.date()) if letters else {}
    for letter in letters:
        then = next_moment(here, letter.waking, rests.get(letter.person, ()))
        if not letter.to or letter.is_stale:
            let_be(letter.id)
        elif then > here:
            put_off(letter.id, until=then)
        else:
            wanted.append(letter)
    return wanted


def _hand_over(letters: Sequence[Letter], now: Callable[[], dt.datetime], is_over: Callable[[], bool]) -> None:
    server: BaseEmailBackend = get_connection()
    try:
        server.open()
    except OSError as error:
        raise MailAway(str(error)) from error
    try:
        for letter in letters:
            if is_over():
                break
            _send(letter, server, now)
    finally:
        server.close()


def _send(letter: Letter, server: BaseEmailBackend, now: Callable[[], dt.datetime]) -> None:
    """A letter that the server, or the form of a mail, does not take waits; it keeps nobody else's from going out."""
    try:
        message_of(letter, server).send()
    except (OSError, ValueError) as error:  # whatever ``smtplib`` raises is an OSError
        log.warning("A mail was not taken: %s", type(error).__name__)
        note_refused(letter.id, at=now())
        if not isinstance(error, (SMTPResponseException, SMTPRecipientsRefused, ValueError)):
            raise MailAway(str(error)) from error
    else:
        note_mailed(letter.id, at=now())


def message_of(letter: Letter, server: BaseEmailBackend | None = None) -> EmailMessage:
    """What the notice says, where it opens, how to be told otherwise. Nothing in it tells whether it is read."""
    with override(settings.LANGUAGE_CODE):
        lines = [
            letter.title,
            letter.text,
            settings.URL + (where(letter.about) or address("notices") or ""),
            "",
            _("When you are told, and whether by mail, you set here: %(address)s")
            % {"address": f"{settings.URL}{address('notice_wishes')}"},
        ]
    return EmailMessage(
        subject=one_line(letter.title),
        body="\n".join(lines),
        to=[letter.to],
        connection=server,
        headers={
            "Message-ID": f"<{letter.id}@{urlsplit(settings.URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )
