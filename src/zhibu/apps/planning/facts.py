"""What a plan stands on, gathered from the house: who is called, who has which shift, what the posts ask, the rooms.

Out comes a ``domain.roster.Problem``; its ids are the keys of the rows as texts. What nobody has recorded is taken as
said in ``Assumed``, and told on the page.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _

from zhibu.apps.meetings.models import RollEntry, Session
from zhibu.apps.organizations.models import Organization
from zhibu.apps.planning.calling import Called, needed_to_pass
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.models import Hindered, Journey, Plan, PlanItem, Room
from zhibu.apps.planning.queries import days_came_in
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.apps.rules.calendar import is_working_day
from zhibu.apps.windows.models import Seat
from zhibu.apps.windows.queries import staffing
from zhibu.domain import roster
from zhibu.domain.planning import BESIDE, FROM, PRICES, RATHER, REST, UNTIL, is_night
from zhibu.domain.roster import LEAVE, MINUTES_PER_DAY, OFF, Id, Item, Problem
from zhibu.domain.terms import MeetingStage, OrganizationKind
from zhibu.domain.tree import STEP, tops

#: The days before and after the window whose shifts reach into it.
MARGIN = 2

#: Where nothing else is known people work in an office: from and to, in minutes from midnight, on working days.
OFFICE = (8 * 60 + 30, 17 * 60 + 30)

#: Where the letters of shifts begin: far from ``L`` and ``-``, which have their meaning, and never at an end.
_FIRST_LETTER = 0x4E00

#: Where somebody is who belongs to no post, or a meeting that has no room of its own.
NOWHERE = "?"

#: How the id of a session that stands already begins.
STANDING = "session:"

Pin = tuple[Id, int, Id]


@dataclass(frozen=True, slots=True)
class Assumed:
    """``unrostered``: so many people have no roster and are taken to work in an office.

    ``unstaffed``: posts whose least staffing nobody has said, from which anybody may go. ``left_out``: so many items
    for which nobody is called.
    """

    unrostered: int
    unstaffed: tuple[str, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """``pins``: what is already called, and what somebody holds on to. ``planned``: the items that are asked for.

    ``names``: what the posts are called, by their ids in the problem.
    """

    problem: Problem
    pins: tuple[Pin, ...]
    planned: tuple[PlanItem, ...]
    assumed: Assumed
    names: Mapping[str, str]

    def moment(self, slot: int) -> dt.datetime:
        problem = self.problem
        day, within = divmod(slot, problem.slots_per_day)
        midnight = dt.datetime.combine(problem.start + dt.timedelta(days=day), dt.time())
        return make_aware(midnight + dt.timedelta(minutes=within * problem.slot_minutes))

    def slot(self, at: dt.datetime) -> int:
        """The slot in which the instant lies."""
        local = localtime(at)
        minutes = (local.date() - self.problem.start).days * MINUTES_PER_DAY + local.hour * 60 + local.minute
        return minutes // self.problem.slot_minutes


def gather(plan: Plan, after: dt.date, *, pins: bool = True) -> Gathered:
    """The problem of this plan as the house knows it now; nothing is planned for ``after`` or earlier.

    Raises ``PlanningRefusal`` where nothing is left to plan.
    """
    wanted = plan.items.filter(is_wanted=True).select_related("organization", "meeting")
    items = [item for item in wanted if item.last > after]
    if not items:
        raise PlanningRefusal(_("Nothing of this plan is left to plan: its days are over."))
    own = plan.items.exclude(meeting=None).values_list("meeting", flat=True)
    return gather_items(plan.organization, items, after, own=own, pinned_in=plan if pins else None)


def gather_items(
    organization: Organization,
    items: list[PlanItem],
    after: dt.date,
    *,
    own: Iterable[UUID] = (),
    pinned_in: Plan | None = None,
) -> Gathered:
    """The same of items that need not be on record. What is announced stands, but for meetings of one's ``own``."""
    first = max(after + dt.timedelta(days=1), min(item.first for item in items))
    span = _Span(first, max(item.last for item in items))
    called = Called.on(first, organization, items)
    standing = _standing(called.everybody, span, own)
    people = called.everybody | {person for one in standing for person in one.people}
    seats, mates = _seats(people, first)
    return _Gathering(span, items, called, standing, seats, mates, pinned_in).gathered()


