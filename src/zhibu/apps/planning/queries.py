"""Reads of plans: the one that is shown for a month, what stands in it, and why somebody has this session."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When
from django.utils.timezone import localtime, make_aware

from zhibu.apps.organizations.models import Organization
from zhibu.apps.planning.models import Hindered, Plan, PlanItem, PlanSeat, PlanSession
from zhibu.domain.periods import add_months
from zhibu.domain.planning import PlanState, Way
from zhibu.domain.roster import Obstacle
from zhibu.domain.roster_reasons import Hindrance

#: Who came in on purpose in so many months before is asked later.
MONTHS_BEFORE = 3


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session of a plan; ``ways``: how many attend in which way; ``cover``: what it leaves at which posts."""

    session: PlanSession
    ways: Mapping[Way, int]
    cover: Sequence[Cover]

    @property
    def there(self) -> int:
        return sum(self.ways.values())


@dataclass(frozen=True, slots=True)
class Cover:
    """At the tightest moment ``stay`` people are left at the post, where ``least`` have to be; ``None``: unknown."""

    post: str
    at: str
    stay: int
    least: int | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    item: PlanItem
    sessions: Sequence[SessionLine]
    missed: int

    @property
    def call_ins(self) -> int:
        return sum(line.ways.get(Way.CALL_IN, 0) for line in self.sessions)


@dataclass(frozen=True, slots=True)
class Part:
    """What a plan over many asks of one organization, in sums: nobody is named upward."""

    organization: Organization
    meetings: int
    sessions: int
    call_ins: int
    missed: int


def plan_shown(organization: Organization, month: dt.date) -> Plan | None:
    """The proposal on its way, else the plan that was accepted; one query.

    ``has_hindered``: somebody ever said that they can not come to what its holders hold.
    """
    shown = [state.value for state in PlanState if state is not PlanState.DROPPED]
    return (
        Plan.objects.filter(organization=organization, month=month, state__in=shown)
        .annotate(
            rank=Case(
                When(state=PlanState.ACCEPTED.value, then=Value(1)), default=Value(0), output_field=IntegerField()
            ),
            has_hindered=Exists(
                Hindered.objects.filter(
                    organization__in=PlanItem.objects.filter(plan=OuterRef(OuterRef("pk"))).values("organization"),
                    taken_back_at__isnull=True,
                )
            ),
        )
        .select_related("organization", "keeps")
        .order_by("rank", "-asked_at")
        .first()
    )


def lines_of(plan: Plan) -> list[ItemLine]:
    """The items of a plan in tree order, with their sessions; three queries."""
    items = list(plan.items.select_related("organization"))
    sessions: dict[UUID, list[PlanSession]] = defaultdict(list)
    for session in PlanSession.objects.filter(item__plan=plan).select_related("room").order_by("starts_at"):
        sessions[session.item_id].append(session)
    ways: dict[tuple[UUID, UUID | None], dict[Way, int]] = defaultdict(dict)
    rows = (
        PlanSeat.objects.filter(item__plan=plan).order_by().values("item", "session", "way").annotate(n=Count("pk"))
    )
    for row in rows:
        ways[row["item"], row["session"]][Way(row["way"])] = row["n"]
    return [
        ItemLine(
            item,
            [SessionLine(session, ways[item.pk, session.pk], _cover(session)) for session in sessions[item.pk]],
            ways[item.pk, None].get(Way.MISSED, 0),
        )
        for item in items
    ]


def sessions_of(item: PlanItem) -> list[SessionLine]:
    """The sessions of one item; two queries."""
    sessions = list(item.sessions.select_related("room").order_by("starts_at"))
    ways: dict[UUID | None, dict[Way, int]] = defaultdict(dict)
    for row in item.seats.order_by().values("session", "way").annotate(n=Count("pk")):
        ways[row["session"]][Way(row["way"])] = row["n"]
    return [SessionLine(session, ways[session.pk], _cover(session)) for session in sessions]


