"""Who enters which room of the forum, who moderates it and who decides an appeal. Both forms agree.

A branch's room is for those who are its members today, and its secretaries; a section's for those who keep its
guides; the one of guidance for those whose section guides units; the house's for everybody in it. Whoever leaves a
place enters no more from that day on, whatever they wrote there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.forum.models import Hiding, Opinion, Post, Room, Thread
from zhibu.apps.guides.access import keeps_section, sections_kept_by
from zhibu.apps.guides.models import GuidedUnit
from zhibu.apps.meetings.access import (
    OPEN_TO_MEMBERS,
    PRIVATE,
    may_attend,
    may_run,
    meetings_attended_by,
    meetings_run_by,
)
from zhibu.apps.meetings.models import AgendaItem, Attendance, Decision, Election, Leave, Meeting, RollEntry
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people import access as people
from zhibu.apps.people.access import Asker
from zhibu.apps.windows.access import posts_managed_by
from zhibu.apps.windows.models import Section
from zhibu.domain.assembly import Presence
from zhibu.domain.forum import TAKES_VIEWS, PostState, RoomKind, takes_views
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP

_KINDS = {kind.value: kind for kind in RoomKind}


# --- Rooms ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where there is a room to enter, whether anybody has written there yet or not. ``home`` as in ``Room``."""

    kind: RoomKind
    home: Organization
    section: Section | None = None

    @property
    def key(self) -> str:
        """The address of its room."""
        match self.kind:
            case RoomKind.BRANCH:
                return f"branch-{self.home.pk}"
            case RoomKind.SECTION:
                assert self.section is not None
                return f"section-{self.section.pk}"
            case _:
                return self.kind.value


def places_of(asker: Asker) -> list[Place]:
    """The rooms the asker enters, the house first; three queries at most."""
    if asker.person is None:
        return []
    branches = asker.branches + asker.secretary_of
    homes = Organization.objects.filter(Q(depth=1) | (Q(path__in=branches) & _is_branch()))
    root, own = None, []
    for home in homes.order_by("path"):
        root = root or (home if home.depth == 1 else None)
        if home.path in branches:
            own.append(Place(RoomKind.BRANCH, home))
    if root is None:
        return own
    guided = GuidedUnit.objects.on(asker.on).filter(section=OuterRef("pk"))
    sections = list(sections_kept_by(asker).annotate(guides_units=Exists(guided)).order_by("name"))
    places = [Place(RoomKind.HOUSE, root)] if _is_in_the_house(asker) else []
    places += own + [Place(RoomKind.SECTION, root, section) for section in sections]
    if any(vars(section)["guides_units"] for section in sections):
        places.append(Place(RoomKind.UNITS, root))
    return places


def _is_branch(prefix: str = "") -> Q:
    return Q(**{f"{prefix}kind": "branch"})


def _is_in_the_house(asker: Asker) -> bool:
    return asker.person is not None and bool(asker.belongs or asker.offices or asker.windows)


def may_enter(asker: Asker, room: Room) -> bool:
    """Read everything in it, and write."""
    match room.word:
        case RoomKind.HOUSE:
            return _is_in_the_house(asker)
        case RoomKind.BRANCH:
            return asker.person is not None and room.home.path in asker.branches + asker.secretary_of
        case RoomKind.SECTION:
            assert room.section is not None
            return keeps_section(asker, room.section)
        case RoomKind.UNITS:
            guiding = GuidedUnit.objects.on(asker.on).filter(section__in=sections_kept_by(asker).values("pk"))
            return guiding.exists()


def rooms_entered_by(asker: Asker) -> QuerySet[Room]:
    condition = Q(pk__in=[])
    if _is_in_the_house(asker):
        condition |= Q(kind=RoomKind.HOUSE.value)
    if asker.person is not None:
        sections = sections_kept_by(asker).values("pk")
        guiding = GuidedUnit.objects.on(asker.on).filter(section__in=sections)
        condition |= Q(kind=RoomKind.BRANCH.value, home__path__in=asker.branches + asker.secretary_of)
        condition |= Q(section__in=sections)
        condition |= Q(Exists(guiding), kind=RoomKind.UNITS.value)
    return Room.objects.filter(condition)


