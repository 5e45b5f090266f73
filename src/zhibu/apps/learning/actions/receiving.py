"""What a phone sends again is received once: the same nonce, the same answer."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Receipt
from zhibu.apps.people.models import Person

LONGEST_NONCE = 64
#: A phone that was switched off for longer sends as if for the first time; one row a deed holds then as well.
KEPT_FOR = dt.timedelta(days=180)


def received(person: Person, nonce: str, subject: UUID, at: dt.datetime) -> tuple[Receipt, bool]:
    """The receipt, and whether it is new. Inside the transaction of the deed: a deed that is refused leaves none.

    Refused where the nonce was used for something else, or is none.
    """
    if not nonce or len(nonce) > LONGEST_NONCE or not nonce.isprintable():
        raise LearningRefusal(_("This form is not whole. Open the page again and send it from there."))
    receipt, is_new = Receipt.objects.get_or_create(
        person=person, nonce=nonce, defaults={"subject": subject, "received_at": at}
    )
    if receipt.subject != subject:
        raise LearningRefusal(_("This form was sent for something else already. Open the page again."))
    return receipt, is_new


def forget_receipts(at: dt.datetime) -> int:
    """Those that are older than ``KEPT_FOR``; returns how many."""
    number, _by_model = Receipt.objects.filter(received_at__lt=at - KEPT_FOR).delete()
    return number