def _cover(session: PlanSession) -> list[Cover]:
    return sorted(
        (Cover(one["name"], one["at"], one["stay"], one["least"]) for one in session.cover), key=lambda one: one.post
    )


def parts_of(lines: Sequence[ItemLine]) -> list[Part]:
    """The sums of a plan over many by organization, in tree order."""
    found: dict[UUID, list[ItemLine]] = defaultdict(list)
    for line in lines:
        if line.item.is_wanted:
            found[line.item.organization_id].append(line)
    return [
        Part(
            those[0].item.organization,
            len(those),
            sum(len(line.sessions) for line in those),
            sum(line.call_ins for line in those),
            sum(line.missed for line in those),
        )
        for those in found.values()
    ]


@dataclass(frozen=True, slots=True)
class Seated:
    """How one person attends, and what kept them from each other session of the item: when it was, and a word."""

    seat: PlanSeat
    why: Sequence[tuple[PlanSession, str]]

    @property
    def way(self) -> Way:
        return Way(self.seat.way)


def seated_at(item: PlanItem, session: PlanSession) -> tuple[list[Seated], list[Seated]]:
    """Who is meant for a session, and who misses the item, by name; two queries."""
    others = {str(one.pk): one for one in item.sessions.all()}
    rows = item.seats.filter(Q(session=session) | Q(session=None)).select_related("person")
    seated = [
        Seated(
            seat,
            [(others[reason["session"]], reason["why"]) for reason in seat.why if reason["session"] in others],
        )
        for seat in rows.order_by("way", "person__staff_number")
    ]
    return [one for one in seated if one.seat.session_id], [one for one in seated if not one.seat.session_id]


def days_came_in(people: Collection[UUID], before: dt.date) -> Counter[UUID]:
    """On how many days accepted plans called each of these in, in the months before that of the day; one query."""
    until = before.replace(day=1)
    rows = PlanSeat.objects.filter(
        person__in=people,
        way=Way.CALL_IN.value,
        item__plan__state=PlanState.ACCEPTED.value,
        session__starts_at__gte=make_aware(dt.datetime.combine(add_months(until, -MONTHS_BEFORE), dt.time())),
        session__starts_at__lt=make_aware(dt.datetime.combine(until, dt.time())),
    ).order_by()
    days = {(person, localtime(at).date()) for person, at in rows.values_list("person", "session__starts_at")}
    return Counter(person for person, _day in days)


def seat_of(person: UUID, meeting: UUID) -> PlanSeat | None:
    """Where an accepted plan seats somebody at a meeting; one query."""
    return (
        PlanSeat.objects.filter(person=person, item__meeting=meeting, item__plan__state=PlanState.ACCEPTED.value)
        .select_related("session", "item__organization", "item__plan")
        .order_by("-item__plan__asked_at")
        .first()
    )


def why_of(seat: PlanSeat) -> list[tuple[dt.datetime, str]]:
    """What kept somebody from each of the other sessions, in the words of the rules; one query where there is any."""
    if not seat.why:
        return []
    times = dict(
        PlanSession.objects.filter(pk__in=[one["session"] for one in seat.why]).values_list("pk", "starts_at")
    )
    named = {str(key): at for key, at in times.items()}
    return [(named[one["session"]], hindrance_in_words(one["why"])) for one in seat.why if one["session"] in named]


def hindrance_in_words(why: str) -> str:
    for words in (Obstacle, Hindrance):
        if why in {word.value for word in words}:
            return words(why).zh
    return why


def hindered_on(person: UUID, day: dt.date) -> Hindered | None:
    return Hindered.objects.filter(person=person, day=day, taken_back_at__isnull=True).first()


def hindered_in(holders: Collection[UUID], month: dt.date, last: dt.date) -> list[Hindered]:
    """Who said of a session of these organizations that they can not come on its day; for who plans them."""
    rows = Hindered.objects.filter(
        organization__in=holders, day__range=(month, last), taken_back_at__isnull=True
    ).order_by("day", "person__staff_number")
    return list(rows.select_related("person"))
