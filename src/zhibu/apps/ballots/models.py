"""Consultative ballots: what is asked, who keeps the keys, who may vote and has voted, and the box.

The roll and the box know nothing of each other: no row of the one points to the other, and the box is a single
sealed value that each vote writes anew as a whole. Why, and what it does not hide: ``docs/decisions/0023``.
"""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.ballots import ENDED, FEWEST_BALLOTS, BallotState
from zhibu.domain.terms import Audience


class Ballot(models.Model):
    """A question to a frozen roll, from ``opens_at`` until before ``closes_at``.

    ``most``: so many options may be marked on one ballot. ``places``: so many names are put forward; 0 asks for an
    opinion and puts nobody forward. ``opened_at``: when the roll was frozen; ``None`` while the tellers make keys.
    ``outcome``: how it ended, empty until then; ``erased_at``: when nothing of the box was left in the database.
    ``among_tied_of``: the ballot that left a tie, which this one decides. ``codes``: the receipts of all ballots
    that were counted, sorted, one a line.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="ballots")
    question = models.CharField(max_length=120)
    text = models.CharField(max_length=600, blank=True)
    most = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField(default=0)
    audience = models.CharField(max_length=10, choices=Audience.choices())
    closes_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="ballots_made")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    among_tied_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="again")
    outcome = models.CharField(max_length=10, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=300, blank=True)
    erased_at = models.DateTimeField(null=True)
    expected = models.PositiveIntegerField(default=0)
    ballots = models.PositiveIntegerField(null=True)
    void = models.PositiveIntegerField(null=True)
    blank = models.PositiveIntegerField(null=True)
    codes = models.TextField(blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="ballot_ends_in_a_known_way",
                condition=Q(outcome="", ended_at__isnull=True)
                | Q(outcome__in=[state.value for state in ENDED], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ballot_is_told_with_enough",
                condition=Q(outcome=BallotState.COUNTED.value, ballots__gte=FEWEST_BALLOTS)
                | (
                    ~Q(outcome=BallotState.COUNTED.value)
                    & Q(ballots__isnull=True, void__isnull=True, blank__isnull=True, codes="")
                ),
            ),
            models.CheckConstraint(
                name="ballot_opens_before_it_closes",
                condition=Q(opened_at__isnull=True) | Q(closes_at__gt=F("opened_at")),
            ),
            models.CheckConstraint(name="ballot_marks_something", condition=Q(most__gte=1)),
        ]

    def __str__(self) -> str:
        return self.question

    def state(self, at: dt.datetime) -> BallotState:
        """``PREPARING`` until it is opened; whether all keys are there is asked of the tellers."""
        if self.outcome:
            return BallotState(self.outcome)
        if self.opened_at is None:
            return BallotState.PREPARING
        return BallotState.OPEN if at < self.closes_at else BallotState.CLOSED


class Option(models.Model):
    """What can be marked, in its place from 0 on. Who leaves in the middle keeps the place. ``marks``: the result."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="options")
    place = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=80)
    left_at = models.DateTimeField(null=True)
    left_for = models.CharField(max_length=300, blank=True)
    marks = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["ballot", "place"]
        constraints = [models.UniqueConstraint(name="ballot_option_has_a_place", fields=["ballot", "place"])]

    def __str__(self) -> str:
        return self.text


class Teller(models.Model):
    """监票人. ``public_key``: 32 bytes that seal; the key that opens is in the teller's hands only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="tellers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="ballots_told")
    public_key = models.BinaryField(null=True)
    key_made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["ballot", "person__staff_number"]
        constraints = [models.UniqueConstraint(name="ballot_teller_once", fields=["ballot", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id}"


class Voter(models.Model):
    """A line of the frozen roll: whether the person has voted, and neither when nor what.

    Written once for everybody when the ballot opens, under random keys; a vote changes one value in its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="roll")
    person = models.ForeignKey(Person, models.PROTECT, related_name="ballots_called_to")
    has_voted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="ballot_one_person_one_vote", fields=["ballot", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id}"


class Box(models.Model):
    """The box of one ballot: all that was laid in, one sealed value. Gone when the ballot has ended."""

    ballot = models.OneToOneField(Ballot, models.PROTECT, primary_key=True, related_name="box")
    salt = models.BinaryField()
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.ballot_id}"
