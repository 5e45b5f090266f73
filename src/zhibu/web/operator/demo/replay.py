"""Does the deeds of a story one after the other through the actions of the house, with the clock of the story.

Nothing here writes a row: what an action refuses, the demo can not hold.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import singledispatchmethod
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from zhibu.apps.archive.actions import OPERATOR, Actor
from zhibu.apps.honors.actions.bestowing import Conferred, bestow
from zhibu.apps.honors.actions.pioneers import Term, name_pioneer, write_criteria
from zhibu.apps.honors.queries import criteria_of
from zhibu.apps.organizations import actions as organizations
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.live import postponed
from zhibu.apps.people.actions import accounts, membership, posts, work
from zhibu.apps.people.models import Account, Person
from zhibu.apps.rosters.actions import swaps
from zhibu.apps.rosters.actions.keeping import keep_roster
from zhibu.apps.rosters.actions.shifts import keep_rotation, name_shift
from zhibu.apps.rosters.models import Shift, SwapRequest
from zhibu.apps.windows.actions import posts as windows
from zhibu.apps.windows.actions import seating
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.terms import Role
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.conducting import Conducting
from zhibu.web.operator.demo.deeds import BallotDeed, Deed, MeetingDeed
from zhibu.web.operator.demo.elections import Electing, ElectionDeed
from zhibu.web.operator.demo.exhibitions import ShowDeed
from zhibu.web.operator.demo.forum import ForumDeed
from zhibu.web.operator.demo.guiding import Guiding
from zhibu.web.operator.demo.polling import Polling
from zhibu.web.operator.demo.showing import Showing
from zhibu.web.operator.demo.talking import Talking
from zhibu.web.operator.demo.telling import Telling
from zhibu.web.operator.demo.visiting import Visiting
from zhibu.web.operator.demo.visits import VisitDeed

_OFFICE_OPENS, _OFFICE_HOURS = dt.time(9), dt.timedelta(hours=8)
#: On days with meetings the offices have done their part before the first of them.
_FIRST_HOUR = dt.timedelta(minutes=40)
_INSTANT = dt.timedelta(milliseconds=1)


def replay(story: Sequence[Deed], done: Callable[[], None] = lambda: None) -> None:
    """All of it or nothing, into a database that holds nothing yet. ``done`` is called after each deed."""
    until = max(deed.on for deed in story)
    with transaction.atomic(), _one_transaction(), _rare_collection(), postponed(until):
        hands = _Hands()
        for deed, at in timed(story):
            hands.do(deed, at)
            done()


@contextmanager
def _one_transaction() -> Iterator[None]:
    """No savepoint around each deed and each of its parts: where one is refused, none of the story has happened."""
    features = connection.features
    features.uses_savepoints = False
    try:
        yield
    finally:
        features.uses_savepoints = True


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Cycles are looked for rarely: of a hundred thousand short-lived rows few are in one."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def timed(story: Sequence[Deed]) -> Iterator[tuple[Deed, dt.datetime]]:
    """Each deed with its instant: those around meetings at their time, the others evenly over the office hours.

    No two are done at one instant.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    with_meetings = {deed.on for deed in story if isinstance(deed, MeetingDeed)}
    count = Counter(deed.on for deed in story if not isinstance(deed, MeetingDeed))
    before: Counter[dt.date] = Counter()
    last = dt.datetime.min.replace(tzinfo=zone)
    for deed in story:
        if isinstance(deed, MeetingDeed):
            wanted = dt.datetime.combine(deed.on, deed.time, zone)
        else:
            hours = _FIRST_HOUR if deed.on in with_meetings else _OFFICE_HOURS
            wanted = dt.datetime.combine(deed.on, _OFFICE_OPENS, zone) + hours * before[deed.on] / count[deed.on]
            before[deed.on] += 1
        last = max(wanted, last + _INSTANT)
        yield deed, last


