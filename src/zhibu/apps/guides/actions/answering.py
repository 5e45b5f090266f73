"""A question is handed on, promised for another day, answered, or becomes a guide."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.guides.actions.asking import tell_keepers
from zhibu.apps.guides.actions.writing import LONGEST_TITLE, Words, begin_guide, refuse_unreadable
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import Guide, GuideVersion, Question
from zhibu.apps.notices.actions.telling import overtake, withhold
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import Section
from zhibu.domain.guidance import kept
from zhibu.domain.terms import GuideAudience, QuestionSource, QuestionState

#: Characters of an answer.
LONGEST = 4000

#: For how long the words of whoever asked are kept once the question was settled.
KEPT = dt.timedelta(days=730)


@transaction.atomic
def hand_on(question: Question, to: Section, *, actor: Actor, at: dt.datetime) -> None:
    """Another section answers it, by the same day. The same section changes nothing."""
    question = _open(question)
    if question.section_id == to.pk:
        return
    question.section = to
    question.save(update_fields=["section"])
    record("question_handed_on", question.pk, actor=actor, at=at, document={"section": str(to.pk)})
    tell_keepers(question, at=at)


@transaction.atomic
def promise_later(question: Question, to: dt.date, *, because: str, actor: Actor, at: dt.datetime) -> None:
    """The answer comes later than promised; whoever asked reads until when, and why."""
    question, said = _open(question), kept(because)[:300]
    if to <= question.promised or to < localtime(at).date():
        raise GuideRefusal(
            _("It is promised for %(day)s. Choose a later day, or answer it.") % {"day": question.promised}
        )
    if not said:
        raise GuideRefusal(_("Say in a few words why it takes longer; whoever asked reads it."))
    question.promised, question.moved_because = to, said
    question.save(update_fields=["promised", "moved_because"])
    record("question_promised_later", question.pk, actor=actor, at=at, document={"promised": to.isoformat()})


@transaction.atomic
def answer_question(
    question: Question,
    text: str,
    *,
    by: Person,
    actor: Actor,
    at: dt.datetime,
    guide: Guide | None = None,
    is_no_mark: bool = False,
) -> None:
    """Whoever asked reads it by their code. ``guide``: one that says more. Raises ``BearsMark``."""
    refuse_marks([text], is_no_mark=is_no_mark)
    _settle(question, QuestionState.ANSWERED, text, by=by, at=at, guide=guide)
    document = {"guide": str(guide.pk) if guide else None}
    record("question_answered", question.pk, actor=actor, at=at, document=document)


@transaction.atomic
def close_question(question: Question, because: str, *, by: Person, actor: Actor, at: dt.datetime) -> None:
    """It is none for the windows, or can not be answered; whoever asked reads why."""
    _settle(question, QuestionState.CLOSED, because, by=by, at=at, guide=None)
    record("question_closed", question.pk, actor=actor, at=at)


@transaction.atomic
def strike_question(question: Question, because: str, *, by: Person, actor: Actor, at: dt.datetime) -> None:
    """It is no question (advertising, abuse, or it names somebody): its words go for good, that it came stays.

    One that waited is settled with the reason, which whoever has its code reads. Once more changes nothing.
    """
    locked = Question.objects.select_for_update().get(pk=question.pk)
    if locked.struck:
        return
    said = kept(because)[:300]
    if not said:
        raise GuideRefusal(_("Say in a few words why it is struck; whoever asked reads it."))
    if locked.word is QuestionState.OPEN:
        locked.state, locked.answer = QuestionState.CLOSED.value, said
        locked.answered_by, locked.answered_at = by, at
    locked.text, locked.looked_for, locked.struck = "", "", True
    locked.save(update_fields=["state", "answer", "answered_by", "answered_at", "text", "looked_for", "struck"])
    withhold(f"question:{locked.pk}")
    record("question_struck", locked.pk, actor=actor, at=at, document={"because": said})


def forget_questions(*, at: dt.datetime) -> int:
    """The words of what was settled two years ago go, and by what they were looked for; the answer stays.

    Returns of how many. No event holds the words, so the archive verifies as before.
    """
    old = Question.objects.filter(answered_at__lt=at - KEPT, struck=False)
    return old.update(text="", looked_for="", struck=True)


def _settle(
    question: Question, state: QuestionState, text: str, *, by: Person, at: dt.datetime, guide: Guide | None
) -> None:
    locked, said = _open(question), kept(text)
    if not said:
        raise GuideRefusal(_("Write what whoever asked will read."))
    if len(said) > LONGEST:
        raise GuideRefusal(
            _("This has %(length)s characters, %(most)s are possible. Answer in short, and make a guide of the rest.")
            % {"length": len(said), "most": LONGEST}
        )
    refuse_unreadable(said)
    locked.state, locked.answer, locked.answered_by, locked.answered_at = state.value, said, by, at
    locked.guide = guide or locked.guide
    locked.save(update_fields=["state", "answer", "answered_by", "answered_at", "guide"])
    overtake(f"question:{locked.pk}")


@transaction.atomic
def make_guide_of(question: Question, *, writer: Person, actor: Actor, at: dt.datetime) -> GuideVersion:
    """In one step a draft: the question is its title, the answer its text. Refused where it led to one already."""
    locked = Question.objects.select_for_update().get(pk=question.pk)
    if locked.struck:
        raise GuideRefusal(_("Its words are gone. Write a guide anew."))
    if locked.word is not QuestionState.ANSWERED:
        raise GuideRefusal(_("It has no answer yet. Answer it first; the guide then begins with your answer."))
    if locked.guide is not None:
        raise GuideRefusal(_("Guide %(number)s answers it already.") % {"number": locked.guide.number})
    if locked.section is None:
        raise GuideRefusal(_("It belongs to no section yet. Hand it to the one whose guide this becomes."))
    audience = GuideAudience.INTERNAL if locked.source == QuestionSource.STAFF else GuideAudience.PUBLIC
    return begin_guide(
        section=locked.section,
        words=Words(
            title=" ".join(locked.text.split())[:LONGEST_TITLE],
            text=locked.answer,
            keywords=locked.looked_for,
        ),
        audience=audience,
        writer=writer,
        question=locked,
        actor=actor,
        at=at,
    )


def _open(question: Question) -> Question:
    question = Question.objects.select_for_update().get(pk=question.pk)
    if question.word is not QuestionState.OPEN:
        raise GuideRefusal(_("This question was answered already."))
    return question
