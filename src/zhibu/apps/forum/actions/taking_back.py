"""Whoever wrote something withdraws it, shows it again, or has it deleted so that nothing of it is left."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.forum.actions import pictures
from zhibu.apps.forum.actions.indexing import index_post
from zhibu.apps.forum.actions.writing import held
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Confirmation, Opinion, Post, Thread
from zhibu.apps.people.models import Person
from zhibu.domain.forum import PostState


@transaction.atomic
def withdraw_post(post: Post, *, actor: Actor, at: dt.datetime) -> None:
    """Its writer and the moderators still read it, nobody else. Twice changes nothing."""
    post = held(post)
    if post.word is PostState.WITHDRAWN:
        return
    if post.word is not PostState.SHOWN:
        raise ForumRefusal(_("This post is not shown now. You can delete it."))
    _become(post, PostState.WITHDRAWN)
    record("post_withdrawn", post.pk, actor=actor, at=at)


@transaction.atomic
def show_again(post: Post, *, actor: Actor, at: dt.datetime) -> None:
    """What its writer withdrew; not what a moderator hid. Twice changes nothing."""
    post = held(post)
    if post.word is PostState.SHOWN:
        return
    if post.word is not PostState.WITHDRAWN:
        raise ForumRefusal(_("A moderator hid this post. You can appeal, or delete it."))
    _become(post, PostState.SHOWN)
    record("post_shown_again", post.pk, actor=actor, at=at)


def _become(post: Post, state: PostState) -> None:
    post.state = state.value
    post.save(update_fields=["state"])
    index_post(post)


@transaction.atomic
def delete_post(post: Post, *, actor: Actor, at: dt.datetime) -> None:
    """Text, title, pictures, earlier texts, its name and what moderators said of it are gone; its place is left.

    The others' answers stay. Twice changes nothing.
    """
    post = held(post)
    if post.word is PostState.DELETED:
        return
    pictures.drop(post.pictures.all())
    post.earlier.all().delete()
    post.hidings.all().delete()
    Thread.objects.filter(accepted=post).update(accepted=None)
    Confirmation.objects.filter(thread__first=post).delete()
    post.title, post.text, post.writer, post.edited_at = "", "", None, None
    post.state = PostState.DELETED.value
    post.save(update_fields=["title", "text", "writer", "edited_at", "state"])
    index_post(post)
    record("post_deleted", post.pk, actor=actor, at=at)


@transaction.atomic
def delete_all_of(person: Person, *, actor: Actor, at: dt.datetime) -> int:
    """All posts of a person, and their views that stand in no minutes; returns how many went."""
    posts = list(Post.objects.filter(writer=person).order_by("written_at"))
    for post in posts:
        delete_post(post, actor=actor, at=at)
    gone, _by_model = Opinion.objects.filter(person=person, taken_at__isnull=True).delete()
    return len(posts) + gone
