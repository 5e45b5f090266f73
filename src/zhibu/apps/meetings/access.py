"""Who may see, run, record, approve and comment on meetings. Both forms agree, over today's tree."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from zhibu.apps.meetings.models import Comment, Filing, Meeting, RollEntry, Talk, Task
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people import access as people
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Appointment
from zhibu.domain.terms import MeetingKind, MeetingStage

#: Stages at which only those who run the meeting know of it.
PRIVATE = (MeetingStage.DRAFT,)

#: Kinds that every member of the branch may read; a committee's own meetings are its and its superiors'.
OPEN_TO_MEMBERS = tuple(
    kind for kind in MeetingKind if kind not in {MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.COMMITTEE_MEETING}
)


def _named(asker: Asker, meeting: Meeting) -> bool:
    return asker.person is not None and asker.person in {meeting.convener_id, meeting.chair_id, meeting.recorder_id}


def may_run(asker: Asker, meeting: Meeting) -> bool:
    """Those who may convene for the organization, and the convener, chair and recorder of this meeting.

    Source: 中国共产党支部工作条例（试行） 2018, art. 14 (the secretary may entrust a member of the committee).
    """
    return people.may_convene(asker, meeting.organization) or _named(asker, meeting)


def meetings_run_by(asker: Asker) -> QuerySet[Meeting]:
    return Meeting.objects.filter(_run_by(asker))


def _run_by(asker: Asker) -> Q:
    condition = Q(organization__in=people.organizations_convened_by(asker))
    if asker.person is not None:
        condition |= Q(convener=asker.person) | Q(chair=asker.person) | Q(recorder=asker.person)
    return condition


def may_note_talks(asker: Asker, organization: Organization) -> bool:
    """The secretaries of the organization itself enter its talks, read them and withdraw them; nobody above does."""
    return organization.path in asker.secretary_of


def talks_noted_by(asker: Asker) -> QuerySet[Talk]:
    return Talk.objects.filter(organization__path__in=asker.secretary_of)


def may_see_meeting(asker: Asker, meeting: Meeting) -> bool:
    """Once announced: who is on the roll, the members of the branch, and those who oversee it."""
    if may_run(asker, meeting):
        return True
    if meeting.at_stage in PRIVATE:
        return False
    path = meeting.organization.path
    tops = asker.offices + (asker.branches if meeting.word in OPEN_TO_MEMBERS else ())
    return any(path.startswith(top) for top in tops) or (
        asker.person is not None and RollEntry.objects.filter(meeting=meeting.roll_of, person=asker.person).exists()
    )


def meetings_seen_by(asker: Asker) -> QuerySet[Meeting]:
    return Meeting.objects.filter(_run_by(asker) | _once_announced(asker))


def _once_announced(asker: Asker) -> Q:
    """Each way of seeing as a condition of its own that an index leads to: the meetings of years are many."""
    announced = ~Q(stage__in=[stage.value for stage in PRIVATE])
    overseen = Organization.objects.filter(_below(asker.offices, "")).values("pk")
    joined = Organization.objects.filter(_below(asker.branches, "")).values("pk")
    ways = [
        *_ways_on_roll(asker),
        Q(organization__in=overseen),
        Q(organization__in=joined, kind__in=[kind.value for kind in OPEN_TO_MEMBERS]),
    ]
    condition = Q(pk__in=[])
    for way in ways:
        condition |= way & announced
    return condition


def _on_roll(asker: Asker) -> Q:
    """The condition of a meeting whose roll, its own or the shared one, names the asker."""
    condition = Q(pk__in=[])
    for way in _ways_on_roll(asker):
        condition |= way
    return condition


def _ways_on_roll(asker: Asker) -> list[Q]:
    if asker.person is None:
        return []
    named = RollEntry.objects.filter(person=asker.person)
    return [Q(pk__in=named.filter(meeting__host=None).values("meeting")), Q(host__in=named.values("meeting"))]


def may_attend(asker: Asker, meeting: Meeting) -> bool:
    """Who is on the roll, as an observer too: they ask leave and sign in."""
    return (
        asker.person is not None
        and meeting.at_stage not in PRIVATE
        and RollEntry.objects.filter(meeting=meeting.roll_of, person=asker.person).exists()
    )


def meetings_attended_by(asker: Asker) -> QuerySet[Meeting]:
    return Meeting.objects.filter(_on_roll(asker)).exclude(stage__in=[stage.value for stage in PRIVATE])


#: Of a meeting at which tasks from before are still to be reported on.
REPORTS_TO_COME = tuple(stage for stage in MeetingStage if stage not in {MeetingStage.FILED, MeetingStage.NOT_HELD})


def may_report(asker: Asker, task: Task) -> bool:
    """Who holds the task says how far it is, and those who run its meeting or one that hears of it.

    That is any meeting of the same organization that is not filed yet: its page asks for the reports.
    """
    return (
        (asker.person is not None and Task.objects.filter(is_held_by(asker.person, asker.on), pk=task.pk).exists())
        or may_run(asker, task.meeting)
        or _meetings_that_hear(asker).filter(organization=task.meeting.organization_id).exists()
    )


def tasks_reported_by(asker: Asker) -> QuerySet[Task]:
    condition = Q(meeting__in=meetings_run_by(asker))
    condition |= Q(meeting__organization__in=_meetings_that_hear(asker).values("organization"))
    if asker.person is not None:
        condition |= is_held_by(asker.person, asker.on)
    return Task.objects.filter(condition)


def is_held_by(person: UUID, on: dt.date) -> Q:
    """Tasks somebody took on and has not handed over, and the open ones of a post they have taken up since.

    A post is handed over once its holder has left it and somebody was appointed to it after the task was taken on.
    """
    same = {"organization": OuterRef("meeting__organization"), "post": OuterRef("post")}
    now = Appointment.objects.on(on).filter(**same, since__gt=OuterRef("meeting__held_on"))
    still = Appointment.objects.on(on).filter(**same, person=OuterRef("holder"))
    of_posts = Task.objects.filter(~Exists(still), done_on__isnull=True).exclude(post="")
    mine = Appointment.objects.on(on).filter(person=person)
    taken_over = of_posts.filter(
        Exists(now.filter(person=person)),
        meeting__organization__in=mine.values("organization"),
        post__in=mine.values("post"),
    )
    handed_over = of_posts.filter(Exists(now), holder=person)
    return (Q(holder=person) & ~Q(pk__in=handed_over.values("pk"))) | Q(pk__in=taken_over.values("pk"))


def _meetings_that_hear(asker: Asker) -> QuerySet[Meeting]:
    return meetings_run_by(asker).filter(stage__in=[stage.value for stage in REPORTS_TO_COME])


def may_see_reasons(asker: Asker, meeting: Meeting) -> bool:
    """Why somebody is away is seen by those who run the meeting, and by the person."""
    return may_run(asker, meeting)


def may_see_reasons_of(asker: Asker, organization: Organization) -> bool:
    """The same for a whole year's meetings of an organization."""
    return people.may_convene(asker, organization)


