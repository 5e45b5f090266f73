"""What becomes of rooms when two sections of the windows are joined."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.apps.forum.access import Place
from zhibu.apps.forum.actions.following import follow
from zhibu.apps.forum.actions.indexing import texts
from zhibu.apps.forum.actions.writing import room_at
from zhibu.apps.forum.models import Post, Room, Thread
from zhibu.apps.forum.queries import POST
from zhibu.apps.people.models import Person
from zhibu.apps.search.actions import index_all
from zhibu.apps.windows.models import Section
from zhibu.domain.forum import PostState, RoomKind
from zhibu.domain.seal import Canonical


def follow_section(event: Event, document: Mapping[str, Canonical] | None) -> None:
    """Threads go to the room of the section that stays, and are found there."""
    assert document is not None
    left = Room.objects.select_related("home").filter(section=UUID(str(document["gone"]))).first()
    if left is None:
        return
    stays = room_at(Place(RoomKind.SECTION, left.home, Section.objects.get(pk=event.subject)))
    moved = list(Thread.objects.filter(room=left).values_list("pk", flat=True))
    Thread.objects.filter(pk__in=moved).update(room=stays)
    for person in Person.objects.filter(pk__in=left.followers.values("person")):
        follow(person, room=stays)
    left.delete()
    shown = Post.objects.filter(thread__in=moved, state=PostState.SHOWN.value)
    index_all(POST, texts(shown.select_related("thread__room__home")))


def listen_to_all() -> None:
    registry.listen("service_sections_joined", follow_section)
