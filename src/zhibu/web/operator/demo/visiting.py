"""The deeds around visits, done through the actions of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import singledispatchmethod

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.showcases.models import Playbook
from zhibu.apps.visits.actions import answering, calling, keeping
from zhibu.apps.visits.actions.calling import Plan
from zhibu.apps.visits.actions.keeping import Exchange
from zhibu.apps.visits.models import TakenHome, Visit
from zhibu.web.operator.demo import visits
from zhibu.web.operator.demo.visits import VisitDeed
from zhibu.web.shell.signing import Signed


class Visiting:
    """Visits are known by their titles; whoever does a deed has an account."""

    def __init__(self, organizations: Mapping[str, Organization], people: Mapping[str, Person]) -> None:
        self._organizations, self._people = organizations, people

    @singledispatchmethod
    def do(self, deed: VisitDeed, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: visits.CallVisit, at: dt.datetime) -> None:
        playbook = Playbook.objects.select_related("organization").get(
            organization=self._organizations[deed.host], is_received=False
        )
        plan = Plan(
            title=deed.title,
            text=deed.text,
            day=deed.day,
            place=deed.place,
            answer_until=deed.answer_until,
            stops=deed.stops,
            turns=deed.turns,
            invited=deed.invited,
        )
        signed = _signed(deed, at)
        made = calling.draft_visit(playbook, self._organizations[deed.caller], plan, **signed)
        name, text = deed.file
        calling.add_file(made, name, text.encode(), **signed)
        calling.announce_visit(made, **signed)

    @do.register
    def _(self, deed: visits.TakeSeat, at: dt.datetime) -> None:
        visit = _visit(deed)
        turn = visit.turns.get(starts=deed.starts)
        answering.take_seat(visit, self._people[deed.by], turn.pk, **_signed(deed, at))

    @do.register
    def _(self, deed: visits.DeclineVisit, at: dt.datetime) -> None:
        answering.decline(_visit(deed), self._people[deed.by], reason=deed.reason, **_signed(deed, at))

    @do.register
    def _(self, deed: visits.AskBeforehand, at: dt.datetime) -> None:
        answering.ask_beforehand(_visit(deed), self._people[deed.by], text=deed.text, **_signed(deed, at))

    @do.register
    def _(self, deed: visits.AnswerBeforehand, at: dt.datetime) -> None:
        asked = _visit(deed).questions.filter(answered_at__isnull=True).latest("asked_at")
        answering.answer_question(asked, self._people[deed.by], text=deed.text, **_signed(deed, at))

    @do.register
    def _(self, deed: visits.FileVisit, at: dt.datetime) -> None:
        said = Exchange(told=deed.told, discussed=deed.discussed, agreed=deed.agreed)
        keeping.file_record(_visit(deed), said, **_signed(deed, at))

    @do.register
    def _(self, deed: visits.TakeHome, at: dt.datetime) -> None:
        keeping.take_home(_visit(deed), self._people[deed.by], text=deed.text, **_signed(deed, at))

    @do.register
    def _(self, deed: visits.FollowUpVisit, at: dt.datetime) -> None:
        home = TakenHome.objects.get(visit=_visit(deed), organization=self._organizations[deed.organization])
        keeping.follow_up(home, deed.after, self._people[deed.by], text=deed.text, **_signed(deed, at))


def _visit(deed: VisitDeed) -> Visit:
    return Visit.objects.get(title=deed.title)


def _signed(deed: VisitDeed, at: dt.datetime) -> Signed:
    return {"actor": Account.objects.get(login=deed.by).actor, "at": at}
