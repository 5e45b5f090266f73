"""From the rows of the lower rooms to the facts that ``domain.compliance`` judges, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localtime

from zhibu.apps.learning.models import MakeUp
from zhibu.apps.meetings.models import Attendance, Filing, Meeting, Talk
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.oversight.known import NOW, Known
from zhibu.apps.oversight.models import Waiver
from zhibu.apps.people.models import Appointment, Membership, Term
from zhibu.apps.rules.queries import all_rules, edition, own_folder
from zhibu.domain import compliance
from zhibu.domain.assembly import Presence
from zhibu.domain.compliance import Belonging, Calendar, Record, StateSince, TermKnown
from zhibu.domain.learning import STUDY, MakeUpState
from zhibu.domain.periods import Span
from zhibu.domain.requirements import State, Subject
from zhibu.domain.talks import kind_of
from zhibu.domain.terms import COMMITTEE_POSTS, OFFICES, OrganizationKind, PostKind, Standing, TalkKind
from zhibu.domain.tree import STEP, tops

#: The words under which evidence that is no meeting of its own kind is found.
LEADER_LESSON = "leader_lesson"
TERM_ELECTION = "term_election"
LEARNING_HOURS = "learning_hours"
TALKS = "talks"


@lru_cache(maxsize=32)
def _calendar(_own: Path, of: str, since: dt.date, until: dt.date) -> Calendar:
    return Calendar(all_rules(of), since, until)


def calendar_of(since: dt.date, until: dt.date, of: str | None = None) -> Calendar:
    """What the rules of this installation ask between two days, both included; of the edition in use unless said."""
    return _calendar(own_folder(), edition() if of is None else of, since, until)


# --- Organizations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """What one dated row adds to the numbers of an organization from a day on."""

    day: dt.date
    members: int = 0
    full: int = 0
    groups: int = 0


def organizations_of(
    chosen: Collection[UUID] | None = None,
    *,
    with_people: bool = False,
    rows: Sequence[Organization] | None = None,
    known: Known = NOW,
) -> list[compliance.Organization[UUID]]:
    """The organizations over time, in tree order; all of them without ``chosen``.

    Members and groups of an organization are counted with all below it, as the tree stands today, or as it was
    ``known`` to stand. ``rows`` are those of ``chosen``, where they are at hand. What was not known is left out.
    """
    if rows is None:
        rows = list(Organization.objects.all() if chosen is None else Organization.objects.filter(pk__in=chosen))
    rows = sorted(known.rows(rows), key=lambda row: known.path(row.path))
    paths = {row.pk: known.path(row.path) for row in rows}
    below = Q() if chosen is None or known.has_other_tree else _any_under(paths.values())
    changes = _changes(paths, below, known)
    committees = _committees(below, known)
    terms = _terms(paths.keys() if chosen is not None else None, known)
    people = _people(rows, below, known) if with_people else {}
    return [
        _over_time(
            row, _states(changes[row.pk], committees.get(row.pk, ())), people.get(row.pk, ()), terms.get(row.pk, ())
        )
        for row in rows
    ]


def _over_time(
    row: Organization,
    states: tuple[StateSince, ...],
    people: Iterable[Belonging[UUID]],
    terms: Iterable[TermKnown] = (),
) -> compliance.Organization[UUID]:
    return compliance.Organization(
        id=row.pk,
        kind=row.word,
        began=row.began,
        founded=row.founded,
        dissolved=row.dissolved,
        states=states,
        terms=tuple(terms),
        people=tuple(people),
    )


def parents(known: Known = NOW) -> dict[UUID, UUID | None]:
    """Of each organization the one above it in today's tree, or in the one ``known``; ``None`` for the root."""
    by_path = {known.path(row.path): row.pk for row in known.rows(Organization.objects.all())}
    return {key: by_path.get(path[:-STEP]) for path, key in by_path.items()}


def with_people(
    rows: Iterable[Organization], people: Mapping[UUID, Sequence[Belonging[UUID]]], calendar: Calendar
) -> list[compliance.Organization[UUID]]:
    """Organizations with these people in them, for what people owe; their numbers only where a rule asks for them."""
    rows = list(rows)
    bindings = {duty.rule.binding for duties in calendar.duties.values() for duty in duties}
    asks = any(one.conditions for one in bindings if one.subject is not Subject.ORGANIZATION)
    states = {one.id: one.states for one in organizations_of([row.pk for row in rows])} if asks else {}
    return [_over_time(row, states.get(row.pk, _states((), ())), people.get(row.pk, ())) for row in rows]


