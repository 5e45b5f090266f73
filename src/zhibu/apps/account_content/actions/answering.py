"""What becomes of a message that came in: worked on once, answered, and then forgotten but for its number."""

from __future__ import annotations

import datetime as dt

from zhibu.apps.account_content.models import Incoming
from zhibu.domain.terms import Sending

#: After which time an answer that could not be handed over is tried again; the platform takes answers for 48 hours.
RETRY_AFTER = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720))
SAID_WITHIN = dt.timedelta(hours=48)

#: The number of a message is kept so long: no delivery of it is taken any more after ten minutes.
KEPT = dt.timedelta(days=1)


def note_answer(incoming: Incoming, answer: str, *, at: dt.datetime) -> None:
    """It has been worked on. An empty answer is none: there is nothing left to do."""
    if not answer:
        note_done(incoming, Sending.NONE)
        return
    incoming.answer = answer
    Incoming.objects.filter(pk=incoming.pk).update(answer=answer, text="", key="", work_at=at)


def note_handed_over(incoming: Incoming) -> None:
    """Written down before the platform is asked: what ends between the two may have been said."""
    Incoming.objects.filter(pk=incoming.pk).update(state=Sending.MAYBE_SENT.value)


def note_done(incoming: Incoming, state: Sending) -> None:
    """Nothing more is to be done; what was written and answered is forgotten."""
    Incoming.objects.filter(pk=incoming.pk).update(state=state.value, work_at=None, answer="", text="", key="")


def note_away(incoming: Incoming, *, at: dt.datetime, maybe_sent: bool) -> None:
    """The platform could not be reached: tried again, later and later, as long as it takes answers."""
    state = Sending.MAYBE_SENT if maybe_sent else Sending.WAITING
    if at >= incoming.received_at + SAID_WITHIN or incoming.tries >= len(RETRY_AFTER):
        note_done(incoming, Sending.MAYBE_SENT if maybe_sent else Sending.GIVEN_UP)
        return
    Incoming.objects.filter(pk=incoming.pk).update(
        state=state.value, tries=incoming.tries + 1, work_at=at + RETRY_AFTER[incoming.tries]
    )


def forget_old_messages(*, at: dt.datetime) -> int:
    """Those that are done go after a day. Returns how many went."""
    old = Incoming.objects.filter(received_at__lt=at - KEPT, work_at__isnull=True)
    gone, _by_model = old.delete()
    return gone
