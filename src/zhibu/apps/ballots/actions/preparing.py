"""A ballot is written, its tellers make their keys, and it is opened for a roll that is frozen then."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.ballots import sealing
from zhibu.apps.ballots.errors import BallotRefusal
from zhibu.apps.ballots.models import Ballot, Box, Option, Teller, Voter
from zhibu.apps.ballots.queries import AUDIENCES, called, tellers_of
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.ballots import (
    FEWEST_BALLOTS,
    FEWEST_OPTIONS,
    FEWEST_TELLERS,
    MOST_OPTIONS,
    MOST_TELLERS,
    MOST_VOTERS,
)
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.strokes import by_surname
from zhibu.domain.terms import Audience, Occasion

LONGEST_QUESTION, LONGEST_TEXT, LONGEST_OPTION = 120, 600, 80

#: Days for which a ballot may be open.
LONGEST = dt.timedelta(days=31)

#: Letters of the phrase under which a teller's key is kept.
SHORTEST_PHRASE, LONGEST_PHRASE = 10, 128

#: As many rows in one statement as every database takes.
_BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked. ``are_names``: the options stand by the strokes of the surname; else as they were written.

    ``most`` and ``places`` as in ``Ballot``.
    """

    question: str
    options: Sequence[str]
    most: int
    closes_at: dt.datetime
    audience: Audience = Audience.MEMBERS
    text: str = ""
    places: int = 0
    are_names: bool = False


def about(ballot: Ballot) -> str:
    return f"ballot:{ballot.pk}"


@transaction.atomic
def prepare(
    organization: Organization,
    asked: Asked,
    tellers: Collection[Person],
    *,
    by: Person | None,
    actor: Actor,
    at: dt.datetime,
    among_tied_of: Ballot | None = None,
) -> Ballot:
    """Nobody votes yet: first each teller makes a key, then it is opened. The tellers are told."""
    question, text = kept_line(asked.question), kept(asked.text)
    options = [line for line in (kept_line(option) for option in asked.options) if line]
    if asked.are_names:
        options.sort(key=by_surname)
    _refuse_what_can_not_be_asked(asked, question, text, options, at)
    _refuse_wrong_tellers(tellers, options)
    ballot = Ballot.objects.create(
        organization=organization,
        question=question,
        text=text,
        most=asked.most,
        places=asked.places,
        audience=asked.audience.value,
        closes_at=asked.closes_at,
        made_by=by,
        made_at=at,
        among_tied_of=among_tied_of,
    )
    Option.objects.bulk_create(Option(ballot=ballot, place=place, text=line) for place, line in enumerate(options))
    Teller.objects.bulk_create(Teller(ballot=ballot, person=person) for person in tellers)
    record(
        "ballot_prepared",
        ballot.pk,
        actor=actor,
        at=at,
        document={
            "organization": str(organization.pk),
            "question": question,
            "text": text,
            "options": options,
            "most": asked.most,
            "places": asked.places,
            "audience": asked.audience.value,
            "closes_at": asked.closes_at.isoformat(),
            "tellers": [str(person.pk) for person in sorted(tellers, key=lambda teller: teller.staff_number)],
            "among_tied_of": str(among_tied_of.pk) if among_tied_of else None,
        },
    )
    with override(settings.LANGUAGE_CODE):
        message = Message(
            Occasion.BALLOT, about(ballot), question, _("You are a teller of this ballot. Make your key.")
        )
    tell((person.pk for person in tellers), message, key=f"ballot-teller:{ballot.pk}", at=at)
    return ballot


def _refuse_what_can_not_be_asked(
    asked: Asked, question: str, text: str, options: Sequence[str], at: dt.datetime
) -> None:
    if not question or len(question) > LONGEST_QUESTION or len(text) > LONGEST_TEXT:
        raise BallotRefusal(
            _("Write the question in at most %(question)s characters, and what explains it in at most %(text)s.")
            % {"question": LONGEST_QUESTION, "text": LONGEST_TEXT}
        )
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise BallotRefusal(
            _("Write between %(fewest)s and %(most)s options, one a line.")
            % {"fewest": FEWEST_OPTIONS, "most": MOST_OPTIONS}
        )
    long = next((option for option in options if len(option) > LONGEST_OPTION), None)
    if long is not None:
        raise BallotRefusal(
            _("“%(option)s…” is too long. Write each option in at most %(most)s characters.")
            % {"option": long[:20], "most": LONGEST_OPTION}
        )
    twice = next((option for option in options if options.count(option) > 1), None)
    if twice is not None:
        raise BallotRefusal(
            _("“%(option)s” stands there twice. Write each option once; add the unit to people of one name.")
            % {"option": twice}
        )
    if not 1 <= asked.most <= len(options):
        raise BallotRefusal(
            _("On one ballot between 1 and %(most)s options can be marked. Choose a number between them.")
            % {"most": len(options)}
        )
    if not 0 <= asked.places < len(options):
        raise BallotRefusal(
            _("Fewer names are put forward than stand there: at most %(most)s. Choose a smaller number.")
            % {"most": len(options) - 1}
        )
    if asked.audience not in AUDIENCES:
        raise BallotRefusal(_("Choose who votes: members, members with a vote, or all staff."))
    if not at < asked.closes_at <= at + LONGEST:
        raise BallotRefusal(
            _("Choose an end that is later than now and at most %(days)s days away.") % {"days": LONGEST.days}
        )


