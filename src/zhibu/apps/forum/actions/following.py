"""What somebody follows, and whether they say that they have read something where that is asked for.

None of it is recorded as an event: what somebody follows is nobody's business, and an event would keep for good that
they had read something when they have taken that back.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Confirmation, Following, Room, Thread
from zhibu.apps.people.models import Person


def follow(person: Person, *, thread: Thread | None = None, room: Room | None = None) -> None:
    """Hear once a day of something new there. Twice changes nothing."""
    Following.objects.get_or_create(person=person, thread=thread, room=room)


def follow_no_more(person: Person, *, thread: Thread | None = None, room: Room | None = None) -> None:
    Following.objects.filter(person=person, thread=thread, room=room).delete()


def confirm(thread: Thread, person: Person) -> None:
    """Whoever asked reads the name, nobody else does. Twice changes nothing."""
    if not thread.asks_confirmation:
        raise ForumRefusal(_("Nobody asks whether this was read."))
    Confirmation.objects.get_or_create(thread=thread, person=person)


def take_confirmation_back(thread: Thread, person: Person) -> None:
    """It is gone, also for whoever asked."""
    Confirmation.objects.filter(thread=thread, person=person).delete()
