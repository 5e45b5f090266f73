"""Where a ballot stands: the roll in numbers, the keys, what a receipt finds, what was counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhibu.apps.ballots import sealing
from zhibu.apps.ballots.models import Ballot, Box, Option, Teller, Voter
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.models import Employment, Person
from zhibu.apps.people.queries import members_of
from zhibu.domain.ballots import BallotState, Forward, put_forward
from zhibu.domain.terms import Audience, Standing

#: Who can be asked.
AUDIENCES = (Audience.MEMBERS, Audience.VOTERS, Audience.STAFF)


def called(organization: Organization, audience: Audience, on: dt.date) -> QuerySet[Person]:
    """Who is asked on that day: in the organization and all below it, by staff number."""
    if audience is Audience.STAFF:
        work = Employment.objects.on(on).filter(in_subtree(organization.path, "organization__"))
        return Person.objects.filter(pk__in=work.values("person")).order_by("staff_number")
    members = members_of(organization.path, on)
    if audience is Audience.VOTERS:
        members = members.filter(standing=Standing.FULL.value)
    return Person.objects.filter(pk__in=members.values("person")).order_by("staff_number")


def tellers_of(ballot: Ballot) -> list[Teller]:
    """In the order in which a ballot is sealed to them."""
    return list(ballot.tellers.select_related("person").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many stand on the roll, and how many of them have voted."""

    expected: int
    voted: int


def turnout(ballot: Ballot) -> Turnout:
    counted = ballot.roll.aggregate(expected=Count("pk"), voted=Count("pk", filter=Q(has_voted=True)))
    return Turnout(**counted)


def line_of(ballot: Ballot, person: UUID | None) -> Voter | None:
    """The line of the roll; ``None`` for who does not stand on it."""
    return ballot.roll.filter(person=person).first() if person else None


def is_in_the_box(ballot: Ballot, code: bytes) -> bool:
    """Whether a ballot with this receipt lies in the box; once it has ended, whether one was counted.

    Raises ``BoxUnreadable``.
    """
    if ballot.outcome:
        return sealing.in_letters(code) in ballot.codes.split("\n")
    box = Box.objects.filter(ballot=ballot).first()
    if box is None:
        return False
    entries = sealing.opened(bytes(box.content), bytes(box.salt), tellers=ballot.tellers.count())
    return entries.holds(sealing.tag_of(ballot.pk, code))


def line_in(ballot: UUID, person: UUID | None) -> Voter | None:
    """The same in one statement, with ballot and organization; ``None`` also where there is no such ballot."""
    rows = Voter.objects.select_related("ballot__organization")
    return rows.filter(ballot=ballot, person=person).first() if person else None


def forward_of(ballot: Ballot, options: list[Option]) -> Forward | None:
    """Who is put forward; ``None`` where nobody is: an opinion, or a ballot that was not counted."""
    if not ballot.places or ballot.outcome != BallotState.COUNTED:
        return None
    left = [option.place for option in options if option.left_at is not None]
    return put_forward([option.marks or 0 for option in options], places=ballot.places, left=left)
