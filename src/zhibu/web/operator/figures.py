"""``zhibu figures``: the figures of the whole house on a day (``contracts.md``)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from zhibu.web.operator.terminal import AsJson, DataFolder, print_json, start


def figures(
    on: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today unless given.")] = None,
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Organizations, posts, people and windows of the whole house, as they were on a day."""
    start(data)
    from zhibu.apps.reports.queries import document
    from zhibu.web.shell import clock

    day = on.date() if on else clock.today()
    if as_json:
        print_json(document(day))
    else:
        _print(day)


def _print(day: dt.date) -> None:
    from rich.console import Console
    from rich.table import Table

    from zhibu.apps.reports.definitions import FIGURES, SHARES
    from zhibu.apps.reports.queries import sheet
    from zhibu.apps.reports.scope import Scope

    whole = sheet(Scope(day))
    table = Table(title=day.isoformat(), show_header=False, box=None)
    table.add_column()
    table.add_column(justify="right")
    for figure in FIGURES:
        number = whole.of(figure)
        table.add_row(str(figure.name), "–" if number is None else str(number))
    for share in SHARES:
        part = whole.share(share)
        table.add_row(str(share.name), "–" if part is None else f"{part:.1%}")
    Console().print(table)
