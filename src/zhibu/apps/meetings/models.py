"""Meetings from draft to filed record: sessions, agenda, roll, leave, decisions, minutes, tasks.

When something happened and when it was recorded are two fields everywhere. A filed record is a text in the
archive; nothing here is read back to make it again.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from zhibu.apps.archive.models import Document, Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.domain.assembly import Presence
from zhibu.domain.requirements import Decision as DecisionKind
from zhibu.domain.terms import (
    AbsenceReason,
    Audience,
    MeetingKind,
    MeetingStage,
    PostKind,
    Standing,
    VotingWay,
    Word,
)


def _one_of(name: str, field: str, words: type[Word]) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": [word.value for word in words]}))


class Meeting(models.Model):
    """One meeting of one organization, and in the end one record.

    ``host`` names the meeting whose sessions and roll this one shares, where several kinds fill one afternoon;
    null: it has its own. ``repeated`` tells a lesson held in turns from a sitting. ``joint_with``: organizations
    that hold it together with this one; it counts for each of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=30, choices=MeetingKind.choices())
    title = models.CharField(max_length=120)
    stage = models.CharField(max_length=12, choices=MeetingStage.choices(), default=MeetingStage.DRAFT.value)
    audience = models.CharField(max_length=10, choices=Audience.choices())
    chosen = models.ManyToManyField(Person, blank=True, related_name="+")
    repeated = models.BooleanField(default=False)
    host = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="guests")

    convener = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    chair = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    recorder = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: Who teaches (授课人): of a lesson.
    lecturer = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    joint_with = models.ManyToManyField(Organization, blank=True, related_name="joint_meetings")

    held_on = models.DateField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    #: Why it was postponed or not held, in the convener's words.
    reason = models.CharField(max_length=300, blank=True)
    #: What the chair asked to be changed in the minutes; empty once they are handed over again.
    asked_for = models.CharField(max_length=300, blank=True)
    #: Why it was entered after the event (补录); empty where it was not.
    late_reason = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-held_on", "-made_at"]
        indexes = [models.Index(fields=["organization", "held_on"]), models.Index(fields=["stage"])]
        constraints = [
            _one_of("meeting_kind_known", "kind", MeetingKind),
            _one_of("meeting_stage_known", "stage", MeetingStage),
            models.CheckConstraint(
                name="meeting_filed_has_instant",
                condition=Q(stage=MeetingStage.FILED.value, filed_at__isnull=False, held_on__isnull=False)
                | (~Q(stage=MeetingStage.FILED.value) & Q(filed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="meeting_reason_where_not_held",
                condition=~Q(stage__in=[MeetingStage.POSTPONED.value, MeetingStage.NOT_HELD.value]) | ~Q(reason=""),
            ),
            models.CheckConstraint(name="meeting_no_guest_of_itself", condition=~Q(host=F("id"))),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def word(self) -> MeetingKind:
        return MeetingKind(self.kind)

    @property
    def at_stage(self) -> MeetingStage:
        return MeetingStage(self.stage)

    @property
    def roll_of(self) -> Meeting:
        """The meeting that keeps sessions and roll: this one, or the one it shares an afternoon with."""
        return self.host or self


class AgendaItem(models.Model):
    """议题. ``carried_from`` is the item of an earlier meeting that it continues."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    is_open = models.BooleanField(default=True)
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["meeting", "position"]
        constraints = [models.UniqueConstraint(name="agenda_position_once", fields=["meeting", "position"])]

    def __str__(self) -> str:
        return self.title


class Session(models.Model):
    """One gathering at one time and place. A sitting has one; a repeated lesson has several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=80, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: Whether signing in by code is switched on. The key from which codes are made never leaves the server.
    code_enabled = models.BooleanField(default=False)
    code_key = models.CharField(max_length=64, blank=True)
    #: What somebody counted in the room; beside the list it tells whether a code went astray.
    head_count = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(name="session_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="session_closed_was_open", condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None


class Turn(models.Model):
    """Whom a plan means a session for. Who comes to another session of the meeting counts as well."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="turns")
    person = models.ForeignKey(Person, models.PROTECT, related_name="turns")

    class Meta:
        constraints = [models.UniqueConstraint(name="turn_once", fields=["session", "person"])]

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id}"


class RollEntry(models.Model):
    """Who is on the roll of a meeting, as frozen at the announcement: standing and vote are those of that day."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="roll")
    person = models.ForeignKey(Person, models.PROTECT, related_name="roll_entries")
    standing = models.CharField(max_length=12, choices=Standing.choices(), blank=True)
    votes = models.BooleanField()
    observes = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["meeting", "position"]
        constraints = [models.UniqueConstraint(name="roll_person_once", fields=["meeting", "person"])]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person_id}"


class Attendance(models.Model):
    """What is known of one person at one session. The nonce makes a retried sign-in harmless."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="attendances")
    status = models.CharField(max_length=10, choices=Presence.choices())
    reason = models.CharField(max_length=10, choices=AbsenceReason.choices(), blank=True)
    nonce = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="attendance_once", fields=["session", "person"]),
            _one_of("attendance_status_known", "status", Presence),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id} {self.status}"


class EarlierAnswer(models.Model):
    """What a try to sign in was answered where the attendance no longer tells: ``already``, or marked over since.

    Whoever sends the same nonce again is answered the same.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=64)
    already = models.BooleanField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="earlier_answer_once", fields=["session", "person", "nonce"]),
            models.CheckConstraint(name="earlier_answer_has_nonce", condition=~Q(nonce="")),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id}"


