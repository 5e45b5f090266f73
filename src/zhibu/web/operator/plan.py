"""``zhibu plan``: times for the meetings of a month around its shifts, from file to file (``contracts.md``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

import typer

from zhibu.documents.plans.exchange import read_plan, read_problem, write_plan
from zhibu.documents.plans.shape import PlanFileRefused
from zhibu.domain.roster import Cost, FaultCode, Id, Plan, Problem, Session, cost, faults, moment
from zhibu.domain.roster_reasons import asked_of_people, attendances
from zhibu.domain.roster_relaxations import Impossible, impossible
from zhibu.web.operator.terminal import (
    REFUSED,
    AsJson,
    fail_usage,
    messages,
    print_json,
    refuse,
    refuse_without,
    write_whole,
)

if TYPE_CHECKING:
    from zhibu.engines.planning import Outcome

#: Seconds, unless a limit or an effort is said.
TIME_LIMIT = 60.0

#: What may be wrong with a pin.
_OF_PINS = {
    FaultCode.OUTSIDE_WINDOW,
    FaultCode.OUTSIDE_HOURS,
    FaultCode.ROOM_CLOSED,
    FaultCode.ROOM_NOT_ALLOWED,
}
_OF_PINS_TOGETHER = {FaultCode.ROOM_CLASH, FaultCode.TOO_MANY_SESSIONS}

Read = TypeVar("Read", Problem, Plan)
Pin: TypeAlias = tuple[Id, int, Id]

File = Annotated[Path, typer.Argument(help="The instance, a JSON file.", exists=True, dir_okay=False, readable=True)]


def plan(
    instance: File,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The JSON file to write the plan to.", dir_okay=False)
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option(help="So many seconds at most; 60 unless said. Then the best plan so far.", min=0)
    ] = None,
    effort: Annotated[
        int | None, typer.Option(help="Instead of a time limit: the same plan on every machine.", min=1)
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(help="An earlier plan, of which as little as possible is moved.", exists=True, dir_okay=False),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(help="ITEM@START@ROOM: this session takes place so. START counts slots from the first day."),
    ] = None,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Say why people come in or miss something.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan the meetings of a month around its shifts: the best plan found, and a bound that no plan beats.

    Interrupted, it gives the best plan so far. Meetings that no sitting satisfies are named (exit 1), with the
    smallest changes that would make each possible.
    """
    if time_limit is not None and effort is not None:
        fail_usage("--time-limit and --effort exclude each other. Say one of them.")
    if out is not None and not out.absolute().parent.is_dir():
        fail_usage(f"--out: there is no folder {out.absolute().parent}.")
    texts = [_split(text) for text in pin or ()]
    refuse_without("zhibu[plan]")
    problem = _problem(instance, previous)
    pins = _pins(problem, texts)
    from zhibu.engines.planning import plan as planned

    began = monotonic()
    with _progress() as tell:
        outcome = planned(
            problem,
            seconds=TIME_LIMIT if time_limit is None else time_limit,
            effort=effort,
            pins=pins,
            progress=tell,
        )
    result = _Result.of(problem, outcome, pins, monotonic() - began)
    further = result.document(explain=explain)
    if out is not None:
        try:
            write_whole(out, write_plan(outcome.plan, further))
        except OSError as error:
            refuse(f"{out} can not be written: {error.strerror}.")
    if not as_json:
        _print(result, out, explain=explain)
    elif out is None:
        typer.echo(write_plan(outcome.plan, further), nl=False)
    else:
        print_json(result.summary(out) | further)
    _say_what_is_missing(result)


def _problem(instance: Path, previous: Path | None) -> Problem:
    problem = _read(instance, read_problem)
    if previous is None:
        return problem
    earlier = _read(previous, lambda data: read_plan(data, problem))
    return replace(problem, baseline=earlier.sessions)


def _read(path: Path, read: Callable[[bytes], Read]) -> Read:
    try:
        return read(path.read_bytes())
    except PlanFileRefused as refusal:
        refuse("\n".join(f"{path}: {wrong.place}: {wrong.sentence}" for wrong in refusal.errors))
    except OSError as error:
        fail_usage(f"{path} can not be read: {error.strerror}.")


