"""A thread is begun, somebody answers, somebody puts their own words right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.forum.access import Place
from zhibu.apps.forum.actions import pictures
from zhibu.apps.forum.actions.checking import said
from zhibu.apps.forum.actions.indexing import index_post
from zhibu.apps.forum.actions.pictures import Sent
from zhibu.apps.forum.actions.telling import tell_answered, tell_mentioned
from zhibu.apps.forum.errors import ForumRefusal, TooManyPosts
from zhibu.apps.forum.models import EarlierText, Following, Picture, Post, Room, Thread
from zhibu.apps.guides.models import Guide
from zhibu.apps.meetings.models import AgendaItem, Meeting
from zhibu.apps.people.models import Person
from zhibu.domain.forum import IN_AN_HOUR, PostState, room_again

#: Characters of a title and of a text.
LONGEST_TITLE, LONGEST = 80, 8000

#: Within so long the same words in the same thread are a second tap.
_SECOND_TAP = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody writes. ``is_no_mark``: they say that 内部 in it is an everyday word."""

    text: str
    title: str = ""
    pictures: Sequence[Sent] = ()
    is_no_mark: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a thread belongs to: an item with its meeting, a meeting, a guide, or nothing."""

    meeting: Meeting | None = None
    agenda_item: AgendaItem | None = None
    guide: Guide | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """``asks_confirmation``: readers get a button "I have read this"."""

    is_question: bool = False
    asks_confirmation: bool = False
    about: About = field(default_factory=About)


def room_at(place: Place) -> Room:
    """The room of a place, made when it is first needed."""
    room, _made = Room.objects.get_or_create(
        key=place.key, defaults={"kind": place.kind.value, "home": place.home, "section": place.section}
    )
    return room


@transaction.atomic
def begin_thread(
    place: Place, words: Words, *, writer: Person, actor: Actor, at: dt.datetime, kind: Kind | None = None
) -> Thread:
    """Its writer follows it. The same title and words again within two minutes are a second tap."""
    kind, tidied = kind or Kind(), _tidied(words, with_title=True)
    drawn = pictures.drawn(words.pictures)
    room = room_at(place)
    same = {"title": tidied.title, "text": tidied.text, "writer": writer, "thread__room": room}
    again = Post.objects.filter(**same, written_at__gt=at - _SECOND_TAP).select_related("thread").first()
    if again is not None:
        return again.thread
    _refuse_flood(writer, at)
    thread = Thread.objects.create(
        room=room,
        is_question=kind.is_question,
        asks_confirmation=kind.asks_confirmation,
        meeting=kind.about.meeting,
        agenda_item=kind.about.agenda_item,
        guide=kind.about.guide,
        last_number=1,
        last_at=at,
    )
    post = Post.objects.create(
        thread=thread, number=1, writer=writer, title=tidied.title, text=tidied.text, written_at=at
    )
    thread.first = post
    thread.save(update_fields=["first"])
    pictures.keep(post, drawn)
    Following.objects.create(person=writer, thread=thread)
    record("thread_begun", thread.pk, actor=actor, at=at, document={"room": room.key, "post": str(post.pk)})
    index_post(post)
    tell_mentioned(post, at=at)
    return thread


@transaction.atomic
def write_post(thread: Thread, words: Words, *, writer: Person, actor: Actor, at: dt.datetime) -> Post:
    """Refused in a locked thread. The same words again within two minutes are a second tap."""
    tidied = _tidied(words, with_title=False)
    drawn = pictures.drawn(words.pictures)
    rows = Thread.objects.select_for_update(of=("self",))
    thread = rows.select_related("room__home", "room__section", "first").get(pk=thread.pk)
    again = thread.posts.filter(writer=writer, text=tidied.text, written_at__gt=at - _SECOND_TAP).first()
    if again is not None:
        return again
    refuse_locked(thread)
    _refuse_flood(writer, at)
    thread.last_number, thread.last_at = thread.last_number + 1, at
    thread.save(update_fields=["last_number", "last_at"])
    post = Post.objects.create(
        thread=thread, number=thread.last_number, writer=writer, text=tidied.text, written_at=at
    )
    pictures.keep(post, drawn)
    record("post_written", post.pk, actor=actor, at=at, document={"thread": str(thread.pk), "place": post.number})
    index_post(post)
    tell_mentioned(post, at=at)
    tell_answered(post, at=at)
    return post


@transaction.atomic
def edit_post(post: Post, words: Words, *, drop: Sequence[Picture] = (), actor: Actor, at: dt.datetime) -> bool:
    """What it said before is kept for its writer and the moderators: whether anything changed.

    ``drop``: pictures of it that go. Refused in a locked thread, and while the post is not shown.
    """
    tidied = _tidied(words, with_title=post.is_first)
    post = held(post)
    refuse_locked(post.thread)
    if post.word is not PostState.SHOWN:
        raise ForumRefusal(_("This post is not shown now and can not be edited."))
    kept = post.pictures.exclude(pk__in=[picture.pk for picture in drop])
    drawn = pictures.drawn(words.pictures, already=kept.count())
    if (post.title, post.text) == (tidied.title, tidied.text) and not drop and not drawn:
        return False
    if (post.title, post.text) != (tidied.title, tidied.text):
        before = post.edited_at or post.written_at
        EarlierText.objects.create(post=post, title=post.title, text=post.text, written_at=before)
    post.title, post.text, post.edited_at = tidied.title, tidied.text, at
    post.save(update_fields=["title", "text", "edited_at"])
    pictures.drop(post.pictures.filter(pk__in=[picture.pk for picture in drop]))
    pictures.keep(post, drawn)
    record("post_edited", post.pk, actor=actor, at=at)
    index_post(post)
    tell_mentioned(post, at=at)
    return True


def held(post: Post) -> Post:
    """The post as it is now, held for this transaction, with its thread, room and writer."""
    rows = Post.objects.select_for_update(of=("self",))
    return rows.select_related("thread__room__home", "thread__room__section", "writer").get(pk=post.pk)


def refuse_locked(thread: Thread) -> None:
    if thread.is_locked:
        raise ForumRefusal(_("This thread is locked: %(because)s") % {"because": thread.locked_because})


def _tidied(words: Words, *, with_title: bool) -> Words:
    title = ""
    if with_title:
        title = said(" ".join(words.title.split()), most=LONGEST_TITLE, empty=_("A thread has a title. Write it."))
    text = said(words.text, most=LONGEST, empty=_("There is nothing to send yet."))
    refuse_marks([title, text, *(_stem(name) for name, _content in words.pictures)], is_no_mark=words.is_no_mark)
    return Words(title=title, text=text)


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0]


def _refuse_flood(writer: Person, at: dt.datetime) -> None:
    rows = Post.objects.filter(writer=writer).order_by("-written_at").values_list("written_at", flat=True)
    again = room_again(list(rows[:IN_AN_HOUR]), at)
    if again is not None:
        raise TooManyPosts(
            _("You have written %(number)s posts in this hour. Send this one after %(time)s; your text stays below.")
            % {"number": IN_AN_HOUR, "time": f"{localtime(again):%H:%M}"}
        )