class _Span(NamedTuple):
    first: dt.date
    last: dt.date

    @property
    def start(self) -> dt.date:
        return self.first - dt.timedelta(days=MARGIN)

    @property
    def end(self) -> dt.date:
        """The last day, included."""
        return self.last + dt.timedelta(days=MARGIN)

    @property
    def days(self) -> list[dt.date]:
        return [self.start + dt.timedelta(days=number) for number in range((self.end - self.start).days + 1)]

    def number(self, day: dt.date) -> int:
        return (day - self.start).days


# --- What is called already ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """A session that stands, and who of those concerned is on its roll."""

    session: Session
    people: tuple[UUID, ...]


def _standing(people: Collection[UUID], span: _Span, own: Iterable[UUID]) -> list[_Standing]:
    """Sessions announced by anybody that these people have to be at, but for those of one's ``own`` meetings."""
    midnights = [make_aware(dt.datetime.combine(day, dt.time())) for day in (span.first, span.last + dt.timedelta(1))]
    sessions = list(
        Session.objects.filter(
            starts_at__gte=midnights[0], starts_at__lt=midnights[1], meeting__stage=MeetingStage.ANNOUNCED.value
        )
        .exclude(meeting__in=list(own))
        .order_by("starts_at", "pk")
        .prefetch_related("turns")
    )
    meetings = {session.meeting_id for session in sessions}
    on_roll: dict[UUID, list[UUID]] = defaultdict(list)
    rows = RollEntry.objects.filter(meeting__in=meetings, observes=False) if meetings else RollEntry.objects.none()
    for meeting, person in rows.values_list("meeting", "person"):
        if person in people:
            on_roll[meeting].append(person)
    count = Counter(session.meeting_id for session in sessions)
    found = []
    for session in sessions:
        meant = {turn.person_id for turn in session.turns.all()}
        there = [
            one
            for one in on_roll[session.meeting_id]
            if one in meant or (not meant and count[session.meeting_id] == 1)
        ]
        if there:
            found.append(_Standing(session, tuple(sorted(there))))
    return found


# --- Posts, shifts, rooms ------------------------------------------------------------------------------------------


class _Seated(NamedTuple):
    """``serving``: codes of the shifts in which one sits at the post; none: every shift."""

    post: UUID
    code: str
    name: str
    site: UUID
    serving: frozenset[str]


def _seats(people: Collection[UUID], day: dt.date) -> tuple[dict[UUID, _Seated], dict[UUID, _Seated]]:
    """The post of each of these people, and of everybody who holds one of those posts in turn with them."""
    posts = Seat.objects.on(day).filter(person__in=people).values("window_post")
    rows = Seat.objects.on(day).filter(window_post__in=posts).order_by("person")
    named = rows.values_list(
        "person", "window_post", "window_post__code", "window_post__name", "window_post__site", "window_post__serving"
    )
    everybody = {
        person: _Seated(post, code, name, site, frozenset(serving.split()))
        for person, post, code, name, site, serving in named
    }
    own = {person: seated for person, seated in everybody.items() if person in people}
    return own, everybody


