"""The deeds around articles of the account, done through the actions of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import singledispatchmethod

from zhibu.apps.account_content.actions import articles
from zhibu.apps.account_content.actions.articles import Said
from zhibu.apps.account_content.models import Article
from zhibu.apps.archive.actions import Actor
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.deeds import ToldDeed


class Telling:
    """Articles are known by their titles, the latest of a title. Whoever does a deed has an account."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people

    @singledispatchmethod
    def do(self, deed: ToldDeed, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: deeds.WriteTold, at: dt.datetime) -> None:
        articles.begin_article(
            Organization.objects.get(code=deed.organization),
            Said(title=deed.title, digest=deed.digest, text=deed.text),
            writer=self._people[deed.by],
            actor=_actor(deed.by),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.HandInTold, at: dt.datetime) -> None:
        articles.hand_in(_article(deed.title), actor=_actor(deed.by), at=at)

    @do.register
    def _(self, deed: deeds.PublishTold, at: dt.datetime) -> None:
        article, reviewer = _article(deed.title), self._people[deed.by]
        articles.publish(article, reviewer=reviewer, revision=article.revision, actor=_actor(deed.by), at=at)

    @do.register
    def _(self, deed: deeds.CorrectTold, at: dt.datetime) -> None:
        writer, actor = self._people[deed.by], _actor(deed.by)
        draft = articles.correct(_article(deed.title), writer=writer, actor=actor, at=at)
        said = Said(title=draft.title, digest=draft.digest, text=deed.text, correction=deed.correction)
        articles.save_article(draft, said, based_on=draft.revision, writer=writer, actor=actor, at=at)

    @do.register
    def _(self, deed: deeds.WithdrawTold, at: dt.datetime) -> None:
        articles.withdraw(_article(deed.title), remark=deed.because, actor=_actor(deed.by), at=at)


def _article(title: str) -> Article:
    return Article.objects.filter(title=title).latest("pk")


def _actor(number: str) -> Actor:
    return Account.objects.get(login=number).actor
