"""What the asker may open in the forum: 404 where they do not enter the room, 403 where it is not theirs to do."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404

from zhibu.apps.forum.access import Place, may_enter, may_moderate, places_of
from zhibu.apps.forum.models import Confirmation, Following, Post, Room, Thread
from zhibu.domain.forum import RoomKind
from zhibu.web.shell.answers import forbid_unless, not_found_unless
from zhibu.web.shell.middleware import AskedRequest

_WITH_THREAD = (
    "room__home",
    "room__section",
    "first__writer",
    "accepted__writer",
    "became",
    "guide",
    "meeting",
    "agenda_item",
    "locked_by",
)


def room_entered(request: AskedRequest, key: str) -> Room:
    """The room at an address; not saved yet where nobody has written there."""
    room = Room.objects.select_related("home", "section").filter(key=key).first()
    if room is not None:
        not_found_unless(may_enter(request.asker, room))
        return room
    place = place_entered(request, key)
    return Room(key=key, kind=place.kind.value, home=place.home, section=place.section)


def place_entered(request: AskedRequest, key: str) -> Place:
    place = next((place for place in places_of(request.asker) if place.key == key), None)
    not_found_unless(place is not None)
    assert place is not None
    return place


def place_at(room: Room) -> Place:
    return Place(RoomKind(room.kind), room.home, room.section)


def thread_read(request: AskedRequest, thread_id: UUID) -> tuple[Thread, bool]:
    """A thread of a room that the asker enters, and whether they keep order there.

    It knows ``is_followed`` and ``is_confirmed``: by the asker.
    """
    mine = {"person": request.asker.person, "thread": OuterRef("pk")}
    rows = Thread.objects.select_related(*_WITH_THREAD).annotate(
        is_followed=Exists(Following.objects.filter(**mine)),
        is_confirmed=Exists(Confirmation.objects.filter(**mine)),
    )
    thread = get_object_or_404(rows, pk=thread_id)
    moderates = may_moderate(request.asker, thread.room)
    not_found_unless(moderates or may_enter(request.asker, thread.room))
    return thread, moderates


def thread_moderated(request: AskedRequest, thread_id: UUID) -> Thread:
    thread, moderates = thread_read(request, thread_id)
    forbid_unless(moderates)
    return thread


def post_met(request: AskedRequest, post_id: UUID) -> Post:
    """A post of a room that the asker enters, whatever became of it."""
    rows = Post.objects.select_related("thread__room__home", "thread__room__section", "thread__first", "writer")
    post = get_object_or_404(rows, pk=post_id)
    not_found_unless(may_enter(request.asker, post.thread.room) or may_moderate(request.asker, post.thread.room))
    return post


def post_moderated(request: AskedRequest, post_id: UUID) -> Post:
    post = post_met(request, post_id)
    forbid_unless(may_moderate(request.asker, post.thread.room))
    return post
