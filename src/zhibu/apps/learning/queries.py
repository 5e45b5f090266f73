"""Reads of campaigns: parts and how far each organization is with them, whom a campaign has reached, shared notes."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from zhibu.apps.learning.access import notes_seen_by
from zhibu.apps.learning.models import Campaign, Link, Material, Part, StudyNote, WrapUp
from zhibu.apps.meetings.models import Attendance, Filing, Meeting
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Membership, Person
from zhibu.domain.assembly import Presence
from zhibu.domain.learning import PRESCRIBING, PartState, is_owed_by, state_of
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


def _came(campaign: Campaign, part: Part | None = None) -> QuerySet[Attendance, UUID]:
    """Who was in the room at a filed session that served the campaign, or one part of it; wherever they belonged.

    A record taken over from a ledger kept before names nobody who came.
    """
    links = Link.objects.filter(part__campaign=campaign, meeting__stage=MeetingStage.FILED.value)
    if part is not None:
        links = links.filter(part=part)
    kept = links.values_list(Coalesce("meeting__host", "meeting"))
    in_the_room = [Presence.PRESENT.value, Presence.OBSERVER.value]
    rows = Attendance.objects.filter(session__meeting__in=kept, status__in=in_the_room)
    return rows.values_list("person", flat=True)


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
    came = Case(When(person__in=_came(campaign), then=True), default=False)
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


@dataclass(frozen=True, slots=True)
class Spreading:
    """A campaign over the tree: every organization in tree order, and the parts that bind all of them.

    ``parts``: those and, of a branch, its own; ``only``: the one of them that was asked for.
    """

    parts: tuple[Part, ...]
    only: Part | None
    columns: tuple[Part, ...]
    rows: tuple[Row, ...]
    all: Sums


@dataclass(frozen=True, slots=True)
class _Branch:
    """What is known of one branch, from which every sum above it is made."""

    owed: frozenset[UUID]
    done: frozenset[UUID]
    under_way: frozenset[UUID]
    members: Reached


def places_of(organizations: QuerySet[Organization], campaign: Campaign, on: dt.date) -> list[Organization]:
    """Those of them that a campaign binds on the day, in tree order."""
    bound = organizations.filter(in_subtree(campaign.office.path), kind__in=[kind.value for kind in PRESCRIBING])
    there = Q(founded__isnull=True) | Q(founded__lte=on), Q(dissolved__isnull=True) | Q(dissolved__gt=on)
    return list(bound.filter(*there).order_by("path"))


def spreading(campaign: Campaign, places: Sequence[Organization], on: dt.date, only: str = "") -> Spreading:
    """How far the first of ``places`` is and all below it, which are the others; three statements.

    ``only``: the key of a part, as if there were no other; what is none of its parts leaves all in.
    """
    top = places[0]
    around = _parts_around(campaign, top)
    binding = tuple(part for part in around if top.path.startswith(part.organization.path))
    chosen = next((part for part in binding if str(part.pk) == only), None)
    parts = around if chosen is None else [chosen]
    facts = _facts(campaign, top, places, parts, on, chosen)
    columns = tuple(part for part in parts if part in binding)
    shared = {part.pk for part in columns}
    below: defaultdict[str, list[_Branch]] = defaultdict(list)
    for path, branch in facts.items():
        for length in range(len(top.path), len(path) + 1, STEP):
            below[path[:length]].append(branch)
    rows = [Row(one, (len(one.path) - len(top.path)) // STEP, _sums(below[one.path], shared)) for one in places]
    return Spreading(binding, chosen, columns, tuple(rows), rows[0].sums)


def _parts_around(campaign: Campaign, top: Organization) -> list[Part]:
    """Parts of the organizations above ``top``, at it and below it."""
    *above, _own = tops(top.path)
    rows = Part.objects.filter(in_subtree(top.path, "organization__") | Q(organization__path__in=above))
    return list(
        rows.filter(campaign=campaign).select_related("organization").order_by("organization__path", "first", "pk")
    )


def _facts(
    campaign: Campaign,
    top: Organization,
    organizations: Sequence[Organization],
    parts: Sequence[Part],
    on: dt.date,
    only: Part | None,
) -> dict[str, _Branch]:
    """By path, of branches only."""
    stages: defaultdict[UUID, defaultdict[UUID, set[MeetingStage]]] = defaultdict(lambda: defaultdict(set))
    links = Link.objects.filter(in_subtree(top.path, "organization__"), part__in=[part.pk for part in parts])
    for branch, part, stage in links.values_list("organization", "part", "meeting__stage"):
        stages[branch][part].add(MeetingStage(stage))
    members = Membership.objects.on(on).filter(in_subtree(top.path, "organization__")).values("organization")
    came = Count("pk", filter=Q(person__in=_came(campaign, only)))
    reached = {
        row["organization"]: Reached(row["all"], row["came"])
        for row in members.annotate(all=Count("pk"), came=came).order_by()
    }
    found = {}
    for organization in organizations:
        if organization.word is not OrganizationKind.BRANCH:
            continue
        owed = {
            part.pk
            for part in parts
            if is_owed_by(organization.path, prescribed_by=part.organization.path, is_own=part.is_own)
        }
        how = {part: state_of(stages[organization.pk][part]) for part in owed}
        found[organization.path] = _Branch(
            owed=frozenset(owed),
            done=frozenset(part for part, state in how.items() if state is PartState.DONE),
            under_way=frozenset(part for part, state in how.items() if state is PartState.UNDER_WAY),
            members=reached.get(organization.pk, Reached(0, 0)),
        )
    return found


def _sums(branches: Sequence[_Branch], shared: set[UUID]) -> Sums:
    return Sums(
        owed={part: sum(part in branch.owed for branch in branches) for part in shared},
        done={part: sum(part in branch.done for branch in branches) for part in shared},
        under_way={part: sum(part in branch.under_way for branch in branches) for part in shared},
        other_owed=sum(len(branch.owed - shared) for branch in branches),
        other_done=sum(len(branch.done - shared) for branch in branches),
        branches=len(branches),
        members=Reached(
            sum(branch.members.members for branch in branches), sum(branch.members.reached for branch in branches)
        ),
    )


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
    found = spreading(campaign, places or [organization], day)
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
