"""The deeds around guides and questions, done through the actions of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import singledispatchmethod

from zhibu.apps.archive.actions import Actor
from zhibu.apps.feedback.actions import evaluating, saying
from zhibu.apps.feedback.actions.evaluating import Found
from zhibu.apps.feedback.models import Feedback
from zhibu.apps.guides.actions import answering, asking, guiding, reviewing, writing
from zhibu.apps.guides.actions.writing import Words
from zhibu.apps.guides.models import GuidedUnit, GuideVersion, Question
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.windows.models import Section, WindowPost
from zhibu.domain.terms import QuestionSource
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.deeds import GuideDeed
from zhibu.web.shell.signing import Signed


class Guiding:
    """Guides are known by their titles, questions by their texts. Whoever does a deed has an account."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people

    @singledispatchmethod
    def do(self, deed: GuideDeed, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: deeds.GuideUnit, at: dt.datetime) -> None:
        guiding.guide_unit(
            name=deed.name,
            section=Section.objects.get(name=deed.section),
            contact=deed.contact,
            since=deed.on,
            actor=_actor(deed.by),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.BeginGuide, at: dt.datetime) -> None:
        writing.begin_guide(
            section=Section.objects.get(name=deed.section),
            words=Words(title=deed.title, text=deed.text, keywords=deed.keywords),
            audience=deed.audience,
            writer=self._people[deed.by],
            actor=_actor(deed.by),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.HandOverGuide, at: dt.datetime) -> None:
        writing.hand_over(GuideVersion.objects.get(title=deed.title), actor=_actor(deed.by), at=at)

    @do.register
    def _(self, deed: deeds.PublishGuide, at: dt.datetime) -> None:
        version = GuideVersion.objects.get(title=deed.title)
        reviewing.publish_guide(
            version,
            reviewer=self._people[deed.by],
            revision=version.revision,
            since=deed.on,
            read_again_by=deed.read_again_by,
            actor=_actor(deed.by),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.SayItHelped, at: dt.datetime) -> None:
        version = GuideVersion.objects.get(title=deed.title)
        for _i in range(deed.times):
            asking.say_it_helped(version, at=at)

    @do.register
    def _(self, deed: deeds.StrikeQuestion, at: dt.datetime) -> None:
        by = self._people[deed.by]
        answering.strike_question(_question(deed.text), deed.because, by=by, actor=_actor(deed.by), at=at)

    @do.register
    def _(self, deed: deeds.AskQuestion, at: dt.datetime) -> None:
        asking.ask(
            deed.text,
            source=QuestionSource.UNIT if deed.unit else QuestionSource.PUBLIC,
            section=Section.objects.get(name=deed.section) if deed.section else None,
            unit=GuidedUnit.objects.get(name=deed.unit) if deed.unit else None,
            looked_for=deed.looked_for,
            at=at,
        )

    @do.register
    def _(self, deed: deeds.AnswerQuestion, at: dt.datetime) -> None:
        by = self._people[deed.by]
        answering.answer_question(_question(deed.text), deed.answer, by=by, actor=_actor(deed.by), at=at)

    @do.register
    def _(self, deed: deeds.CloseQuestion, at: dt.datetime) -> None:
        by = self._people[deed.by]
        answering.close_question(_question(deed.text), deed.because, by=by, actor=_actor(deed.by), at=at)

    @do.register
    def _(self, deed: deeds.PromiseLater, at: dt.datetime) -> None:
        question = _question(deed.text)
        answering.promise_later(question, deed.to, because=deed.because, actor=_actor(deed.by), at=at)

    @do.register
    def _(self, deed: deeds.MakeGuideOf, at: dt.datetime) -> None:
        writer = self._people[deed.by]
        answering.make_guide_of(_question(deed.text), writer=writer, actor=_actor(deed.by), at=at)

    # --- What is said about the service ----------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.SayFeedback, at: dt.datetime) -> None:
        post = WindowPost.objects.select_related("site").get(code=deed.post)
        saying.say(deed.text, kind=deed.kind, site=post.site, post=post, at=at)

    @do.register
    def _(self, deed: deeds.CloseFeedback, at: dt.datetime) -> None:
        saying.close_feedback(
            Feedback.objects.get(text=deed.text),
            answer=deed.answer,
            is_public=deed.is_public,
            by=self._people[deed.by],
            actor=_actor(deed.by),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.RecordEvaluation, at: dt.datetime) -> None:
        found = Found(kind=deed.kind, title=deed.title, body=deed.body, held_on=deed.on, findings=deed.findings)
        signed: Signed = {"actor": _actor(deed.by), "at": at}
        name, text = deed.paper
        unit = Organization.objects.get(code=deed.organization)
        evaluation = evaluating.record_evaluation(unit, found, attached=[(name, text.encode())], **signed)
        for what, due, done in deed.follow_ups:
            taken = evaluating.follow_up(evaluation, what, due=due, **signed)
            if done:
                evaluating.close_follow_up(taken, done, on=deed.on, **signed)


def _actor(number: str) -> Actor:
    return Account.objects.get(login=number).actor


def _question(text: str) -> Question:
    return Question.objects.get(text=text)