def may_read_books(asker: Asker, organization: Organization) -> bool:
    """The ledger and the year-book: who runs the organization's meetings, and office holders above it.

    They hold meetings of every kind, so they are for those who see every kind; members read record by record.
    """
    return people.may_oversee(asker, organization) or people.may_convene(asker, organization)


def books_read_by(asker: Asker) -> QuerySet[Organization]:
    return people.organizations_overseen_by(asker) | people.organizations_convened_by(asker)


def may_approve(asker: Asker, meeting: Meeting) -> bool:
    """Who chaired approves the minutes; where nobody is named as chair, the convener does.

    Where the chair was away somebody else chaired, and is named first (``actions.convening.set_people``).
    """
    return asker.person is not None and asker.person == (meeting.chair_id or meeting.convener_id)


# --- Filed records and what is said about them ----------------------------------------------------------------------


def may_oversee(asker: Asker, meeting: Meeting) -> bool:
    """Office holders of the organization and of those above it."""
    return people.may_oversee(asker, meeting.organization)


def filings_overseen_by(asker: Asker) -> QuerySet[Filing]:
    return Filing.objects.filter(_below(asker.offices, "meeting__organization__"))


def _below(tops: tuple[str, ...], prefix: str) -> Q:
    condition = Q(pk__in=[])
    for top in tops:
        condition |= in_subtree(top, prefix)
    return condition


