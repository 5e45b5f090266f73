"""Does the deeds of a yearly selection, each by the account of who does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import singledispatchmethod

from django.utils.timezone import localtime

from zhibu.apps.honors.actions import candidates, selections
from zhibu.apps.honors.actions.selections import Call, Counted
from zhibu.apps.honors.models import Candidate, Objection, Selection
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.deeds import SelectionDeed


class Selecting:
    """Selections are known by what the story calls them."""

    def __init__(self, organizations: Mapping[str, Organization], people: Mapping[str, Person]) -> None:
        self._organizations, self._people = organizations, people
        self._selections: dict[str, Selection] = {}

    def _of(self, deed: SelectionDeed, number: str) -> Candidate:
        return Candidate.objects.get(selection=self._selections[deed.meeting], person=self._people[number])

    @singledispatchmethod
    def do(self, deed: SelectionDeed, by: Account, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: deeds.CallSelection, by: Account, at: dt.datetime) -> None:
        said = Call(
            title=deed.title,
            year=deed.year,
            text=deed.text,
            places=deed.places,
            nominate_until=deed.nominate_until,
        )
        organization = self._organizations[deed.organization]
        self._selections[deed.meeting] = selections.call(organization, said, actor=by.actor, at=at)

    @do.register
    def _(self, deed: deeds.Nominate, by: Account, at: dt.datetime) -> None:
        candidates.nominate(
            self._selections[deed.meeting],
            self._people[deed.number],
            by=self._people[deed.by],
            reason=deed.reason,
            organization=self._organizations[deed.organization] if deed.organization else None,
            actor=by.actor,
            at=at,
        )

    @do.register
    def _(self, deed: deeds.AgreeToStand, by: Account, at: dt.datetime) -> None:
        candidates.agree(self._of(deed, deed.by), actor=by.actor, at=at)

    @do.register
    def _(self, deed: deeds.ReviewSelection, by: Account, at: dt.datetime) -> None:
        selection, actor = self._selections[deed.meeting], by.actor
        selections.end_nominations(selection, actor=actor, at=at)
        for one in selection.candidates.order_by("pk"):
            candidates.find(one, is_fit=True, reason=deed.finding, by=self._people[deed.by], actor=actor, at=at)
        selections.give_notice(selection, actor=actor, at=at)

    @do.register
    def _(self, deed: deeds.ObjectTo, _by: Account, at: dt.datetime) -> None:
        candidates.object_to(self._of(deed, deed.number), by=self._people[deed.by], text=deed.text, at=at)

    @do.register
    def _(self, deed: deeds.AnswerObjections, by: Account, at: dt.datetime) -> None:
        waiting = Objection.objects.filter(candidate__selection=self._selections[deed.meeting], answered_at=None)
        for objection in waiting.order_by("pk"):
            candidates.answer(
                objection,
                is_upheld=False,
                outcome=deed.outcome,
                by=self._people[deed.by],
                actor=by.actor,
                at=at,
            )

    @do.register
    def _(self, deed: deeds.CountSelection, by: Account, at: dt.datetime) -> None:
        selection = self._selections[deed.meeting]
        selections.open_vote(selection, voters=deed.voters, actor=by.actor, at=at)
        counted = Counted(
            held_on=localtime(at).date(),
            issued=deed.issued,
            returned=deed.returned,
            void=deed.void,
            tellers=deed.tellers,
            votes={self._of(deed, number).pk: votes for number, votes in deed.votes},
        )
        selections.count(selection, counted, actor=by.actor, at=at)

    @do.register
    def _(self, deed: deeds.CloseSelection, by: Account, at: dt.datetime) -> None:
        selections.close(self._selections[deed.meeting], remark="", actor=by.actor, at=at)
