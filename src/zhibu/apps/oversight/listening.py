"""Which deeds of lower rooms change what is owed, and what is done about it in their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localtime

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.apps.archive.registry import Listener
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.meetings.records import has_election
from zhibu.apps.notices.actions.telling import overtake
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization, Placement
from zhibu.apps.oversight import live
from zhibu.apps.oversight.facts import LEADER_LESSON, TERM_ELECTION
from zhibu.apps.oversight.reminders import about
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind

Document = Mapping[str, Any]


def listen_to_all() -> None:
    """Called once, when the house is put together."""
    for name, looks in LOOKS.items():
        registry.listen(name, looks)


def unless_postponed(look: Listener) -> Listener:
    """A day is opened before anything of it is looked at; nothing is while all of it waits for the end."""

    @wraps(look)
    def looks(event: Event, document: Document | None, /) -> None:
        if not live.is_postponed():
            live.open_day(_day(event))
            look(event, document)

    return looks


def _day(event: Event) -> dt.date:
    return localtime(event.recorded_at).date()


def take_in_meeting(event: Event, document: Document | None) -> None:
    """A record was filed: it bears on its organization, those it was joint with, and whose secretary taught.

    With what is complete its reminder is settled.
    """
    assert document is not None
    if live.is_postponed():
        return
    window = live.open_day(_day(event))
    for filed in _bearings(event, document):
        overtake(*(about(cell) for cell in live.take_in(filed, window)))


def _bearings(event: Event, document: Document) -> Iterator[live.Filed]:
    meeting = Meeting.objects.select_related("organization").get(pk=event.subject)
    words = {meeting.kind, TERM_ELECTION} if has_election(document) else {meeting.kind}
    assert meeting.held_on is not None
    joint = meeting.joint_with.all() if document["joint_with"] else ()
    for organization in (meeting.organization, *joint):
        yield live.Filed(
            record=meeting.pk,
            organization=organization,
            words=frozenset(words),
            held_on=meeting.held_on,
            filed_on=_day(event),
            voters=document["voters"],
            voters_present=document["voters_present"],
        )
    if meeting.word is MeetingKind.LESSON and meeting.lecturer_id is not None:
        led = Organization.objects.filter(
            holds_on(meeting.held_on, "appointments__"),
            kind=OrganizationKind.COMMITTEE.value,
            appointments__post=PostKind.SECRETARY.value,
            appointments__person=meeting.lecturer_id,
        )
        for committee in led:
            yield live.Filed(
                record=meeting.pk,
                organization=committee,
                words=frozenset({LEADER_LESSON}),
                held_on=meeting.held_on,
                filed_on=_day(event),
            )


@unless_postponed
def look_at_organization(event: Event, _document: Document | None) -> None:
    live.refresh({event.subject}, _day(event))


@unless_postponed
def look_at_move(event: Event, document: Document | None) -> None:
    """What stands above it now counts it (``refresh`` looks there), what stood above it no longer."""
    assert document is not None
    live.recount()
    left = Placement.objects.filter(organization=event.subject, until=document["on"]).values_list("parent", flat=True)
    live.refresh({event.subject, *left}, _day(event))


@unless_postponed
def look_at_person(event: Event, _document: Document | None) -> None:
    """Somebody's membership changed: the branches and groups in which they ever were."""
    if live.judged_by_state(live.current_window()):
        been = Organization.objects.filter(
            Q(memberships__person=event.subject) | Q(group_memberships__person=event.subject)
        )
        live.refresh(set(been.values_list("pk", flat=True)), _day(event))


@unless_postponed
def look_at_post(event: Event, document: Document | None) -> None:
    assert document is not None
    live.refresh({UUID(document["of"])}, _day(event))


def look_at_everything(event: Event, _document: Document | None) -> None:
    if not live.is_postponed():
        live.rebuild(_day(event))


#: What is done about each deed.
LOOKS: Mapping[str, Listener] = {
    "meeting_filed": take_in_meeting,
    "organization_founded": look_at_organization,
    "organization_dissolved": look_at_organization,
    "organization_moved": look_at_move,
    "term_begun": look_at_organization,
    "member_admitted": look_at_person,
    "standing_changed": look_at_person,
    "membership_transferred": look_at_person,
    "person_left": look_at_person,
    "person_appointed": look_at_post,
    "appointment_ended": look_at_post,
    "workbook_imported": look_at_everything,
    "import_undone": look_at_everything,
    "rule_confirmed": look_at_everything,
    "rule_taken_back": look_at_everything,
}