def _split(text: str) -> tuple[str, str, str]:
    parts = text.split("@")
    if len(parts) != 3 or not parts[1].isdecimal():  # noqa: PLR2004 - item, start, room
        fail_usage(f"--pin {text}: this is not ITEM@START@ROOM, START a number of slots from the first midnight.")
    return parts[0], parts[1], parts[2]


def _pins(problem: Problem, texts: Iterable[tuple[str, str, str]]) -> tuple[Pin, ...]:
    """The pins, none of which is against what one knows without planning. Refuses, naming the pin."""
    items = {str(id_): id_ for id_ in problem.items}
    rooms = {str(id_): id_ for id_ in problem.rooms}
    pins: list[Pin] = []
    for item, start, room in texts:
        text = f"--pin {item}@{start}@{room}"
        if item not in items:
            refuse(f"{text}: there is no item {item}.")
        if room not in rooms:
            refuse(f"{text}: there is no room {room}.")
        one = (items[item], int(start), rooms[room])
        for sentence in _against(problem, (one,), _OF_PINS):
            refuse(f"{text}: {sentence}")
        pins.append(one)
        for sentence in _against(problem, pins, _OF_PINS_TOGETHER):
            refuse(f"{text}: beside the other pins: {sentence}")
    return tuple(pins)


def _against(problem: Problem, pins: Iterable[Pin], codes: set[FaultCode]) -> Iterator[str]:
    sessions = tuple(Session(item, start, room, main=False, in_person=(), online=()) for item, start, room in pins)
    yield from (fault.sentence for fault in faults(problem, Plan(problem.name, sessions)) if fault.code in codes)


@dataclass(frozen=True, slots=True)
class _Result:
    """``unplanned``: items that need a sitting, could have one and have none; ``loose``: pins that were not kept."""

    problem: Problem
    outcome: Outcome
    cost: Cost
    seconds: float
    impossible: tuple[Impossible, ...]
    unplanned: tuple[Id, ...]
    loose: tuple[Pin, ...]

    @classmethod
    def of(cls, problem: Problem, outcome: Outcome, pins: Iterable[Pin], seconds: float) -> _Result:
        """Judges the plan: one that breaks a rule is a fault of the program, and nothing is written."""
        planned = {session.item for session in outcome.plan.sessions}
        without = [item for item in problem.items.values() if item.id not in planned]
        no_sitting = {f"item {item.id}" for item in without}
        broken = [
            fault
            for fault in faults(problem, outcome.plan)
            if not (fault.code is FaultCode.MAIN_SITTING and fault.place in no_sitting)
        ]
        if broken:
            told = "\n".join(f"{fault.place}: {fault.code}: {fault.sentence}" for fault in broken)
            refuse(f"Internal error, nothing is written: the plan that was found breaks rules. Report this.\n{told}")
        found = {item.id: impossible(problem, item) for item in without}
        there = {(session.item, session.start, session.room) for session in outcome.plan.sessions}
        return cls(
            problem,
            outcome,
            cost(problem, outcome.plan),
            seconds,
            impossible=tuple(one for one in found.values() if one is not None),
            unplanned=tuple(item.id for item in without if item.quorum and found[item.id] is None),
            loose=tuple(pin for pin in pins if pin not in there),
        )

    def document(self, *, explain: bool) -> dict[str, Any]:
        """What stands beside the plan. The same plan has the same; so it has no seconds."""
        return {
            "proven": self.outcome.is_proven,
            "gap": round(self.outcome.gap, 6),
            "cost": asdict(self.cost),
            "impossible": [_impossible(one) for one in self.impossible],
            "unplanned": list(self.unplanned),
            "pins_not_kept": [_as_text(one) for one in self.loose],
        } | ({"explanations": self._explanations()} if explain else {})

    def _explanations(self) -> dict[str, Any]:
        found = self.outcome.plan
        return {
            "sessions": [
                {
                    "session": one.session,
                    "ways": {way.value: count for way, count in one.ways.items()},
                    "words": one.sentence,
                }
                for one in attendances(self.problem, found)
            ],
            "people": [
                {
                    "person": one.person,
                    "item": one.item,
                    "session": one.session,
                    "reasons": [
                        {"session": each.session, "why": each.why, "words": each.sentence} for each in one.reasons
                    ],
                    "words": one.sentence,
                }
                for one in asked_of_people(self.problem, found)
            ],
            "distance": self.distance,
        }

    @property
    def distance(self) -> str:
        """How far from the proven best, in words."""
        found = self.outcome.plan
        if self.outcome.is_proven:
            return f"It costs {found.objective}, and no plan costs less."
        return (
            f"It costs {found.objective}, and no plan costs less than {found.bound}:"
            f" at most {self.outcome.gap:.2%} could be saved."
        )

    def summary(self, out: Path) -> dict[str, Any]:
        found = self.outcome.plan
        return {
            "out": str(out),
            "instance": found.instance,
            "objective": found.objective,
            "bound": found.bound,
            "sessions": len(found.sessions),
            "seconds": round(self.seconds, 3),
        }


