"""Does the deeds of ballots. Whoever votes in the demo is fictional, so their codes may be made from the story."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import singledispatchmethod

from zhibu.apps.archive.actions import Actor
from zhibu.apps.ballots.actions.ending import BroughtKey, count
from zhibu.apps.ballots.actions.preparing import Asked, make_teller_key, open_ballot, prepare
from zhibu.apps.ballots.actions.voting import vote
from zhibu.apps.ballots.models import Ballot
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.ballots import CODE_BYTES
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.deeds import BallotDeed

_PHRASE = "a phrase of the demo"


class Polling:
    """Ballots are known by their questions; the keys of their tellers are kept while the story is told."""

    def __init__(self, organizations: Mapping[str, Organization], people: Mapping[str, Person]) -> None:
        self._organizations, self._people = organizations, people
        self._keys: dict[str, list[bytes]] = {}

    @singledispatchmethod
    def do(self, deed: BallotDeed, actor: Actor, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: deeds.HoldBallot, actor: Actor, at: dt.datetime) -> None:
        asked = Asked(
            question=deed.question,
            text=deed.text,
            options=deed.options,
            are_names=deed.are_names,
            most=deed.most,
            places=deed.places,
            closes_at=at + deed.lasts,
        )
        tellers = [self._people[number] for number in deed.tellers]
        made = prepare(self._organizations[deed.organization], asked, tellers, by=None, actor=actor, at=at)
        files = {teller: make_teller_key(made, teller, _PHRASE, actor=actor, at=at) for teller in tellers}
        self._keys[deed.question] = [files[teller.person] for teller in made.tellers.order_by("pk")]
        made = open_ballot(made, actor=actor, at=at)
        lines = made.roll.select_related("person").order_by("person__staff_number")
        for line, marks in zip(lines, deed.votes, strict=False):
            code = hashlib.sha256(f"{deed.question}{line.person.staff_number}".encode()).digest()[:CODE_BYTES]
            vote(made, line.person, marks, code=code, at=at)

    @do.register
    def _(self, deed: deeds.CountBallot, actor: Actor, at: dt.datetime) -> None:
        ballot = Ballot.objects.get(question=deed.question)
        files = zip(ballot.tellers.order_by("pk"), self._keys.pop(deed.question), strict=True)
        brought = {teller.pk: BroughtKey(file, _PHRASE) for teller, file in files}
        count(ballot, brought, actor=actor, at=at)
