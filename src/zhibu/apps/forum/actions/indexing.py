"""What a post is found by, as long as it is shown: its title where it has one, its first words, and its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.timezone import localtime

from zhibu.apps.forum.models import Post
from zhibu.apps.forum.queries import POST, audience_of
from zhibu.apps.search.actions import Text, index_all, unindex, unindex_kind
from zhibu.domain.forum import PostState

#: Characters of its first line by which a post without a title is called.
_CALLED = 40


def index_post(post: Post) -> None:
    """In the transaction of every deed that changes what it says, or whether it is shown."""
    if post.word is PostState.SHOWN:
        index_all(POST, texts([post]))
    else:
        unindex(POST, [post.pk])


def rebuild_posts() -> int:
    """All of them anew; returns how many."""
    unindex_kind(POST)
    rows = Post.objects.filter(state=PostState.SHOWN.value).select_related("thread__room__home")
    index_all(POST, texts(rows.iterator(chunk_size=1000)))
    return rows.count()


def texts(posts: Iterable[Post]) -> Iterator[Text]:
    """``posts`` with their room and its home."""
    for post in posts:
        room = post.thread.room
        yield Text(
            subject=post.pk,
            organization=room.home,
            title=post.title or post.text.split("\n", 1)[0][:_CALLED],
            text=post.text,
            since=localtime(post.written_at).date(),
            audience=audience_of(room),
        )
