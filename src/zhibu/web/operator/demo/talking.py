"""The deeds of the forum, done through the actions of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import singledispatchmethod

from zhibu.apps.forum.access import Place
from zhibu.apps.forum.actions import asking, writing
from zhibu.apps.forum.actions.writing import Kind, Words
from zhibu.apps.forum.models import Thread
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.windows.models import Section
from zhibu.domain.forum import RoomKind
from zhibu.web.operator.demo import forum
from zhibu.web.operator.demo.forum import ForumDeed
from zhibu.web.shell.signing import Signed


class Talking:
    """Threads are known by their titles; whoever does a deed has an account."""

    def __init__(self, organizations: Mapping[str, Organization], people: Mapping[str, Person]) -> None:
        self._organizations, self._people = organizations, people

    @singledispatchmethod
    def do(self, deed: ForumDeed, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: forum.BeginThread, at: dt.datetime) -> None:
        writing.begin_thread(
            self._place(deed.room),
            Words(title=deed.title, text=deed.text),
            writer=self._people[deed.by],
            kind=Kind(is_question=deed.is_question, asks_confirmation=deed.asks_confirmation),
            **_signed(deed, at),
        )

    @do.register
    def _(self, deed: forum.WritePost, at: dt.datetime) -> None:
        words = Words(text=deed.text)
        writing.write_post(_thread(deed), words, writer=self._people[deed.by], **_signed(deed, at))

    @do.register
    def _(self, deed: forum.AcceptAnswer, at: dt.datetime) -> None:
        thread = _thread(deed)
        asking.accept_answer(thread, thread.posts.get(number=thread.last_number), **_signed(deed, at))

    @do.register
    def _(self, deed: forum.MakeGuideOfAnswer, at: dt.datetime) -> None:
        section = Section.objects.get(name=deed.section)
        asking.make_guide_of_answer(_thread(deed), section, writer=self._people[deed.by], **_signed(deed, at))

    def _place(self, room: str) -> Place:
        kind, _blank, name = room.partition(" ")
        if kind == RoomKind.BRANCH.value:
            return Place(RoomKind.BRANCH, self._organizations[name])
        root = Organization.objects.get(depth=1)
        section = Section.objects.get(name=name) if name else None
        return Place(RoomKind(kind), root, section)


def _thread(deed: ForumDeed) -> Thread:
    return Thread.objects.get(first__title=deed.title)


def _signed(deed: ForumDeed, at: dt.datetime) -> Signed:
    return {"actor": Account.objects.get(login=deed.by).actor, "at": at}
