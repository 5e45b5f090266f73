"""What the commands of ``zhibu`` share: the data folder, the start of Django, JSON on standard output."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from django.core.exceptions import ImproperlyConfigured
from rich.console import Console

#: Messages and progress; standard output is for results only.
messages = Console(stderr=True)

#: Exit codes of ``contracts.md``.
DONE, REFUSED, WRONG_USAGE = 0, 1, 2

#: The heavy libraries of the extras.
_NEEDED = {
    "zhibu[evaluate]": ("numpy", "pyarrow"),
    "zhibu[plan]": ("numpy", "ortools"),
    "zhibu[spark]": ("pyspark",),
}

DataFolder = Annotated[
    Path | None, typer.Option("--data", help="The folder that holds everything (or ZHIBU_DATA_DIR).")
]
FromDay = Annotated[
    dt.datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="Periods that touch this day or a later one."),
]
ToDay = Annotated[
    dt.datetime | None,
    typer.Option("--to", formats=["%Y-%m-%d"], help="Periods that touch this day or an earlier one."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def start(data: Path | None = None, *, migrate: bool = True) -> None:
    """Bring Django up on the data folder. A new embedded database is made; a wrong setting ends with exit 2."""
    if data is not None:
        os.environ["ZHIBU_DATA_DIR"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibu.config.settings")
    import django

    try:
        django.setup()
    except ImproperlyConfigured as error:
        fail_usage(str(error))
    _tell_of_unknown_settings()
    if migrate:
        _prepare_database()


def _tell_of_unknown_settings() -> None:
    """A misspelt name would otherwise be as if it was not set."""
    from django.conf import settings

    known_names: set[str] = settings.KNOWN
    for name in sorted(name for name in os.environ if name.startswith("ZHIBU_") and name not in known_names):
        close = "".join(f" Is {known} meant?" for known in difflib.get_close_matches(name, known_names, n=1))
        messages.print(f"Setting {name} is not known and changes nothing.{close}", markup=False, soft_wrap=True)


def _prepare_database() -> None:
    """Migrate an embedded database that is new or older than the program."""
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        fail_usage(f"Setting DATABASE_URL: the database can not be reached. {error}")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def span_asked(since: dt.datetime | None, until: dt.datetime | None, on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of ``--from`` and ``--to``, the year of ``on`` unless said. Turned around: refused."""
    first = since.date() if since else dt.date(on.year, 1, 1)
    last = until.date() if until else dt.date(first.year if since else on.year, 12, 31)
    if last < first:
        fail_usage(f"--to {last} is before --from {first}. Give them in the order of time.")
    return first, last


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def write_whole(out: Path, content: bytes) -> None:
    """The whole file or none of it; what stood there is replaced only once the new one is complete."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def refuse_without(extra: str) -> None:
    """Where a library of ``extra`` is missing that is said, and how to get it."""
    missing = [name for name in _NEEDED[extra] if find_spec(name) is None]
    if missing:
        refuse(f"This needs {' and '.join(missing)}: install {extra}.")


def refuse(text: str) -> NoReturn:
    """Refused or found wrong: the reason on standard error, exit 1."""
    messages.print(text, style="bold", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(REFUSED)


def fail_usage(text: str) -> NoReturn:
    """Wrong usage or a wrong setting: exit 2."""
    messages.print(text, style="bold", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(WRONG_USAGE)


_RUN = "from zhibu.web.operator.main import run; run()"


def begin_beside(*arguments: str) -> subprocess.Popen[bytes]:
    """A command of ``zhibu`` in a process of its own, which ends when this one has ended, in whatever way."""
    command = [sys.executable, "-c", _RUN, *arguments, "--beside", str(os.getpid())]
    return subprocess.Popen(command)  # noqa: S603 - our own program
