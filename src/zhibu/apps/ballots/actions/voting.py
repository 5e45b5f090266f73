"""Somebody votes: one line of the roll and the whole box are written, in one transaction.

No event is recorded, no time is kept, and what is laid in the box leaves this function sealed.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Collection

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.ballots import sealing
from zhibu.apps.ballots.errors import BallotRefusal
from zhibu.apps.ballots.models import Ballot as BallotRow
from zhibu.apps.ballots.models import Box, Option
from zhibu.apps.ballots.queries import tellers_of
from zhibu.apps.people.models import Person
from zhibu.domain.ballots import Ballot, BallotState

#: Whose turn it is in this process. SQLite lets whoever waits look again and again, in no order: out of many that
#: vote at once some would wait until they are sent away.
_TURN = threading.Lock()


def vote(ballot: BallotRow, person: Person, marks: Collection[int], *, code: bytes, at: dt.datetime) -> None:
    """Lay one ballot in the box and mark the person on the roll. ``code`` is the one on the receipt.

    ``marks``: places of options; none of them abstains. The same code from the same person again changes nothing, so
    that an answer that got lost can be asked for once more; with another code a second vote is refused.
    Raises ``BallotRefusal`` and ``BoxUnreadable``; then neither roll nor box has changed.
    """
    with _TURN, transaction.atomic():
        _lay_in(ballot, person, marks, code=code, at=at)


def _lay_in(ballot: BallotRow, person: Person, marks: Collection[int], *, code: bytes, at: dt.datetime) -> None:
    box = Box.objects.select_for_update().filter(ballot=ballot).first()  # one at a time for each box
    row = BallotRow.objects.get(pk=ballot.pk)
    tellers = [bytes(teller.public_key or b"") for teller in tellers_of(row)]
    _refuse_unless_open(row, box, at)
    assert box is not None
    entries = sealing.opened(bytes(box.content), bytes(box.salt), tellers=len(tellers))
    tag = sealing.tag_of(row.pk, code)
    is_there = entries.holds(tag)
    if not row.roll.filter(person=person, has_voted=False).update(has_voted=True):
        _refuse_second_vote(row, person, is_the_same=is_there)
        return
    chosen = _chosen(row, marks)
    if is_there:
        raise BallotRefusal(_("Nothing was laid in the box. Open the ballot anew and vote again."))
    entries.lay_in(sealing.Entry(tag, sealing.sealed(Ballot(code, chosen), tellers)))
    box.content = sealing.closed(entries, bytes(box.salt))
    box.save(update_fields=["content"])


def _refuse_unless_open(row: BallotRow, box: Box | None, at: dt.datetime) -> None:
    state = row.state(at)
    if state is BallotState.OPEN and box is not None:
        return
    if state is BallotState.PREPARING:
        raise BallotRefusal(_("Voting has not begun."))
    if state is BallotState.WITHDRAWN:
        raise BallotRefusal(_("This ballot was withdrawn: %(reason)s") % {"reason": row.ended_for})
    raise BallotRefusal(
        _("Voting ended on %(day)s at %(time)s. Your ballot was not laid in the box, and nothing of it is kept.")
        % {"day": localtime(row.closes_at).date().isoformat(), "time": f"{localtime(row.closes_at):%H:%M}"}
    )


def _refuse_second_vote(row: BallotRow, person: Person, *, is_the_same: bool) -> None:
    if not row.roll.filter(person=person).exists():
        raise BallotRefusal(_("You are not on the roll of this ballot. Ask the secretary who is called."))
    if not is_the_same:
        raise BallotRefusal(
            _("You have voted already. Nobody can find your ballot any more, so it can not be changed.")
        )


def _chosen(row: BallotRow, marks: Collection[int]) -> frozenset[int]:
    """The places marked. Raises ``BallotRefusal`` where a ballot can not say so."""
    chosen = frozenset(marks)
    if len(chosen) > row.most:
        raise BallotRefusal(
            _("%(number)s options are marked, at most %(most)s can be. Take some marks away.")
            % {"number": len(chosen), "most": row.most}
        )
    options = {option.place: option for option in Option.objects.filter(ballot=row)}
    if not chosen <= options.keys():
        raise BallotRefusal(_("What is marked does not stand on this ballot. Open it anew and vote again."))
    left = [options[place].text for place in sorted(chosen) if options[place].left_at is not None]
    if left:
        raise BallotRefusal(
            _("No longer to be voted for: %(names)s. Your ballot was not laid in the box; choose again.")
            % {"names": "、".join(left)}
        )
    return chosen
