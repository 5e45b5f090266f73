"""What a plan leaves at the posts while its sessions take people away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from zhibu.domain.roster import Id, Plan, Problem, Session, busy, least_staffing, on_duty


@dataclass(frozen=True, slots=True)
class Cover:
    """One post during one session, in the slot in which fewest more could go.

    ``stay`` people are left there then, of whom ``least`` have to be; ``None``: nobody has to.
    """

    post: Id
    slot: int
    stay: int
    least: int | None


def covers(problem: Problem, plan: Plan) -> list[list[Cover]]:
    """Of each session of ``plan`` in its order, the posts that somebody leaves for it, by their ids."""
    worked = {person.id: on_duty(problem, person) for person in problem.people.values()}
    left: dict[Id, Counter[int]] = defaultdict(Counter)
    for person in problem.people.values():
        left[person.post].update(worked[person.id])
    gone: dict[Id, set[int]] = defaultdict(set)
    for session in plan.sessions:
        for person_id in session.in_person:
            gone[person_id] |= _busy(problem, session, person_id) & worked[person_id]
    for person_id, slots in gone.items():
        left[problem.people[person_id].post].subtract(slots)
    least = {post.id: _least(problem, post.id) for post in problem.posts.values()}
    found = []
    for session in plan.sessions:
        slots_of: dict[Id, set[int]] = defaultdict(set)
        for person_id in session.in_person:
            slots_of[problem.people[person_id].post] |= _busy(problem, session, person_id) & worked[person_id]
        found.append([_tightest(post, slots, left[post], least[post]) for post, slots in slots_of.items() if slots])
    return found


def _busy(problem: Problem, session: Session, person: Id) -> set[int]:
    item, site = problem.items[session.item], problem.rooms[session.room].site
    return set(range(*busy(problem, item, problem.people[person].post, session.start, site, online=False)))


def _least(problem: Problem, post: Id) -> dict[int, int]:
    found: dict[int, int] = {}
    for start, end, count in least_staffing(problem, problem.posts[post]):
        for slot in range(start, end):
            found[slot] = max(count, found.get(slot, 0))
    return found


def _tightest(post: Id, slots: Iterable[int], left: Counter[int], least: dict[int, int]) -> Cover:
    slot = min(slots, key=lambda slot: (left[slot] - least.get(slot, 0), slot))
    return Cover(post, slot, left[slot], least.get(slot))
