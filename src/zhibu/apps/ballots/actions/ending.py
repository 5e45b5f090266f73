"""How a ballot ends: counted by its tellers, unread with too few, given up or withdrawn; the box is emptied."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from nacl.public import PrivateKey

from zhibu.apps.archive.actions import OPERATOR, Actor, record
from zhibu.apps.ballots import sealing
from zhibu.apps.ballots.actions.preparing import about
from zhibu.apps.ballots.errors import BallotRefusal, KeyRefused
from zhibu.apps.ballots.models import Ballot, Box, Option, Teller
from zhibu.apps.ballots.queries import tellers_of
from zhibu.apps.notices.actions.telling import Message, overtake, tell
from zhibu.domain.ballots import FEWEST_BALLOTS, BallotState, NoBallot, may_be_told, tally
from zhibu.domain.guidance import kept_line
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import Occasion

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class BroughtKey:
    """What a teller brings to the count: the file that was handed over, and the phrase."""

    file: bytes
    phrase: str


# --- The count ------------------------------------------------------------------------------------------------------


@transaction.atomic
def count(ballot: Ballot, brought: Mapping[UUID, BroughtKey], *, actor: Actor, at: dt.datetime) -> Ballot:
    """Open the box with the keys of all tellers, by their ids; count in an order that chance chooses; empty the box.

    Raises ``KeyRefused``, ``BoxUnreadable``, and ``BallotRefusal`` before the close, with fewer than five ballots,
    and where the box does not hold as many ballots as people have voted. Then everything stays as it was.
    """
    box, ballot = _closed_box(ballot, at)
    tellers = tellers_of(ballot)
    keys = _opened_keys(ballot, tellers, brought)
    entries = list(sealing.opened(bytes(box.content), bytes(box.salt), tellers=len(tellers)))
    voted = ballot.roll.filter(has_voted=True).count()
    if len(entries) != voted:
        raise BallotRefusal(
            _(
                "The box holds %(ballots)s ballots, and the roll says that %(voted)s people have voted. This box is "
                "not counted: give it up, with that reason, and vote on paper."
            )
            % {"ballots": len(entries), "voted": voted}
        )
    if not may_be_told(len(entries)):
        raise _too_few(len(entries))
    secrets.SystemRandom().shuffle(entries)
    marks, codes = _read(ballot, entries, keys)
    options = list(ballot.options.all())
    found = tally(marks, options=len(options), most=ballot.most)
    void = len(entries) - found.valid
    for option, number in zip(options, found.marks, strict=True):
        option.marks = number
    Option.objects.bulk_update(options, ["marks"])
    ballot.ballots, ballot.void, ballot.blank = len(entries), void, found.blank
    ballot.codes = "\n".join(sorted(codes))
    document: dict[str, Canonical] = {
        "ballots": len(entries),
        "void": void,
        "blank": found.blank,
        "marks": [{"option": option.text, "marks": option.marks or 0} for option in options],
        "codes": sorted(codes),
    }
    _end(ballot, BallotState.COUNTED, at=at)
    record("ballot_counted", ballot.pk, actor=actor, at=at, document=document | _roll_of(ballot))
    with override(settings.LANGUAGE_CODE):
        _tell_the_roll(ballot, _("Counted. The result can be read."), at)
    return ballot


def _closed_box(ballot: Ballot, at: dt.datetime) -> tuple[Box, Ballot]:
    """Both locked. Raises ``BallotRefusal`` unless voting is over and nothing has been done with the box."""
    box = Box.objects.select_for_update().filter(ballot=ballot).first()
    locked = Ballot.objects.select_for_update(of=("self",)).select_related("organization").get(pk=ballot.pk)
    state = locked.state(at)
    if state in {BallotState.OPEN, BallotState.PREPARING}:
        raise BallotRefusal(_("Nothing is counted before voting has ended."))
    if state is not BallotState.CLOSED or box is None:
        raise BallotRefusal(_("This ballot has ended already, and its box is empty."))
    return box, locked


def _opened_keys(ballot: Ballot, tellers: Sequence[Teller], brought: Mapping[UUID, BroughtKey]) -> list[PrivateKey]:
    keys = []
    for teller in tellers:
        given = brought.get(teller.pk)
        if given is None:
            raise KeyRefused(
                _("The key of %(name)s is missing. All tellers count together.") % {"name": teller.person}
            )
        try:
            keys.append(
                sealing.opened_key(
                    given.file,
                    given.phrase,
                    ballot=ballot.pk,
                    teller=teller.pk,
                    public=bytes(teller.public_key or b""),
                )
            )
        except KeyRefused as refusal:
            raise KeyRefused(f"{teller.person}：{refusal}") from refusal
    return keys


def _read(
    ballot: Ballot, entries: Sequence[sealing.Entry], keys: Sequence[PrivateKey]
) -> tuple[list[frozenset[int]], list[str]]:
    """The marks of the ballots that can be read, and the receipts of those that are what their receipt says."""
    marks, codes = [], []
    for entry in entries:
        try:
            found = sealing.unsealed(entry.ballot, keys)
        except NoBallot:
            continue
        if sealing.tag_of(ballot.pk, found.code) == entry.tag:
            marks.append(found.marks)
            codes.append(sealing.in_letters(found.code))
    return marks, codes


def _too_few(ballots: int) -> BallotRefusal:
    return BallotRefusal(
        _(
            "%(ballots)s ballots lie in the box. With fewer than %(fewest)s a result would tell how somebody voted: "
            "it is not opened. Vote on paper."
        )
        % {"ballots": ballots, "fewest": FEWEST_BALLOTS}
    )


# --- Other ends -----------------------------------------------------------------------------------------------------


@transaction.atomic
def end_unread(ballot: Ballot, *, actor: Actor, at: dt.datetime) -> Ballot:
    """Too few have voted: the box is emptied, and nobody has looked into it."""
    _box, ballot = _closed_box(ballot, at)
    if may_be_told(ballot.roll.filter(has_voted=True).count()):
        raise BallotRefusal(_("Enough have voted. The tellers count the ballots with their keys."))
    _end(ballot, BallotState.TOO_FEW, at=at)
    record("ballot_ended_unread", ballot.pk, actor=actor, at=at, document=_roll_of(ballot))
    with override(settings.LANGUAGE_CODE):
        _tell_the_roll(ballot, _("Too few ballots: the box was not opened. It is voted on paper."), at)
    return ballot


@transaction.atomic
def give_up(ballot: Ballot, reason: str, *, actor: Actor, at: dt.datetime) -> Ballot:
    """It can not be counted, a key being lost or the box not being what it should be: the box is emptied unread."""
    _box, ballot = _closed_box(ballot, at)
    ballot.ended_for = _reason(reason)
    _end(ballot, BallotState.UNREADABLE, at=at)
    document: dict[str, Canonical] = {"reason": ballot.ended_for}
    record("ballot_given_up", ballot.pk, actor=actor, at=at, document=document | _roll_of(ballot))
    with override(settings.LANGUAGE_CODE):
        _tell_the_roll(ballot, _("It can not be counted: %(reason)s") % {"reason": ballot.ended_for}, at)
    return ballot


@transaction.atomic
def withdraw(ballot: Ballot, reason: str, *, actor: Actor, at: dt.datetime) -> Ballot:
    """At any time before it has ended. What lies in the box counts for nothing and is read by nobody."""
    Box.objects.select_for_update().filter(ballot=ballot).first()
    ballot = Ballot.objects.select_for_update(of=("self",)).get(pk=ballot.pk)
    if ballot.outcome:
        raise BallotRefusal(_("This ballot has ended already, and its box is empty."))
    ballot.ended_for = _reason(reason)
    _end(ballot, BallotState.WITHDRAWN, at=at)
    document: dict[str, Canonical] = {"reason": ballot.ended_for}
    record("ballot_withdrawn", ballot.pk, actor=actor, at=at, document=document)
    with override(settings.LANGUAGE_CODE):
        _tell_the_roll(ballot, _("Withdrawn: %(reason)s") % {"reason": ballot.ended_for}, at)
    return ballot


@transaction.atomic
def leave(option: Option, reason: str, *, actor: Actor, at: dt.datetime) -> Option:
    """Somebody stands no more, or an option falls away, while people vote.

    Ballots in the box stay as they are and stay valid: their other marks count, the marks for this one put nobody
    forward. From now on it can not be marked.
    """
    Box.objects.select_for_update().filter(ballot=option.ballot_id).first()
    ballot = Ballot.objects.get(pk=option.ballot_id)
    option = Option.objects.select_for_update(of=("self",)).get(pk=option.pk)
    if ballot.outcome:
        raise BallotRefusal(_("This ballot has ended already. Withdraw from what it was about, with the secretary."))
    if option.left_at is not None:
        raise BallotRefusal(_("“%(option)s” stands no more already.") % {"option": option.text})
    option.left_at, option.left_for = at, _reason(reason)
    option.save(update_fields=["left_at", "left_for"])
    facts = {"option": option.text, "reason": option.left_for}
    record("ballot_option_left", ballot.pk, actor=actor, at=at, document=facts)
    return option


def _reason(text: str) -> str:
    reason = kept_line(text)[:LONGEST_REASON]
    if not reason:
        raise BallotRefusal(_("Say why; whoever was called reads it."))
    return reason


def _roll_of(ballot: Ballot) -> dict[str, Canonical]:
    """Who was called and who has voted, as it is sealed: in the order of the people, never in that of the votes."""
    lines = list(ballot.roll.order_by("person__staff_number").values_list("person", "has_voted"))
    return {
        "roll": [str(person) for person, _voted in lines],
        "voted": [str(person) for person, voted in lines if voted],
    }


def _end(ballot: Ballot, how: BallotState, *, at: dt.datetime) -> None:
    """The box is gone with the transaction; ``erase_due`` sees to it that nothing of it is left in the files."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete=ON")
    had_box = Box.objects.filter(ballot=ballot).delete()[0]
    ballot.outcome, ballot.ended_at = how.value, at
    ballot.erased_at = None if had_box else at
    ballot.save()