class _Hands:
    """Those who do the deeds: the operator makes the administrators, and they do the rest.

    Keeps by code and staff number what the deeds before have brought.
    """

    def __init__(self) -> None:
        self._organizations: dict[str, Organization] = {}
        self._people: dict[str, Person] = {}
        self._shifts: dict[str, Shift] = {}
        self._window_posts: dict[str, WindowPost] = {}
        self._administrators: dict[Role, Actor] = {}
        self._guiding = Guiding(self._people)
        self._telling = Telling(self._people)
        self._conducting = Conducting(self._organizations, self._people)
        self._talking = Talking(self._organizations, self._people)
        self._visiting = Visiting(self._organizations, self._people)
        self._showing = Showing(self._organizations, self._people)
        self._electing = Electing(self._organizations, self._people)
        self._polling = Polling(self._organizations, self._people)

    @property
    def _system(self) -> Actor:
        return self._administrators[Role.SYSTEM]

    @property
    def _security(self) -> Actor:
        return self._administrators[Role.SECURITY]

    def _reload_tree(self) -> None:
        """Where the tree changes, so do the paths of others."""
        self._organizations.update((row.code, row) for row in Organization.objects.all())

    @singledispatchmethod
    def do(self, deed: Deed, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    # --- Organizations ---------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.Found, at: dt.datetime) -> None:
        organizations.found(
            code=deed.code,
            name=deed.name,
            kind=deed.kind,
            parent=self._organizations[deed.parent] if deed.parent else None,
            founded=deed.since,
            began=deed.began,
            actor=self._system,
            at=at,
        )
        self._reload_tree()

    @do.register
    def _(self, deed: deeds.Rename, at: dt.datetime) -> None:
        organization = self._organizations[deed.code]
        organizations.rename(organization, name=deed.name, on=deed.on, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.Move, at: dt.datetime) -> None:
        organization, under = self._organizations[deed.code], self._organizations[deed.under]
        organizations.move(organization, under=under, on=deed.on, actor=self._system, at=at)
        self._reload_tree()

    @do.register
    def _(self, deed: deeds.Dissolve, at: dt.datetime) -> None:
        organization, into = self._organizations[deed.code], self._organizations[deed.into]
        organizations.dissolve(organization, on=deed.on, into=into, actor=self._system, at=at)

    # --- People ----------------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.Employ, at: dt.datetime) -> None:
        self._people[deed.number] = work.employ(
            staff_number=deed.number,
            name=deed.name,
            organization=self._organizations[deed.unit],
            department=deed.department,
            since=deed.since,
            gender=deed.gender,
            born=deed.born,
            phone=deed.phone,
            affiliation=deed.affiliation,
            actor=self._system,
            at=at,
        )

    @do.register
    def _(self, deed: deeds.TransferWork, at: dt.datetime) -> None:
        person, to = self._people[deed.number], self._organizations[deed.to]
        work.transfer_work(person, to=to, department=deed.department, on=deed.on, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.Leave, at: dt.datetime) -> None:
        work.leave(self._people[deed.number], on=deed.on, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.Admit, at: dt.datetime) -> None:
        membership.admit(
            self._people[deed.number],
            to=self._organizations[deed.to],
            group=self._organizations[deed.group] if deed.group else None,
            standing=deed.standing,
            on=deed.since,
            actor=self._system,
            at=at,
        )

    @do.register
    def _(self, deed: deeds.ChangeStanding, at: dt.datetime) -> None:
        person = self._people[deed.number]
        membership.change_standing(person, to=deed.to, on=deed.on, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.TransferMembership, at: dt.datetime) -> None:
        membership.transfer_membership(
            self._people[deed.number],
            to=self._organizations[deed.to],
            group=self._organizations[deed.group] if deed.group else None,
            on=deed.on,
            actor=self._system,
            at=at,
        )

    # --- Posts -----------------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.BeginTerm, at: dt.datetime) -> None:
        organization = self._organizations[deed.code]
        posts.begin_term(organization, on=deed.since, ends=deed.ends, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.Appoint, at: dt.datetime) -> None:
        person, of = self._people[deed.number], self._organizations[deed.of]
        posts.appoint(person, post=deed.post, of=of, on=deed.since, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.EndAppointment, at: dt.datetime) -> None:
        person, of = self._people[deed.number], self._organizations[deed.of]
        held = person.appointments.get(organization=of, post=deed.post, until__isnull=True)
        posts.end_appointment(held, on=deed.on, actor=self._system, at=at)

    # --- Windows, rosters, honors ----------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.OpenWindowPost, at: dt.datetime) -> None:
        self._window_posts[deed.code] = windows.open_window_post(
            code=deed.code,
            name=deed.name,
            site=deed.site,
            section=deed.section,
            organization=self._organizations[deed.organization],
            since=deed.since,
            opening_hours=deed.opening_hours,
            weekdays=deed.weekdays,
            least_staffing=1,
            serving=deed.serving,
            actor=self._system,
            at=at,
        )

    @do.register
    def _(self, deed: deeds.SetStaffing, at: dt.datetime) -> None:
        windows.set_staffing(self._window_posts[deed.post], deed.demands, on=deed.on, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.Seat, at: dt.datetime) -> None:
        person, post = self._people[deed.number], self._window_posts[deed.post]
        seating.seat(person, post=post, on=deed.since, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.Unseat, at: dt.datetime) -> None:
        seating.unseat(self._people[deed.number], on=deed.on, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.NameShift, at: dt.datetime) -> None:
        self._shifts[deed.code] = name_shift(
            code=deed.code,
            name=deed.name,
            starts=deed.starts,
            ends=deed.ends,
            ends_next_day=deed.ends_next_day,
            actor=self._system,
            at=at,
        )

    @do.register
    def _(self, deed: deeds.KeepRoster, at: dt.datetime) -> None:
        rows = {self._people[number]: [self._shifts[code] for code in codes] for number, codes in deed.rows.items()}
        keep_roster(self._organizations[deed.unit], month=deed.month, rows=rows, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.KeepRotation, at: dt.datetime) -> None:
        unit = self._organizations[deed.unit]
        keep_rotation(unit, name=deed.name, cycle=deed.cycle, actor=self._system, at=at)

    # --- Changes of shifts -----------------------------------------------------------------------------------------

    def _swap(self, asker: str) -> SwapRequest:
        return SwapRequest.objects.select_related("asker", "other", "unit").get(asker__staff_number=asker)

    @do.register
    def _(self, deed: deeds.AskSwap, at: dt.datetime) -> None:
        asker, other = self._people[deed.asker], self._people[deed.other]
        actor = Account.objects.get(login=deed.asker).actor
        swaps.ask_swap(asker, other, days=deed.days, note=deed.note, actor=actor, at=at)

    @do.register
    def _(self, deed: deeds.AgreeToSwap, at: dt.datetime) -> None:
        swaps.agree_to_swap(self._swap(deed.asker), actor=Account.objects.get(login=deed.by).actor, at=at)

    @do.register
    def _(self, deed: deeds.DecideSwap, at: dt.datetime) -> None:
        actor = Account.objects.get(login=deed.by).actor
        if deed.reason:
            swaps.decline_swap(self._swap(deed.asker), reason=deed.reason, actor=actor, at=at)
        else:
            swaps.approve_swap(self._swap(deed.asker), actor=actor, at=at)

    @do.register
    def _(self, deed: deeds.Bestow, at: dt.datetime) -> None:
        conferred = Conferred(title=deed.title, year=deed.year, kind=deed.kind, reason=deed.reason)
        bestow(self._people[deed.number], conferred, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.BestowOnOrganization, at: dt.datetime) -> None:
        conferred = Conferred(title=deed.title, year=deed.year, conferred_by=deed.conferred_by, reason=deed.reason)
        bestow(self._organizations[deed.code], conferred, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.WriteCriteria, at: dt.datetime) -> None:
        write_criteria(self._organizations[deed.code], deed.text, since=deed.on, actor=self._system, at=at)

    @do.register
    def _(self, deed: deeds.NamePioneer, at: dt.datetime) -> None:
        person, branch = self._people[deed.number], self._organizations[deed.code]
        seat = person.seats.on(deed.since).select_related("window_post").first()
        term = Term(
            place=deed.place,
            since=deed.since,
            until=deed.until,
            commitments=deed.commitments,
            met=criteria_of(branch, deed.since),
            window_post=seat.window_post if seat else None,
        )
        name_pioneer(person, branch, term, actor=self._system, at=at)

    @do.register
    def _(self, deed: BallotDeed, at: dt.datetime) -> None:
        self._polling.do(deed, self._system, at)

    # --- Who comes in ----------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.MakeAdministrator, at: dt.datetime) -> None:
        code = accounts.make_administrator(deed.role, actor=OPERATOR, at=at)
        account = accounts.redeem_code(login=deed.role.value, code=code, password=deed.password, at=at)
        self._administrators[deed.role] = account.actor

    @do.register
    def _(self, deed: deeds.OpenAccount, at: dt.datetime) -> None:
        people, branch = [self._people[deed.number]], self._organizations[deed.branch]
        slip = accounts.hand_out_codes(people, sheet=branch, actor=self._security, at=at)[0]
        accounts.redeem_code(login=deed.number, code=slip.code, password=deed.password, at=at)

    @do.register
    def _(self, deed: deeds.OpenAccounts, at: dt.datetime) -> None:
        people = [self._people[number] for number in deed.numbers]
        accounts.open_accounts(people, actor=self._security, at=at)
        self._conducting.know_accounts()

    @do.register
    def _(self, deed: deeds.MeetingDeed, at: dt.datetime) -> None:
        self._conducting.do(deed, at)

    @do.register
    def _(self, deed: ElectionDeed, at: dt.datetime) -> None:
        self._electing.do(deed, Account.objects.get(login=deed.by).actor, at)

    @do.register
    def _(self, deed: ForumDeed, at: dt.datetime) -> None:
        self._talking.do(deed, at)

    @do.register
    def _(self, deed: ShowDeed, at: dt.datetime) -> None:
        self._showing.do(deed, at)

    @do.register
    def _(self, deed: VisitDeed, at: dt.datetime) -> None:
        self._visiting.do(deed, at)

    @do.register
    def _(self, deed: deeds.GuideDeed, at: dt.datetime) -> None:
        self._guiding.do(deed, at)

    @do.register
    def _(self, deed: deeds.ToldDeed, at: dt.datetime) -> None:
        self._telling.do(deed, at)

    @do.register
    def _(self, deed: deeds.GrantRole, at: dt.datetime) -> None:
        account = Account.objects.get(login=deed.number)
        of = self._organizations[deed.organization]
        accounts.grant(account, role=deed.role, organization=of, on=deed.on, actor=self._security, at=at)
