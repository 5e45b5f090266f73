"""Instances for planners, of the kinds given to us: seeded, in the exchange format, and as hard in the same places.

S is a hall branch: 40 members among 80 to 90 staff in five sections, one of them at another site. M is a bureau for a
month: 59 organizations, 640 members among some 1,300 staff at four sites. L is the same bureau for a quarter: three
instances, whose rotations go on from month to month. branches are those of M, each by itself. How people rotate, how
many must stay, who is on leave, rooms, audiences and quorums follow what was counted in the instances given.

    python -m bench.planning.generate S|M|L|branches SEED DIR
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("S", "M", "L", "branches")
MONTHS = ((dt.date(2026, 3, 1), 31), (dt.date(2026, 4, 1), 30), (dt.date(2026, 5, 1), 31))
MIDNIGHT = 48
SHIFTS = {
    "D": {"start": 16, "end": 32},
    "E": {"start": 32, "end": 48},
    "N": {"start": 0, "end": 16, "night": True},
    "J": {"start": 16, "end": 40},
    "K": {"start": 40, "end": 64, "night": True},
    "F": {"start": 16, "end": 64, "night": True},
    "B": {"start": 17, "end": 35},
    "P": {"start": 12, "end": 28},
    "Q": {"start": 20, "end": 36},
    "R": {"start": 28, "end": 44},
}
WEIGHTS = {
    "missed": 1000,
    "callin_day": 50,
    "session": 20,
    "repeat_callin": 10,
    "off_duty_online": 5,
    "extension": 3,
    "off_preferred_day": 4,
    "off_preferred_hours": 2,
    "moved_session": 15,
    "moved_attendee": 1,
}
BRANCHES, MEMBERS = 54, 640
#: One person in eight is on leave once in a month.
ON_LEAVE = 0.13
SATURDAY, SUNDAY = 5, 6
#: The tenth of the month, counted from 0.
THEME_DAY = 9

Json = dict[str, Any]


@dataclass(frozen=True)
class Rotation:
    """``letter(day, crew)``: the shift of the n-th crew on a day.

    ``least``: which share of those on duty has to stay, at the least and at the most; ``spans``: from, to (slots),
    and how many more stay then.
    """

    crews: int
    letter: Callable[[dt.date, int], str]
    least: tuple[float, float]
    spans: tuple[tuple[int, int, int], ...] = ((0, 48, 0),)


def cycle(pattern: str, step: int) -> Callable[[dt.date, int], str]:
    first = MONTHS[0][0]
    return lambda day, crew: pattern[((day - first).days + crew * step) % len(pattern)]


def office(day: dt.date, _crew: int) -> str:
    return "B" if day.weekday() < SATURDAY else "-"


def window(day: dt.date, crew: int) -> str:
    """Office hours, and one Saturday in four."""
    week = (day - MONTHS[0][0]).days // 7
    return "B" if day.weekday() < SATURDAY or (day.weekday() == SATURDAY and week % 4 == (crew - 1) % 4) else "-"


OFFICE = Rotation(1, office, (0.1, 0.36), ((17, 35, 0),))
WINDOW = Rotation(4, window, (0.55, 0.7), ((17, 35, 0),))
PEAK = Rotation(4, cycle("PPQQRR--", 2), (0.45, 0.68), ((12, 20, 0), (20, 36, 1), (36, 44, 0)))
DAY_NIGHT = Rotation(3, cycle("JK-", 1), (0.43, 0.68))
THREE_SHIFTS = Rotation(4, cycle("DDEENN--", 2), (0.35, 0.65))
FULL_DAY = Rotation(3, cycle("F--", 1), (0.4, 0.65))
#: Of 54 branches 20 work office hours, 6 at windows, 6 by peaks, 6 day and night, 11 in three shifts, 5 whole days.
ROTATIONS = {OFFICE: 20, WINDOW: 6, PEAK: 6, DAY_NIGHT: 6, THREE_SHIFTS: 11, FULL_DAY: 5}
HALL_ROTATIONS = (THREE_SHIFTS, DAY_NIGHT, WINDOW, PEAK, WINDOW)


@dataclass(frozen=True)
class Staff:
    """Somebody in the bureau: the rotation and crew of the post, for as many months as are made."""

    id: int
    organization: str
    post: str
    member: bool
    rotation: Rotation
    crew: int


@dataclass(frozen=True)
class Branch:
    """``committee`` is empty in a small branch; ``chairs``: its secretary first. Groups: ``(members, chairs)``."""

    id: str
    parent: str
    site: int
    members: tuple[int, ...]
    committee: tuple[int, ...]
    chairs: tuple[int, ...]
    groups: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def instances(kind: str, seed: int) -> Iterator[Json]:
    """One for S and M, three for L, one for each branch of M. The same kind and seed make the same."""
    if kind == "S":
        yield hall(seed)
    elif kind == "M":
        yield Bureau(seed).month(f"our-M-{seed}", 0)
    elif kind == "L":
        bureau = Bureau(seed)
        for number, (start, _days) in enumerate(MONTHS):
            yield bureau.month(f"our-L-{seed}-{start:%Y-%m}", number)
    elif kind == "branches":
        bureau = Bureau(seed)
        whole = bureau.month(f"our-M-{seed}", 0)
        for branch in bureau.branches:
            yield alone(whole, branch.id)
    else:
        raise ValueError(f"{kind} is not one of {', '.join(KINDS)}")


def hall(seed: int) -> Json:
    """Five sections of one branch, the fourth at the city service centre."""
    chance = random.Random(f"hall {seed}")
    rotations = list(HALL_ROTATIONS)
    chance.shuffle(rotations)
    sizes = [chance.randint(11, 23) for _ in rotations]
    while not 80 <= sum(sizes) <= 90:
        sizes = [chance.randint(11, 23) for _ in rotations]
    are_members = spread(chance, sum(sizes), 40)
    staff: list[Staff] = []
    for section, (rotation, size) in enumerate(zip(rotations, sizes, strict=True), start=1):
        for number in range(size):
            id_, home = len(staff), f"b1.s{section}"
            staff.append(Staff(id_, home, f"{home}.p1", id_ in are_members, rotation, number % rotation.crews))
    branch = a_branch(chance, "b1", "root", 0, tuple(sorted(are_members)), committee=7)
    rooms = [a_room("r.small", 0, 14), a_room("r.large", 0, 30), a_room("r.city", 1, 12)]
    names = [room["id"] for room in rooms]
    items = [
        *meetings_of(branch, names, 0),
        lecture("b1", branch.members, sorted(branch.committee[:3]), names[1:], 0, most=4),
    ]
    sections = [an_organization(f"b1.s{number}", "b1", int(number == 4)) for number in range(1, 6)]
    return an_instance(
        f"our-S-{seed}",
        0,
        sites=["HQ hall", "City service centre"],
        travel=[[0, 2], [2, 0]],
        organizations=[an_organization("root", None, 0), an_organization("b1", "root", 0), *sections],
        posts=[(section["id"], f"{section['id']}.p1", section["site"]) for section in sections],
        rooms=rooms,
        staff=staff,
        items=items,
        seed=seed,
    )


class Bureau:
    """Who works where and how, made once; any month of it can be made from that."""

    sites = ("HQ", "Airport", "Huangpu port", "Tianhe station")
    travel = ((0, 2, 2, 1), (2, 0, 3, 2), (2, 3, 0, 2), (1, 2, 2, 0))
    halls = (("hall0", 80), ("hall1", 60), ("hall2", 60), ("hall3", 40))
    committees = (("pc1", 0), ("pc2", 1), ("pc3", 2), ("gp1", 3))

    def __init__(self, seed: int) -> None:
        self.seed = seed
        chance = random.Random(f"bureau {seed}")
        rotations = [rotation for rotation, times in ROTATIONS.items() for _ in range(times)]
        chance.shuffle(rotations)
        self.staff: list[Staff] = []
        self.branches: list[Branch] = []
        self.posts: list[tuple[str, str, int]] = []
        for number, (rotation, members) in enumerate(zip(rotations, sizes_of_branches(chance), strict=True)):
            self._found(chance, number, rotation, members)
        everybody = [person.id for person in self.staff if person.member]
        self.lecturers = {name: chance.sample(everybody, 2) for name, _site in self.committees}

    def _found(self, chance: random.Random, number: int, rotation: Rotation, members: int) -> None:
        """One branch, its posts and the people at them. The general branch has seven, the committees the others."""
        name = f"b{number + 1:02}"
        parent, site = self.committees[number % 4] if number < 28 else chance.choice(self.committees[:3])
        if chance.random() < 0.1:
            site = chance.randrange(len(self.sites))
        first, size = len(self.staff), round(members * chance.uniform(1.8, 2.3))
        are_members = spread(chance, size, members)
        posts = 1 if members < 14 else 2 if members < 28 else 4
        for index in range(size):
            post = f"{name}.p{index * posts // size + 1}"
            is_member = index in are_members
            self.staff.append(Staff(first + index, name, post, is_member, rotation, index % rotation.crews))
        self.posts += [(name, f"{name}.p{post + 1}", site) for post in range(posts)]
        ids = tuple(sorted(first + index for index in are_members))
        committee = 5 if members >= 15 else 3 if members >= 7 else 0
        self.branches.append(a_branch(chance, name, parent, site, ids, committee=committee))

    def month(self, name: str, number: int) -> Json:
        rooms = [a_room(hall, site, capacity) for site, (hall, capacity) in enumerate(self.halls)]
        rooms += [a_room(f"{b.id}.r1", b.site, max(10, len(b.members) * 4 // 5)) for b in self.branches]
        items = [item for b in self.branches for item in meetings_of(b, [f"{b.id}.r1"], number)]
        for committee, site in self.committees:
            items += self._joint(committee, self.halls[site][0], number)
        organizations = [an_organization("root", None, 0)]
        organizations += [an_organization(committee, "root", site) for committee, site in self.committees]
        organizations += [an_organization(b.id, b.parent, b.site) for b in self.branches]
        return an_instance(
            name,
            number,
            sites=list(self.sites),
            travel=[list(row) for row in self.travel],
            organizations=organizations,
            posts=self.posts,
            rooms=rooms,
            staff=self.staff,
            items=items,
            seed=self.seed,
        )

    def _joint(self, committee: str, hall: str, number: int) -> list[Json]:
        """What a committee holds for its branches together: a lecture for all, and its own meeting."""
        below = [branch for branch in self.branches if branch.parent == committee]
        secretaries = [branch.chairs[0] for branch in below]
        members = tuple(member for branch in below for member in branch.members)
        lecturers = sorted({*secretaries[:3], *self.lecturers[committee]})
        own = sorted(secretaries[:9])
        meeting = an_item(
            f"{committee}.cm-1", committee, "committee_meeting", 3, own, sorted(secretaries[:2]), number
        )
        return [
            lecture(committee, members, lecturers, [hall for hall, _ in self.halls], number, most=12),
            meeting | {"rooms": [hall], "max_sessions": 1, "quorum": len(own) // 2 + 1, "voters": own},
        ]


def sizes_of_branches(chance: random.Random) -> list[int]:
    """Members of each branch, from 3 to 30; all together ``MEMBERS``."""
    drawn = [chance.lognormvariate(math.log(10.5), 0.52) for _ in range(BRANCHES)]
    sizes = [min(30, max(3, round(size * MEMBERS / sum(drawn)))) for size in drawn]
    while sum(sizes) != MEMBERS:
        index, step = chance.randrange(BRANCHES), 1 if sum(sizes) < MEMBERS else -1
        if 3 <= sizes[index] + step <= 30:
            sizes[index] += step
    return sizes


def spread(chance: random.Random, size: int, members: int) -> set[int]:
    return set(chance.sample(range(size), members))


def a_branch(
    chance: random.Random, name: str, parent: str, site: int, members: tuple[int, ...], *, committee: int
) -> Branch:
    """``committee``: how many sit in it; 0: a secretary leads alone. Groups of ten, each with two who may chair."""
    leaders = chance.sample(members, committee or 1)
    mixed = chance.sample(members, len(members))
    count = max(1, round(len(members) / 10)) if len(members) >= 15 else 1
    groups = []
    for number in range(count):
        group = sorted(mixed[number::count])
        of_committee = [member for member in leaders if member in group]
        others = chance.sample([member for member in group if member not in leaders], 2)
        groups.append((tuple(group), tuple(sorted([*of_committee, *others][:2]))))
    return Branch(
        name,
        parent,
        site,
        members,
        committee=tuple(leaders) if committee else (),
        chairs=tuple(leaders[:2]),
        groups=tuple(groups),
    )


def meetings_of(branch: Branch, rooms: list[str], number: int) -> Iterator[Json]:
    """What a branch holds in a month: its general meeting, that of its committee, a theme day, its groups."""
    name, members, chairs = branch.id, list(branch.members), sorted(branch.chairs)
    theme_chairs = sorted(branch.committee[:3]) or chairs
    voting = {"rooms": rooms, "quorum": len(members) // 2 + 1, "voters": members}
    yield an_item(f"{name}.gm", name, "general_meeting", 3, members, chairs, number) | voting
    if committee := sorted(branch.committee):
        voting = {"rooms": rooms, "max_sessions": 1, "quorum": len(committee) // 2 + 1, "voters": committee}
        yield an_item(f"{name}.cm", name, "committee_meeting", 2, committee, chairs, number) | voting
    theme = an_item(f"{name}.td", name, "theme_day", 4, members, theme_chairs, number)
    yield theme | {"rooms": rooms, "preferred_days": [THEME_DAY]}
    for index, (group, may_chair) in enumerate(branch.groups, start=1):
        meeting = an_item(f"{name}.gr{index}", name, "group_meeting", 2, list(group), list(may_chair), number)
        yield meeting | {"rooms": rooms, "max_sessions": 3, "online": index % 2 == 0}


def lecture(
    organization: str, audience: tuple[int, ...], chairs: list[int], rooms: list[str], number: int, *, most: int
) -> Json:
    item = an_item(f"{organization}.lecture", organization, "lecture", 3, list(audience), chairs, number)
    return item | {"rooms": rooms, "max_sessions": most, "online": True}


def an_item(
    id_: str, organization: str, kind: str, duration: int, audience: list[int], chairs: list[int], number: int
) -> Json:
    start, days = MONTHS[number]
    working = [day for day in range(days) if (start + dt.timedelta(day)).weekday() < SATURDAY]
    return {
        "id": id_,
        "org": organization,
        "kind": kind,
        "duration": duration,
        "window": [0, days - 1],
        "audience": audience,
        "chairs": chairs,
        "rooms": [],
        "max_sessions": 4,
        "quorum": 0,
        "online": False,
        "preferred_days": working,
        "preferred_hours": [18, 34],
        "voters": [],
    }


def a_room(id_: str, site: int, capacity: int) -> Json:
    return {"id": id_, "site": site, "capacity": capacity, "open": [16, 40]}


def an_organization(id_: str, parent: str | None, site: int) -> Json:
    return {"id": id_, "parent": parent, "site": site}


def an_instance(
    name: str,
    number: int,
    *,
    sites: list[str],
    travel: list[list[int]],
    organizations: list[Json],
    posts: list[tuple[str, str, int]],
    rooms: list[Json],
    staff: list[Staff],
    items: list[Json],
    seed: int,
) -> Json:
    start, days = MONTHS[number]
    chance = random.Random(f"{name} {seed}")
    people = [
        {
            "id": person.id,
            "org": person.organization,
            "post": person.post,
            "member": person.member,
            "roster": roster(chance, person, start, days),
        }
        for person in staff
    ]
    return {
        "format": "zhibu-plan-instance/1",
        "name": name,
        "seed": seed,
        "start": start.isoformat(),
        "days": days,
        "slot_minutes": 30,
        "rules": {"rest": 22, "adjacent": 2, "hours": [16, 40]},
        "weights": WEIGHTS,
        "shifts": SHIFTS,
        "sites": sites,
        "travel": travel,
        "posts": staffed(posts, people, staff, start, days, seed),
        "rooms": rooms,
        "people": people,
        "items": items,
        "orgs": organizations,
    }


def roster(chance: random.Random, person: Staff, start: dt.date, days: int) -> str:
    letters = [person.rotation.letter(start + dt.timedelta(day), person.crew) for day in range(days)]
    if chance.random() < ON_LEAVE:
        length = chance.choice([2, 3, 4, 5, 5, 6])
        first = chance.randrange(days - length)
        letters[first : first + length] = "L" * length
    return "".join(letters)


def staffed(
    posts: list[tuple[str, str, int]], people: list[Json], staff: list[Staff], start: dt.date, days: int, seed: int
) -> list[Json]:
    """Each post with as many as have to stay; never more than leave and the edge of the month leave there."""
    at_post = defaultdict[str, list[tuple[Staff, str]]](list)
    for person, written in zip(staff, people, strict=True):
        at_post[person.post].append((person, written["roster"]))
    made = []
    for organization, post, site in posts:
        on_duty = Counter(slot for _, letters in at_post[post] for slot in slots_of(letters))
        rotation, size = at_post[post][0][0].rotation, len(at_post[post])
        # The same share in each month of a quarter.
        share = random.Random(f"{post} {seed}").uniform(*rotation.least)
        profiles: list[list[list[int]]] = []
        day_profile = []
        for day in range(days):
            profile = profile_of(rotation, size, share, start + dt.timedelta(day), day, on_duty)
            if profile not in profiles:
                profiles.append(profile)
            day_profile.append(profiles.index(profile))
        about = {"id": post, "org": organization, "site": site, "profiles": profiles, "day_profile": day_profile}
        made.append(about)
    return made


def slots_of(letters: str) -> Iterator[int]:
    for day, letter in enumerate(letters):
        if letter in SHIFTS:
            yield from range(day * MIDNIGHT + SHIFTS[letter]["start"], day * MIDNIGHT + SHIFTS[letter]["end"])


def profile_of(
    rotation: Rotation, size: int, share: float, date: dt.date, day: int, on_duty: Counter[int]
) -> list[list[int]]:
    """``[from, to, least]`` of one day: the share of those whom the rotation has on duty, with no leave counted."""
    at_once = sum(rotation.letter(date, crew) != "-" for crew in range(rotation.crews)) / rotation.crews
    usual = size * at_once if rotation in {OFFICE, WINDOW} else size / rotation.crews
    if not usual:
        return []
    least = max(1, round(usual * share))
    spans: list[list[int]] = []
    for start, end, more in rotation.spans:
        for slot in range(start, end):
            stay = min(least + more, on_duty[day * MIDNIGHT + slot])
            if spans and spans[-1][1] == slot and spans[-1][2] == stay:
                spans[-1][1] = slot + 1
            elif stay:
                spans.append([slot, slot + 1, stay])
    return spans


def alone(whole: Json, branch: str) -> Json:
    """One branch of a bureau by itself, without what it holds together with others."""
    kept = {key: [each for each in whole[key] if each["org"] == branch] for key in ("posts", "people", "items")}
    rooms = [room for room in whole["rooms"] if room["id"].startswith(f"{branch}.")]
    organizations = [each for each in whole["orgs"] if each["id"] == branch]
    return whole | kept | {"name": f"{whole['name']}-{branch}", "rooms": rooms, "orgs": organizations}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("seed", type=int)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for instance in instances(asked.kind, asked.seed):
        file = asked.folder / f"{instance['name']}.json"
        file.write_text(json.dumps(instance, ensure_ascii=False, separators=(",", ":")))
        print(file)


if __name__ == "__main__":
    main()