def office_above(asker: Asker, meeting: Meeting) -> str | None:
    """The nearest of the asker's offices that stands above the meeting's organization; ``None`` where none does."""
    path = meeting.organization.path
    above = [office for office in asker.offices if path.startswith(office) and path != office]
    return max(above, key=len, default=None)


def may_comment(asker: Asker, meeting: Meeting) -> bool:
    """Office holders of an organization above: supervision is not done by oneself."""
    return office_above(asker, meeting) is not None


def meetings_commented_by(asker: Asker) -> QuerySet[Meeting]:
    condition = Q(pk__in=[])
    for office in asker.offices:
        condition |= in_subtree(office, "organization__") & ~Q(organization__path=office)
    return Meeting.objects.filter(condition)


def may_see_comments(asker: Asker, meeting: Meeting) -> bool:
    """Those who run the meeting and the offices above it: a talk between them. Others read the record only."""
    return may_run(asker, meeting) or may_comment(asker, meeting)


def comments_seen_by(asker: Asker) -> QuerySet[Comment]:
    return Comment.objects.filter(
        Q(filing__meeting__in=meetings_run_by(asker)) | Q(filing__meeting__in=meetings_commented_by(asker))
    )


def may_settle(asker: Asker, comment: Comment) -> bool:
    """The committee that made the comment, or one above it: whoever was asked does not settle it themselves.

    Where the organization has moved away from that committee, those above it now settle what was left open.
    """
    meeting, office = comment.filing.meeting, comment.office.path
    has_moved = not meeting.organization.path.startswith(office)
    is_theirs = any(office.startswith(own) for own in asker.offices)
    return may_comment(asker, meeting) and (has_moved or is_theirs)


def comments_settled_by(asker: Asker) -> QuerySet[Comment]:
    has_moved = ~Q(filing__meeting__organization__path__startswith=F("office__path"))
    return Comment.objects.filter(
        has_moved | _below(asker.offices, "office__"), filing__meeting__in=meetings_commented_by(asker)
    )


# --- Filed records, as they are found by their text -----------------------------------------------------------------

#: For whom a record is, beyond those who oversee or run it.
FOR_MEMBERS, FOR_OFFICES = "members", "offices"


def audience_of(meeting: Meeting) -> str:
    return FOR_MEMBERS if meeting.word in OPEN_TO_MEMBERS else FOR_OFFICES


def records_found_by(asker: Asker) -> list[Q]:
    """``meetings_seen_by`` as conditions on ``search.Indexed``, in which only what is filed stands.

    Each way of seeing by itself, as above: the texts of the house are more than its meetings.
    """
    joined = Organization.objects.filter(_below(asker.branches, ""))
    ways = [
        Q(organization__in=people.organizations_overseen_by(asker).values("pk")),
        Q(organization__in=joined.values("pk"), audience=FOR_MEMBERS),
        Q(organization__in=people.organizations_convened_by(asker).values("pk")),
    ]
    if asker.person is not None:
        named = Q(convener=asker.person) | Q(chair=asker.person) | Q(recorder=asker.person)
        ways.append(Q(subject__in=Meeting.objects.filter(named | _on_roll(asker)).values("pk")))
    return ways
