"""Elections of a term: who stands, who counts, letters to and from the superior. Ballots stand with the meeting."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from zhibu.apps.meetings.models import AgendaItem
from zhibu.apps.meetings.models import Election as Ballot
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.elections import Body, Contest, Letter, TellerRole, Way
from zhibu.domain.terms import Word


def _known(name: str, field: str, words: type[Word]) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": [word.value for word in words]}))


class TermElection(models.Model):
    """换届选举 of an organization. ``seats``: of its committee, 0 where it has none; ``deputies``: vice secretaries.

    It is under way until the posts are taken (``posts_on``, the first day of the new term) or it is called off.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="term_elections")
    way = models.CharField(max_length=10, choices=Way.choices())
    seats = models.PositiveSmallIntegerField()
    deputies = models.PositiveSmallIntegerField()
    planned_on = models.DateField()
    begun_on = models.DateField()
    #: The items under which the general meeting and the committee elect.
    meeting_item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, related_name="+")
    committee_item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, related_name="+")
    posts_on = models.DateField(null=True)
    called_off = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-begun_on", "-id"]
        constraints = [
            _known("term_election_way_known", "way", Way),
            models.CheckConstraint(
                name="term_election_seats_of_a_committee",
                condition=Q(way=Way.COMMITTEE.value, seats__gte=1) | Q(way=Way.DIRECT.value, seats=0),
            ),
            models.UniqueConstraint(
                name="term_election_one_under_way",
                fields=["organization"],
                condition=Q(posts_on__isnull=True, called_off=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.planned_on}"

    @property
    def how(self) -> Way:
        return Way(self.way)

    @property
    def is_under_way(self) -> bool:
        return self.posts_on is None and not self.called_off


class Nominee(models.Model):
    """候选人 of one contest. Who left in the middle stays here, with the reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term_election = models.ForeignKey(TermElection, models.CASCADE, related_name="nominees")
    contest = models.CharField(max_length=10, choices=Contest.choices())
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    left_on = models.DateField(null=True)
    left_for = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            _known("nominee_contest_known", "contest", Contest),
            models.UniqueConstraint(name="nominee_once", fields=["term_election", "contest", "person"]),
            models.CheckConstraint(
                name="nominee_left_with_reason",
                condition=Q(left_on__isnull=True, left_for="") | (Q(left_on__isnull=False) & ~Q(left_for="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contest} {self.person_id}"


class ElectionTeller(models.Model):
    """总监票人, 监票人 or 计票人 where the general meeting or the committee votes."""

    term_election = models.ForeignKey(TermElection, models.CASCADE, related_name="tellers")
    body = models.CharField(max_length=10, choices=Body.choices())
    role = models.CharField(max_length=10, choices=TellerRole.choices())
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            _known("election_teller_role_known", "role", TellerRole),
            models.UniqueConstraint(name="election_teller_once", fields=["term_election", "body", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.role}"


class ElectionLetter(models.Model):
    """A paper that went to the superior or came from there, with its day and number; the file where it was kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    election = models.ForeignKey(TermElection, models.CASCADE, related_name="letters")
    letter = models.CharField(max_length=20, choices=Letter.choices())
    dated = models.DateField()
    reference = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["dated", "id"]
        constraints = [
            _known("election_letter_known", "letter", Letter),
            models.UniqueConstraint(name="election_letter_once", fields=["election", "letter"]),
        ]

    def __str__(self) -> str:
        return self.letter


class ElectionRound(models.Model):
    """Which contest a ballot on record at a meeting belongs to. Withdrawn there, it is gone here."""

    election = models.ForeignKey(TermElection, models.CASCADE, related_name="rounds")
    contest = models.CharField(max_length=10, choices=Contest.choices())
    ballot = models.OneToOneField(Ballot, models.CASCADE, related_name="of_term")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.contest


class LeftOpen(models.Model):
    """The electors consented that seats of a contest stay open: so many in favour, and how many seats."""

    election = models.ForeignKey(TermElection, models.CASCADE, related_name="left_open")
    contest = models.CharField(max_length=10, choices=Contest.choices())
    in_favour = models.PositiveSmallIntegerField()
    voters_present = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="left_open_once", fields=["election", "contest"])]

    def __str__(self) -> str:
        return f"{self.contest} {self.seats}"
