"""Anybody says something about the service; a manager closes it with what changed."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive.actions import PUBLIC, Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.feedback.errors import FeedbackRefusal, TooMuchFeedback
from zhibu.apps.feedback.models import Feedback
from zhibu.apps.feedback.queries import hearers_of, works_alone
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.people.models import Person
from zhibu.apps.windows.actions.counting import room_again
from zhibu.apps.windows.models import Site, WindowPost
from zhibu.domain.allowance import Allowance
from zhibu.domain.guidance import UNREADABLE, kept
from zhibu.domain.terms import FeedbackKind, FeedbackState, Occasion

#: Characters of what is said, and of what changed.
LONGEST = 1000

#: What is taken at one place in an hour, whoever says it.
HERE = Allowance(at_once=10, per_hour=30)

#: For how long the words of somebody are kept once they were dealt with; what changed stays.
KEPT = dt.timedelta(days=730)


@transaction.atomic
def say(
    text: str,
    *,
    kind: FeedbackKind,
    site: Site,
    at: dt.datetime,
    post: WindowPost | None = None,
    is_no_mark: bool = False,
) -> Feedback:
    """It reaches those who manage the place. Of who said it, and at which hour, nothing is kept beside it.

    Where one person works at ``post`` alone it is about the site. Raises ``TooMuchFeedback`` in a flood,
    ``BearsMark`` where it bears a mark of secrecy.
    """
    said = _words(text, _("Write what you want to say."))
    refuse_marks([said], is_no_mark=is_no_mark)
    today = localtime(at).date()
    about = None if post is None or works_alone(post, today) else post
    again = room_again(f"feedback:{post.pk if post else site.pk}", HERE, at)
    if again is not None:
        raise TooMuchFeedback(
            _("Very much has come in here just now. Send it again after %(time)s; your text stays below.")
            % {"time": f"{localtime(again):%H:%M}"}
        )
    feedback = Feedback.objects.create(site=site, post=about, kind=kind.value, text=said, said_on=today)
    record(
        "feedback_said",
        feedback.pk,
        actor=PUBLIC,
        at=at,
        document={"kind": kind.value, "site": str(site.pk), "post": str(about.pk) if about else None},
    )
    with override(settings.LANGUAGE_CODE):
        title = _("Feedback from the public at %(site)s") % {"site": site.name}
    message = Message(Occasion.FEEDBACK, f"feedback-inbox:{site.pk}", title)
    tell(hearers_of(site, about, today), message, key=f"feedback:{site.pk}:{today.isoformat()}", at=at)
    return feedback


@transaction.atomic
def close_feedback(
    feedback: Feedback,
    *,
    answer: str,
    is_public: bool,
    by: Person,
    actor: Actor,
    at: dt.datetime,
    is_no_mark: bool = False,
) -> None:
    """What changed, or why nothing did; in public or not. Raises ``BearsMark``."""
    refuse_marks([answer], is_no_mark=is_no_mark)
    feedback = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if feedback.state_word is FeedbackState.CLOSED:
        raise FeedbackRefusal(_("This was closed already. What stands there stays."))
    said = _words(answer, _("Write what changed, or why nothing did."))
    feedback.state, feedback.answer, feedback.is_public = FeedbackState.CLOSED.value, said, is_public
    feedback.closed_by, feedback.closed_at = by, at
    feedback.save(update_fields=["state", "answer", "is_public", "closed_by", "closed_at"])
    record(
        "feedback_closed",
        feedback.pk,
        actor=actor,
        at=at,
        document={"answer": said, "public": is_public},
    )


@transaction.atomic
def show_to_all(feedback: Feedback, *, is_public: bool, actor: Actor, at: dt.datetime) -> None:
    """Whether anybody reads what changed. The same changes nothing."""
    feedback = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if feedback.state_word is not FeedbackState.CLOSED:
        raise FeedbackRefusal(_("Nothing has been said about it yet. Close it with what changed."))
    if feedback.is_public == is_public:
        return
    feedback.is_public = is_public
    feedback.save(update_fields=["is_public"])
    record("feedback_shown", feedback.pk, actor=actor, at=at, document={"public": is_public})


@transaction.atomic
def strike_feedback(feedback: Feedback, *, actor: Actor, at: dt.datetime) -> None:
    """It named somebody: the words go for good, that something was said stays. Once more changes nothing."""
    feedback = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if feedback.struck:
        return
    feedback.text, feedback.struck = "", True
    feedback.save(update_fields=["text", "struck"])
    record("feedback_struck", feedback.pk, actor=actor, at=at)


def forget_words(*, at: dt.datetime) -> int:
    """The words of what was closed two years ago go; what changed stays. Returns of how many."""
    old = Feedback.objects.filter(closed_at__lt=at - KEPT, struck=False)
    return old.update(text="", struck=True)


def _words(text: str, nothing: str) -> str:
    said = kept(text)
    if not said:
        raise FeedbackRefusal(nothing)
    if len(said) > LONGEST:
        raise FeedbackRefusal(
            _("This has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(said), "most": LONGEST}
        )
    if UNREADABLE in said:
        raise FeedbackRefusal(_("Some characters could not be read and stand as �. Type them anew."))
    return said
