"""Who hears of what: whoever is named at once, whoever follows once a day. No title and no text is in a notice.

A notice is kept for half a year and may be read on a lock screen; what was written has to be gone when its writer
takes it away.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from zhibu.apps.forum.models import Following, Hiding, Post, Room
from zhibu.apps.forum.queries import deciders_of, mentioned, people_in
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.domain.forum import PostState
from zhibu.domain.terms import Occasion

_DAY = dt.timedelta(days=1)


def tell_mentioned(post: Post, *, at: dt.datetime) -> int:
    """Those of the room whose name stands after an @ in it; once, however often it is edited."""
    assert post.writer is not None
    people = mentioned(f"{post.title}\n{post.text}", post.thread.room, localtime(at).date()) - {post.writer_id}
    if not people:
        return 0
    with override(settings.LANGUAGE_CODE):
        title = _("%(name)s speaks to you in the forum") % {"name": post.writer.name}
    return tell(people, Message(Occasion.FORUM, f"forum-post:{post.pk}", title), key=f"mention:{post.pk}", at=at)


def tell_answered(post: Post, *, at: dt.datetime) -> int:
    """The writer of a question: an answer has come."""
    first = post.thread.first
    if not post.thread.is_question or first is None or first.writer_id in {None, post.writer_id}:
        return 0
    assert first.writer_id is not None
    if not people_in(post.thread.room, localtime(at).date()).filter(pk=first.writer_id).exists():
        return 0
    with override(settings.LANGUAGE_CODE):
        title = _("Your question in the forum has an answer")
    message = Message(Occasion.FORUM, f"forum-post:{post.pk}", title)
    return tell([first.writer_id], message, key=f"answer:{post.thread_id}", at=at)


def tell_hidden(hiding: Hiding, *, at: dt.datetime) -> None:
    with override(settings.LANGUAGE_CODE):
        title = _("A moderator hid a post of yours; the reason stands beside it")
    _tell_writer(hiding, title, f"hidden:{hiding.pk}", at)


def tell_outcome(hiding: Hiding, *, at: dt.datetime) -> None:
    with override(settings.LANGUAGE_CODE):
        title = _("Your appeal in the forum is answered")
    _tell_writer(hiding, title, f"appeal-answered:{hiding.pk}", at)


def _tell_writer(hiding: Hiding, title: str, key: str, at: dt.datetime) -> None:
    assert hiding.post.writer_id is not None
    tell([hiding.post.writer_id], Message(Occasion.FORUM, f"forum-own:{hiding.post_id}", title), key=key, at=at)


def tell_deciders(hiding: Hiding, *, at: dt.datetime) -> None:
    with override(settings.LANGUAGE_CODE):
        title = _("An appeal against a hidden post waits for an answer")
    people = deciders_of(hiding, localtime(at).date()) - {hiding.post.writer_id}
    message = Message(Occasion.FORUM, f"forum-appeal:{hiding.pk}", title)
    tell(people, message, key=f"appeal:{hiding.pk}", at=at)


def tell_of_yesterday(*, at: dt.datetime) -> int:
    """Each who follows something hears once that others wrote there yesterday; returns how many were told now.

    Whoever does not enter the room any more hears nothing.
    """
    today = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    by_number: defaultdict[int, list[UUID]] = defaultdict(list)
    for person, threads in _news_by_follower(today - _DAY, today).items():
        by_number[len(threads)].append(person)
    told = 0
    for number, people in by_number.items():
        with override(settings.LANGUAGE_CODE):
            title = ngettext(
                "Yesterday something new was written in %(number)s thread that you follow",
                "Yesterday something new was written in %(number)s threads that you follow",
                number,
            ) % {"number": number}
        message = Message(Occasion.FORUM, "forum-followed:", title, last_day=today.date() + _DAY)
        told += tell(people, message, key=f"forum-day:{today:%Y-%m-%d}", at=at)
    return told


def _news_by_follower(since: dt.datetime, until: dt.datetime) -> dict[UUID, set[UUID]]:
    """The threads that each follows, and still reads, in which others wrote; the end is not included."""
    written = Post.objects.filter(written_at__gte=since, written_at__lt=until, state=PostState.SHOWN.value)
    writers: defaultdict[int, defaultdict[UUID, set[UUID | None]]] = defaultdict(lambda: defaultdict(set))
    for place, thread, writer in written.values_list("thread__room", "thread", "writer"):
        writers[place][thread].add(writer)
    news: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for room in Room.objects.filter(pk__in=writers).select_related("home", "section"):
        for person, thread in _followers(room, writers[room.pk], until.date()):
            if writers[room.pk][thread] - {person}:
                news[person].add(thread)
    return news


def _followers(room: Room, threads: Collection[UUID], on: dt.date) -> set[tuple[UUID, UUID]]:
    """Who follows which of these threads, by itself or with the room; only those who still enter it."""
    there = people_in(room, on).values("pk")
    whole = Following.objects.filter(room=room, person__in=there).values_list("person", flat=True)
    single = Following.objects.filter(thread__in=threads, person__in=there).values_list("person", "thread__pk")
    return {(person, thread) for person in whole for thread in threads} | set(single)