def _impossible(one: Impossible) -> dict[str, Any]:
    return {
        "item": one.item,
        "needed": one.needed,
        "of": one.of,
        "most": one.most,
        "words": one.sentence,
        "relaxations": [
            {
                "kind": each.kind,
                "amount": each.amount,
                "start": each.start,
                "room": each.room,
                "there": each.there,
                "posts": [{"post": post, "people": people} for post, people in each.posts],
                "words": each.sentence,
            }
            for each in one.relaxations
        ],
    }


def _as_text(pin: Pin) -> str:
    return "@".join(str(part) for part in pin)


def _print(result: _Result, out: Path | None, *, explain: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    found = result.outcome.plan
    table = Table(box=None, show_header=False)
    for name, value in (
        ("cost", str(found.objective)),
        ("bound", str(found.bound)),
        ("gap", f"{result.outcome.gap:.2%} ({'proven' if result.outcome.is_proven else 'not proven'})"),
        ("sessions", str(len(found.sessions))),
        ("days of coming in", str(result.cost.callin_day)),
        ("missed", str(result.cost.missed)),
        *([("moved sessions", str(result.cost.moved_session))] if found.baseline is not None else []),
        ("seconds", f"{result.seconds:.1f}"),
    ):
        table.add_row(name, value)
    Console().print(table)
    if explain:
        for attendance in attendances(result.problem, found):
            typer.echo(attendance.sentence)
        for asked in asked_of_people(result.problem, found):
            typer.echo(asked.sentence)
        typer.echo(result.distance)
    elif out is None:
        for session in found.sessions:
            there = len(session.in_person) + len(session.online)
            typer.echo(f"{moment(result.problem, session.start)} {session.item} {session.room}: {there}")
    if out is not None:
        typer.echo(str(out))


def _say_what_is_missing(result: _Result) -> None:
    """Exit 1 where anything is."""
    missing = [
        *(
            "\n  ".join(
                [f"Item {one.item} is impossible. {one.sentence}", *(each.sentence for each in one.relaxations)]
            )
            for one in result.impossible
        ),
        *(f"Item {item} has no sitting in this plan. Give it more time or effort." for item in result.unplanned),
        *(f"--pin {_as_text(one)}: no plan was found that keeps it." for one in result.loose),
    ]
    for says in missing:
        messages.print(says, style="bold", markup=False, highlight=False, soft_wrap=True)
    if missing:
        raise typer.Exit(REFUSED)


@contextmanager
def _progress() -> Iterator[Callable[[float, float, int, int], None]]:
    """Tells cost and bound so far, on standard error and only to a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=messages, disable=not messages.is_terminal, transient=True) as bar:
        task = bar.add_task("planning", total=None)

        def tell(found: float, bound: float, done: int, of: int) -> None:
            bar.update(task, description=f"cost {found:.0f}, bound {bound:.0f}", completed=done, total=of)

        yield tell
