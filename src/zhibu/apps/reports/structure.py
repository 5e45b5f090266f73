"""The facts of one day by which the domain judges how organizations are built."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, Count, DateField, F, FilteredRelation, Min, Q, Value

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.queries import House
from zhibu.apps.organizations.queries import Standing as Stand
from zhibu.apps.people.access import Asker, oversees_place
from zhibu.apps.people.models import Appointment, Membership, Term
from zhibu.apps.rules.queries import rules_on
from zhibu.domain.structure import (
    Finding,
    OrganizationFacts,
    PostHeld,
    TermEnd,
    TermFacts,
    TermHeld,
    findings,
    term_ends,
)
from zhibu.domain.terms import OFFICES, PostKind, Standing


@dataclass(frozen=True, slots=True)
class Structure:
    """What is to be looked at, and the names of those it is about."""

    findings: Sequence[Finding]
    people: Mapping[UUID, str]


def structure_overseen_by(asker: Asker, house: House) -> Structure:
    """The findings in what ``asker`` oversees today, as it was on the day of ``house``, in tree order of that day."""
    return _structure(_overseen(asker, house), house)[0]


def structure_and_terms_overseen_by(asker: Asker, house: House) -> tuple[Structure, list[TermEnd]]:
    """The same with what ``term_ends_overseen_by`` says, without another query."""
    overseen = _overseen(asker, house)
    structure, facts = _structure(overseen, house)
    ends = term_ends((one.of_term for one in facts if one.id in overseen), rules_on(house.day))
    return structure, ends


def _overseen(asker: Asker, house: House) -> dict[UUID, Stand]:
    return {stand.id: stand for stand in house.standings if oversees_place(asker, stand.today)}


def _structure(overseen: Mapping[UUID, Stand], house: House) -> tuple[Structure, Sequence[OrganizationFacts]]:
    facts, people = _facts(house, [key for key, stand in overseen.items() if stand.parent not in overseen])
    found = findings(facts, rules_on(house.day), house.day)
    return Structure([finding for finding in found if finding.organization in overseen], people), facts


def term_ends_overseen_by(asker: Asker, house: House) -> list[TermEnd]:
    """When the terms in what ``asker`` oversees are due to end, as known on the day of ``house``, in tree order."""
    overseen = _overseen(asker, house)
    within = Q(pk__in=[])
    for key, stand in overseen.items():
        if stand.parent not in overseen:
            within |= house.subtree(key).holds("organization__")
    terms = {row.organization_id: TermHeld(row.since, row.ends) for row in Term.objects.on(house.day).filter(within)}
    written = Term.objects.on(house.day).filter(ends__isnull=False).values("organization")
    offices = Appointment.objects.on(house.day).filter(within, post__in=[post.value for post in OFFICES])
    unwritten = offices.exclude(organization__in=written).order_by().values_list("organization")
    began = dict(unwritten.annotate(Min("since")))
    facts = [TermFacts(key, stand.kind, terms.get(key), began.get(key)) for key, stand in overseen.items()]
    return term_ends(facts, rules_on(house.day))


def _facts(house: House, tops: Sequence[UUID]) -> tuple[list[OrganizationFacts], dict[UUID, str]]:
    subtrees = [house.subtree(top) for top in tops]
    within = Q(pk__in=[])
    for subtree in subtrees:
        within |= subtree.holds("organization__")
    counted, terms = _members_and_terms(house.day, within)
    posts, people = _posts(house.day, within)
    ids = frozenset[UUID]().union(*(subtree.ids for subtree in subtrees))
    return [
        OrganizationFacts(
            id=stand.id,
            kind=stand.kind,
            parent=stand.parent,
            full=counted[stand.id, Standing.FULL],
            probationary=counted[stand.id, Standing.PROBATIONARY],
            suspended=counted[stand.id, Standing.SUSPENDED],
            posts=tuple(posts[stand.id]),
            term=terms.get(stand.id),
        )
        for stand in house.standings
        if stand.id in ids
    ], people


def _members_and_terms(day: dt.date, within: Q) -> tuple[Counter[tuple[UUID, Standing]], dict[UUID, TermHeld]]:
    """How many there are of each standing, and the term that runs. One query: a row without a standing is a term."""
    no_day = Value(None, DateField())
    members = Membership.objects.on(day).filter(within).order_by().values("organization", "standing")
    counts = members.annotate(n=Count("pk"), began=no_day, ends=no_day)
    running = Term.objects.on(day).filter(within).order_by()
    rows = counts.values_list("organization", "standing", "n", "began", "ends").union(
        running.values_list("organization", Value("", CharField()), Value(0), "since", "ends"), all=True
    )
    counted: Counter[tuple[UUID, Standing]] = Counter()
    terms: dict[UUID, TermHeld] = {}
    for place, standing, n, since, ends in rows:
        if standing:
            counted[place, Standing(standing)] = n
        else:
            terms[place] = TermHeld(since, ends)
    return counted, terms


def _posts(day: dt.date, within: Q) -> tuple[dict[UUID, list[PostHeld]], dict[UUID, str]]:
    held = FilteredRelation("person__memberships", condition=holds_on(day, "person__memberships__"))
    rows = (
        Appointment.objects.on(day)
        .filter(within)
        .annotate(held=held)
        .order_by("organization__path", "since", "person__staff_number")
        .values_list(
            "organization",
            "person",
            "person__name",
            "post",
            "since",
            F("held__standing"),
            F("held__organization"),
            F("held__group"),
        )
    )
    posts: defaultdict[UUID, list[PostHeld]] = defaultdict(list)
    people: dict[UUID, str] = {}
    for place, person, name, post, since, standing, branch, group in rows:
        people[person] = name
        posts[place].append(
            PostHeld(
                person=person,
                post=PostKind(post),
                since=since,
                standing=Standing(standing) if standing else None,
                belongs=frozenset(filter(None, (branch, group))),
            )
        )
    return posts, people