def _tell_the_roll(ballot: Ballot, text: str, at: dt.datetime) -> None:
    people = {*ballot.roll.values_list("person", flat=True), *ballot.tellers.values_list("person", flat=True)}
    overtake(about(ballot))
    message = Message(Occasion.BALLOT, about(ballot), ballot.question, text)
    tell(people, message, key=f"ballot-ended:{ballot.pk}", at=at)


# --- What is done without anybody asking ----------------------------------------------------------------------------


def settle_due(at: dt.datetime) -> int:
    """End those with too few ballots and erase the boxes of those that have ended. Returns how many were looked at.

    Erasing is no part of a transaction: the database is written anew without what was deleted. Where others hold
    it up it is tried at the next look.
    """
    waiting = Ballot.objects.filter(erased_at__isnull=True, opened_at__isnull=False)
    due = list(waiting.exclude(outcome="", closes_at__gt=at))
    for ballot in due:
        if not ballot.outcome and not may_be_told(ballot.roll.filter(has_voted=True).count()):
            end_unread(ballot, actor=OPERATOR, at=at)
            ballot.outcome = BallotState.TOO_FEW.value
    ended = [ballot for ballot in due if ballot.outcome]
    if ended and _is_erased():
        for ballot in ended:
            _note_erased(ballot, at)
    return len(ended)


def _is_erased() -> bool:
    """Write the file or the table anew, and empty the journal; whether nothing was in the way."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (FULL) ballots_box")
            return True
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, _pages, _moved = cursor.fetchone()
        return not is_busy


@transaction.atomic
def _note_erased(ballot: Ballot, at: dt.datetime) -> None:
    if Ballot.objects.filter(pk=ballot.pk, erased_at__isnull=True).update(erased_at=at):
        record("ballot_erased", ballot.pk, actor=OPERATOR, at=at)
