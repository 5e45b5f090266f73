"""Those who are invited take a seat of a turn, say that they can not come, and ask beforehand; the host answers."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.people.models import Person
from zhibu.apps.visits.actions.calling import about, locked
from zhibu.apps.visits.errors import VisitRefusal
from zhibu.apps.visits.models import Visit, VisitAnswer, VisitQuestion, VisitTurn
from zhibu.apps.visits.queries import guests_of
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.terms import Occasion, VisitStage
from zhibu.domain.visits import free_seat

LONGEST_REASON, LONGEST_QUESTION, LONGEST_ANSWER = 300, 1000, 2000

#: Questions of one person about one visit.
MOST_QUESTIONS = 10


def _invited_by(visit: Visit, person: UUID) -> UUID:
    """The organization by whose post the person is invited."""
    found = guests_of(visit).get(person)
    if found is None:
        raise VisitRefusal(_("Only those who are invited by their post on that day answer."))
    return found


@transaction.atomic
def take_seat(visit: Visit, person: Person, turn: UUID, *, actor: Actor, at: dt.datetime) -> VisitAnswer:
    """Until the last day for answers; another turn than before gives the former seat back.

    Two at once at the last seat: the rows stand one after the other, and the database holds no seat twice.
    """
    visit = locked(visit.pk, VisitStage.ANNOUNCED)
    organization = _invited_by(visit, person.pk)
    if localtime(at).date() > visit.answer_until:
        raise VisitRefusal(
            _("Seats were taken until %(day)s. Ask %(host)s whether there is still room.")
            % {"day": visit.answer_until.isoformat(), "host": visit.host.name}
        )
    chosen = VisitTurn.objects.filter(pk=turn, visit=visit).first()
    if chosen is None:
        raise VisitRefusal(_("This turn is not offered any more. Load the page again."))
    others = visit.answers.exclude(person=person).filter(turn=chosen)
    seat = free_seat(chosen.seats, {taken for taken in others.values_list("seat", flat=True) if taken})
    if seat is None:
        raise VisitRefusal(_("The turn %(turn)s is full. Choose another one.") % {"turn": chosen})
    return _answered(visit, person, organization, chosen, seat, "", actor, at)


@transaction.atomic
def decline(visit: Visit, person: Person, *, reason: str, actor: Actor, at: dt.datetime) -> VisitAnswer:
    """Until the day itself; the reason is read by those who hold the visit, and by nobody else."""
    visit = locked(visit.pk, VisitStage.ANNOUNCED)
    organization = _invited_by(visit, person.pk)
    if localtime(at).date() > visit.day:
        raise VisitRefusal(_("The day of the visit is over."))
    said = kept_line(reason)[:LONGEST_REASON]
    if not said:
        raise VisitRefusal(_("Say in a few words why you can not come. Only those who hold the visit read it."))
    return _answered(visit, person, organization, None, None, said, actor, at)


def _answered(
    visit: Visit,
    person: Person,
    organization: UUID,
    turn: VisitTurn | None,
    seat: int | None,
    reason: str,
    actor: Actor,
    at: dt.datetime,
) -> VisitAnswer:
    facts = {
        "organization_id": organization,
        "turn": turn,
        "seat": seat,
        "reason": reason,
        "answered_at": at,
    }
    answer, _made = VisitAnswer.objects.update_or_create(visit=visit, person=person, defaults=facts)
    record("visit_answered", visit.pk, actor=actor, at=at, document={"turn": str(turn) if turn else None})
    return answer


@transaction.atomic
def take_back_answer(visit: Visit, person: Person, *, actor: Actor, at: dt.datetime) -> None:
    """As if nothing had been answered. A second time changes nothing."""
    visit = locked(visit.pk, VisitStage.ANNOUNCED)
    if localtime(at).date() > visit.day:
        raise VisitRefusal(_("The day of the visit is over."))
    if visit.answers.filter(person=person).delete()[0]:
        record("visit_answer_taken_back", visit.pk, actor=actor, at=at)


# --- Questions -----------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_beforehand(visit: Visit, person: Person, *, text: str, actor: Actor, at: dt.datetime) -> VisitQuestion:
    """By somebody who is invited, until the day. Shown under the name of the organization they come for."""
    visit = locked(visit.pk, VisitStage.ANNOUNCED)
    organization = _invited_by(visit, person.pk)
    if localtime(at).date() > visit.day:
        raise VisitRefusal(_("The day of the visit is over."))
    said = kept(text)
    if not said or len(said) > LONGEST_QUESTION:
        raise VisitRefusal(
            _("Write what you would like to know, in %(most)s characters.") % {"most": LONGEST_QUESTION}
        )
    if visit.questions.filter(by=person).count() >= MOST_QUESTIONS:
        raise VisitRefusal(_("You have asked %(most)s questions. Ask the rest there.") % {"most": MOST_QUESTIONS})
    made = VisitQuestion.objects.create(visit=visit, by=person, organization_id=organization, text=said, asked_at=at)
    record("visit_question_asked", visit.pk, actor=actor, at=at, document={"question": str(made.pk), "text": said})
    return made


@transaction.atomic
def drop_question(question: VisitQuestion, *, actor: Actor, at: dt.datetime) -> None:
    """By whoever asked it, while it has no answer."""
    locked(question.visit_id, VisitStage.ANNOUNCED)
    question = VisitQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if question.answered_at is not None:
        raise VisitRefusal(_("It has an answer by now, and stays beside it."))
    record("visit_question_dropped", question.visit_id, actor=actor, at=at, document={"question": str(question.pk)})
    question.delete()


@transaction.atomic
def answer_question(question: VisitQuestion, by: Person, *, text: str, actor: Actor, at: dt.datetime) -> None:
    """Whoever asked is told. An answer can be written anew until the record is filed."""
    visit = locked(question.visit_id, VisitStage.ANNOUNCED)
    question = VisitQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    said = kept(text)
    if not said or len(said) > LONGEST_ANSWER:
        raise VisitRefusal(_("Write the answer, in %(most)s characters.") % {"most": LONGEST_ANSWER})
    question.answer, question.answered_by, question.answered_at = said, by, at
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    document = {"question": str(question.pk), "text": said}
    event = record("visit_question_answered", visit.pk, actor=actor, at=at, document=document)
    with override(settings.LANGUAGE_CODE):
        title = _("Your question has an answer: %(title)s") % {"title": visit.title}
    message = Message(Occasion.VISIT, about(visit), title, said, visit.day)
    tell([question.by_id], message, key=f"visit-answer:{event.id}", at=at)