class _Gathering:
    """The facts of one problem, put into its terms one after the other."""

    def __init__(
        self,
        span: _Span,
        items: list[PlanItem],
        called: Called,
        standing: list[_Standing],
        seats: Mapping[UUID, _Seated],
        mates: Mapping[UUID, _Seated],
        pinned_in: Plan | None,
    ) -> None:
        self.span, self.items, self.called, self.standing = span, items, called, standing
        self.seats, self.mates, self.pinned_in = seats, mates, pinned_in
        self.people = called.everybody | {person for one in standing for person in one.people} | set(mates)
        self.shifts = {shift.pk: shift for shift in Shift.objects.all()}
        self.needed = staffing({seated.post for seated in mates.values()}, span.start, span.end)
        self.minutes = self._slot_minutes()
        self.per_day = MINUTES_PER_DAY // self.minutes
        self.rooms = list(Room.objects.filter(closed_at__isnull=True).select_related("organization"))
        self._begins: dict[Id, int] = {}
        self._named: dict[roster.Shift, str] = {}
        self.sites: dict[UUID | None, int] = {None: 0}
        for seated in mates.values():
            self.sites.setdefault(seated.site, len(self.sites))
        for room in self.rooms:
            self.sites.setdefault(room.site_id, len(self.sites))

    def gathered(self) -> Gathered:
        rosters, unrostered = self._rosters()
        came_in = days_came_in(self.called.everybody, self.span.first)
        items: dict[Id, Item] = {
            str(item.pk): self._item(item) for item in self.items if self.called.audience[item.pk]
        }
        rooms = self._rooms(items.values())
        standing: dict[Id, Item] = {self._standing_id(one): self._standing_item(one) for one in self.standing}
        for one in self.standing:
            name = self._standing_id(one)
            rooms[name] = roster.Room(name, self._site_of_people(one.people), len(one.people), 0, self.per_day)
        problem = Problem(
            name=str(self.items[0].plan_id),
            start=self.span.start,
            days=len(self.span.days),
            slot_minutes=self.minutes,
            rules=roster.Rules(REST * 60 // self.minutes, BESIDE // self.minutes, (0, self.per_day)),
            prices=PRICES,
            shifts=self._shifts(),
            sites=tuple(str(site) for site in self.sites),
            travel=self._travel(),
            organizations=self._organizations(),
            posts=self._posts(),
            rooms=rooms,
            people={
                str(person): roster.Person(
                    str(person),
                    "",
                    self._post_of(person),
                    member=True,
                    roster=rosters[person],
                    came_in=came_in[person],
                )
                for person in sorted(self.people)
            },
            items=items,
        )
        problem = replace(problem, items=items | self._held(problem, standing))
        unstaffed = sorted({seated.code for seated in self.seats.values() if seated.post not in self.needed})
        assumed = Assumed(len(unrostered), tuple(unstaffed), len(self.items) - len(items))
        names = {str(seated.post): f"{seated.code} {seated.name}" for seated in self.mates.values()}
        found = Gathered(problem, (), tuple(self.items), assumed, names)
        return replace(found, pins=tuple(self._pins(found)))

    def _held(self, problem: Problem, standing: Mapping[Id, Item]) -> dict[Id, Item]:
        """The sessions that stand, each with those who can be there without a post falling short.

        The rest of the roll is no plan's concern.
        """
        there: dict[Id, Counter[int]] = defaultdict(Counter)
        for person in problem.people.values():
            there[person.post].update(roster.on_duty(problem, person))
        left = {post.id: roster.slack(problem, post, there[post.id]) for post in problem.posts.values()}
        found = {}
        taken: dict[Id, list[tuple[int, int]]] = defaultdict(list)
        for name, item in standing.items():
            start = item.first * problem.slots_per_day + self._begins[name]
            present: list[Id] = []
            for id_ in item.audience:
                site = problem.rooms[item.rooms[0]].site
                span = roster.busy(problem, item, problem.people[id_].post, start, site, online=False)
                is_free = all(span[1] <= first or last <= span[0] for first, last in taken[id_])
                if is_free and self._leaves(problem, id_, span, left):
                    taken[id_].append(span)
                    present.append(id_)
            if present:
                found[name] = replace(item, audience=tuple(present), chairs=tuple(present))
        return found

    @staticmethod
    def _leaves(problem: Problem, person: Id, span: tuple[int, int], left: Mapping[Id, dict[int, int]]) -> bool:
        """Whether the person can be away then; takes their place at the post from ``left`` where they can."""
        known = problem.people[person]
        if isinstance(roster.attending(problem, known, *span, online=False), roster.Obstacle):
            return False
        spare = left[known.post]
        worked = roster.on_duty(problem, known)
        slots = [slot for slot in range(*span) if slot in spare and slot in worked]
        if any(spare[slot] < 1 for slot in slots):
            return False
        for slot in slots:
            spare[slot] -= 1
        return True

    # --- Time

    def _slot_minutes(self) -> int:
        """Half an hour, or a quarter where a shift or a post begins or ends at one; what is finer is widened."""
        clocks = {clock for shift in self.shifts.values() for clock in (shift.starts, shift.ends) if clock}
        minutes = {clock.hour * 60 + clock.minute for clock in clocks}
        minutes |= {
            edge
            for days in self.needed.values()
            for those in days.values()
            for n in those
            for edge in (n.starts, n.ends)
        }
        return 30 if all(minute % 30 == 0 for minute in minutes) else 15

    def _outward(self, starts: int, ends: int) -> tuple[int, int]:
        return starts // self.minutes, -(-ends // self.minutes)

    # --- Shifts

    def _shift_of(self, key: UUID) -> roster.Shift | str:
        """The shift in slots of its day; ``OFF`` or ``LEAVE`` where it has no hours."""
        shift = self.shifts[key]
        if shift.span is None:
            return LEAVE if shift.is_leave else OFF
        return roster.Shift("", *self._outward(*shift.span), night=is_night(*shift.span))

    def _letter(self, shift: roster.Shift | str, *, serves: bool, stays: bool) -> str:
        """The letter of a shift, by its hours, and by whether one serves at the post and stays there that day."""
        if isinstance(shift, str):
            return LEAVE if stays else shift
        alike = replace(shift, serves=serves, stays=stays)
        return self._named.setdefault(alike, chr(_FIRST_LETTER + len(self._named)))

    def _shifts(self) -> dict[str, roster.Shift]:
        """Those that some roster has; after ``_rosters``."""
        return {letter: replace(shift, code=letter) for shift, letter in self._named.items()}

    def _rosters(self) -> tuple[dict[UUID, str], set[UUID]]:
        """The row of letters of each person, and who has none and is taken to work in an office."""
        shifts = {key: self._shift_of(key) for key in self.shifts}
        assumed = roster.Shift("", *self._outward(*OFFICE), night=False)
        said: dict[UUID, dict[dt.date, UUID]] = defaultdict(dict)
        rows = RosterDay.objects.filter(person__in=self.people, day__range=(self.span.start, self.span.end))
        for person, day, shift in rows.values_list("person", "day", "shift").order_by():
            said[person][day] = shift
        hindered = set(
            Hindered.objects.filter(
                person__in=self.people, taken_back_at__isnull=True, day__range=(self.span.start, self.span.end)
            ).values_list("person", "day")
        )
        found = {}
        for person in self.people:
            letters = []
            serving = self.mates[person].serving if person in self.mates else frozenset()
            for day in self.span.days:
                is_hindered = (person, day) in hindered
                key = said[person].get(day) if person in said else None
                if key is not None:
                    serves = not serving or self.shifts[key].code in serving
                    letters.append(self._letter(shifts[key], serves=serves, stays=is_hindered))
                elif person not in said and is_working_day(day):
                    letters.append(self._letter(assumed, serves=True, stays=is_hindered))
                else:
                    letters.append(self._letter(OFF, serves=True, stays=is_hindered))
            found[person] = "".join(letters)
        return found, {person for person in self.called.everybody if person not in said}

    # --- Places

    def _travel(self) -> tuple[tuple[int, ...], ...]:
        minutes: dict[tuple[UUID | None, UUID | None], int] = {}
        for one, other, lasts in Journey.objects.values_list("one", "other", "minutes"):
            minutes[one, other] = minutes[other, one] = lasts
        return tuple(
            tuple(-(-minutes.get((one, other), 0) // self.minutes) for other in self.sites) for one in self.sites
        )

    def _post_of(self, person: UUID) -> str:
        return str(self.mates[person].post) if person in self.mates else NOWHERE

    def _site_of_people(self, people: Iterable[UUID]) -> int:
        """Where most of them work."""
        counted = Counter(self.mates[person].site for person in people if person in self.mates)
        return self.sites[counted.most_common(1)[0][0]] if counted else 0

    def _posts(self) -> dict[Id, roster.Post]:
        days = range(len(self.span.days))
        found: dict[Id, roster.Post] = {NOWHERE: roster.Post(NOWHERE, "", 0, ((),), tuple(0 for _ in days))}
        for seated in self.mates.values():
            if str(seated.post) not in found:
                found[str(seated.post)] = self._post(seated)
        return found

    def _post(self, seated: _Seated) -> roster.Post:
        asked = self.needed.get(seated.post, {})
        profiles: dict[tuple[tuple[int, int, int], ...], int] = {}
        numbers = []
        for day in self.span.days:
            profile = tuple((*self._outward(one.starts, one.ends), one.least) for one in asked.get(day, ()))
            numbers.append(profiles.setdefault(profile, len(profiles)))
        return roster.Post(str(seated.post), "", self.sites[seated.site], tuple(profiles), tuple(numbers))

    def _organizations(self) -> dict[Id, roster.Organization]:
        """Those that hold an item, each below the nearest of them above it; a session that stands is its own."""
        paths = {self._place(item) for item in self.items}
        found: dict[Id, roster.Organization] = {"": roster.Organization("", None, 0)}
        for path in paths:
            above = next((top for top in reversed(tops(path)[:-1]) if top in paths), None)
            found[path] = roster.Organization(path, above, 0)
        for one in self.standing:
            found[self._standing_id(one)] = roster.Organization(self._standing_id(one), None, 0)
        return found

    @staticmethod
    def _place(item: PlanItem) -> str:
        """The path of the branch of a group, else of the organization: groups share their people with the branch."""
        path = item.organization.path
        return path[:-STEP] if item.organization.kind == OrganizationKind.GROUP else path

    def _rooms(self, items: Iterable[Item]) -> dict[Id, roster.Room]:
        """The rooms that items name. One that is no row is the usual place of its organization: it holds all."""
        named = {room for item in items for room in item.rooms}
        opens, closes = self._hours()
        found: dict[Id, roster.Room] = {}
        for room in self.rooms:
            if str(room.pk) in named:
                hours = (_minutes(room.opens), _minutes(room.closes))
                inner = -(-hours[0] // self.minutes), hours[1] // self.minutes
                site = self.sites[room.site_id]
                found[str(room.pk)] = roster.Room(
                    str(room.pk), site, room.capacity, max(opens, inner[0]), min(closes, inner[1])
                )
        for item in items:
            for room_id in item.rooms:
                if room_id not in found:
                    site = self._site_of_people(UUID(str(person)) for person in item.audience)
                    found[room_id] = roster.Room(room_id, site, len(self.people), opens, closes)
        return found

    def _hours(self) -> tuple[int, int]:
        return FROM * 60 // self.minutes, UNTIL * 60 // self.minutes

    def _rooms_of(self, item: PlanItem) -> tuple[Id, ...]:
        """Its own rooms or those of one above it; else the shared ones at its site; else its usual place."""
        path = item.organization.path
        mine = [room for room in self.rooms if room.organization and path.startswith(room.organization.path)]
        site = self._site_of_people(self.called.audience[item.pk])
        shared = [room for room in self.rooms if room.organization is None and self.sites[room.site_id] in {0, site}]
        return tuple(str(room.pk) for room in mine or shared) or (f"{NOWHERE}{item.organization_id}",)

    # --- Items

    def _item(self, item: PlanItem) -> Item:
        audience, voters = self.called.audience[item.pk], self.called.voters[item.pk]
        first = self.span.number(max(item.first, self.span.first))
        last = self.span.number(item.last)
        return Item(
            id=str(item.pk),
            organization=self._place(item),
            kind=item.kind,
            duration=-(-item.minutes // self.minutes),
            first=first,
            last=last,
            audience=tuple(str(person) for person in audience),
            chairs=tuple(str(person) for person in self.called.chairs[item.pk]),
            voters=tuple(str(person) for person in sorted(voters)),
            rooms=self._rooms_of(item),
            max_sessions=item.turns,
            quorum=needed_to_pass(item, len(voters)),
            online=False,
            preferred_days=self._rather_on(item, range(first, last + 1)),
            preferred_hours=(RATHER[0] // self.minutes, RATHER[1] // self.minutes),
        )

    def _rather_on(self, item: PlanItem, days: range) -> frozenset[int]:
        """The items of one organization are spread over its working days: each has a part of them for its own."""
        mine = [one for one in self.items if self._place(one) == self._place(item)]
        number, count = mine.index(item), len(mine)
        worked = [day for day in days if is_working_day(self.span.days[day])]
        part = worked[number * len(worked) // count : -(-(number + 1) * len(worked) // count)]
        return frozenset(part or worked)

    @staticmethod
    def _standing_id(one: _Standing) -> str:
        return f"{STANDING}{one.session.pk}"

    def _standing_item(self, one: _Standing) -> Item:
        starts, ends = localtime(one.session.starts_at), localtime(one.session.ends_at)
        day = self.span.number(starts.date())
        begins = starts.hour * 60 + starts.minute
        lasts = min(MINUTES_PER_DAY - begins, int((ends - starts).total_seconds() // 60))
        first, last = self._outward(begins, begins + lasts)
        people = tuple(str(person) for person in one.people)
        name = self._standing_id(one)
        self._begins[name] = first
        return Item(
            id=name,
            organization=name,
            kind="",
            duration=last - first,
            first=day,
            last=day,
            audience=people,
            chairs=people,
            voters=(),
            rooms=(name,),
            max_sessions=1,
            quorum=0,
            online=False,
        )

    def _pins(self, found: Gathered) -> Iterable[Pin]:
        for one in self.standing:
            name = self._standing_id(one)
            if name in found.problem.items:
                yield name, found.slot(one.session.starts_at), name
        if self.pinned_in is None:
            return
        for item in self.items:
            if str(item.pk) not in found.problem.items:
                continue
            for session in item.sessions.all():
                if session.is_pinned:
                    yield str(item.pk), found.slot(session.starts_at), room_of(session.room_id, item, found.problem)


def is_standing(item: Id) -> bool:
    return str(item).startswith(STANDING)


def room_of(room: UUID | None, item: PlanItem, problem: Problem) -> Id:
    """The id of the room of a planned session; of one that is no longer allowed, the first that is."""
    allowed = problem.items[str(item.pk)].rooms
    named = str(room) if room else f"{NOWHERE}{item.organization_id}"
    return named if named in allowed else allowed[0]


def _minutes(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute
