"""Reads of campaigns: parts and how far each organization is with them, whom a campaign has reached, shared notes."""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from zhibu.apps.learning.access import notes_seen_by
from zhibu.apps.learning.models import Campaign, Link, MakeUp, Material, Part, StudyNote, WrapUp
from zhibu.apps.meetings.models import Attendance, Filing, Meeting
from zhibu.apps.organizations.models import LONGEST_PATH, Organization, in_subtree
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Membership, Person
from zhibu.domain.assembly import Presence
from zhibu.domain.learning import PRESCRIBING, MakeUpState, PartState, is_owed_by, state_of
from zhibu.domain.terms import MeetingKind, MeetingStage, OrganizationKind
from zhibu.domain.tree import STEP, tops
from zhibu.domain.wrap_up import Held, Launched, Reached, Served, Spread, of_branch, of_superior

#: At most so many meetings are offered to be linked, the latest first.
MOST_OFFERED = 60


# --- Parts ---------------------------------------------------------------------------------------------------------


def parts_above(campaign: Campaign, organization: Organization) -> QuerySet[Part]:
    """The parts that bind this organization: its own and those of its superiors, the highest first."""
    above = tops(organization.path)
    rows = Part.objects.filter(campaign=campaign, organization__path__in=above).select_related("organization")
    return rows.order_by("organization__path", "first", "pk")


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as it stands in one branch: its meetings there by day, and its files."""

    part: Part
    meetings: tuple[Meeting, ...]
    materials: tuple[Material, ...]

    @property
    def state(self) -> PartState:
        return state_of(meeting.at_stage for meeting in self.meetings)


def part_lines(
    campaign: Campaign, organization: Organization, materials: Sequence[Material] = ()
) -> tuple[PartLine, ...]:
    """The parts that bind it with its meetings, one query. ``materials``: files of the campaign, read already."""
    joined = parts_above(campaign, organization).annotate(
        link=FilteredRelation("links", condition=Q(links__organization=organization))
    )
    rows = joined.select_related("organization", "link__meeting__organization")  # type: ignore[misc]  # annotated
    parts: dict[UUID, Part] = {}
    meetings: defaultdict[UUID, dict[UUID, Meeting]] = defaultdict(dict)
    for part in rows.order_by("organization__path", "first", "pk", "link__meeting__held_on", "link__pk"):
        parts.setdefault(part.pk, part)
        if link := getattr(part, "link", None):  # where nothing is joined there is no such attribute
            meetings[part.pk][link.meeting_id] = link.meeting
    return tuple(
        PartLine(part, tuple(meetings[key].values()), tuple(file for file in materials if file.part_id == key))
        for key, part in parts.items()
    )


def meetings_that_serve(part: Part, organization: Organization) -> QuerySet[Meeting]:
    """The meetings of a branch that may be linked: of the part's kind, within its days, and not called off.

    Those of its groups and those it holds together with others are among them. What is linked already is not.
    """
    mine = Q(organization=organization) | Q(
        in_subtree(organization.path, "organization__"), organization__kind=OrganizationKind.GROUP.value
    )
    joint = Meeting.objects.filter(joint_with=organization).values("pk")
    rows = Meeting.objects.filter(
        mine | Q(pk__in=joint) | Q(host__in=joint), held_on__gte=part.first, held_on__lte=part.last
    ).exclude(stage=MeetingStage.NOT_HELD.value)
    if part.kind:
        rows = rows.filter(kind=part.kind)
    linked = Link.objects.filter(part=part, organization=organization).values("meeting")
    return rows.exclude(pk__in=linked).select_related("organization").order_by("-held_on", "-pk")


def parts_for(meeting: Meeting, branch: Organization) -> list[Part]:
    """The parts of open campaigns that a meeting of the branch may serve; ``is_linked`` tells those that it serves.

    One that is linked stays among them whatever has become of the meeting since.
    """
    above = tops(branch.path)
    day = meeting.held_on
    fits = Q(kind__in=["", meeting.kind], first__lte=day, last__gte=day) if day else Q(pk__in=[])
    linked = Exists(Link.objects.filter(part=OuterRef("pk"), organization=branch, meeting=meeting))
    rows = Part.objects.filter(organization__path__in=above, campaign__opened_at__isnull=False)
    rows = rows.annotate(is_linked=linked).filter(fits | Q(is_linked=True))
    return list(
        rows.select_related("campaign", "organization").order_by(
            "-campaign__since", "organization__path", "first", "pk"
        )
    )


# --- Whom it has reached -------------------------------------------------------------------------------------------


def _was_reached(campaign: Campaign, part: Part | None = None) -> Q:
    """Of a membership: its person was in the room at a filed session that served the campaign, or one part of it.

    Or made that lesson up, confirmed. Wherever they belonged. A record taken over from a ledger kept before names
    nobody who came.
    """
    links = Link.objects.filter(part__campaign=campaign, meeting__stage=MeetingStage.FILED.value)
    if part is not None:
        links = links.filter(part=part)
    kept = links.values_list(Coalesce("meeting__host", "meeting"))
    in_the_room = [Presence.PRESENT.value, Presence.OBSERVER.value]
    came = Attendance.objects.filter(session__meeting__in=kept, status__in=in_the_room)
    made_up = MakeUp.objects.filter(meeting__in=links.values("meeting"), state=MakeUpState.CONFIRMED.value)
    return Q(person__in=came.values("person")) | Q(person__in=made_up.values("person"))


@dataclass(frozen=True, slots=True)
class Reach:
    """Members of a branch on a day, and who of them came to no session yet, by their names in pinyin."""

    members: int
    unreached: tuple[Person, ...]

    @property
    def in_sums(self) -> Reached:
        return Reached(self.members, self.members - len(self.unreached))


def reach_in(campaign: Campaign, branch: Organization, on: dt.date) -> Reach:
    """One query."""
    came = Case(When(_was_reached(campaign), then=True), default=False)
    members = Membership.objects.on(on).filter(organization=branch).select_related("person").annotate(came=came)
    rows = list(members.order_by("person__pinyin", "person__staff_number"))
    return Reach(len(rows), tuple(row.person for row in rows if not row.came))


@dataclass(frozen=True, slots=True)
class Sums:
    """How far the branches at or below an organization are.

    ``owed`` and ``done`` by part of those that bind all of them; ``other_owed`` and ``other_done``: of the parts
    that bind some of them only, and branches' own.
    """

    owed: Mapping[UUID, int]
    done: Mapping[UUID, int]
    under_way: Mapping[UUID, int]
    other_owed: int
    other_done: int
    branches: int
    members: Reached


@dataclass(frozen=True, slots=True)
class Row:
    """An organization in tree order, so many steps below the one that is looked at."""

    organization: Organization
    depth: int
    sums: Sums

    @property
    def is_branch(self) -> bool:
        return self.organization.word is OrganizationKind.BRANCH

    def state(self, part: UUID) -> PartState | None:
        """Of a branch; ``None`` where it does not owe the part."""
        if not self.sums.owed.get(part):
            return None
        if self.sums.done.get(part):
            return PartState.DONE
        return PartState.UNDER_WAY if self.sums.under_way.get(part) else PartState.OPEN


class Place(NamedTuple):
    """An organization as far as the tree knows it."""

    key: UUID
    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Spreading:
    """A campaign over the tree: the parts that bind all of it, and what is known of its branches.

    ``parts``: those that bind all and, of a branch, its own; ``only``: the one of them that was asked for.
    ``paths``: of every organization from the top on, in tree order. ``rows_at`` tells of some of them.
    """

    parts: tuple[Part, ...]
    only: Part | None
    columns: tuple[Part, ...]
    paths: tuple[str, ...]
    all: Sums
    tallies: _Tallies


@dataclass(frozen=True, slots=True)
class _Tallies:
    """Of the branches in tree order, sums from the first one on: what stands between two of them is a difference.

    ``done`` and ``under_way`` are by part.
    """

    branches: tuple[str, ...]
    done: Mapping[UUID, Sequence[int]]
    under_way: Mapping[UUID, Sequence[int]]
    other_owed: Sequence[int]
    other_done: Sequence[int]
    members: Sequence[int]
    reached: Sequence[int]

    def under(self, path: str) -> Sums:
        """Of the branches at or below an organization."""
        first, end = _between(self.branches, path)

        def between(tally: Sequence[int]) -> int:
            return tally[end] - tally[first]

        return Sums(
            owed=dict.fromkeys(self.done, end - first),
            done={part: between(tally) for part, tally in self.done.items()},
            under_way={part: between(tally) for part, tally in self.under_way.items()},
            other_owed=between(self.other_owed),
            other_done=between(self.other_done),
            branches=end - first,
            members=Reached(between(self.members), between(self.reached)),
        )


def places_of(organizations: QuerySet[Organization], campaign: Campaign, on: dt.date) -> list[Place]:
    """Those of them that a campaign binds on the day, in tree order. Nothing more of them is read."""
    bound = organizations.filter(in_subtree(campaign.office.path), kind__in=[kind.value for kind in PRESCRIBING])
    there = Q(founded__isnull=True) | Q(founded__lte=on), Q(dissolved__isnull=True) | Q(dissolved__gt=on)
    return [Place(*row) for row in bound.filter(*there).order_by("path").values_list("pk", "path", "kind")]


def spreading(campaign: Campaign, places: Sequence[Place], on: dt.date, only: str = "") -> Spreading:
    """How far the first of ``places`` is and all below it, which are the others; two statements.

    ``only``: the key of a part, as if there were no other; what is none of its parts leaves all in.
    """
    top = places[0]
    above = Part.objects.filter(campaign=campaign, organization__path__in=tops(top.path))
    binding = tuple(above.select_related("organization").order_by("organization__path", "first", "pk"))
    chosen = next((part for part in binding if str(part.pk) == only), None)
    columns = binding if chosen is None else (chosen,)
    branches = tuple(place.path for place in places if place.kind == OrganizationKind.BRANCH)
    tallies = _tallies(branches, columns, _facts(campaign, top.path, columns, on, chosen))
    paths = tuple(place.path for place in places)
    return Spreading(binding, chosen, columns, paths, tallies.under(top.path), tallies)


def rows_at(found: Spreading, paths: Sequence[str]) -> list[Row]:
    """What is told of the organizations at some of its paths, and first of the one at the top. One statement."""
    top, wanted = found.paths[0], {found.paths[0], *paths}
    between = Q(path=top) | Q(path__gte=min(paths, default=top), path__lte=max(paths, default=top))
    return [
        Row(one, (len(one.path) - len(top)) // STEP, found.tallies.under(one.path))
        for one in Organization.objects.filter(between).order_by("path")
        if one.path in wanted
    ]


class _Fact(NamedTuple):
    """A line about a branch, or about an organization that asks something of some branches only.

    Of members: how many there are, and came. Of a part that is asked below the top: how many ``asked_by`` that
    organization. Of a part that a branch serves: its place among the columns, and of the branch's meetings for it
    how many are filed, and how many are to be held or filed.
    """

    is_of_members: bool
    branch: str
    asked_by: str
    asked_by_branch: bool
    column: int | None
    one: int
    other: int


_YES, _NO = (Value(value=answer, output_field=BooleanField()) for answer in (True, False))
_NOBODY, _NO_COLUMN, _NONE = Value("", CharField()), Value(None, IntegerField()), Value(0, IntegerField())
_BY_BRANCH = Case(When(asked_kind=OrganizationKind.BRANCH.value, then=_YES), default=_NO)


def _facts(campaign: Campaign, top: str, columns: Sequence[Part], on: dt.date, only: Part | None) -> list[_Fact]:
    """In one statement, added up by the database: a branch is one line of it, and so is each part it serves."""
    here = in_subtree(top, "organization__")
    members = _of_members(Membership.objects.on(on).filter(here), _was_reached(campaign, only))
    links = Link.objects.filter(here, part__campaign=campaign)
    if only is not None:
        rows = members.union(_of_links(links.filter(part=only), columns), all=True)
    else:
        below = Part.objects.filter(here & ~Q(organization__path=top), campaign=campaign)
        rows = members.union(_of_links(links, columns), _of_parts(below), all=True)
    return [_Fact(*row) for row in rows]


def _of_members(members: QuerySet[Membership], was_reached: Q) -> QuerySet[Membership, Any]:
    by_branch = members.order_by().values("organization__path")
    counted = by_branch.annotate(one=Count("pk"), other=Count("pk", filter=was_reached))
    return counted.values_list(_YES, "organization__path", _NOBODY, _NO, _NO_COLUMN, "one", "other")


def _of_links(links: QuerySet[Link], columns: Sequence[Part]) -> QuerySet[Link, Any]:
    by_part = links.order_by().values("organization__path", "part")
    counted = by_part.annotate(
        asked_kind=F("part__organization__kind"),
        place=Case(*(When(part=part, then=Value(place)) for place, part in enumerate(columns)), default=_NO_COLUMN),
        one=Count("pk", filter=Q(meeting__stage=MeetingStage.FILED.value)),
        other=Count("pk", filter=~Q(meeting__stage=MeetingStage.NOT_HELD.value)),
    )
    told = ("organization__path", "part__organization__path", _BY_BRANCH, "place", "one", "other")
    return counted.values_list(_NO, *told)


def _of_parts(parts: QuerySet[Part]) -> QuerySet[Part, Any]:
    by_organization = parts.order_by().values("organization__path")
    counted = by_organization.annotate(asked_kind=F("organization__kind"), one=Count("pk"))
    return counted.values_list(_NO, _NOBODY, "organization__path", _BY_BRANCH, _NO_COLUMN, "one", _NONE)


def _tallies(branches: tuple[str, ...], columns: Sequence[Part], facts: Iterable[_Fact]) -> _Tallies:
    place = {path: number for number, path in enumerate(branches)}
    done = [[0] * len(branches) for _part in columns]
    under_way = [[0] * len(branches) for _part in columns]
    other_owed, other_done, members, reached = ([0] * len(branches) for _tally in range(4))
    for fact in facts:
        if fact.is_of_members:
            if (number := place.get(fact.branch)) is not None:
                members[number], reached[number] = fact.one, fact.other
        elif not fact.branch:
            for number in _that_owe(branches, place, fact):
                other_owed[number] += fact.one
        elif (number := place.get(fact.branch)) is not None and _owes(fact):
            if fact.column is None:
                other_done[number] += bool(fact.one)
            else:
                done[fact.column][number] = int(fact.one > 0)
                under_way[fact.column][number] = int(fact.one == 0 < fact.other)
    keys = [part.pk for part in columns]
    return _Tallies(
        branches,
        dict(zip(keys, map(_summed, done), strict=True)),
        dict(zip(keys, map(_summed, under_way), strict=True)),
        *map(_summed, (other_owed, other_done, members, reached)),
    )


def _owes(fact: _Fact) -> bool:
    return is_owed_by(fact.branch, prescribed_by=fact.asked_by, is_own=fact.asked_by_branch)


def _that_owe(branches: Sequence[str], place: Mapping[str, int], fact: _Fact) -> Iterable[int]:
    """The places of the branches that owe what an organization asks."""
    if fact.asked_by_branch:
        return [place[fact.asked_by]] if fact.asked_by in place else []
    return range(*_between(branches, fact.asked_by))


def _between(branches: Sequence[str], path: str) -> tuple[int, int]:
    """From where to where the branches at or below an organization stand among all, the end not included."""
    return bisect_left(branches, path), bisect_right(branches, path + "z" * LONGEST_PATH)


def _summed(tally: Sequence[int]) -> Sequence[int]:
    return list(accumulate(tally, initial=0))


# --- Study notes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notes:
    """What somebody reads: their own note, ``None`` where they wrote none, and what colleagues have shared."""

    mine: StudyNote | None
    shared: tuple[StudyNote, ...]


def notes_for(asker: Asker, campaign: Campaign) -> Notes:
    """The oldest first, one query. There are never more than a branch has members."""
    rows = notes_seen_by(asker).filter(campaign=campaign).select_related("person", "shared_with")
    found = list(rows.order_by("written_at", "pk"))
    mine = next((note for note in found if note.person_id == asker.person), None)
    return Notes(mine, tuple(note for note in found if note is not mine))


# --- The wrap-up ---------------------------------------------------------------------------------------------------


def wrap_up_of(campaign: Campaign, organization: Organization) -> WrapUp | None:
    """``None`` while nobody has written over what the records say."""
    rows = WrapUp.objects.filter(campaign=campaign, organization=organization)
    return rows.select_related("sealed").first()


def wrap_up_from_records(campaign: Campaign, organization: Organization, on: dt.date) -> str:
    """What the records say of it now, in sentences. ``on``: today."""
    launched, day = _launched(campaign, on), campaign.last_day(on)
    if organization.word is OrganizationKind.BRANCH:
        parts = _served(parts_above(campaign, organization), organization)
        return of_branch(launched, organization.name, parts, reach_in(campaign, organization, day).in_sums)
    places = places_of(Organization.objects.filter(in_subtree(organization.path)), campaign, day)
    found = spreading(campaign, places or [Place(organization.pk, organization.path, organization.kind)], day)
    sums = found.all
    spread = [
        Spread(part.title, part.organization.name, sums.owed[part.pk], sums.done[part.pk]) for part in found.columns
    ]
    return of_superior(launched, organization.name, spread, branches=sums.branches, members=sums.members)


def _launched(campaign: Campaign, on: dt.date) -> Launched:
    return Launched(
        title=campaign.title,
        office=campaign.office.name,
        issuer=campaign.issuer,
        document=campaign.document,
        number=campaign.number,
        dated=campaign.dated,
        since=campaign.since,
        until=campaign.until or on,
    )


def _served(parts: QuerySet[Part], organization: Organization) -> list[Served]:
    """Numbers and words of each meeting are those of its sealed record."""
    known = list(parts)
    held: defaultdict[UUID, list[Held]] = defaultdict(list)
    links = Link.objects.filter(
        part__in=[part.pk for part in known], organization=organization, meeting__stage=MeetingStage.FILED.value
    )
    rows = list(links.values_list("part", "meeting").order_by("meeting__held_on", "pk"))
    filed = Filing.objects.filter(meeting__in={meeting for _part, meeting in rows}).select_related("document")
    records = {filing.meeting_id: json.loads(filing.document.text) for filing in filed}
    for part, meeting in rows:
        record = records[meeting]
        held[part].append(
            Held(
                on=dt.date.fromisoformat(record["held_on"]),
                kind=MeetingKind(record["kind"]),
                title=record["title"],
                expected=record["expected"],
                present=record["present"],
                by="" if record["organization"]["name"] == organization.name else record["organization"]["name"],
            )
        )
    return [Served(part.title, "" if part.is_own else part.organization.name, tuple(held[part.pk])) for part in known]
