"""Somebody asks what no guide answers; nothing of who it was is kept, and a code leads to the answer."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive.actions import PUBLIC, Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.guides.actions.writing import refuse_unreadable
from zhibu.apps.guides.errors import GuideRefusal, TooManyQuestions
from zhibu.apps.guides.models import GuidedUnit, GuideVersion, Helped, Question
from zhibu.apps.guides.queries import digest, keepers_of
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.people.actions.accounts import ALPHABET
from zhibu.apps.rules.calendar import is_working_day
from zhibu.apps.windows.actions.counting import room_again
from zhibu.apps.windows.models import Section
from zhibu.domain.allowance import Allowance
from zhibu.domain.guidance import kept, kept_line, promised_day
from zhibu.domain.terms import Occasion, QuestionSource

#: Characters of a question.
LONGEST = 1000

#: Questions of the whole house in an hour, and how often a guide is said to have helped.
QUESTIONS = Allowance(at_once=30, per_hour=60)
THANKS = Allowance(at_once=20, per_hour=120)

_CODE_LENGTH, _GROUP = 12, 4


@dataclass(frozen=True, slots=True)
class Asked:
    """``code`` is shown once and stands nowhere: who loses it does not read the answer by it."""

    question: Question
    code: str


@transaction.atomic
def ask(
    text: str,
    *,
    source: QuestionSource,
    at: dt.datetime,
    section: Section | None = None,
    unit: GuidedUnit | None = None,
    looked_for: str = "",
    is_no_mark: bool = False,
    actor: Actor = PUBLIC,
) -> Asked:
    """A question goes to the section, or to the managers where none is named, with a day by which it is answered.

    ``looked_for``: the words that found no answer. Raises ``TooManyQuestions`` in a flood, ``BearsMark``
    where it bears a mark of secrecy; nothing is kept then.
    """
    said = kept(text)
    if not said:
        raise GuideRefusal(_("Write what you want to know."))
    if len(said) > LONGEST:
        raise GuideRefusal(
            _("This has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(said), "most": LONGEST}
        )
    refuse_unreadable(said)
    refuse_marks([said], is_no_mark=is_no_mark)
    again = room_again("questions", QUESTIONS, at)
    if again is not None:
        raise TooManyQuestions(
            _("Very many questions have come in just now. Send it again after %(time)s; your text stays below.")
            % {"time": f"{localtime(again):%H:%M}"}
        )
    code = "".join(secrets.choice(ALPHABET) for _i in range(_CODE_LENGTH))
    today = localtime(at).date()
    question = Question.objects.create(
        source=source.value,
        section=unit.section if unit is not None and section is None else section,
        unit=unit,
        text=said,
        looked_for=kept_line(looked_for)[:100],
        code_sha256=digest(code),
        asked_at=at,
        promised=promised_day(today, is_working_day),
    )
    record(
        "question_asked",
        question.pk,
        actor=actor,
        at=at,
        document={
            "source": source.value,
            "section": str(question.section_id) if question.section_id else None,
            "unit": str(unit.pk) if unit else None,
            "promised": question.promised.isoformat(),
        },
    )
    tell_keepers(question, at=at)
    return Asked(question, "-".join(code[start : start + _GROUP] for start in range(0, _CODE_LENGTH, _GROUP)))


def tell_keepers(question: Question, *, at: dt.datetime) -> None:
    """Those who can answer it hear of it once."""
    with override(settings.LANGUAGE_CODE):
        title = _("A question waits for an answer until %(month)s-%(day)s") % {
            "month": question.promised.month,
            "day": question.promised.day,
        }
        message = Message(Occasion.GUIDANCE, f"question:{question.pk}", title, question.text[:200], question.promised)
    key = f"question:{question.pk}:{question.section_id or ''}"
    tell(keepers_of(question.section, localtime(at).date()), message, key=key, at=at)


@transaction.atomic
def say_it_helped(version: GuideVersion, *, at: dt.datetime) -> bool:
    """One more in the sum of the day; whether it was counted: in a flood it is not. No event, nobody is named."""
    if room_again(f"helped:{version.pk}", THANKS, at) is not None:
        return False
    row, _made = Helped.objects.get_or_create(version=version, day=localtime(at).date())
    Helped.objects.filter(pk=row.pk).update(times=F("times") + 1)
    return True