class Leave(models.Model):
    """Somebody asks to be away. The reason is a word; the note is seen by the convener and the recorder only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="leaves")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leaves")
    reason = models.CharField(max_length=10, choices=AbsenceReason.choices())
    note = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    granted = models.BooleanField(null=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(name="leave_once", fields=["meeting", "person"]),
            models.CheckConstraint(
                name="leave_answer_has_instant",
                condition=Q(granted__isnull=True, answered_at__isnull=True)
                | Q(granted__isnull=False, answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person_id}"


class Decision(models.Model):
    """A vote on an agenda item, as counted, with the bases of that moment and what the rule in force made of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agenda_item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=14, choices=DecisionKind.choices())
    text = models.TextField(max_length=4000)
    #: Whom an admission or confirmation is about.
    about = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(max_length=10, choices=VotingWay.choices())
    voters = models.PositiveSmallIntegerField()
    voters_present = models.PositiveSmallIntegerField()
    in_favour = models.PositiveSmallIntegerField()
    against = models.PositiveSmallIntegerField(default=0)
    abstained = models.PositiveSmallIntegerField(default=0)
    written_in_favour = models.PositiveSmallIntegerField(default=0)
    written_against = models.PositiveSmallIntegerField(default=0)
    #: What the rule made of the count: the verdict's word and the citation, as they stood.
    outcome = models.CharField(max_length=20)
    rule = models.CharField(max_length=60)
    citation = models.CharField(max_length=200)
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["counted_at"]
        constraints = [
            models.CheckConstraint(
                name="decision_voters_present_within_voters", condition=Q(voters_present__lte=F("voters"))
            ),
            models.CheckConstraint(
                name="decision_hands_within_voters_present",
                condition=Q(voters_present__gte=F("in_favour") + F("against") + F("abstained")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"


class Election(models.Model):
    """One ballot of an election, as the tellers counted it. ``first``: the ballot whose tie this one decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agenda_item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="elections")
    first = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="second_ballots")
    what = models.CharField(max_length=120)
    seats = models.PositiveSmallIntegerField()
    voters = models.PositiveSmallIntegerField()
    voters_present = models.PositiveSmallIntegerField()
    issued = models.PositiveSmallIntegerField()
    returned = models.PositiveSmallIntegerField()
    void = models.PositiveSmallIntegerField(default=0)
    #: Why the whole ballot is void, and what is to be done next, in the words of ``domain.assembly``.
    why_void = models.CharField(max_length=30, blank=True)
    next_step = models.CharField(max_length=30)
    rule = models.CharField(max_length=60)
    citation = models.CharField(max_length=200)
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["counted_at"]
        constraints = [
            models.CheckConstraint(name="election_void_within_returned", condition=Q(void__lte=F("returned"))),
            models.CheckConstraint(name="election_fills_a_seat", condition=Q(seats__gte=1)),
        ]

    def __str__(self) -> str:
        return self.what


class Candidate(models.Model):
    """Somebody voted for in an election, in the order of the ballot."""

    election = models.ForeignKey(Election, models.CASCADE, related_name="candidates")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    votes = models.PositiveSmallIntegerField()
    elected = models.BooleanField(default=False)
    tied = models.BooleanField(default=False)

    class Meta:
        ordering = ["election", "position"]
        constraints = [models.UniqueConstraint(name="candidate_once", fields=["election", "person"])]

    def __str__(self) -> str:
        return f"{self.election_id} {self.person_id}"


class MinutesText(models.Model):
    """One field of the minutes, saved by itself, so that two people may write at once.

    ``agenda_item`` null: a text of the whole meeting. ``version`` counts saves; a save that was based on an older
    version is kept as a ``SetAside`` and shown, never dropped.
    """

    class Field(models.TextChoices):
        CONVEYED = "conveyed", "传达学习内容"
        DISCUSSION = "discussion", "发言要点"
        SUMMARY = "summary", "主持人总结"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="texts")
    agenda_item = models.ForeignKey(AgendaItem, models.CASCADE, null=True, blank=True, related_name="texts")
    field = models.CharField(max_length=12, choices=Field.choices)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["meeting", "agenda_item__position", "field"]
        constraints = [
            models.UniqueConstraint(
                name="minutes_text_once", fields=["meeting", "agenda_item", "field"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.field} v{self.version}"


class SetAside(models.Model):
    """A text that met a newer one when it was saved. It waits beside it until somebody settles the two.

    ``page``: a key of the page on which it was written; another page of the same writer has a text of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    beside = models.ForeignKey(MinutesText, models.CASCADE, related_name="set_aside")
    text = models.TextField()
    based_on = models.PositiveIntegerField()
    page = models.CharField(max_length=32, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["saved_at"]

    def __str__(self) -> str:
        return f"{self.beside_id} ← v{self.based_on}"


class Approval(models.Model):
    """Somebody who must approve the minutes has; a later change of the text takes it back."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="approvals")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="approval_once", fields=["meeting", "person"])]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person_id}"


class Reading(models.Model):
    """At a meeting the minutes of an earlier one were read: agreed to, or corrected as ``correction`` says."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="readings")
    before = models.ForeignKey(Meeting, models.PROTECT, related_name="read_at")
    correction = models.OneToOneField("Correction", models.PROTECT, null=True, blank=True, related_name="reading")
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["read_at"]
        constraints = [models.UniqueConstraint(name="reading_once", fields=["meeting", "before"])]

    def __str__(self) -> str:
        return f"{self.meeting_id} ← {self.before_id}"


class Filing(models.Model):
    """The filed record: the canonical text that the archive sealed. It never changes and is never made again.

    ``voters``, ``voters_present`` and ``has_election`` repeat it so that it can be judged; ``None``: nobody counted.
    """

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="filing")
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    voters = models.PositiveSmallIntegerField(null=True)
    voters_present = models.PositiveSmallIntegerField(null=True)
    has_election = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.filed_at:%Y-%m-%d}"


class LedgerLine(models.Model):
    """What a ledger kept before zhibu (三会一课台账) says of one meeting, in its own words.

    Such a meeting was filed without a roll and without sessions: the two numbers are those of the ledger. ``hours``
    are spans joined by 「；」 (15:00-16:30, 22:00-次日01:00, 15:00), a word such as 下午, or nothing. The names are
    texts; ``chair``, ``recorder`` and ``lecturer`` of the meeting, and ``LedgerName``, say who is meant where
    that is plain.
    """

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="ledger_line")
    hours = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=80, blank=True)
    chair = models.CharField(max_length=60, blank=True)
    lecturer = models.CharField(max_length=60, blank=True)
    recorder = models.CharField(max_length=60, blank=True)
    expected = models.PositiveSmallIntegerField()
    present = models.PositiveSmallIntegerField()
    absent = models.CharField(max_length=2000, blank=True)
    observers = models.CharField(max_length=1000, blank=True)
    resolutions = models.TextField(max_length=4000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledger_present_within_expected", condition=Q(present__lte=F("expected")))
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.present}/{self.expected}"


