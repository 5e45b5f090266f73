"""Reads of the forum: what stands in a room and on a page of a thread, what is found, who is there to be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from zhibu.apps.forum.access import rooms_entered_by
from zhibu.apps.forum.models import Confirmation, EarlierText, Following, Hiding, Opinion, Picture, Post, Room, Thread
from zhibu.apps.guides.models import Guide, GuidedUnit
from zhibu.apps.guides.queries import keepers_of
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.meetings.queries import rule_of
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Account, Appointment, Employment, Membership, Person
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.queries import Found, Scope, found
from zhibu.apps.windows.models import Section
from zhibu.domain.forum import PostState, RoomKind, named, numbers_on, tried_names
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import OFFICES, SECRETARIES, Role
from zhibu.domain.tree import tops

#: The kind of text a post is, as it stands in the index.
POST = "forum"


# --- Threads -------------------------------------------------------------------------------------------------------


def with_all(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """With what a line of a list says of each; not with the text of its first post."""
    return threads.select_related("first__writer", "room__home", "room__section").defer("first__text")


def threads_in(room: Room) -> QuerySet[Thread]:
    """The one in which something was written last comes first; nothing else orders them."""
    return Thread.objects.filter(room=room).order_by("-last_at", "-pk")


def news_of(rooms: Collection[str]) -> dict[str, dt.datetime]:
    """When something was last written in each of these rooms, by its key; a silent one is left out."""
    rows = Room.objects.filter(key__in=rooms).annotate(last=Max("threads__last_at"))
    return {row.key: vars(row)["last"] for row in rows if vars(row)["last"] is not None}


def threads_of_meeting(meeting: Meeting, asker: Asker) -> list[Thread]:
    """About the meeting or an item of its agenda, in rooms that the asker enters; one query."""
    rows = Thread.objects.filter(meeting=meeting, first__state=PostState.SHOWN.value)
    rows = rows.filter(room__in=rooms_entered_by(asker).values("pk"))
    return list(rows.select_related("first", "agenda_item").order_by("-last_at")[:50])


def threads_of_guide(guide: Guide, asker: Asker) -> list[Thread]:
    """About the guide, and those of which it was made; one query."""
    of_it = Thread.objects.filter(Q(guide=guide) | Q(became=guide), first__state=PostState.SHOWN.value)
    rows = of_it.filter(room__in=rooms_entered_by(asker).values("pk"))
    return list(rows.select_related("first", "accepted__writer").order_by("-last_at")[:50])


def followed_by(person: UUID) -> QuerySet[Thread]:
    """The threads somebody follows, by themselves or with their room."""
    rows = Following.objects.filter(person=person)
    return Thread.objects.filter(Q(pk__in=rows.values("thread")) | Q(room__in=rows.values("room")))


# --- One thread ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A post as one reader meets it. ``is_read``: its text is shown to them; ``hiding``: why it is hidden."""

    post: Post
    is_own: bool
    is_read: bool
    pictures: Sequence[Picture]
    hiding: Hiding | None
    was_edited: bool


def page_of_thread(thread: Thread, page: int, asker: Asker, *, moderates: bool) -> list[Line]:
    """The posts on a page, in their order; two queries, one more where some are hidden."""
    first, last = numbers_on(page)
    posts = list(thread.posts.filter(number__range=(first, last)).select_related("writer").order_by("number"))
    pictures: dict[UUID, list[Picture]] = {}
    for picture in Picture.objects.filter(post__thread=thread, post__number__range=(first, last)):
        pictures.setdefault(picture.post_id, []).append(picture)
    hidden = [post.pk for post in posts if post.word is PostState.HIDDEN]
    why = {row.post_id: row for row in open_hidings(hidden)} if hidden else {}
    return [
        Line(
            post=post,
            is_own=(own := post.writer_id is not None and post.writer_id == asker.person),
            is_read=post.word is PostState.SHOWN or (post.word is not PostState.DELETED and (own or moderates)),
            pictures=pictures.get(post.pk, ()),
            hiding=why.get(post.pk),
            was_edited=post.edited_at is not None,
        )
        for post in posts
    ]


def open_hidings(posts: Collection[UUID]) -> QuerySet[Hiding]:
    return Hiding.objects.filter(post__in=posts, lifted_at__isnull=True).select_related("by", "decided_by")


def earlier_texts_of(post: Post) -> list[EarlierText]:
    """The oldest first."""
    return list(post.earlier.order_by("written_at", "pk"))


def follows(person: UUID, *, thread: Thread | None = None, room: Room | None = None) -> bool:
    return Following.objects.filter(person=person, thread=thread, room=room).exists()


def confirmed_by(thread: Thread) -> list[str]:
    """Who has pressed, by name: for whoever asked."""
    rows = Confirmation.objects.filter(thread=thread).order_by("person__staff_number")
    return list(rows.values_list("person__name", flat=True))


