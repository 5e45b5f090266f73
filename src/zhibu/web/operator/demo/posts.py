"""Who holds which post on the served date, who held it before, and the terms for which they were elected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from zhibu.domain.periods import add_months
from zhibu.domain.terms import PostKind
from zhibu.web.operator.demo.days import Days
from zhibu.web.operator.demo.house import (
    DISSOLVED_UNIT,
    FOUNDED_UNIT,
    MERGED_UNIT,
    MOVED_UNIT,
    SUPERIORS,
    UNITS,
    WINDOW_UNIT,
    Superior,
    Unit,
)
from zhibu.web.operator.demo.leavers import retired_from
from zhibu.web.operator.demo.names import Names
from zhibu.web.operator.demo.people import Person, chance

SECRETARY, DEPUTY = PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY
ORGANIZATION, PUBLICITY = PostKind.ORGANIZATION_OFFICER, PostKind.PUBLICITY_OFFICER
DISCIPLINE, YOUTH = PostKind.DISCIPLINE_OFFICER, PostKind.YOUTH_OFFICER
MEMBER, LEADER = PostKind.COMMITTEE_MEMBER, PostKind.GROUP_LEADER

#: The committee of a branch besides its secretary, by how many they are.
_COMMITTEES: Mapping[int, tuple[PostKind, ...]] = {
    0: (),
    2: (ORGANIZATION, DISCIPLINE),
    3: (ORGANIZATION, PUBLICITY, DISCIPLINE),
    4: (ORGANIZATION, PUBLICITY, DISCIPLINE, YOUTH),
}
#: A branch with seven full members has a committee (art. 20 of the branch regulations of 2018).
_MEMBERS_FOR_COMMITTEE = 8
#: Of 47 such branches the two smallest have two members besides the secretary, the next nine three, the rest four.
_SMALLEST, _SMALL = 2, 11

#: Who leads a committee has been at work for so many years.
_LONG_SERVICE = 20

#: The branches that elected anew within the two years: how many months ago, and to which posts others came.
ELECTIONS: Mapping[str, tuple[int, tuple[PostKind, ...]]] = {
    "GZ-303": (8, (SECRETARY, PUBLICITY)),
    "GZ-105": (20, (ORGANIZATION,)),
    "GZ-404": (4, (DISCIPLINE, YOUTH)),
}
#: Posts whose holder retired so many months ago, and from which unit; somebody else took them up on that day.
SUCCESSIONS: Mapping[tuple[str, PostKind], tuple[int, str]] = {
    ("GZ-205", SECRETARY): (10, "GZ-205"),
    ("GZ-116", ORGANIZATION): (18, "GZ-116"),
    ("GZ-402", DISCIPLINE): (13, "GZ-402"),
    ("GZ-2", ORGANIZATION): (7, "GZ-209"),
}
#: A group whose leader retired, and nobody has taken over yet.
VACANT_GROUP, VACANT_SINCE = "GZ-114-2", 4
#: A branch whose term ends within six months.
ENDING_UNIT = "GZ-110"

MERGED_AGO, FOUNDED_AGO = 15, 9
_FORMER_OFFICERS = (SECRETARY, ORGANIZATION, PUBLICITY, DISCIPLINE)
#: How many of the merged branch's own people came from the dissolved one.
FROM_DISSOLVED = 30


@dataclass(frozen=True, slots=True)
class Term:
    of: str
    since: dt.date
    ends: dt.date


@dataclass(frozen=True, slots=True)
class Tenure:
    """``until``: given up on that day; ``None`` where a new term, a successor or leaving ends it, or nothing yet."""

    of: str
    post: PostKind
    person: Person
    since: dt.date
    until: dt.date | None = None


@dataclass(slots=True)
class Posts:
    terms: list[Term] = field(default_factory=list)
    tenures: list[Tenure] = field(default_factory=list)
    gone: list[Person] = field(default_factory=list)

    def holder(self, of: str, post: PostKind) -> Person:
        """Who holds it on the served date."""
        return next(each.person for each in reversed(self.tenures) if (each.of, each.post) == (of, post))


def committee_of(unit: Unit) -> tuple[PostKind, ...]:
    """The posts of a branch. The merged branch has a deputy and five others."""
    if unit.code == MERGED_UNIT:
        return (SECRETARY, DEPUTY, *_COMMITTEES[4], MEMBER)
    if unit.members < _MEMBERS_FOR_COMMITTEE:
        return (SECRETARY,)
    others = sorted(
        (each for each in UNITS if each.members >= _MEMBERS_FOR_COMMITTEE and each.code != MERGED_UNIT),
        key=lambda each: (each.members, each.code),
    )
    place = others.index(unit)
    return (SECRETARY, *_COMMITTEES[2 if place < _SMALLEST else 3 if place < _SMALL else 4])


def committee_above(superior: Superior) -> tuple[PostKind, ...]:
    deputy = (DEPUTY,) if superior.has_deputy else ()
    members = (ORGANIZATION, PUBLICITY, DISCIPLINE, *[MEMBER] * (superior.members - 3))
    return (SECRETARY, *deputy, *members)


class Elections:
    """Fills all posts. Everybody who holds or held one is ``is_busy`` afterwards."""

    def __init__(self, days: Days, people: Mapping[str, Sequence[Person]], names: Names) -> None:
        self._days = days
        self._people = people
        self._names = names
        self._draw = chance("posts")
        self.posts = Posts()

    def held(self) -> Posts:
        for unit in UNITS:
            if unit.code == MERGED_UNIT:
                self._merged(unit)
            else:
                self._branch(unit)
        for superior in SUPERIORS:
            self._above(superior)
        return self.posts

    # --- Branches --------------------------------------------------------------------------------------------------

    def _branch(self, unit: Unit) -> None:
        posts = committee_of(unit)
        holders = self._chosen(self._people[unit.code], len(posts))
        since = self._first_term(unit.code)
        months, changed = ELECTIONS.get(unit.code, (0, ()))
        if not months:
            self._term(unit.code, since, 3)
            for post, holder in zip(posts, holders, strict=True):
                self._appoint(unit.code, post, holder, since)
            return
        anew = self._days.ago(months)
        since = add_months(anew, -36)
        before = {post: self._chosen(self._people[unit.code], 1)[0] for post in changed}
        self._term(unit.code, since, 3)
        for post, holder in zip(posts, holders, strict=True):
            self._appoint(unit.code, post, before.get(post, holder), since)
        self._term(unit.code, anew, 3)
        for post, holder in zip(posts, holders, strict=True):
            self._appoint(unit.code, post, holder, anew)

    def _first_term(self, code: str) -> dt.date:
        """When the term began that runs on the served date. A new branch elects on the day it is founded."""
        if code == FOUNDED_UNIT:
            return self._days.ago(FOUNDED_AGO)
        if code == ENDING_UNIT:
            return self._days.ago(33)
        return self._days.ago(27 + self._draw.randrange(3), self._draw.randrange(20))

    def _merged(self, unit: Unit) -> None:
        """Two branches with a secretary and three others each; one of the two chairs what came of them."""
        since, merged = self._days.ago(28), self._days.ago(MERGED_AGO)
        settled = self._people[unit.code]
        dissolved, own = settled[:FROM_DISSOLVED], settled[FROM_DISSOLVED:]
        before = self._chosen(own, len(_FORMER_OFFICERS)), self._chosen(dissolved, len(_FORMER_OFFICERS))
        for code, holders in zip((unit.code, DISSOLVED_UNIT), before, strict=True):
            self._term(code, since, 3)
            until = merged if code == DISSOLVED_UNIT else None
            for post, holder in zip(_FORMER_OFFICERS, holders, strict=True):
                self.posts.tenures.append(Tenure(code, post, holder, since, until))
        self._term(unit.code, merged, 3)
        chairs = [before[0][0], before[1][0], before[0][1], before[1][2], before[1][3], *self._chosen(settled, 2)]
        for post, holder in zip(committee_of(unit), chairs, strict=True):
            self._appoint(unit.code, post, holder, merged)

    # --- Above branches --------------------------------------------------------------------------------------------

    def _above(self, superior: Superior) -> None:
        """Committee members come from the branches below, in turns."""
        since = self._days.ago(27)
        self._term(superior.code, since, superior.years)
        below = [
            unit.code
            for unit in UNITS
            if unit.parent == superior.code
            and unit.code not in {WINDOW_UNIT, MERGED_UNIT, FOUNDED_UNIT, MOVED_UNIT}
            and unit.members >= _MEMBERS_FOR_COMMITTEE
        ]
        for place, post in enumerate(committee_above(superior)):
            among = self._people[below[place % len(below)]]
            if post in {SECRETARY, DEPUTY}:
                everybody = chain.from_iterable(self._people[code] for code in below)
                among = [person for person in everybody if person.service >= _LONG_SERVICE]
            self._appoint(superior.code, post, self._chosen(among, 1)[0], since)

    # --- One post --------------------------------------------------------------------------------------------------

    def _appoint(self, of: str, post: PostKind, holder: Person, since: dt.date) -> None:
        """The holder, after the one who retired from the post where there is a succession."""
        months, unit = SUCCESSIONS.get((of, post), (0, ""))
        if months:
            former = retired_from(unit, self._days.ago(months), self._names)
            self.posts.gone.append(former)
            self.posts.tenures.append(Tenure(of, post, former, since))
            since = self._days.ago(months)
        self.posts.tenures.append(Tenure(of, post, holder, since))

    def _term(self, of: str, since: dt.date, years: int) -> None:
        self.posts.terms.append(Term(of, since, add_months(since, 12 * years)))

    def _chosen(self, among: Sequence[Person], count: int) -> list[Person]:
        """Settled members without another post, drawn by lot; the longest at work is named first."""
        free = [person for person in among if person.is_settled and not person.is_busy]
        chosen = self._draw.sample(free, count)
        for person in chosen:
            person.is_busy = True
        return sorted(chosen, key=lambda person: -person.service)


# --- Groups --------------------------------------------------------------------------------------------------------


def form_groups(days: Days, people: Mapping[str, Sequence[Person]], names: Names) -> Posts:
    """Everybody of a branch with groups belongs to one; each group but one has a leader, most without another post.

    The people of the dissolved branch make up the last two groups of the merged one.
    """
    led = Posts()
    for unit in UNITS:
        members = [person for person in people[unit.code] if person.membership]
        for place, person in enumerate(members if unit.groups else ()):
            person.join_group(f"{unit.code}-{_group_of(unit, people[unit.code], person, place)}")
        for number in range(1, unit.groups + 1):
            _lead(f"{unit.code}-{number}", members, days, led, names)
    _lead_until_dissolved(days, people[MERGED_UNIT][:FROM_DISSOLVED], led)
    return led


def _group_of(unit: Unit, staff: Sequence[Person], person: Person, place: int) -> int:
    if unit.code != MERGED_UNIT:
        return place % unit.groups + 1
    return place % 2 + (3 if staff.index(person) < FROM_DISSOLVED else 1)


def _lead(group: str, members: Sequence[Person], days: Days, led: Posts, names: Names) -> None:
    since = days.ago(MERGED_AGO if group in {f"{MERGED_UNIT}-3", f"{MERGED_UNIT}-4"} else 27)
    if group == VACANT_GROUP:
        leader = retired_from(group.rpartition("-")[0], days.ago(VACANT_SINCE), names)
        leader.join_group(group)
        led.gone.append(leader)
    else:
        settled = [person for person in members if person.is_settled and person.membership[0].group == group]
        leader = min(settled, key=lambda person: (person.is_busy, -person.service))
        leader.is_busy = True
    led.tenures.append(Tenure(group, LEADER, leader, since))


def group_before(place: int) -> str:
    """The group of the dissolved branch to which the person at that place in the merged one belonged."""
    return f"{DISSOLVED_UNIT}-{place % 2 + 1}"


def _lead_until_dissolved(days: Days, staff: Sequence[Person], led: Posts) -> None:
    for number in range(2):
        leader = next(person for person in staff[number::2] if person.is_settled and not person.is_busy)
        leader.is_busy = True
        tenure = Tenure(group_before(number), LEADER, leader, days.ago(28), days.ago(MERGED_AGO))
        led.tenures.append(tenure)
