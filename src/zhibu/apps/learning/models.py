"""Campaigns (学习教育, 专题教育) with their parts, meetings, study notes and wrap-ups; units of five minutes.

Who has opened or read any of it is not kept.
"""

from __future__ import annotations

import datetime as dt
import json

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from uuid6 import uuid7

from zhibu.apps.archive.models import Document, Event
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.learning import USUAL_MINUTES, MakeUpState, MediaKind, UnitReach
from zhibu.domain.questions import Question, of_kept
from zhibu.domain.terms import MeetingKind, OrganizationKind


class Campaign(models.Model):
    """One 学习教育, opened here by ``office``; it binds the whole subtree of that organization.

    ``issuer``, ``document``, ``number`` and ``dated`` name the text that launched it; its number and day are empty
    where they are not known. ``until``: its last day, ``None`` while nobody has set one. A draft has no
    ``opened_at``; one that is over has ``closed_at``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Organization, models.PROTECT, related_name="campaigns")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    issuer = models.CharField(max_length=80, blank=True)
    document = models.CharField(max_length=160, blank=True)
    number = models.CharField(max_length=60, blank=True)
    dated = models.DateField(null=True)
    text = models.TextField(max_length=4000)
    since = models.DateField()
    until = models.DateField(null=True)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                name="campaign_until_after_since", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(
                name="campaign_closed_was_open",
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False, until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.opened_at is None

    @property
    def is_running(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    @property
    def was_before(self) -> bool:
        """It was over when it was entered here: its texts and days are kept, and no meetings belong to it."""
        return self.opened_at is not None and self.until is not None and self.until < localtime(self.opened_at).date()

    def last_day(self, today: dt.date) -> dt.date:
        """The day whose members are asked about: today while it runs, its last day after that."""
        return today if self.closed_at is None or self.until is None else min(self.until, today)


class Part(models.Model):
    """What an organization asks within a campaign: a superior of every branch below it, a branch of itself.

    ``kind``: the kind of meeting that serves it; empty for a text to be read, at whatever meeting.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="parts")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="campaign_parts")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=2000, blank=True)
    kind = models.CharField(max_length=30, choices=MeetingKind.choices(), blank=True)
    first = models.DateField()
    last = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["organization__path", "first", "id"]
        constraints = [
            models.CheckConstraint(name="part_last_after_first", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(
                name="part_kind_known", condition=Q(kind__in=["", *(kind.value for kind in MeetingKind)])
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> MeetingKind | None:
        """``None``: a text to be read, which any meeting may serve."""
        return MeetingKind(self.kind) if self.kind else None

    @property
    def is_own(self) -> bool:
        """Whether it is a branch's own, not prescribed to others."""
        return self.organization.word is OrganizationKind.BRANCH


class Link(models.Model):
    """A meeting of ``organization``, a branch, serves a part. The same meeting may serve several."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="links")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="campaign_links")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="campaign_links")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["meeting__held_on", "id"]
        constraints = [models.UniqueConstraint(name="link_once", fields=["part", "organization", "meeting"])]

    def __str__(self) -> str:
        return f"{self.part_id} ← {self.meeting_id}"


class Material(models.Model):
    """A file of a campaign: the text that launched it, what is to be read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="materials")
    part = models.ForeignKey(Part, models.CASCADE, null=True, related_name="materials")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class StudyNote(models.Model):
    """心得: what a member wrote down for themself. ``shared_with``: their branch, where they chose so; else ``None``.

    It is nobody's duty. No event is recorded of it and nothing counts it: either would say who has written none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="study_notes")
    person = models.ForeignKey(Person, models.CASCADE, related_name="study_notes")
    text = models.TextField(max_length=4000)
    shared_with = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [models.UniqueConstraint(name="study_note_once", fields=["campaign", "person"])]

    def __str__(self) -> str:
        return str(self.pk)


class WrapUp(models.Model):
    """总结: what an organization says of a campaign at its end, begun from records.

    While ``filed_at`` is null it may be written over. Filed, the archive's text is the one that counts, and stays.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="wrap_ups")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="wrap_ups")
    text = models.TextField(max_length=20000)
    saved_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="+")
    sealed = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["organization__path"]
        constraints = [
            models.UniqueConstraint(name="wrap_up_once", fields=["campaign", "organization"]),
            models.CheckConstraint(
                name="wrap_up_filed_is_sealed",
                condition=Q(filed_at__isnull=True, event__isnull=True)
                | Q(filed_at__isnull=False, event__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.organization_id}"

    @property
    def sealed_text(self) -> str:
        """The text as the archive sealed it; of a wrap-up that is filed."""
        assert self.sealed is not None
        text: str = json.loads(self.sealed.text)["text"]
        return text


# --- Units ---------------------------------------------------------------------------------------------------------


class Unit(models.Model):
    """微课: five minutes of learning that an organization made. What it says is its last published version.

    ``title``: of that version; before the first one, of the draft. ``published_at``: when it was published, ``None``
    before. ``part``: of a campaign, to which it belongs; ``topic``: a word by which units are found together.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="units")
    part = models.ForeignKey(Part, models.SET_NULL, null=True, related_name="units")
    topic = models.CharField(max_length=20, blank=True)
    reach = models.CharField(max_length=10, choices=UnitReach.choices())
    title = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-published_at", "-id"]
        indexes = [
            models.Index(fields=["-published_at", "-id"]),
            # All that the library asks of units to count them and to name their topics.
            models.Index(fields=["topic", "reach", "organization", "published_at", "withdrawn_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="unit_reach_known", condition=Q(reach__in=[reach.value for reach in UnitReach])
            ),
            models.CheckConstraint(
                name="unit_withdrawn_says_why",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, published_at__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> UnitReach:
        return UnitReach(self.reach)

    @property
    def is_out(self) -> bool:
        """Published, and not withdrawn since."""
        return self.published_at is not None and self.withdrawn_at is None


class UnitVersion(models.Model):
    """What a unit says: ``text`` is Markdown, ``questions`` are those of ``domain.questions`` as they are kept.

    Published, it never changes: ``sealed`` is the text by which the archive knows it. At most one of a unit is being
    written.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    text = models.TextField(max_length=10_000, blank=True)
    minutes = models.PositiveSmallIntegerField(default=USUAL_MINUTES)
    questions = models.JSONField(default=list)
    writer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField(null=True)
    sealed = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["unit", "number"]
        constraints = [
            models.UniqueConstraint(name="unit_version_number_once", fields=["unit", "number"]),
            models.UniqueConstraint(
                name="unit_version_one_being_written", fields=["unit"], condition=Q(published_at__isnull=True)
            ),
            models.CheckConstraint(
                name="unit_version_published_is_sealed",
                condition=Q(published_at__isnull=True, sealed__isnull=True)
                | Q(published_at__isnull=False, sealed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def asked(self) -> tuple[Question, ...]:
        return of_kept(self.questions)


class UnitFile(models.Model):
    """A picture, a recording or a paper of a version. ``said``: what is to be seen or heard in it, in a line.

    ``transcript``: all that is said in a recording; ``captions``: of a video, as WebVTT.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(UnitVersion, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=MediaKind.choices())
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    width = models.PositiveSmallIntegerField(null=True)
    height = models.PositiveSmallIntegerField(null=True)
    said = models.CharField(max_length=120, blank=True)
    transcript = models.TextField(max_length=20_000, blank=True)
    captions = models.TextField(max_length=200_000, blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(name="unit_file_position_once", fields=["version", "position"]),
            models.CheckConstraint(
                name="unit_file_kind_known", condition=Q(kind__in=[kind.value for kind in MediaKind])
            ),
            models.CheckConstraint(
                name="unit_audio_has_transcript",
                condition=~Q(kind=MediaKind.AUDIO.value) | ~Q(transcript=""),
            ),
            models.CheckConstraint(
                name="unit_video_has_captions", condition=~Q(kind=MediaKind.VIDEO.value) | ~Q(captions="")
            ),
            models.CheckConstraint(
                name="unit_picture_says_what_it_shows", condition=~Q(kind=MediaKind.PICTURE.value) | ~Q(said="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> MediaKind:
        return MediaKind(self.kind)


class SelfStudy(models.Model):
    """自学: what somebody learned by themself, for nobody else to see; ``unit`` is ``None`` for something else.

    ``version``: the one they answered, which may no longer be what the unit says. ``answers``: the places of the
    answers chosen last, question by question, so that their owner finds them again. Whether they were right is not
    kept. No event is recorded and nothing counts these rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="self_studies")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    version = models.ForeignKey("UnitVersion", models.CASCADE, null=True, related_name="+")
    title = models.CharField(max_length=120)
    day = models.DateField()
    answers = models.JSONField(default=list)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(name="self_study_once", fields=["person", "unit"])]

    def __str__(self) -> str:
        return str(self.pk)


class Receipt(models.Model):
    """That something a phone sent was received, and what was answered: the same nonce hears the same again."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    subject = models.UUIDField()
    already = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at"])]
        constraints = [
            models.UniqueConstraint(name="receipt_once", fields=["person", "nonce"]),
            models.CheckConstraint(name="receipt_has_nonce", condition=~Q(nonce="")),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject}"


# --- Make-up -------------------------------------------------------------------------------------------------------


class Equal(models.Model):
    """A unit that stands for a lesson: whoever missed the lesson learns it there."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="equals")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="equals")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="equal_once", fields=["meeting", "unit"])]

    def __str__(self) -> str:
        return f"{self.unit_id} = {self.meeting_id}"


class MakeUp(models.Model):
    """补学: somebody says that they learned what they missed of a lesson, and who runs it confirms that.

    ``minutes``: of the session they missed; confirmed, they count as if attended, on ``studied_on``. ``because``:
    why it was not confirmed. Nobody answers their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="make_ups")
    person = models.ForeignKey(Person, models.PROTECT, related_name="make_ups")
    state = models.CharField(max_length=10, choices=MakeUpState.choices(), default=MakeUpState.DECLARED.value)
    minutes = models.PositiveSmallIntegerField()
    studied_on = models.DateField()
    declared_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["declared_at", "id"]
        indexes = [models.Index(fields=["person", "studied_on"])]
        constraints = [
            models.UniqueConstraint(name="make_up_once", fields=["meeting", "person"]),
            models.CheckConstraint(
                name="make_up_state_known", condition=Q(state__in=[state.value for state in MakeUpState])
            ),
            models.CheckConstraint(
                name="make_up_answered_has_instant",
                condition=Q(state=MakeUpState.DECLARED.value, answered_at__isnull=True, because="")
                | Q(state=MakeUpState.CONFIRMED.value, answered_at__isnull=False, because="")
                | (Q(state=MakeUpState.REFUSED.value, answered_at__isnull=False) & ~Q(because="")),
            ),
            models.CheckConstraint(
                name="make_up_answered_by_another",
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("person")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person_id} {self.state}"

    @property
    def word(self) -> MakeUpState:
        return MakeUpState(self.state)


class Recommendation(models.Model):
    """A colleague says in a sentence why others of their branch might read a unit. Nothing counts them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="recommendations")
    person = models.ForeignKey(Person, models.CASCADE, related_name="recommendations")
    branch = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    sentence = models.CharField(max_length=100)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["-said_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="recommendation_once", fields=["unit", "person"]),
            models.CheckConstraint(name="recommendation_says_why", condition=~Q(sentence="")),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.person_id}"


class TakenPack(models.Model):
    """A study pack that a branch took in: the lesson that came of it, and the units that it brought along."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="taken_packs")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="taken_packs")
    brought = models.ManyToManyField(Unit, related_name="+")
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-taken_at"]

    def __str__(self) -> str:
        return self.title
