"""Which deeds of lower rooms change what is owed, and what is done about it in their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localtime

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.meetings.records import has_election
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.oversight.facts import LEADER_LESSON, TERM_ELECTION
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind

Document = Mapping[str, Any]


def listen_to_all() -> None:
    """Called once, when the house is put together."""
    registry.listen("meeting_filed", take_in_meeting)
    for name in ("organization_founded", "organization_dissolved"):
        registry.listen(name, look_at_organization)
    registry.listen("organization_moved", look_at_tree)
    registry.listen("term_begun", look_at_organization)
    for name in ("member_admitted", "standing_changed", "membership_transferred", "person_left"):
        registry.listen(name, look_at_person)
    for name in ("person_appointed", "appointment_ended"):
        registry.listen(name, look_at_post)
    for name in ("workbook_imported", "import_undone"):
        registry.listen(name, look_at_everything)


def _day(event: Event) -> dt.date:
    return localtime(event.recorded_at).date()


def take_in_meeting(event: Event, document: Document | None) -> None:
    """A record was filed: it bears on its organization, those it was joint with, and whose secretary taught."""
    assert document is not None
    live.open_day(_day(event))
    for filed in _bearings(event, document):
        live.take_in(filed)


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


def look_at_organization(event: Event, _document: Document | None) -> None:
    live.open_day(_day(event))
    live.refresh({event.subject}, _day(event))


def look_at_tree(event: Event, _document: Document | None) -> None:
    live.open_day(_day(event))
    live.recount()


def look_at_person(event: Event, _document: Document | None) -> None:
    """Somebody's membership changed: the branches and groups in which they ever were."""
    live.open_day(_day(event))
    kinds = live.judged_by_state(_day(event))
    if kinds:
        been = Organization.objects.filter(
            Q(memberships__person=event.subject) | Q(group_memberships__person=event.subject),
            kind__in=[kind.value for kind in kinds],
        )
        live.refresh(set(been.values_list("pk", flat=True)), _day(event))


def look_at_post(event: Event, document: Document | None) -> None:
    assert document is not None
    live.open_day(_day(event))
    live.refresh({UUID(document["of"])}, _day(event))


def look_at_everything(event: Event, _document: Document | None) -> None:
    live.rebuild(_day(event))