class LedgerName(models.Model):
    """Somebody whom a line of a ledger names as away or as an observer."""

    class Named(models.TextChoices):
        ABSENT = "absent", "缺席"
        OBSERVER = "observer", "列席"

    line = models.ForeignKey(LedgerLine, models.PROTECT, related_name="names")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    named = models.CharField(max_length=10, choices=Named.choices)

    class Meta:
        constraints = [models.UniqueConstraint(name="ledger_name_once", fields=["line", "person", "named"])]

    def __str__(self) -> str:
        return f"{self.line_id} {self.person_id} {self.named}"


class Correction(models.Model):
    """What was put right after filing. It stands beside the original; ``comment`` is the request it answers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="corrections")
    text = models.TextField(max_length=20000)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    answers = models.ForeignKey("Comment", models.PROTECT, null=True, blank=True, related_name="answers")

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"{self.filing_id} {self.made_at:%Y-%m-%d}"


class Comment(models.Model):
    """What a superior committee says about a filed record; ``due`` asks for a supplement by a day.

    ``office`` is the committee for which ``by`` speaks. Without ``due`` nothing is asked: a remark to be read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="comments")
    office = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    due = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"{self.filing_id} {self.made_at:%Y-%m-%d}"


class Task(models.Model):
    """What somebody took on by a date; reported at the next meeting.

    ``post``: which they held there when they took it on. Whoever takes up that post later takes it over, open.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="tasks")
    agenda_item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, blank=True, related_name="tasks")
    text = models.CharField(max_length=300)
    holder = models.ForeignKey(Person, models.PROTECT, related_name="tasks")
    post = models.CharField(max_length=24, choices=PostKind.choices(), blank=True)
    due = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    report = models.CharField(max_length=500, blank=True)
    #: The later meeting at which it was last reported on.
    reported_at = models.ForeignKey(Meeting, models.SET_NULL, null=True, blank=True, related_name="reports")

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["holder", "done_on"])]

    def __str__(self) -> str:
        return self.text


class Paper(models.Model):
    """A file that belongs to a meeting or one of its items: a text to study, the signed sheet as a scan.

    It stays with the meeting when its item is taken off the agenda.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="papers")
    agenda_item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, blank=True, related_name="papers")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    is_signed_sheet = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at"]

    def __str__(self) -> str:
        return self.name


class Talk(models.Model):
    """谈心谈话: that two people of an organization talked, and when. Never about what."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="talks")
    one = models.ForeignKey(Person, models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, models.PROTECT, related_name="+")
    held_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-held_on", "-recorded_at"]
        indexes = [models.Index(fields=["one", "held_on"]), models.Index(fields=["other", "held_on"])]
        constraints = [models.CheckConstraint(name="talk_takes_two", condition=~Q(one=F("other")))]

    def __str__(self) -> str:
        return f"{self.held_on} {self.one_id} {self.other_id}"


class CalendarFeed(models.Model):
    """The secret address under which somebody's meetings, or a branch's, can be subscribed to."""

    digest = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="calendar_feeds")
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.organization_id or ''}"
