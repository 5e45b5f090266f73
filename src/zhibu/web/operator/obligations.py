"""``zhibu obligations``: what is owed, period by period, as known on a day (``contracts.md``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from zhibu.web.operator.terminal import AsJson, DataFolder, FromDay, ToDay, print_json, refuse, span_asked, start

if TYPE_CHECKING:  # models can be imported once Django is set up
    from zhibu.domain.compliance import Cell


def obligations(
    organization: Annotated[
        str | None, typer.Option(help="One organization, by its code, with its groups; all unless given.")
    ] = None,
    since: FromDay = None,
    until: ToDay = None,
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known at the end of this day; today.")
    ] = None,
    data: DataFolder = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what is not owed, with the reason.")] = False,
    as_json: AsJson = False,
) -> None:
    """What each organization, post and member owes, by which article, and how it stands. The year unless said."""
    start(data)
    from zhibu.web.shell import clock

    day = on.date() if on else clock.today()
    first, last = span_asked(since, until, day)
    rows = list(_rows(organization, first, last, day, everything=everything))
    if as_json:
        print_json(rows)
    else:
        _print(rows, day)


def _rows(
    code: str | None, first: dt.date, last: dt.date, day: dt.date, *, everything: bool
) -> Iterator[Mapping[str, Any]]:
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.oversight.queries import obligations as owed
    from zhibu.apps.people.models import Person
    from zhibu.domain.compliance import Status

    chosen = _chosen(code) if code is not None else None
    cells = owed(chosen, since=first, until=last, on=day, with_people=True)
    codes = dict(Organization.objects.values_list("pk", "code"))
    numbers = dict(Person.objects.values_list("pk", "staff_number"))
    for cell in cells:
        if everything or cell.status is not Status.NOT_APPLICABLE:
            yield _row(cell, codes, numbers)


def _chosen(code: str) -> list[UUID]:
    from zhibu.apps.organizations.models import Organization
    from zhibu.domain.terms import OrganizationKind

    found = Organization.objects.filter(code=code).first()
    if found is None:
        refuse(f"There is no organization with the code {code}. See the codes with: zhibu figures, or on its page.")
    groups = Organization.objects.under(found.path).filter(kind=OrganizationKind.GROUP.value)
    return [found.pk, *(groups.values_list("pk", flat=True) if found.word is OrganizationKind.BRANCH else ())]


def _row(cell: Cell[UUID], codes: Mapping[UUID, str], numbers: Mapping[UUID, str]) -> dict[str, Any]:
    citation = cell.rule.citation
    subject = cell.subject
    return {
        "organization": codes[cell.organization],
        "subject": codes.get(subject) or numbers[subject] if isinstance(subject, UUID) else subject.value,
        "requirement": cell.rule.requirement,
        "first": cell.first.isoformat(),
        "last": cell.last.isoformat(),
        "due": cell.due.isoformat(),
        "status": cell.status.value,
        "modality": cell.rule.modality.value if cell.rule.modality else "must",
        "citation": {
            "title": citation.title,
            "year": citation.year,
            "article": citation.article if citation.article is not None else "条号待核",
        },
        "evidence": [str(key) for key in cell.evidence],
        "reason": cell.why_not.zh if cell.why_not else cell.reason,
    }


def _print(rows: list[Mapping[str, Any]], day: dt.date) -> None:
    from rich.console import Console
    from rich.table import Table

    from zhibu.domain.compliance import Status

    table = Table(title=day.isoformat(), box=None)
    for name in ("organization", "subject", "requirement", "first", "due", "status"):
        table.add_column(name)
    for row in rows:
        status = Status(row["status"]).zh
        table.add_row(row["organization"], row["subject"], row["requirement"], row["first"], row["due"], status)
    Console().print(table)
