"""Tasks: taken on at a meeting by a person and a date, reported, done."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.minutes import reopen_for_change
from zhibu.apps.meetings.actions.stages import VOTABLE, locked, require
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Meeting, Task
from zhibu.apps.people.models import Appointment, Person
from zhibu.domain.terms import MeetingStage, PostKind


@transaction.atomic
def take_on(
    meeting: Meeting,
    *,
    text: str,
    holder: Person,
    due: dt.date | None,
    actor: Actor,
    at: dt.datetime,
    item: AgendaItem | None = None,
) -> Task:
    """Somebody takes something on by a day."""
    meeting = locked(meeting.pk)
    require(meeting, *VOTABLE)
    if not text.strip():
        raise MeetingRefusal(_("Say what is to be done."))
    if due is not None and meeting.held_on is not None and due < meeting.held_on:
        raise MeetingRefusal(_("The task would be due before the meeting. Choose a later day."))
    task = Task.objects.create(
        meeting=meeting,
        agenda_item=item,
        text=text.strip()[:300],
        holder=holder,
        post=_post_of(holder, meeting, localtime(at).date()),
        due=due,
    )
    reopen_for_change(meeting, actor=actor, at=at)
    record(
        "task_taken",
        meeting.pk,
        actor=actor,
        at=at,
        document={
            "task": str(task.pk),
            "holder": str(holder.pk),
            "text": task.text,
            "due": due.isoformat() if due else None,
        },
    )
    return task


def _post_of(holder: Person, meeting: Meeting, today: dt.date) -> str:
    """The first of the posts they held there on its day; empty where they held none."""
    held = Appointment.objects.on(meeting.held_on or today).filter(
        person=holder, organization=meeting.organization_id
    )
    posts = set(held.values_list("post", flat=True))
    return next((post.value for post in PostKind if post.value in posts), "")


@transaction.atomic
def drop_task(task: Task, *, actor: Actor, at: dt.datetime) -> None:
    """A task entered by mistake is taken off again, before the record is filed."""
    meeting = locked(task.meeting_id)
    require(meeting, *VOTABLE)
    record("task_dropped", meeting.pk, actor=actor, at=at, document={"task": str(task.pk)})
    task.delete()
    reopen_for_change(meeting, actor=actor, at=at)


@transaction.atomic
def report_task(
    task: Task,
    *,
    report: str,
    done_on: dt.date | None,
    actor: Actor,
    at: dt.datetime,
    meeting: Meeting | None = None,
) -> None:
    """How far it is; ``done_on`` where it is done. The record it was taken on in does not change.

    ``meeting``: where it is reported; then that meeting's record says so. Refused while minutes that tell of an
    earlier report wait for approval or filing: they would say something else.
    """
    _refuse_other_report(task, meeting)
    task.report, task.done_on = report.strip()[:500], done_on
    if meeting is not None:
        meeting = locked(meeting.pk)
        require(meeting, *VOTABLE)
        task.reported_at = meeting
        reopen_for_change(meeting, actor=actor, at=at)
    task.save(update_fields=["report", "done_on", "reported_at"])
    record(
        "task_reported",
        task.meeting_id,
        actor=actor,
        at=at,
        document={"task": str(task.pk), "report": task.report, "done_on": done_on.isoformat() if done_on else None},
    )


def _refuse_other_report(task: Task, meeting: Meeting | None) -> None:
    if task.reported_at_id is None or (meeting is not None and meeting.pk == task.reported_at_id):
        return
    before = locked(task.reported_at_id)
    if before.at_stage in {MeetingStage.DRAFTED, MeetingStage.APPROVED}:
        raise MeetingRefusal(
            _("The minutes of “%(title)s”, which tell of this task, are not filed yet. Report again once they are.")
            % {"title": before.title}
        )
