"""Whom a meeting that is to be planned will call, who of them votes and who may chair it.

Of many meetings at once and before there is any; ``meetings`` asks the same of one, and a test holds both together.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.models import Appointment, Membership
from zhibu.apps.planning.models import PlanItem
from zhibu.apps.rules.queries import election_rule_for, rule_for
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import OFFICES, SECRETARIES, MeetingKind, OrganizationKind, PostKind, Standing
from zhibu.domain.tree import tops


@dataclass(frozen=True, slots=True)
class _Member:
    person: UUID
    path: str
    group: UUID | None
    votes: bool


@dataclass(frozen=True, slots=True)
class Called:
    """Of each item whom it calls, who of them votes and who may chair it; as of the first day of the window."""

    audience: Mapping[UUID, tuple[UUID, ...]]
    voters: Mapping[UUID, frozenset[UUID]]
    chairs: Mapping[UUID, tuple[UUID, ...]]

    @property
    def everybody(self) -> set[UUID]:
        found = {person for people in self.audience.values() for person in people}
        return found | {person for people in self.chairs.values() for person in people}

    @classmethod
    def on(cls, day: dt.date, top: Organization, items: Iterable[PlanItem]) -> Called:
        members = _members(day, top)
        posts = _posts(day, top)
        audience, voters, chairs = {}, {}, {}
        for item in items:
            called, voting = _called_to(item, members, posts)
            audience[item.pk] = tuple(sorted(called))
            voters[item.pk] = frozenset(voting)
            chairs[item.pk] = tuple(sorted(_chairs(item.organization, posts) or called))
        return cls(audience, voters, chairs)


def _members(day: dt.date, top: Organization) -> list[_Member]:
    whole = top
    if top.kind == OrganizationKind.GROUP:
        rows = Membership.objects.on(day).filter(group=top)
    else:
        rows = Membership.objects.on(day).filter(in_subtree(whole.path, "organization__"))
    return [
        _Member(person, path, group, standing == Standing.FULL)
        for person, path, group, standing in rows.values_list("person", "organization__path", "group", "standing")
    ]


_Posts = Mapping[UUID, Mapping[str, set[UUID]]]


def _posts(day: dt.date, top: Organization) -> _Posts:
    found: dict[UUID, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    above = Q(organization__path__in=tops(top.path))
    rows = Appointment.objects.on(day).filter(in_subtree(top.path, "organization__") | above)
    for organization, post, person in rows.values_list("organization", "post", "person"):
        found[organization][post].add(person)
    return found


def _called_to(item: PlanItem, members: Iterable[_Member], posts: _Posts) -> tuple[set[UUID], set[UUID]]:
    """Who is called as ``meetings`` calls them for a meeting of this kind, and who of them has a vote."""
    organization = item.organization
    if item.word in {MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.COMMITTEE_MEETING}:
        committee = _holding(organization.pk, posts, OFFICES)
        return committee, committee
    if organization.kind == OrganizationKind.GROUP:
        there = [one for one in members if one.group == organization.pk]
    else:
        there = [one for one in members if one.path.startswith(organization.path)]
    return {one.person for one in there}, {one.person for one in there if one.votes}


def _holding(organization: UUID, posts: _Posts, those: Iterable[PostKind]) -> set[UUID]:
    held = posts.get(organization, {})
    return {person for post in those for person in held.get(post.value, ())}


def _chairs(organization: Organization, posts: _Posts) -> set[UUID]:
    """The secretaries, else the rest of the committee; in a group its leader."""
    if organization.kind == OrganizationKind.GROUP:
        return _holding(organization.pk, posts, [PostKind.GROUP_LEADER])
    return _holding(organization.pk, posts, SECRETARIES) or _holding(organization.pk, posts, OFFICES)


def chairs_of(organization: Organization, day: dt.date) -> set[UUID]:
    """Who may chair a meeting of the organization, by the posts of that day."""
    return _chairs(organization, _posts(day, organization))


def needed_to_pass(item: PlanItem, voters: int) -> int:
    """How many voters have to sit together so that a resolution can still pass, by the rule in force; 0: nobody asks.

    More than half of all who have a vote; in an election as many as make it valid.
    """
    if item.turns > 1 or voters == 0:
        return 0
    kind, organization, day = item.word, item.organization.word, item.first
    if item.requirement == "term_election":
        election = election_rule_for(meeting=kind, organization=organization, day=day)
        return election.quorum.needed(voters) if election is not None else voters // 2 + 1
    rule = rule_for(Decision.RESOLUTION, meeting=kind, organization=organization, day=day)
    return voters // 2 + 1 if rule is not None else 0