def _any_under(paths: Iterable[str]) -> Q:
    condition = Q(pk__in=[])
    for path in _highest(paths):
        condition |= in_subtree(path, "organization__")
        # A group is served by its branch's rows.
        condition |= Q(organization__path=path[:-STEP])
    return condition


def _highest(paths: Iterable[str]) -> list[str]:
    """Those that stand under no other of them."""
    found: list[str] = []
    for path in sorted(paths):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return found


def _changes(paths: Mapping[UUID, str], below: Q, known: Known) -> Mapping[UUID, list[_Change]]:
    by_path = {path: key for key, path in paths.items()}
    found: defaultdict[UUID, list[_Change]] = defaultdict(list)
    memberships = known.values(
        Membership.objects.filter(below), "organization__path", "group_id", "standing", "since", "until"
    )
    for path, group, standing, since, until in memberships:
        full = int(standing in {Standing.FULL, Standing.SUSPENDED})
        touched = [by_path[top] for top in tops(known.path(path)) if top in by_path]
        if group in paths:
            touched.append(group)
        for key in touched:
            found[key].append(_Change(since, members=1, full=full))
            if until is not None:
                found[key].append(_Change(until, members=-1, full=-full))
    groups = Organization.objects.filter(kind=OrganizationKind.GROUP.value)
    for kind, path, founded, dissolved in known.values(groups, "kind", "path", "founded", "dissolved"):
        for top in tops(known.path(path))[:-1] if kind == OrganizationKind.GROUP else ():
            if top in by_path:
                found[by_path[top]].append(_Change(founded or dt.date.min, groups=1))
                if dissolved is not None:
                    found[by_path[top]].append(_Change(dissolved, groups=-1))
    return found


def _committees(below: Q, known: Known) -> Mapping[UUID, list[tuple[dt.date, int]]]:
    """From which day on how many people sit in the committee of an organization; 0 without one."""
    held: defaultdict[UUID, list[tuple[UUID, str, dt.date, dt.date | None]]] = defaultdict(list)
    rows = Appointment.objects.filter(below, post__in=[post.value for post in OFFICES])
    facts = known.values(rows, "organization_id", "person_id", "post", "since", "until")
    for organization, person, post, since, until in facts:
        if post in OFFICES:
            held[organization].append((person, post, since, until))
    return {key: _committee_over_time(rows) for key, rows in held.items()}


def _committee_over_time(
    rows: Sequence[tuple[UUID, str, dt.date, dt.date | None]],
) -> list[tuple[dt.date, int]]:
    days = sorted({day for _person, _post, since, until in rows for day in (since, until) if day is not None})
    numbers = []
    for day in days:
        sitting = [row for row in rows if row[2] <= day and (row[3] is None or day < row[3])]
        has_committee = any(post in COMMITTEE_POSTS for _person, post, _since, _until in sitting)
        numbers.append((day, len({person for person, *_rest in sitting}) if has_committee else 0))
    return numbers


def _states(changes: Iterable[_Change], committee: Sequence[tuple[dt.date, int]]) -> tuple[StateSince, ...]:
    by_day: defaultdict[dt.date, list[_Change]] = defaultdict(list)
    for change in changes:
        by_day[change.day].append(change)
    sitting = dict(committee)
    members = full = groups = seats = 0
    states: list[StateSince] = []
    for day in sorted({*by_day, *sitting}):
        for change in by_day[day]:
            members, full, groups = members + change.members, full + change.full, groups + change.groups
        seats = sitting.get(day, seats)
        state = State(members=members, full_members=full, committee_members=seats, groups=groups)
        if not states or states[-1].state != state:
            states.append(StateSince(day, state))
    return tuple(states) or (StateSince(dt.date.min, State(members=0, full_members=0)),)


def _terms(chosen: Collection[UUID] | None, known: Known) -> Mapping[UUID, list[TermKnown]]:
    rows = Term.objects.order_by()
    if chosen is not None:
        rows = rows.filter(organization__in=chosen)
    found: defaultdict[UUID, list[TermKnown]] = defaultdict(list)
    facts = known.values(rows, "organization_id", "since", "ends", "until")
    for organization, since, ends, until in sorted(facts, key=itemgetter(1)):
        found[organization].append(TermKnown(since, ends, until))
    return found


def _people(rows: Sequence[Organization], below: Q, known: Known) -> Mapping[UUID, list[Belonging[UUID]]]:
    """Who belongs or belonged to each branch. A group's people are its branch's: what they owe, they owe there."""
    branches = {row.pk for row in rows if row.word is not OrganizationKind.GROUP}
    here: defaultdict[UUID, defaultdict[UUID, list[Span]]] = defaultdict(lambda: defaultdict(list))
    belonging = known.values(
        Membership.objects.filter(below, organization__in=branches),
        "person__pinyin",
        "person__staff_number",
        "since",
        "until",
        "organization_id",
        "person_id",
    )
    for _pinyin, _number, since, until, branch, person in sorted(belonging, key=itemgetter(0, 1, 2)):
        if branch in branches:
            here[branch][person].append(Span(since, until))
    everybody = {person for people in here.values() for person in people}
    anywhere: defaultdict[UUID, list[Span]] = defaultdict(list)
    moved = Membership.objects.filter(person__in=everybody) if len(everybody) < _MANY else Membership.objects.all()
    for person, since, until in known.values(moved, "person_id", "since", "until"):
        anywhere[person].append(Span(since, until))
    posts: defaultdict[tuple[UUID, UUID], list[tuple[PostKind, Span]]] = defaultdict(list)
    held = known.values(Appointment.objects.filter(below), "organization_id", "person_id", "post", "since", "until")
    for branch, person, post, since, until in held:
        posts[branch, person].append((PostKind(post), Span(since, until)))
    return {
        branch: [
            Belonging(person, tuple(anywhere[person]), tuple(spans), tuple(posts[branch, person]))
            for person, spans in people.items()
        ]
        for branch, people in here.items()
    }


def belonging(
    memberships: Iterable[Membership], people: Collection[UUID], held: Held
) -> Mapping[UUID, list[Belonging[UUID]]]:
    """Who is or was in each branch, as far as ``memberships`` tell; where else they were of ``people`` only."""
    here: defaultdict[UUID, defaultdict[UUID, list[Span]]] = defaultdict(lambda: defaultdict(list))
    anywhere: defaultdict[UUID, list[Span]] = defaultdict(list)
    for one in memberships:
        span = Span(one.since, one.until)
        here[one.organization_id][one.person_id].append(span)
        if one.person_id in people:
            anywhere[one.person_id].append(span)
    return {
        branch: [
            Belonging(person, tuple(anywhere[person]), tuple(spans), tuple(held.get((branch, person), ())))
            for person, spans in inside.items()
        ]
        for branch, inside in here.items()
    }


#: Beyond so many people a list of them is longer than what it would spare.
_MANY = 500

# --- Records -------------------------------------------------------------------------------------------------------


def records_of(
    chosen: Collection[UUID] | None, since: dt.date, until: dt.date, *, known: Known = NOW
) -> list[Record[UUID]]:
    """What these organizations filed of meetings held between two days, both included; all without ``chosen``.

    Later records are among them; ``known`` bears on who was secretary of a committee.
    """
    filed = Filing.objects.filter(meeting__held_on__gte=since, meeting__held_on__lte=until)
    if chosen is not None:
        filed = filed.filter(Q(meeting__organization__in=chosen) | Q(meeting__joint_with__in=chosen)).distinct()
    rows = filed.values_list(
        "meeting_id",
        "meeting__organization_id",
        "meeting__kind",
        "meeting__held_on",
        "filed_at",
        "voters",
        "voters_present",
        "has_election",
    )
    joint = _joint(since, until)
    found = []
    for meeting, organization, kind, held_on, filed_at, voters, present, has_election in rows:
        assert held_on is not None  # a constraint of the table
        words = [kind, TERM_ELECTION] if has_election else [kind]
        found += [
            Record(
                id=meeting,
                organization=holder,
                word=word,
                held_on=held_on,
                filed_on=localtime(filed_at).date(),
                voters=voters,
                voters_present=present,
            )
            for holder in (organization, *joint.get(meeting, ()))
            for word in words
        ]
    return [*found, *_leader_lessons(chosen, since, until, known)]


