"""Order in a room: a post is hidden with a reason, its writer appeals once and a superior decides; threads locked."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.forum.actions.checking import said
from zhibu.apps.forum.actions.indexing import index_post
from zhibu.apps.forum.actions.telling import tell_deciders, tell_hidden, tell_outcome
from zhibu.apps.forum.actions.writing import held
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Hiding, Post, Thread
from zhibu.apps.notices.actions.telling import overtake
from zhibu.apps.people.models import Person
from zhibu.domain.forum import AppealOutcome, PostState

#: Characters of a reason and of an appeal.
LONGEST_REASON, LONGEST_APPEAL = 300, 500


@transaction.atomic
def hide_post(post: Post, *, because: str, by: Person, actor: Actor, at: dt.datetime) -> Hiding:
    """Its writer reads the reason and who hid it; others read that it is hidden."""
    why = _reason(because, _("Say in a few words why; the writer reads it."))
    post = held(post)
    if post.word is not PostState.SHOWN:
        raise ForumRefusal(_("This post is not shown now."))
    hiding = Hiding.objects.create(post=post, by=by, because=why, hidden_at=at)
    _become(post, PostState.HIDDEN)
    record("post_hidden", post.pk, actor=actor, at=at, document={"because": why})
    tell_hidden(hiding, at=at)
    return hiding


@transaction.atomic
def unhide_post(post: Post, *, actor: Actor, at: dt.datetime) -> None:
    """A moderator of the room changes their mind, while nobody has decided. Shown already: nothing changes."""
    post = held(post)
    hiding = _open_hiding(post)
    if hiding is None:
        return
    if hiding.outcome_word is AppealOutcome.STANDS:
        raise ForumRefusal(_("The appeal was decided: it stays hidden."))
    _lift(hiding, at)
    record("post_unhidden", post.pk, actor=actor, at=at)


@transaction.atomic
def appeal(post: Post, *, text: str, actor: Actor, at: dt.datetime) -> Hiding:
    """Once for each time that it was hidden; a superior's moderator is told."""
    words = said(text, most=LONGEST_APPEAL, empty=_("Say why it should be shown."))
    refuse_marks([words], is_no_mark=True)
    post = held(post)
    hiding = _open_hiding(post)
    if hiding is None:
        raise ForumRefusal(_("This post is not hidden."))
    if hiding.appealed_at is not None:
        raise ForumRefusal(_("You have appealed already. The answer stands here once it is given."))
    hiding.appeal, hiding.appealed_at = words, at
    hiding.save(update_fields=["appeal", "appealed_at"])
    record("hiding_appealed", post.pk, actor=actor, at=at)
    tell_deciders(hiding, at=at)
    return hiding


@transaction.atomic
def decide_appeal(
    hiding: Hiding, outcome: AppealOutcome, *, words: str, by: Person, actor: Actor, at: dt.datetime
) -> None:
    """With words that the writer and the moderator read."""
    why = _reason(words, _("Say in a few words why; the writer reads it."))
    post = held(hiding.post)
    hiding = Hiding.objects.select_for_update().get(pk=hiding.pk)
    if hiding.appealed_at is None or hiding.decided_at is not None or hiding.lifted_at is not None:
        raise ForumRefusal(_("This appeal was settled already."))
    hiding.post = post
    hiding.outcome, hiding.said, hiding.decided_by, hiding.decided_at = outcome.value, why, by, at
    hiding.save(update_fields=["outcome", "said", "decided_by", "decided_at"])
    if outcome is AppealOutcome.LIFTED:
        _lift(hiding, at)
    record("appeal_decided", post.pk, actor=actor, at=at, document={"outcome": outcome.value})
    overtake(f"forum-appeal:{hiding.pk}")
    tell_outcome(hiding, at=at)


@transaction.atomic
def lock_thread(thread: Thread, *, because: str, by: Person, actor: Actor, at: dt.datetime) -> None:
    """Nothing more is written in it. Locked already: nothing changes."""
    why = _reason(because, _("Say in a few words why; it stands above the thread."))
    thread = Thread.objects.select_for_update().get(pk=thread.pk)
    if thread.is_locked:
        return
    thread.locked_at, thread.locked_by, thread.locked_because = at, by, why
    thread.save(update_fields=["locked_at", "locked_by", "locked_because"])
    record("thread_locked", thread.pk, actor=actor, at=at, document={"because": why})


@transaction.atomic
def unlock_thread(thread: Thread, *, actor: Actor, at: dt.datetime) -> None:
    thread = Thread.objects.select_for_update().get(pk=thread.pk)
    if not thread.is_locked:
        return
    thread.locked_at, thread.locked_by, thread.locked_because = None, None, ""
    thread.save(update_fields=["locked_at", "locked_by", "locked_because"])
    record("thread_unlocked", thread.pk, actor=actor, at=at)


def _open_hiding(post: Post) -> Hiding | None:
    return post.hidings.select_for_update().filter(lifted_at__isnull=True).first()


def _lift(hiding: Hiding, at: dt.datetime) -> None:
    hiding.lifted_at = at
    hiding.save(update_fields=["lifted_at"])
    _become(hiding.post, PostState.SHOWN)


def _become(post: Post, state: PostState) -> None:
    post.state = state.value
    post.save(update_fields=["state"])
    index_post(post)


def _reason(text: str, empty: str) -> str:
    return said(text, most=LONGEST_REASON, empty=empty)
