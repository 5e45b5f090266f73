"""Reads: who is invited on the day, which turns are free for somebody, what a branch is asked after a visit."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.models import Appointment
from zhibu.apps.rosters.models import Shift
from zhibu.apps.rosters.queries import rests_of, shift_during, shifts_of
from zhibu.apps.visits.models import FollowUp, TakenHome, Visit, VisitAnswer, VisitTurn
from zhibu.domain.terms import OFFICES, SECRETARIES, Invited, OrganizationKind, PostKind, VisitStage
from zhibu.domain.tree import tops
from zhibu.domain.visits import FOLLOW_UPS, Program, Stop, Turn, asked_now, due_on

#: Where the files of visits are kept.
FOLDER = "visits"

#: Stages at which a day is ahead or over, and not off.
HELD = (VisitStage.ANNOUNCED.value, VisitStage.RECORDED.value)


# --- Who is invited ------------------------------------------------------------------------------------------------


def guests_of(visit: Visit, on: dt.date | None = None) -> dict[UUID, UUID]:
    """Who is invited on the day, and of which organization by their post; two queries.

    Leaders hold a post of an organization; of each branch it is the secretary, or the deputies where there is none.
    The branch that is visited is no guest. ``on``: another day than the one the visit is on.
    """
    leaders, secretaries = Q(pk__in=[]), Q(pk__in=[])
    for one in visit.invitations.select_related("organization"):
        if one.word is Invited.LEADERS:
            leaders |= Q(organization=one.organization_id)
        else:
            secretaries |= in_subtree(one.organization.path, "organization__")
    secretaries &= Q(post__in=SECRETARIES, organization__kind=OrganizationKind.BRANCH.value)
    rows = Appointment.objects.on(on or visit.day).filter(leaders & Q(post__in=OFFICES) | secretaries)
    rows = rows.filter(organization__dissolved__isnull=True).exclude(organization=visit.host_id)
    posts = list(rows.order_by("organization__path", "since").select_related("organization"))
    led = {row.organization_id for row in posts if row.post == PostKind.SECRETARY}
    found: dict[UUID, UUID] = {}
    for row in posts:
        is_branch = row.organization.kind == OrganizationKind.BRANCH
        if is_branch and row.post == PostKind.DEPUTY_SECRETARY and row.organization_id in led:
            continue
        found.setdefault(row.person_id, row.organization_id)
    return found


@dataclass(frozen=True, slots=True)
class Offered:
    """A role of an organization that can be invited. ``value`` names both in a form."""

    role: Invited
    organization: Organization

    @property
    def value(self) -> str:
        return f"{self.role.value}:{self.organization.code}"


def offered_to_invite(host: Organization) -> list[Offered]:
    """Leaders of each organization above the branch, and the secretaries below it. The house itself has no posts."""
    above = Organization.objects.filter(path__in=tops(host.path)[:-1]).order_by("-path")
    return [
        Offered(role, one)
        for one in above
        for role in Invited
        if role is Invited.SECRETARIES or one.kind != OrganizationKind.LEADING_GROUP
    ]


# --- Turns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Free:
    """A turn as one person sees it. ``shift``: theirs, into which it falls; ``rests``: they sleep after a night."""

    turn: VisitTurn
    left: int
    shift: Shift | None
    rests: bool

    @property
    def fits(self) -> bool:
        return self.shift is None and not self.rests


def taken_in(visit: Visit) -> Counter[UUID]:
    """How many seats of each turn are taken."""
    return Counter(visit.answers.filter(turn__isnull=False).values_list("turn", flat=True))


def turns_for(visit: Visit, person: UUID) -> list[Free]:
    """The turns beside the person's own shifts, which nobody else is shown; four queries."""
    taken, day = taken_in(visit), visit.day
    shifts, rests = shifts_of(person, [day]), rests_of([person], day).get(person, [])
    found = []
    for turn in visit.turns.all():
        starts, ends = turn.hours_on(day)
        during = shift_during(shifts, starts, ends)
        found.append(
            Free(
                turn=turn,
                left=max(0, turn.seats - taken[turn.pk]),
                shift=during[1] if during else None,
                rests=any(rest.since < ends and starts < rest.until for rest in rests),
            )
        )
    return found


# --- What a branch is asked after ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A branch is asked what has come of what it took home, from a day on."""

    taken_home: TakenHome
    after: int
    since: dt.date


def follow_ups_asked_of(organizations: Collection[UUID], today: dt.date) -> list[Asked]:
    """Those whose day has come and that wait for an answer, the oldest visit first; two queries at most."""
    rows = TakenHome.objects.filter(
        organization__in=organizations, visit__day__lte=today - dt.timedelta(days=min(FOLLOW_UPS))
    ).select_related("visit__host", "organization")
    found = list(rows.order_by("visit__day", "organization__path"))
    said: dict[UUID, list[int]] = {}
    if found:
        for home, after in FollowUp.objects.filter(taken_home__in=found).values_list("taken_home", "after"):
            said.setdefault(home, []).append(after)
    return [
        Asked(one, after, due_on(one.visit.day, after))
        for one in found
        for after in asked_now(one.visit.day, said.get(one.pk, ()), today)
    ]


# --- Of a person ---------------------------------------------------------------------------------------------------


def answer_of(visit: Visit, person: UUID | None) -> VisitAnswer | None:
    if person is None:
        return None
    return visit.answers.select_related("turn", "organization").filter(person=person).first()


def visits_of(person: UUID, since: dt.date) -> QuerySet[VisitAnswer]:
    """Those the person comes to from ``since`` on, for their calendar; what is off is told as such."""
    rows = VisitAnswer.objects.filter(person=person, turn__isnull=False, visit__day__gte=since)
    return rows.exclude(visit__stage=VisitStage.DRAFT.value).select_related("visit__host", "turn")


# --- On paper ------------------------------------------------------------------------------------------------------


def program_of(visit: Visit, on: dt.date) -> Program:
    return Program(
        organization=visit.caller.name,
        title=visit.title,
        held_on=visit.day,
        place=visit.place,
        contents=visit.text,
        invited=[said_of(one.word, one.organization) for one in visit.invitations.select_related("organization")],
        stops=stops_of(visit),
        turns=[Turn(row.starts, row.ends, row.seats, str(row.pk)) for row in visit.turns.all()],
        issued_on=on,
    )


def said_of(role: Invited, organization: Organization) -> str:
    """As it is printed: 机关党委分管领导, 局党组所属各支部书记."""
    return f"{organization.name}{'所属' if role is Invited.SECRETARIES else ''}{role.zh}"


def stops_of(visit: Visit) -> Sequence[Stop]:
    return [Stop(row.starts, row.ends, row.place, row.title) for row in visit.stops.all()]
