"""``zhibu facts`` and ``zhibu evaluate``: what is owed, over files of any size (``contracts.md``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zhibu.web.operator.terminal import (
    AsJson,
    DataFolder,
    FromDay,
    ToDay,
    messages,
    print_json,
    refuse,
    refuse_without,
    span_asked,
    start,
)


class Engine(StrEnum):
    LOCAL = "local"
    SPARK = "spark"


Out = Annotated[Path, typer.Option("--out", help="A folder that does not exist yet.")]


def facts(
    out: Out,
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known at the end of this day; now.")
    ] = None,
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write what is owed by from the database into Parquet files, for `zhibu evaluate`. They name no person."""
    refuse_without("zhibu[evaluate]")
    start(data)
    from django.db import transaction

    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.oversight.facts import organizations_of, parents, records_of, waivers_of
    from zhibu.apps.oversight.known import NOW, known_on
    from zhibu.apps.rules.queries import all_rules
    from zhibu.engines.compliance.errors import EvaluationRefused
    from zhibu.engines.compliance.snapshot import Placed, write

    count = Organization.objects.count()
    try:
        with transaction.atomic(), _progress() as tell:
            known = known_on(on.date()) if on else NOW
            above = parents(known)
            written = write(
                out,
                [Placed(one, above[one.id]) for one in organizations_of(known=known)],
                lambda chosen: records_of(chosen, dt.date.min, dt.date.max, known=known),
                waivers_of(None, known=known),
                all_rules(),
                tell=lambda done: tell(done, count),
            )
    except (EvaluationRefused, OSError) as refusal:
        refuse(str(refusal))
    if as_json:
        print_json({"out": str(out), "organizations": written})
    else:
        typer.echo(f"{written} organizations: {out}")


def evaluate(
    facts: Annotated[Path, typer.Option("--facts", help="The folder that `zhibu facts` wrote.")],
    on: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="As known at the end of this day.")],
    out: Out,
    since: FromDay = None,
    until: ToDay = None,
    *,
    engine: Annotated[
        Engine, typer.Option(help="What computes it: this process, or a cluster that sees the same folders.")
    ] = Engine.LOCAL,
    master: Annotated[
        str | None, typer.Option(help="Of Spark: where its cluster is; two executors on this machine unless said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What each organization and post owes, from files of facts, with evidence and with sums up the tree.

    The year of the day unless said. Interrupted, the same command goes on where it was.
    """
    refuse_without("zhibu[evaluate]")
    from zhibu.engines.compliance.errors import EvaluationRefused
    from zhibu.engines.compliance.run import AT_ONCE, Question, in_threads
    from zhibu.engines.compliance.run import evaluate as evaluated
    from zhibu.engines.compliance.spark import LOCAL_CLUSTER, on_executors

    day = on.date()
    first, last = span_asked(since, until, day)
    question = Question(facts=facts, on=day, since=first, until=last)
    if engine is Engine.SPARK:
        refuse_without("zhibu[spark]")
    by = on_executors(master or LOCAL_CLUSTER) if engine is Engine.SPARK else in_threads(AT_ONCE)
    try:
        with _progress() as tell:
            outcome = evaluated(question, out, engine=by, tell=tell)
    except (EvaluationRefused, OSError) as refusal:
        refuse(str(refusal))
    except KeyboardInterrupt:
        refuse(f"Interrupted. What is done stands in {out}.part; the same command goes on there.")
    if as_json:
        print_json({"out": str(out), **outcome.as_json()})
    else:
        _print(outcome.statuses)
        typer.echo(
            f"{outcome.organizations} organizations, {outcome.cells} cells, checksum {outcome.checksum}: {out}"
        )


def _print(statuses: dict[str, int]) -> None:
    from rich.console import Console
    from rich.table import Table

    from zhibu.domain.compliance import Status

    table = Table(box=None, show_header=False)
    for word, number in statuses.items():
        table.add_row(Status(word).zh, str(number))
    Console().print(table)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Tells how many organizations are done, on standard error and only to a terminal."""
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages, disable=not messages.is_terminal, transient=True) as bar:
        task = bar.add_task("organizations", total=None)
        yield lambda done, count: bar.update(task, completed=done, total=count)