def room_about(asker: Asker, meeting: Meeting) -> str:
    """Where the asker may begin a thread about the meeting, as the key of the room; "" where nowhere.

    The room of the branch that holds it, or whose group does; threads about it stand there and nowhere else.
    """
    of, entered = meeting.organization, asker.branches + asker.secretary_of
    path = of.path[:-STEP] if of.word is OrganizationKind.GROUP else of.path
    if meeting.at_stage in PRIVATE or meeting.word not in OPEN_TO_MEMBERS or path not in entered:
        return ""
    branch = of if path == of.path else Organization.objects.get(path=path)
    return Place(RoomKind.BRANCH, branch).key if branch.word is OrganizationKind.BRANCH else ""


# --- Who keeps order -----------------------------------------------------------------------------------------------


def may_moderate(asker: Asker, room: Room) -> bool:
    """The secretaries of the branch; who manages windows of the section, or of one that guides units; the committees.

    For the house those who call its meetings: office holders right below the leading group.
    """
    match room.word:
        case RoomKind.BRANCH:
            return room.home.path in asker.secretary_of
        case RoomKind.SECTION:
            return asker.person is not None and posts_managed_by(asker).filter(section=room.section_id).exists()
        case RoomKind.UNITS:
            guided = GuidedUnit.objects.on(asker.on).values("section")
            return asker.person is not None and posts_managed_by(asker).filter(section__in=guided).exists()
        case RoomKind.HOUSE:
            return people.may_convene(asker, room.home)


def rooms_moderated_by(asker: Asker) -> QuerySet[Room]:
    condition = Q(kind=RoomKind.BRANCH.value, home__path__in=asker.secretary_of)
    condition |= Q(kind=RoomKind.HOUSE.value, home__in=people.organizations_convened_by(asker).values("pk"))
    if asker.person is not None:
        managed = posts_managed_by(asker)
        guided = GuidedUnit.objects.on(asker.on).values("section")
        condition |= Q(section__in=managed.values("section"))
        condition |= Q(Exists(managed.filter(section__in=guided)), kind=RoomKind.UNITS.value)
    return Room.objects.filter(condition)


def may_decide_appeal(asker: Asker, hiding: Hiding) -> bool:
    """A superior's moderator, never the one who hid the post nor its writer.

    Of a branch the office holders above it; where none stands above, as in the other rooms, the committees.
    """
    post, room = hiding.post, hiding.post.thread.room
    waits = hiding.appealed_at is not None and hiding.decided_at is None and hiding.lifted_at is None
    if not waits or asker.person is None or asker.person in {hiding.by_id, post.writer_id}:
        return False
    if room.word is not RoomKind.BRANCH:
        return people.may_convene(asker, room.home)
    path = room.home.path
    return any(office != path and (path.startswith(office) or _are_beside(office, path)) for office in asker.offices)


def _are_beside(office: str, path: str) -> bool:
    """Both right below the leading group, which keeps no offices here."""
    return len(office) == len(path) == 2 * STEP and office[:-STEP] == path[:-STEP]


def hidings_decided_by(asker: Asker) -> QuerySet[Hiding]:
    """Those that wait for the asker."""
    if asker.person is None:
        return Hiding.objects.none()
    convened = people.organizations_convened_by(asker).values("pk")
    room, home = "post__thread__room__", "post__thread__room__home__"
    condition = Q(**{f"{room}home__in": convened}) & ~Q(**{f"{room}kind": RoomKind.BRANCH.value})
    for office in asker.offices:
        above = in_subtree(office, home)
        if len(office) == 2 * STEP:
            above |= in_subtree(office[:-STEP], home) & Q(**{f"{home}depth": 2})
        condition |= Q(**{f"{room}kind": RoomKind.BRANCH.value}) & above & ~Q(**{f"{home}path": office})
    waiting = Hiding.objects.filter(appealed_at__isnull=False, decided_at__isnull=True, lifted_at__isnull=True)
    return waiting.filter(condition).exclude(by=asker.person).exclude(post__writer=asker.person)