def _joint(since: dt.date, until: dt.date) -> Mapping[UUID, list[UUID]]:
    rows = Meeting.joint_with.through.objects.filter(meeting__held_on__gte=since, meeting__held_on__lte=until)
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for meeting, organization in rows.values_list("meeting_id", "organization_id"):
        found[meeting].append(organization)
    return found


def _leader_lessons(
    chosen: Collection[UUID] | None, since: dt.date, until: dt.date, known: Known
) -> Iterator[Record[UUID]]:
    """Lessons that the secretary of a committee gave, wherever: evidence for that committee."""
    led = Appointment.objects.filter(
        post=PostKind.SECRETARY.value, organization__kind=OrganizationKind.COMMITTEE.value
    )
    if chosen is not None:
        led = led.filter(organization__in=chosen)
    facts = known.values(led, "post", "organization__kind", "organization_id", "person_id", "since", "until")
    leads = (PostKind.SECRETARY, OrganizationKind.COMMITTEE)
    holders = [held for post, kind, *held in facts if (post, kind) == leads]
    if not holders:
        return
    lessons = Filing.objects.filter(
        meeting__held_on__gte=since, meeting__held_on__lte=until, meeting__lecturer__in={row[1] for row in holders}
    )
    for meeting, lecturer, held_on, filed_at in lessons.values_list(
        "meeting_id", "meeting__lecturer_id", "meeting__held_on", "filed_at"
    ):
        assert held_on is not None  # a constraint of the table
        for committee, person, begins, ends in holders:
            if person == lecturer and Span(begins, ends).holds(held_on):
                yield Record(
                    id=meeting,
                    organization=committee,
                    word=LEADER_LESSON,
                    held_on=held_on,
                    filed_on=localtime(filed_at).date(),
                )


def personal_records(
    people: Collection[UUID], since: dt.date, until: dt.date, *, known: Known = NOW
) -> list[Record[UUID]]:
    """Hours of organized study and talks of these people between two days, both included."""
    talks = list(Talk.objects.filter(Q(one__in=people) | Q(other__in=people), held_on__range=(since, until)))
    held = posts_in({talk.organization_id for talk in talks}, known=known)
    return [*hours_of(people, since, until), *talk_records(talks, people, held)]


@dataclass(frozen=True, slots=True)
class Study:
    """A filed lesson somebody was at or made up, and the hours that count."""

    title: str
    record: Record[UUID]
    is_made_up: bool = False


def hours_of(people: Collection[UUID], since: dt.date, until: dt.date) -> list[Record[UUID]]:
    """The records of ``studies_of``."""
    return [one.record for one in studies_of(people, since, until)]


def studies_of(people: Collection[UUID], since: dt.date, until: dt.date) -> list[Study]:
    """Hours of organized study of these people between two days, both included.

    An hour is an hour of the session that somebody was present at. Of a lesson held in turns one turn counts, the
    first; of an afternoon that a lesson shares with another meeting, its hours count once. What was made up and
    confirmed counts the same, on the day it was made up, once the lesson is filed.
    """
    own, guests = (
        Attendance.objects.filter(
            Q((f"{lesson}__kind__in", [kind.value for kind in STUDY])),
            Q((f"{lesson}__filing__isnull", False)),
            Q((f"{lesson}__held_on__range", (since, until))),
            person__in=people,
            status=Presence.PRESENT.value,
        ).values_list(
            "person",
            "session__meeting",
            "session__starts_at",
            "session__ends_at",
            *(f"{lesson}{fact}" for fact in ("", "__organization", "__held_on", "__filing__filed_at", "__title")),
        )
        for lesson in ("session__meeting", "session__meeting__guests")
    )
    found: dict[tuple[UUID, UUID], Study] = {}
    for row in sorted(own.union(guests, all=True), key=itemgetter(2)):
        person, afternoon, starts_at, ends_at, meeting, organization, held_on, filed_at, title = row
        record = Record(
            id=meeting,
            organization=organization,
            word=LEARNING_HOURS,
            held_on=held_on,
            filed_on=localtime(filed_at).date(),
            person=person,
            amount=Fraction(round((ends_at - starts_at).total_seconds()), 3600),
        )
        found.setdefault((person, afternoon), Study(title, record))
    for person, afternoon, study in _made_up(people, since, until):
        found.setdefault((person, afternoon), study)
    return list(found.values())