def _refuse_wrong_tellers(tellers: Collection[Person], options: Sequence[str]) -> None:
    if not FEWEST_TELLERS <= len({person.pk for person in tellers}) <= MOST_TELLERS:
        raise BallotRefusal(
            _("Choose %(fewest)s to %(most)s tellers. All of them have to be there when the ballots are counted.")
            % {"fewest": FEWEST_TELLERS, "most": MOST_TELLERS}
        )
    both = next((person for person in tellers if person.name in options), None)
    if both is not None:
        raise BallotRefusal(
            _("%(name)s stands among the options. Choose a teller who does not.") % {"name": both.name}
        )


# --- Keys -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_teller_key(ballot: Ballot, person: Person, phrase: str, *, actor: Actor, at: dt.datetime) -> bytes:
    """The file to hand over to the teller. Until the ballot is opened it may be made again; the last one counts."""
    locked = Ballot.objects.select_for_update(of=("self",)).get(pk=ballot.pk)
    teller = locked.tellers.select_for_update(of=("self",)).filter(person=person).first()
    if teller is None:
        raise BallotRefusal(_("Only a teller of this ballot makes a key. Ask the secretary who they are."))
    if locked.opened_at is not None or locked.outcome:
        raise BallotRefusal(_("Voting has begun, and its ballots are sealed to the keys that were made before."))
    if not SHORTEST_PHRASE <= len(phrase) <= LONGEST_PHRASE:
        raise BallotRefusal(
            _("Choose a phrase of %(fewest)s to %(most)s characters that you do not use elsewhere.")
            % {"fewest": SHORTEST_PHRASE, "most": LONGEST_PHRASE}
        )
    made = sealing.make_key(ballot.pk, teller.pk, phrase)
    teller.public_key, teller.key_made_at = made.public, at
    teller.save(update_fields=["public_key", "key_made_at"])
    facts = {"teller": str(person.pk), "public_key": made.public.hex()}
    record("ballot_key_made", ballot.pk, actor=actor, at=at, document=facts)
    return made.file


# --- Opening --------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_ballot(ballot: Ballot, *, actor: Actor, at: dt.datetime) -> Ballot:
    """Freeze the roll as it is today, put up an empty box, and tell everybody on the roll."""
    ballot = Ballot.objects.select_for_update(of=("self",)).select_related("organization").get(pk=ballot.pk)
    _refuse_to_open(ballot, at)
    people = list(called(ballot.organization, Audience(ballot.audience), localtime(at).date()))
    _refuse_roll_of(len(people))
    # Under random keys, and in their order: the rows tell nothing but who is called.
    lines = sorted((Voter(ballot=ballot, person=person) for person in people), key=lambda line: line.pk)
    Voter.objects.bulk_create(lines, batch_size=_BATCH)
    salt, tellers = secrets.token_bytes(sealing.SALT_BYTES), tellers_of(ballot)
    empty = sealing.OpenBox(b"", tellers=len(tellers))
    Box.objects.create(ballot=ballot, salt=salt, content=sealing.closed(empty, salt))
    ballot.opened_at, ballot.expected = at, len(people)
    ballot.save(update_fields=["opened_at", "expected"])
    record(
        "ballot_opened",
        ballot.pk,
        actor=actor,
        at=at,
        document={
            "roll": [str(person.pk) for person in people],
            "closes_at": ballot.closes_at.isoformat(),
            "keys": [bytes(teller.public_key or b"").hex() for teller in tellers],
        },
    )
    closes = localtime(ballot.closes_at)
    with override(settings.LANGUAGE_CODE):
        text = _("Vote until %(day)s %(time)s.") % {"day": closes.date().isoformat(), "time": f"{closes:%H:%M}"}
        message = Message(Occasion.BALLOT, about(ballot), ballot.question, text, closes.date())
    tell((person.pk for person in people), message, key=f"ballot-open:{ballot.pk}", at=at)
    return ballot


def _refuse_to_open(ballot: Ballot, at: dt.datetime) -> None:
    if ballot.outcome or ballot.opened_at is not None:
        raise BallotRefusal(_("This ballot was opened or withdrawn already."))
    if at >= ballot.closes_at:
        raise BallotRefusal(_("Its end has passed before it was opened. Withdraw it and write another."))
    missing = [teller.person.name for teller in tellers_of(ballot) if teller.public_key is None]
    if missing:
        raise BallotRefusal(
            _("A key is missing: %(names)s. Each teller makes one, then voting can begin.")
            % {"names": "、".join(missing)}
        )


def _refuse_roll_of(people: int) -> None:
    if people > MOST_VOTERS:
        raise BallotRefusal(
            _("%(people)s people are called, at most %(most)s can be. Ask in several ballots.")
            % {"people": people, "most": MOST_VOTERS}
        )
    if people < FEWEST_BALLOTS:
        raise BallotRefusal(
            _(
                "Only %(people)s people are called: with fewer than %(fewest)s ballots a result would tell how "
                "somebody voted. Vote on paper."
            )
            % {"people": people, "fewest": FEWEST_BALLOTS}
        )
