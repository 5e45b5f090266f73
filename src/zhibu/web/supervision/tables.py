"""The lines of a list as a table: the same cells on the page and in the spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhibu.apps.reports.definitions import Opens
from zhibu.apps.reports.listing import (
    Line,
    NameLine,
    OrganizationLine,
    PersonLine,
    PostLine,
    WindowPostLine,
)
from zhibu.documents.tables import Table
from zhibu.web.shell.templatetags.words import word
from zhibu.web.supervision.scope import Chosen


@dataclass(frozen=True, slots=True)
class Cell:
    """A text of a table, with an address where it leads somewhere. ``label`` is the heading of its column."""

    text: str
    url: str = ""
    label: str = ""


Row = Sequence[Cell]


def columns(opens: Opens) -> tuple[str, ...]:
    match opens:
        case Opens.PEOPLE:
            return _("Name"), _("Staff number"), _("Branch"), _("Unit"), _("Department")
        case Opens.POSTS:
            return _("Name"), _("Staff number"), _("Post"), _("Organization")
        case Opens.ORGANIZATIONS:
            return pgettext("of a thing", "Name"), _("Code"), _("Kind"), _("Superior")
        case Opens.WINDOW_POSTS:
            return pgettext("of a thing", "Name"), _("Code"), _("Site"), _("Section"), _("Unit")
        case Opens.SITES | Opens.SECTIONS:
            return (pgettext("of a thing", "Name"),)


def rows(opens: Opens, lines: Iterable[Line], of: Chosen) -> list[Row]:
    headings = columns(opens)
    return [
        tuple(Cell(cell.text, cell.url, label) for cell, label in zip(_cells(line, of), headings, strict=True))
        for line in lines
    ]


def table(name: str, opens: Opens, lines: Iterable[Line], of: Chosen) -> Table:
    return Table(name, columns(opens), [[cell.text for cell in row] for row in rows(opens, lines, of)])


def _cells(line: Line, of: Chosen) -> tuple[Cell, ...]:
    match line:
        case PersonLine():
            return (
                Cell(line.name, reverse("person", args=[line.id])),
                Cell(line.number),
                _organization(line.branch, of),
                _organization(line.unit, of),
                Cell(line.department or ""),
            )
        case PostLine():
            return (
                Cell(line.name, reverse("person", args=[line.id])),
                Cell(line.number),
                Cell(word(line.post)),
                _organization(line.organization, of),
            )
        case OrganizationLine():
            parent = of.house.by_id[line.id].parent
            return _organization(line.id, of), Cell(line.number), Cell(word(line.kind)), _organization(parent, of)
        case WindowPostLine():
            return (
                Cell(line.name),
                Cell(line.number),
                Cell(line.site),
                Cell(line.section),
                _organization(line.unit, of),
            )
        case NameLine():
            return (Cell(line.name),)


def _organization(id: UUID | None, of: Chosen) -> Cell:  # noqa: A002 - the organization's
    return Cell(of.house.names[id], of.address(id)) if id is not None else Cell("")
