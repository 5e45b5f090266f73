"""Instances and plans in the exchange format of the planner: bytes in, facts out; a plan in, bytes out.

What is no sound instance is refused here, each thing by its place and with what to do about it, so that whoever plans
need not ask again. Whether a plan *holds* is not asked here (``domain.roster.faults``); nor is it an error that an
instance is hard, or that one of its meetings can not take place at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from zhibu.documents.plans.shape import At, Wrong, opened, refuse
from zhibu.documents.plans.soundness import strangers, unsound
from zhibu.domain.roster import (
    LEAVE,
    MINUTES_PER_DAY,
    OFF,
    Id,
    Item,
    Organization,
    Person,
    Plan,
    Post,
    Prices,
    Problem,
    Room,
    Rules,
    Session,
    Shift,
)

INSTANCE, PLAN = "zhibu-plan-instance/1", "zhibu-plan/1"
_LONGEST = 366

Thing = TypeVar("Thing")


def read_problem(data: bytes) -> Problem:
    """The instance. The baseline in it may be of an instance of another name, but speaks of the same ids.

    Raises ``PlanFileRefused``: for all that is missing or of the wrong kind; where nothing is, for all that does not
    go together.
    """
    whole = opened(data, INSTANCE)
    problem = _problem(whole)
    refuse(whole.found)
    refuse(unsound(problem))
    return problem


def read_plan(data: bytes, problem: Problem) -> Plan:
    """A plan of ``problem``, whether or not it holds. Raises ``PlanFileRefused``, for a plan of another one too."""
    whole = opened(data, PLAN)
    plan = Plan(
        instance=whole.at("instance").text(),
        sessions=_sessions(whole),
        objective=whole.maybe("objective", At.integer),
        bound=whole.maybe("bound", At.number),
        baseline=whole.maybe("baseline", _sessions),
    )
    refuse(whole.found)
    if plan.instance != problem.name:
        says = f"this is a plan of {plan.instance}, not of {problem.name}. Give one that was made for this instance."
        refuse([Wrong("instance", says)])
    refuse(strangers(problem, plan))
    return plan


def write_plan(plan: Plan, further: Mapping[str, Any] | None = None) -> bytes:
    """The plan as UTF-8 on one line. ``further``: other keys that the document is to have beside it."""
    document: dict[str, Any] = {
        "format": PLAN,
        "instance": plan.instance,
        "objective": plan.objective,
        "bound": plan.bound,
        "sessions": [_written(session) for session in plan.sessions],
    }
    if plan.baseline is not None:
        document["baseline"] = {"sessions": [_written(session) for session in plan.baseline]}
    return json.dumps(document | dict(further or {}), ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _written(session: Session) -> dict[str, Any]:
    return {
        "item": session.item,
        "start": session.start,
        "room": session.room,
        "main": session.main,
        "in_person": session.in_person,
        "online": session.online,
    }


def _problem(whole: At) -> Problem:
    slot_minutes = whole.at("slot_minutes").integer(1, MINUTES_PER_DAY)
    if slot_minutes > 0 and MINUTES_PER_DAY % slot_minutes:
        whole.at("slot_minutes").wrong(f"{slot_minutes} minutes do not divide a day. Write 15, 30 or 60.")
    midnight = MINUTES_PER_DAY // max(1, slot_minutes)
    rules = whole.at("rules")
    return Problem(
        name=whole.at("name").text(),
        start=whole.at("start").date(),
        days=whole.at("days").integer(1, _LONGEST),
        slot_minutes=slot_minutes,
        rules=Rules(
            rest=rules.at("rest").integer(0),
            adjacent=rules.at("adjacent").integer(0),
            hours=rules.at("hours").interval(midnight),
        ),
        prices=_prices(whole.at("weights")),
        shifts={code: _shift(code, at, midnight) for code, at in whole.at("shifts").entries()},
        sites=tuple(each.text() for each in whole.at("sites").each()),
        travel=tuple(row.integers() for row in whole.at("travel").each()),
        organizations=_by_id(whole.at("orgs"), "organization", _organization),
        posts=_by_id(whole.at("posts"), "post", lambda id_, at: _post(id_, at, midnight)),
        rooms=_by_id(whole.at("rooms"), "room", lambda id_, at: _room(id_, at, midnight)),
        people=_by_id(whole.at("people"), "person", _person),
        items=_by_id(whole.at("items"), "item", lambda id_, at: _item(id_, at, midnight)),
        baseline=whole.maybe("baseline", _sessions),
    )


def _by_id(those: At, kind: str, read: Callable[[Id, At], Thing]) -> dict[Id, Thing]:
    """Each thing of a list, in its order and called by its id. An id that comes again is noted."""
    things: dict[Id, Thing] = {}
    for each in those.each():
        id_ = each.at("id").id()
        if not each.has("id"):
            continue
        if id_ in things:
            each.at("id").wrong(f"there is a {kind} {id_} before this one. Give each an id of its own.")
        things[id_] = read(id_, each.named(f"{kind} {id_}"))
    return things


def _prices(at: At) -> Prices:
    return Prices(**{each.name: at.at(each.name).integer(0) for each in fields(Prices)})


def _shift(code: str, at: At, midnight: int) -> Shift:
    if len(code) != 1 or code in {OFF, LEAVE}:
        at.wrong(f"a shift is one letter, and neither {OFF} (off) nor {LEAVE} (leave). Give it another letter.")
    start, end = _span(at, at.at("start"), at.at("end"), midnight)
    return Shift(code, start, end, night=bool(at.maybe("night", At.flag)))


def _span(whole: At, start: At, end: At, midnight: int) -> tuple[int, int]:
    """``[start, end)`` in slots from midnight of its day; it may end on the next."""
    noted = len(whole.found)
    first, last = start.integer(0, midnight - 1), end.integer(0, 2 * midnight)
    if first >= last and noted == len(whole.found) and start.is_there and end.is_there:
        whole.wrong(f"it ends at {last}, not after {first}. Write an end past midnight as more than {midnight}.")
    return first, last


def _organization(id_: Id, at: At) -> Organization:
    return Organization(id_, parent=at.maybe("parent", At.id), site=at.at("site").integer(0))


def _post(id_: Id, at: At, midnight: int) -> Post:
    return Post(
        id=id_,
        organization=at.at("org").id(),
        site=at.at("site").integer(0),
        profiles=tuple(
            tuple(_least(each, midnight) for each in profile.each()) for profile in at.at("profiles").each()
        ),
        day_profile=at.at("day_profile").integers(),
    )


def _least(at: At, midnight: int) -> tuple[int, int, int]:
    parts = at.each()
    if len(parts) != 3:  # noqa: PLR2004 - from, to, least
        at.wrong("this is not [from, to, least]. Write two slots and how many people have to stay.")
        return 0, midnight, 0
    return *_span(at, parts[0], parts[1], midnight), parts[2].integer(0)


def _room(id_: Id, at: At, midnight: int) -> Room:
    opens, closes = at.at("open").interval(midnight)
    return Room(id_, at.at("site").integer(0), at.at("capacity").integer(0), opens, closes)


def _person(id_: Id, at: At) -> Person:
    return Person(
        id=id_,
        organization=at.at("org").id(),
        post=at.at("post").id(),
        member=at.at("member").flag(),
        roster=at.at("roster").text(),
        came_in=at.maybe("came_in", lambda days: days.integer(0)) or 0,
    )


def _item(id_: Id, at: At, midnight: int) -> Item:
    first, last = _window(at.at("window"))
    return Item(
        id=id_,
        organization=at.at("org").id(),
        kind=at.at("kind").text(),
        duration=at.at("duration").integer(1),
        first=first,
        last=last,
        audience=at.at("audience").ids(),
        chairs=at.at("chairs").ids(),
        voters=at.at("voters").ids(),
        rooms=at.at("rooms").ids(),
        max_sessions=at.at("max_sessions").integer(1),
        quorum=at.at("quorum").integer(0),
        online=at.at("online").flag(),
        preferred_days=frozenset(at.maybe("preferred_days", At.integers) or ()),
        preferred_hours=at.maybe("preferred_hours", lambda hours: hours.interval(midnight)),
    )


def _window(at: At) -> tuple[int, int]:
    noted = len(at.found)
    days = at.each()
    if len(days) == 2:  # noqa: PLR2004 - its first and last day
        return days[0].integer(), days[1].integer()
    if noted == len(at.found) and at.is_there:
        at.wrong("this is not [first, last]. Write two days, counted from 0; both belong to the window.")
    return 0, 0


def _sessions(plan: At) -> tuple[Session, ...]:
    return tuple(
        Session(
            item=each.at("item").id(),
            start=each.at("start").integer(),
            room=each.at("room").id(),
            main=bool(each.maybe("main", At.flag)),
            in_person=each.at("in_person").ids(),
            online=each.at("online").ids(),
        )
        for each in plan.at("sessions").each()
    )