# --- Found ---------------------------------------------------------------------------------------------------------


def audience_of(room: Room) -> str:
    """For whom its posts stand in the index."""
    return f"room:{room.pk}"


def rooms_found_in(rooms: QuerySet[Room]) -> Scope:
    """Posts of these rooms, room by room, so that an index leads to them; one query."""
    return Scope(POST, [Q(organization=room.home_id, audience=audience_of(room)) for room in rooms])


def looked_for(words: str, rooms: QuerySet[Room]) -> Found:
    """The posts in these rooms that hold ``words``, title hits first, then the newest; the same for everybody."""
    return found(words, [rooms_found_in(rooms)])


def posts_with(keys: Collection[int]) -> list[Post]:
    """The posts of these keys of the index, in their order, with thread and room; one query."""
    kept = Indexed.objects.filter(kind=POST, subject=OuterRef("pk"), number=0)
    rows = Post.objects.annotate(key=Subquery(kept.values("pk")[:1]))
    rows = rows.filter(pk__in=Indexed.objects.filter(pk__in=keys).values("subject"))
    posts = rows.select_related("thread__first", "thread__room__home", "thread__room__section")
    by_key = {vars(post)["key"]: post for post in posts}
    return [by_key[key] for key in keys if key in by_key]


# --- Who is there --------------------------------------------------------------------------------------------------


def people_in(room: Room, on: dt.date) -> QuerySet[Person]:
    """Whom one meets in a room on a day: those who may enter it."""
    member = Membership.objects.on(on).filter(person=OuterRef("pk"))
    appointed = Appointment.objects.on(on).filter(person=OuterRef("pk"), organization__dissolved__isnull=True)
    match room.word:
        case RoomKind.HOUSE:
            employed = Employment.objects.on(on).filter(person=OuterRef("pk"), organization__isnull=False)
            manages = Account.objects.filter(
                holds_on(on, "grants__"), grants__role=Role.WINDOW_MANAGER, person=OuterRef("pk")
            )
            condition = Exists(member) | Exists(employed) | Exists(appointed) | Exists(manages)
            return Person.objects.filter(condition)
        case RoomKind.BRANCH:
            leads = appointed.filter(organization=room.home_id, post__in=SECRETARIES)
            return Person.objects.filter(Exists(member.filter(organization=room.home_id)) | Exists(leads))
        case RoomKind.SECTION:
            return Person.objects.filter(pk__in=keepers_of(room.section, on))
        case RoomKind.UNITS:
            return Person.objects.filter(pk__in=_guiding(on))


def _guiding(on: dt.date) -> set[UUID]:
    sections = Section.objects.filter(Exists(GuidedUnit.objects.on(on).filter(section=OuterRef("pk"))))
    return {person for section in sections for person in keepers_of(section, on)}


def mentioned(text: str, room: Room, on: dt.date) -> set[UUID]:
    """Those of the room whose name stands after an @; of two who are called the same both. One query."""
    tried = tried_names(text)
    if not tried:
        return set()
    there = list(people_in(room, on).filter(name__in=tried).values_list("pk", "name"))
    meant = named(text, {name for _pk, name in there})
    return {pk for pk, name in there if name in meant}


def deciders_of(hiding: Hiding, on: dt.date) -> set[UUID]:
    """Who is told of an appeal: secretaries above the branch; where none stands above, those of the committees."""
    room = hiding.post.thread.room
    appointed = Appointment.objects.on(on).filter(organization__dissolved__isnull=True)
    if room.word is RoomKind.BRANCH:
        above = tops(room.home.path)[:-1]
        people = set(
            appointed.filter(post__in=SECRETARIES, organization__path__in=above).values_list("person", flat=True)
        )
        if people - {hiding.by_id}:
            return people - {hiding.by_id}
    offices = appointed.filter(post__in=OFFICES, organization__depth=2).exclude(organization=room.home_id)
    return set(offices.values_list("person", flat=True)) - {hiding.by_id}


# --- Views before a meeting ----------------------------------------------------------------------------------------


def opinions_at(meeting: Meeting) -> dict[UUID, list[Opinion]]:
    """By item of the agenda, in the order in which they came; one query."""
    rows = Opinion.objects.filter(agenda_item__meeting=meeting).select_related("person").order_by("given_at")
    given: dict[UUID, list[Opinion]] = {}
    for row in rows:
        given.setdefault(row.agenda_item_id, []).append(row)
    return given


def votes_that_count(meeting: Meeting, on: dt.date) -> list[Decision]:
    """The kinds of vote at this meeting for which the rule in force counts written opinions."""
    return [kind for kind in Decision if (rule := rule_of(meeting, kind, on)) is not None and rule.written_as_votes]
