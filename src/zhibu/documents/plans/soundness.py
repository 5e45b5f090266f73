"""Whether the things of an instance go together, and whether a plan is one of it: what does not fit, by its place."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from zhibu.documents.plans.shape import Wrong
from zhibu.domain.roster import (
    LEAVE,
    OFF,
    Id,
    Item,
    Person,
    Plan,
    Post,
    Problem,
    Session,
    duties,
)


def unsound(problem: Problem) -> list[Wrong]:
    """In the order of the file; whether posts have people enough only where all else is sound."""
    found = [
        *_of_sites(problem),
        *(wrong for post in problem.posts.values() for wrong in _of_post(problem, post)),
        *(wrong for person in problem.people.values() for wrong in _of_person(problem, person)),
        *(wrong for item in problem.items.values() for wrong in _of_item(problem, item)),
        *_of_sessions(problem, problem.baseline or (), "baseline, "),
    ]
    return found or [wrong for post in problem.posts.values() for wrong in _of_staffing(problem, post)]


def strangers(problem: Problem, plan: Plan) -> list[Wrong]:
    """What ``plan`` speaks of and ``problem`` does not know: the plan belongs to another one."""
    return [
        *_of_sessions(problem, plan.sessions, ""),
        *_of_sessions(problem, plan.baseline or (), "baseline, "),
    ]


def _of_sites(problem: Problem) -> Iterator[Wrong]:
    count = len(problem.sites)
    if [len(row) for row in problem.travel] != [count] * count:
        yield Wrong(
            "travel", f"it is not {count} rows of {count} numbers. Write one row and one column for each site."
        )
    placed = (("organization", problem.organizations), ("post", problem.posts), ("room", problem.rooms))
    for kind, things in placed:
        for thing in things.values():
            if thing.site >= count:
                says = f"there is no site {thing.site}. Sites are counted from 0; the last is {count - 1}."
                yield Wrong(f"{kind} {thing.id}, site", says)


def _of_organization(problem: Problem, place: str, organization: Id) -> Iterator[Wrong]:
    if organization not in problem.organizations:
        yield Wrong(f"{place}, org", f"there is no organization {organization}. Add it to orgs or name another one.")


def _of_post(problem: Problem, post: Post) -> Iterator[Wrong]:
    yield from _of_organization(problem, f"post {post.id}", post.organization)
    place = f"post {post.id}, day_profile"
    if len(post.day_profile) != problem.days:
        yield Wrong(
            place, f"it has {len(post.day_profile)} days, the month {problem.days}. Write one profile per day."
        )
    for day, profile in enumerate(post.day_profile):
        if profile >= len(post.profiles):
            yield Wrong(f"{place}[{day}]", f"there is no profile {profile}. Profiles are counted from 0.")


def _of_person(problem: Problem, person: Person) -> Iterator[Wrong]:
    place = f"person {person.id}"
    yield from _of_organization(problem, place, person.organization)
    if person.post not in problem.posts:
        yield Wrong(f"{place}, post", f"there is no post {person.post}. Add it to posts or name another one.")
    if len(person.roster) != problem.days:
        says = f"it has {len(person.roster)} letters, the month {problem.days} days. Write one letter per day."
        yield Wrong(f"{place}, roster", says)
    for day, letter in enumerate(person.roster):
        if letter not in problem.shifts and letter not in {OFF, LEAVE}:
            says = f"there is no shift {letter}. Add it to shifts, or write {OFF} (off) or {LEAVE} (leave)."
            yield Wrong(f"{place}, roster, day {day}", says)
    for before, after in pairwise(duties(problem, person)):
        if after.start < before.end:
            day = after.start // problem.slots_per_day
            says = f"a shift begins at {_moment(problem, after.start)}, when the last has not ended. Mend the roster."
            yield Wrong(f"{place}, roster, day {day}", says)


def _of_item(problem: Problem, item: Item) -> Iterator[Wrong]:
    place = f"item {item.id}"
    yield from _of_organization(problem, place, item.organization)
    if not 0 <= item.first <= item.last < problem.days:
        says = (
            f"{item.first}–{item.last} is not inside the month, whose days are 0–{problem.days - 1}. Move the window."
        )
        yield Wrong(f"{place}, window", says)
    named = (
        ("audience", item.audience, problem.people, "nobody is invited. Name who has to attend."),
        ("chairs", item.chairs, problem.people, "nobody may chair. Name who may."),
        ("voters", item.voters, problem.people, None),
        ("rooms", item.rooms, problem.rooms, "no room is named. Name where it may take place."),
    )
    for key, ids, known, if_empty in named:
        if not ids and if_empty:
            yield Wrong(f"{place}, {key}", if_empty)
        yield from _of_ids(f"{place}, {key}", ids, known, "room" if key == "rooms" else "person")
    present = set(item.voters) & {*item.audience, *item.chairs}
    if item.quorum > len(present):
        says = f"{item.quorum} voters are needed and {len(present)} are invited. Lower it or invite more."
        yield Wrong(f"{place}, quorum", says)
    yield from _of_duration(problem, item)


def _of_ids(place: str, ids: Iterable[Id], known: Iterable[Id], kind: str) -> Iterator[Wrong]:
    for id_, times in Counter(ids).items():
        if id_ not in known:
            yield Wrong(place, f"there is no {kind} {id_}. Add it to the file or take it off this list.")
        if times > 1:
            yield Wrong(place, f"{kind} {id_} is named {times} times. Name each once.")


def _of_duration(problem: Problem, item: Item) -> Iterator[Wrong]:
    rooms = [problem.rooms[room] for room in item.rooms if room in problem.rooms]
    earliest, latest = problem.rules.hours
    longest = max((min(latest, room.closes) - max(earliest, room.opens) for room in rooms), default=item.duration)
    if item.duration > longest:
        says = (
            f"{item.duration} slots are longer than any of its rooms is open, {max(0, longest)} at most. Shorten it."
        )
        yield Wrong(f"item {item.id}, duration", says)


def _of_staffing(problem: Problem, post: Post) -> Iterator[Wrong]:
    """Where more have to stay than hold the post. Where only too few are on duty, nobody may leave it then."""
    holders = sum(person.post == post.id for person in problem.people.values())
    for number in sorted(set(post.day_profile)):
        for row, (_, _, least) in enumerate(post.profiles[number]):
            if least > holders:
                says = f"{least} have to stay, and {holders} people hold the post. Lower it or add people."
                yield Wrong(f"post {post.id}, profiles[{number}][{row}]", says)


def _of_sessions(problem: Problem, sessions: Iterable[Session], where: str) -> Iterator[Wrong]:
    whose = f"{problem.name} has none. Give a plan of this instance."
    for number, session in enumerate(sessions):
        place = f"{where}session {number}"
        if session.item not in problem.items:
            yield Wrong(f"{place}, item", f"there is no item {session.item}: {whose}")
        if session.room not in problem.rooms:
            yield Wrong(f"{place}, room", f"there is no room {session.room}: {whose}")
        if not 0 <= session.start < problem.days * problem.slots_per_day:
            yield Wrong(f"{place}, start", f"slot {session.start} is not in the month. Give a plan of this instance.")
        for person in (*session.in_person, *session.online):
            if person not in problem.people:
                yield Wrong(f"{place}, people", f"there is no person {person}: {whose}")


def _moment(problem: Problem, slot: int) -> str:
    day, within = divmod(slot, problem.slots_per_day)
    hour, minute = divmod(within * problem.slot_minutes, 60)
    return f"{problem.start + dt.timedelta(days=day)} {hour:02}:{minute:02}"