# --- Threads and posts ---------------------------------------------------------------------------------------------


def threads_read_by(asker: Asker) -> QuerySet[Thread]:
    return Thread.objects.filter(room__in=rooms_entered_by(asker).values("pk"))


def may_read_thread(asker: Asker, thread: Thread) -> bool:
    return may_enter(asker, thread.room)


def may_read_post(asker: Asker, post: Post) -> bool:
    """Its text: whoever enters the room, while it is shown; else its writer and the moderators of the room."""
    if not may_enter(asker, post.thread.room):
        return False
    match post.word:
        case PostState.SHOWN:
            return True
        case PostState.DELETED:
            return False
        case _:
            return post.writer_id == asker.person or may_moderate(asker, post.thread.room)


def posts_read_by(asker: Asker) -> QuerySet[Post]:
    kept_back = Q(state__in=[PostState.WITHDRAWN.value, PostState.HIDDEN.value])
    own = Q(writer=asker.person) if asker.person is not None else Q(pk__in=[])
    moderated = Q(thread__room__in=rooms_moderated_by(asker).values("pk"))
    seen = Q(state=PostState.SHOWN.value) | (kept_back & (own | moderated))
    return Post.objects.filter(seen, thread__room__in=rooms_entered_by(asker).values("pk"))


def own_posts(asker: Asker) -> QuerySet[Post]:
    """What the asker wrote, in rooms that they enter no more as well: it is theirs to take away."""
    return Post.objects.filter(writer=asker.person) if asker.person is not None else Post.objects.none()


def is_own(asker: Asker, post: Post) -> bool:
    return asker.person is not None and post.writer_id == asker.person


# --- Views before a meeting ----------------------------------------------------------------------------------------


def may_read_opinions(asker: Asker, meeting: Meeting) -> bool:
    """Those on the roll, and those who run the meeting."""
    return may_attend(asker, meeting) or may_run(asker, meeting)


def opinions_read_by(asker: Asker) -> QuerySet[Opinion]:
    return Opinion.objects.filter(
        Q(agenda_item__meeting__in=meetings_attended_by(asker).values("pk"))
        | Q(agenda_item__meeting__in=meetings_run_by(asker).values("pk"))
    )


#: How the roll marks somebody who is not there.
_AWAY = (Presence.LEAVE.value, Presence.ABSENT.value)


def is_decided(item: AgendaItem) -> bool:
    """A vote or an election on it was counted, or it was settled."""
    return not item.is_open or item.decisions.exists() or item.elections.exists()


def may_give_opinion(asker: Asker, item: AgendaItem) -> bool:
    """Who is called and will be away, on leave asked or granted, or marked so; until the item is decided."""
    if asker.person is None or not takes_views(item.meeting.at_stage, is_decided=is_decided(item)):
        return False
    kept = item.meeting.roll_of
    called = RollEntry.objects.filter(meeting=kept, person=asker.person, observes=False)
    leave = Leave.objects.filter(meeting=kept, person=asker.person).exclude(granted=False)
    marked = Attendance.objects.filter(session__meeting=kept, person=asker.person, status__in=_AWAY)
    return called.exists() and (leave.exists() or marked.exists())


def items_given_opinions_by(asker: Asker) -> QuerySet[AgendaItem]:
    if asker.person is None:
        return AgendaItem.objects.none()
    its = {"meeting": OuterRef("pk"), "person": asker.person}
    leave = Leave.objects.filter(**its).exclude(granted=False)
    marked = Attendance.objects.filter(session__meeting=OuterRef("pk"), person=asker.person, status__in=_AWAY)
    missed = Meeting.objects.filter(
        Exists(RollEntry.objects.filter(**its, observes=False)), Exists(leave) | Exists(marked)
    ).values("pk")
    decided = {"agenda_item": OuterRef("pk")}
    return AgendaItem.objects.filter(
        Q(meeting__host=None, meeting__in=missed) | Q(meeting__host__in=missed),
        ~Exists(Decision.objects.filter(**decided)),
        ~Exists(Election.objects.filter(**decided)),
        is_open=True,
        meeting__stage__in=[stage.value for stage in TAKES_VIEWS],
    )
