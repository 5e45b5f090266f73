"""Rooms of the forum, threads, posts with what they said before, and the views of those who will be away.

There are no likes and no sums by person, and nothing says who looked at what: but whoever presses "I have read this",
where it is asked for, and takes it back.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.guides.models import Guide
from zhibu.apps.meetings.models import AgendaItem, Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import Section
from zhibu.domain.forum import AppealOutcome, PostState, RoomKind


class Room(models.Model):
    """Made when somebody first writes there. ``key`` is its address; ``home``: the branch, else the root of the tree.

    Who may enter is not kept: it follows from where people stand today (``access``).
    """

    key = models.CharField(max_length=48, unique=True)
    kind = models.CharField(max_length=8, choices=RoomKind.choices())
    home = models.ForeignKey(Organization, models.PROTECT, related_name="forum_rooms")
    section = models.OneToOneField(Section, models.PROTECT, null=True, related_name="forum_room")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="forum_room_kind_known", condition=Q(kind__in=[word.value for word in RoomKind])
            ),
            models.CheckConstraint(
                name="forum_room_of_a_section",
                condition=Q(kind=RoomKind.SECTION.value, section__isnull=False)
                | (~Q(kind=RoomKind.SECTION.value) & Q(section__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def word(self) -> RoomKind:
        return RoomKind(self.kind)


class Thread(models.Model):
    """What is talked about. Its title and its question are those of ``first``; no text stands here.

    It may belong to an item of an agenda (and so to its meeting), to a meeting or to a guide. ``became``: the guide
    that was made of ``accepted``. ``last_number`` counts posts, also those that are gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="threads")
    first = models.OneToOneField("Post", models.PROTECT, null=True, related_name="+")
    is_question = models.BooleanField(default=False)
    accepted = models.OneToOneField("Post", models.PROTECT, null=True, related_name="+")
    became = models.ForeignKey(Guide, models.SET_NULL, null=True, related_name="+")
    asks_confirmation = models.BooleanField(default=False)
    meeting = models.ForeignKey(Meeting, models.SET_NULL, null=True, related_name="threads")
    agenda_item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, related_name="threads")
    guide = models.ForeignKey(Guide, models.SET_NULL, null=True, related_name="threads")
    last_number = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    locked_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-last_at", "-id"]
        indexes = [
            models.Index(fields=["room", "last_at"]),
            models.Index(
                name="thread_open_questions",
                fields=["room", "last_at"],
                condition=Q(is_question=True, accepted__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="thread_belongs_to_one",
                condition=Q(guide__isnull=True) | Q(meeting__isnull=True, agenda_item__isnull=True),
            ),
            models.CheckConstraint(
                name="thread_locked_says_why",
                condition=Q(locked_at__isnull=True, locked_by__isnull=True, locked_because="")
                | (Q(locked_at__isnull=False, locked_by__isnull=False) & ~Q(locked_because="")),
            ),
            models.CheckConstraint(
                name="thread_accepts_in_a_question", condition=Q(accepted__isnull=True) | Q(is_question=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


class Post(models.Model):
    """What somebody wrote; ``number`` is its place in the thread, for good. The first one has the title.

    Deleted, it has no text and no writer any more: a place that nobody can tell apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="posts")
    number = models.PositiveIntegerField()
    writer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="posts")
    title = models.CharField(max_length=80, blank=True)
    text = models.TextField(max_length=8000, blank=True)
    state = models.CharField(max_length=10, choices=PostState.choices(), default=PostState.SHOWN.value)
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["thread", "number"]
        indexes = [models.Index(fields=["writer", "written_at"]), models.Index(fields=["written_at"])]
        constraints = [
            models.UniqueConstraint(name="post_number_once", fields=["thread", "number"]),
            models.CheckConstraint(
                name="post_state_known", condition=Q(state__in=[word.value for word in PostState])
            ),
            models.CheckConstraint(
                name="post_deleted_says_nothing",
                condition=Q(state=PostState.DELETED.value, text="", title="", writer__isnull=True)
                | (~Q(state=PostState.DELETED.value) & ~Q(text="") & Q(writer__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def word(self) -> PostState:
        return PostState(self.state)

    @property
    def is_first(self) -> bool:
        return self.number == 1


class EarlierText(models.Model):
    """What a post said before it was edited; for its writer and the moderators."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="earlier")
    title = models.CharField(max_length=80, blank=True)
    text = models.TextField(max_length=8000)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["post", "written_at", "id"]

    def __str__(self) -> str:
        return f"{self.post_id} {self.written_at:%Y-%m-%d %H:%M}"


class Picture(models.Model):
    """A picture of a post, written anew when it came: a JPEG without anything else in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="pictures")
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["post", "id"]

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


class Hiding(models.Model):
    """A moderator took a post from sight; its writer reads why, and may ask a superior's moderator once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="hidings")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    because = models.CharField(max_length=300)
    hidden_at = models.DateTimeField()
    appeal = models.CharField(max_length=500, blank=True)
    appealed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=AppealOutcome.choices(), blank=True)
    said = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-hidden_at"]
        constraints = [
            models.UniqueConstraint(name="hiding_one_open", fields=["post"], condition=Q(lifted_at__isnull=True)),
            models.CheckConstraint(name="hiding_says_why", condition=~Q(because="")),
            models.CheckConstraint(
                name="hiding_decided_by_another", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by"))
            ),
            models.CheckConstraint(
                name="hiding_decided_after_an_appeal",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, outcome="", said="")
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False, appealed_at__isnull=False)
                    & Q(outcome__in=[word.value for word in AppealOutcome])
                    & ~Q(said="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.hidden_at:%Y-%m-%d}"

    @property
    def outcome_word(self) -> AppealOutcome | None:
        """``None`` while nobody has decided."""
        return AppealOutcome(self.outcome) if self.outcome else None


class Following(models.Model):
    """Somebody wants to hear, once a day, that something new was written in a thread or a room."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="followers")
    room = models.ForeignKey(Room, models.CASCADE, null=True, related_name="followers")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="following_one_thing",
                condition=Q(thread__isnull=True, room__isnull=False) | Q(thread__isnull=False, room__isnull=True),
            ),
            models.UniqueConstraint(name="following_thread_once", fields=["person", "thread"]),
            models.UniqueConstraint(name="following_room_once", fields=["person", "room"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Confirmation(models.Model):
    """Somebody pressed "I have read this" where the writer asks for it. When is not kept; taken back, it is gone."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="confirmations")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="confirmation_once", fields=["thread", "person"])]

    def __str__(self) -> str:
        return str(self.pk)


class Opinion(models.Model):
    """What somebody who will be away says on an item before it is decided. ``taken_at``: it stands in the minutes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agenda_item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="opinions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    given_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["agenda_item", "given_at"]
        constraints = [
            models.UniqueConstraint(name="opinion_once", fields=["agenda_item", "person"]),
            models.CheckConstraint(name="opinion_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)
