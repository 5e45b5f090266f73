"""People are told: a notice is written in the transaction of the deed it tells of; the worker mails it later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.notices.errors import NoticeRefusal
from zhibu.apps.notices.models import Notice, Wishes
from zhibu.apps.notices.queries import account_wanted_by, mail_wanted_by
from zhibu.apps.people.models import Person
from zhibu.domain.quiet import next_moment
from zhibu.domain.terms import Occasion, Sending

#: How many rows are written at once.
_BATCH = 2000

#: After which time a mail that was refused is tried again, the first time and after; then it is given up.
RETRY_AFTER = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))

#: For how long notices are kept.
KEPT = dt.timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, in the words in which it stays. ``about`` as in ``Notice``; too long a text is cut."""

    occasion: Occasion
    about: str
    title: str
    text: str = ""
    last_day: dt.date | None = None


@transaction.atomic
def tell(people: Iterable[UUID], message: Message, *, key: str, at: dt.datetime) -> int:
    """Tell these people something once. Returns how many were told now.

    Whoever has a notice of this key already is not told again. What the others were told about the same before is
    overtaken: it is neither mailed any more nor shown among what is new.
    """
    wanted = set(people)
    told = Notice.objects.filter(person__in=wanted, key=key).values_list("person", flat=True)
    wanted -= set(told)
    if not wanted:
        return 0
    _overtaken(Notice.objects.filter(person__in=wanted, about=message.about, overtaken=False))
    by_mail = mail_wanted_by(wanted) if settings.MAIL_URL else {}
    by_account = account_wanted_by(wanted) if settings.WECHAT_TELLS else {}
    here = localtime(at)
    Notice.objects.bulk_create(
        (
            Notice(
                person_id=person,
                key=key,
                occasion=message.occasion.value,
                about=message.about,
                title=_cut(message.title, 200),
                text=_cut(message.text, 1000),
                last_day=message.last_day,
                made_at=at,
                mail_at=next_moment(here, by_mail[person]) if person in by_mail else None,
                account_at=next_moment(here, by_account[person]) if person in by_account else None,
                account_state=(Sending.WAITING if person in by_account else Sending.NONE).value,
            )
            for person in sorted(wanted)
        ),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    return len(wanted)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def overtake(*abouts: str) -> None:
    """What was told about these matters no more: it is done, or said anew."""
    if abouts:
        _overtaken(Notice.objects.filter(about__in=abouts, overtaken=False))


def withhold(about: str) -> None:
    """What was told about it is told no more, and what of its words stands in notices goes."""
    overtake(about)
    Notice.objects.filter(about=about).update(text="")


def _overtaken(notices: QuerySet[Notice]) -> None:
    """They are neither mailed nor told by the account any more; one that may have gone out stays so."""
    waiting = Case(
        When(account_state=Sending.WAITING.value, then=Value(Sending.NONE.value)), default=F("account_state")
    )
    notices.update(overtaken=True, mail_at=None, account_at=None, account_state=waiting)


@transaction.atomic
def set_wishes(
    person: Person,
    *,
    starts: dt.time,
    ends: dt.time,
    by_mail: bool,
    email: str,
    by_account: bool = False,
    actor: Actor,
    at: dt.datetime,
) -> Wishes:
    """When somebody may be written to, and whether by mail or the account. What waits to go out keeps to it too."""
    if starts == ends:
        raise NoticeRefusal(_("The hours end where they begin. Give an end that is later, or on the next day."))
    if by_mail and not email:
        raise NoticeRefusal(_("Give the address to which the notices go, or take the tick away."))
    wishes, _made = Wishes.objects.update_or_create(
        person=person,
        defaults={"starts": starts, "ends": ends, "by_mail": by_mail, "email": email, "by_account": by_account},
    )
    record(
        "notice_wishes_set",
        person.pk,
        actor=actor,
        at=at,
        document={
            "starts": f"{starts:%H:%M}",
            "ends": f"{ends:%H:%M}",
            "by_mail": by_mail,
            "by_account": by_account,
        },
    )
    return wishes


# --- What the worker writes down -----------------------------------------------------------------------------------


def note_mailed(notice: UUID, *, at: dt.datetime) -> None:
    """Called once the mail server has it. A worker killed before this sends the same letter, under its id, again."""
    Notice.objects.filter(pk=notice).update(mail_at=None, mailed_at=at)


def note_refused(notice: UUID, *, at: dt.datetime) -> None:
    """The mail server did not take it: it is tried again, later and later, and given up after two days."""
    tries = Notice.objects.values_list("tries", flat=True).get(pk=notice)
    again = at + RETRY_AFTER[tries] if tries < len(RETRY_AFTER) else None
    Notice.objects.filter(pk=notice).update(tries=tries + 1, mail_at=again)


def put_off(notice: UUID, *, until: dt.datetime) -> None:
    Notice.objects.filter(pk=notice).update(mail_at=until)


def let_be(notice: UUID) -> None:
    """It is not to be mailed any more."""
    Notice.objects.filter(pk=notice).update(mail_at=None)


# --- By the official account ---


def note_handed_over(notice: UUID) -> None:
    """Written down before the platform is asked: where it ends between the two, it may have been sent."""
    Notice.objects.filter(pk=notice).update(account_state=Sending.MAYBE_SENT.value)


def note_told(notice: UUID) -> None:
    Notice.objects.filter(pk=notice).update(account_at=None, account_state=Sending.SENT.value)


def note_not_told(notice: UUID, *, at: dt.datetime, maybe_sent: bool = False) -> None:
    """It was not taken, or nobody knows: tried again under its id, later and later, and given up after two days."""
    tries = Notice.objects.values_list("account_tries", flat=True).get(pk=notice)
    again = at + RETRY_AFTER[tries] if tries < len(RETRY_AFTER) else None
    state = Sending.MAYBE_SENT if maybe_sent else Sending.WAITING if again else Sending.GIVEN_UP
    Notice.objects.filter(pk=notice).update(account_tries=tries + 1, account_at=again, account_state=state.value)


def put_off_word(notice: UUID, *, until: dt.datetime) -> None:
    Notice.objects.filter(pk=notice).update(account_at=until)


def let_word_be(notice: UUID) -> None:
    """It is not to be told by the account any more: no phone, no wish, or of no use by now."""
    Notice.objects.filter(pk=notice).update(account_at=None, account_state=Sending.NONE.value)


def forget_old(*, at: dt.datetime) -> int:
    """Notices are deleted after half a year. Returns how many went."""
    gone, _by_model = Notice.objects.filter(made_at__lt=at - KEPT).delete()
    return gone
