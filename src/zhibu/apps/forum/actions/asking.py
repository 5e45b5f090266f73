"""A question has an answer that was accepted, and that becomes the draft of a guide in one step."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Post, Thread
from zhibu.apps.guides.actions.writing import LONGEST_TITLE, Words, begin_guide
from zhibu.apps.guides.models import GuideVersion
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import Section
from zhibu.domain.forum import PostState
from zhibu.domain.terms import GuideAudience


@transaction.atomic
def accept_answer(thread: Thread, post: Post, *, actor: Actor, at: dt.datetime) -> None:
    """It stands right below the question. Another one may be accepted later; the same again changes nothing."""
    thread = Thread.objects.select_for_update().get(pk=thread.pk)
    if not thread.is_question:
        raise ForumRefusal(_("This thread asks no question."))
    if post.thread_id != thread.pk or post.is_first or post.word is not PostState.SHOWN:
        raise ForumRefusal(_("Choose an answer that is shown in this thread."))
    if thread.accepted_id == post.pk:
        return
    thread.accepted = post
    thread.save(update_fields=["accepted"])
    record("answer_accepted", thread.pk, actor=actor, at=at, document={"post": str(post.pk)})


@transaction.atomic
def accept_none(thread: Thread, *, actor: Actor, at: dt.datetime) -> None:
    """The question is open again. Open already: nothing changes."""
    thread = Thread.objects.select_for_update().get(pk=thread.pk)
    if thread.accepted_id is None:
        return
    thread.accepted = None
    thread.save(update_fields=["accepted"])
    record("answer_taken_back", thread.pk, actor=actor, at=at)


@transaction.atomic
def make_guide_of_answer(
    thread: Thread, section: Section, *, writer: Person, actor: Actor, at: dt.datetime
) -> GuideVersion:
    """In one step a draft: the question is its title, the accepted answer its text, with credit to who answered.

    For the house until its writer says otherwise: who answered wrote for colleagues. Refused where it led to one.
    """
    rows = Thread.objects.select_for_update(of=("self",))
    thread = rows.select_related("first", "accepted__writer", "became").get(pk=thread.pk)
    question, answer = thread.first, thread.accepted
    if thread.became is not None:
        raise ForumRefusal(_("Guide %(number)s answers it already.") % {"number": thread.became.number})
    if answer is None or answer.writer is None or answer.word is not PostState.SHOWN:
        raise ForumRefusal(_("It has no accepted answer yet. Accept one first; the guide then begins with it."))
    if question is None or question.word is not PostState.SHOWN:
        raise ForumRefusal(_("The question is not shown any more. Write the guide by itself."))
    credit = _("From the answer of %(name)s in the forum.") % {"name": answer.writer.name}
    draft = begin_guide(
        section=section,
        words=Words(title=question.title[:LONGEST_TITLE], text=f"{answer.text}\n\n{credit}"),
        audience=GuideAudience.INTERNAL,
        writer=writer,
        actor=actor,
        at=at,
    )
    thread.became = draft.guide
    thread.save(update_fields=["became"])
    record("answer_made_guide", thread.pk, actor=actor, at=at, document={"guide": str(draft.guide_id)})
    return draft