def _made_up(people: Collection[UUID], since: dt.date, until: dt.date) -> Iterator[tuple[UUID, UUID, Study]]:
    """Whose it is, with the meeting whose sessions it would have been."""
    rows = MakeUp.objects.filter(
        person__in=people,
        state=MakeUpState.CONFIRMED.value,
        studied_on__range=(since, until),
        meeting__filing__isnull=False,
    ).select_related("meeting__filing")
    for row in rows.order_by("studied_on", "pk"):
        assert row.answered_at is not None
        record = Record(
            id=row.meeting_id,
            organization=row.meeting.organization_id,
            word=LEARNING_HOURS,
            held_on=row.studied_on,
            filed_on=localtime(max(row.answered_at, row.meeting.filing.filed_at)).date(),
            person=row.person_id,
            amount=Fraction(row.minutes, 60),
        )
        yield row.person_id, row.meeting.host_id or row.meeting_id, Study(row.meeting.title, record, is_made_up=True)


#: Of an organization and a person when they held which of its posts.
Held: TypeAlias = "Mapping[tuple[UUID, UUID], Sequence[tuple[PostKind, Span]]]"


def posts_in(organizations: Collection[UUID], *, known: Known = NOW) -> Held:
    rows = Appointment.objects.filter(organization__in=organizations)
    found: defaultdict[tuple[UUID, UUID], list[tuple[PostKind, Span]]] = defaultdict(list)
    for organization, person, post, since, until in known.values(
        rows, "organization_id", "person_id", "post", "since", "until"
    ):
        found[organization, person].append((PostKind(post), Span(since, until)))
    return found


def kind_of_talk(talk: Talk, held: Held) -> TalkKind:
    """By who of the two held an office of the branch on the day of the talk."""
    two = [held.get((talk.organization_id, person), ()) for person in (talk.one_id, talk.other_id)]
    return kind_of(sum(any(post in OFFICES and span.holds(talk.held_on) for post, span in posts) for posts in two))


def talk_records(talks: Iterable[Talk], people: Collection[UUID], held: Held) -> Iterator[Record[UUID]]:
    """Each talk once for each of these people who was in it."""
    for talk in talks:
        kind = kind_of_talk(talk, held)
        for person in {talk.one_id, talk.other_id} & set(people):
            yield Record(
                id=talk.pk,
                organization=talk.organization_id,
                word=TALKS,
                held_on=talk.held_on,
                filed_on=localtime(talk.recorded_at).date(),
                person=person,
                talk=kind,
            )


def changed_between(after: dt.date, on: dt.date) -> set[UUID]:
    """Organizations about which something is dated later than ``after`` and not later than ``on``."""
    found: set[UUID] = set()
    span = (after + dt.timedelta(days=1), on)
    moved = Q(since__range=span) | Q(until__range=span)
    members = Membership.objects.filter(moved)
    found |= set(members.values_list("organization_id", flat=True))
    found |= set(members.filter(group__isnull=False).values_list("group_id", flat=True))
    for rows in (Appointment.objects, Term.objects):
        found |= set(rows.filter(moved).values_list("organization_id", flat=True))
    existing = Organization.objects.filter(Q(founded__range=span) | Q(dissolved__range=span))
    return found | set(existing.values_list("pk", flat=True))


def waivers_of(chosen: Collection[UUID] | None, *, known: Known = NOW) -> list[compliance.Waiver[UUID]]:
    rows = Waiver.objects.filter(accepted=True)
    if chosen is not None:
        rows = rows.filter(organization__in=chosen)
    facts = known.values(rows, "accepted", "organization_id", "post", "requirement", "first", "answered_at", "reason")
    return [
        compliance.Waiver(
            organization=organization,
            subject=PostKind(post) if post else organization,
            requirement=requirement,
            first=first,
            accepted_on=localtime(answered_at).date(),
            reason=reason,
        )
        for accepted, organization, post, requirement, first, answered_at, reason in facts
        if accepted
    ]
