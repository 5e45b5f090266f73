"""``zhibu import``: a workbook of the personnel office comes in, whole or not at all (``contracts.md``)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zhibu.documents.workbooks.limits import DEFAULT, WorkbookRefused
from zhibu.documents.workbooks.reading import read
from zhibu.web.operator.terminal import REFUSED, AsJson, DataFolder, messages, print_json, start

if TYPE_CHECKING:
    from zhibu.apps.imports.findings import Report

#: How many findings of each kind the terminal shows; ``--json`` has them all.
MOST_SHOWN = 40


def import_workbook(
    file: Annotated[Path, typer.Argument(help="The workbook, .xlsx or .xls.", exists=True, dir_okay=False)],
    data: DataFolder = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From which day its changes hold; today.")
    ] = None,
    month: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m"], help="The month of the roster, where its title has none."),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do and write nothing.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="Who is missing in it has gone, as of that day.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring in organizations, people, posts, windows, shifts, rosters and honors; all or nothing."""
    with file.open("rb") as opened:
        content = opened.read(DEFAULT.packed + 1)
    report = _refusal(content, data)
    if report is None:
        start(data)
        report = _report(content, file.name, as_of, month, dry_run=dry_run, complete=complete)
    if as_json:
        print_json(report.document())
    else:
        _print(report, dry_run=dry_run)
    if report.errors:
        raise typer.Exit(REFUSED)


def _refusal(content: bytes, data: Path | None) -> Report | None:
    """The report on a file that is not even opened. It costs no database, nor the making of one."""
    try:
        read(content, wanted=())
    except WorkbookRefused as refusal:
        start(data, migrate=False)
        from zhibu.apps.imports.plan import refused

        return refused(refusal)
    return None


def _report(
    content: bytes,
    name: str,
    as_of: dt.datetime | None,
    month: dt.datetime | None,
    *,
    dry_run: bool,
    complete: bool,
) -> Report:
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.imports.actions import bring_in
    from zhibu.apps.imports.plan import Options, plan
    from zhibu.web.shell import clock

    at = clock.now()
    options = Options(
        as_of=as_of.date() if as_of else at.date(), month=month.date() if month else None, complete=complete
    )
    if dry_run:
        return plan(content, options, at=at).report
    return bring_in(content, file_name=name, options=options, actor=OPERATOR, at=at)[0]


def _print(report: Report, *, dry_run: bool) -> None:
    """The counts on standard output; what is wrong, and what came of it, on standard error."""
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    if report.sheets:
        _print_counts(report)
    for finding in report.warnings[:MOST_SHOWN]:
        _say(_("Note: %(text)s") % {"text": finding.message})
    for finding in report.errors[:MOST_SHOWN]:
        because = _("Follows from %(place)s.") % {"place": finding.because} if finding.because else ""
        _say(f"{finding.message} {because}".rstrip(), style="bold")
    left = sum(max(len(found) - MOST_SHOWN, 0) for found in (report.warnings, report.errors))
    if left:
        _say(_("… and %(count)s more; --json has them all.") % {"count": left})
    if report.errors:
        outcome = ngettext(
            "Nothing was imported: %(count)s error.", "Nothing was imported: %(count)s errors.", len(report.errors)
        )
        _say(outcome % {"count": len(report.errors)})
    elif dry_run:
        _say(_("Nothing was written. Without --dry-run this is what would be done."))
    else:
        _say(_("The workbook is imported."))


def _print_counts(report: Report) -> None:
    from django.utils.translation import pgettext
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    table.add_column(pgettext("workbook", "Sheet"))
    for heading in (
        pgettext("workbook", "Rows"),
        pgettext("workbook", "New"),
        pgettext("workbook", "Changed"),
        pgettext("workbook", "Unchanged"),
    ):
        table.add_column(heading, justify="right")
    for name, counts in report.sheets.items():
        table.add_row(name, *map(str, (counts.rows, counts.created, counts.updated, counts.unchanged)))
    Console().print(table)


def _say(text: str, style: str | None = None) -> None:
    """As it is: a cell of the workbook may hold what looks like markup."""
    messages.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
