"""What is wrong with a workbook, cell by cell, and the report that outside programs read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from zhibu.documents.workbooks.layout import LAYOUTS
from zhibu.domain.seal import sha256

#: Nobody mends more than this at once; the rest is found when these are gone.
MOST_ERRORS = 5_000

_ORDER = {layout.name: index for index, layout in enumerate(LAYOUTS)}


class Code(StrEnum):
    MISSING = "missing"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    BAD_DATE = "bad_date"
    BAD_VALUE = "bad_value"
    OUT_OF_ORDER = "out_of_order"
    IN_FUTURE = "in_future"
    CYCLE = "cycle"
    TOO_BIG = "too_big"


@dataclass(frozen=True, slots=True)
class Finding:
    """``row`` is Excel's number, ``None`` for what is not in the file. ``value`` is what the cell says.

    ``because`` names the row (``组织机构!131``) whose own fault made this one; correcting that one corrects both.
    """

    sheet: str
    row: int | None
    column: str
    value: str | None
    code: Code
    message: str
    because: str | None = None

    def document(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "code": self.code.value,
            "message": self.message,
            "because": self.because,
        }


def place(sheet: str, row: int) -> str:
    """How a row is named in ``because``: as a formula in Excel would."""
    return f"{sheet}!{row}"


class TooManyErrors(Exception):
    """So much is wrong that looking on is of no use."""


@dataclass(slots=True)
class Findings:
    """Errors keep the whole workbook out; warnings do not."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def error(
        self,
        sheet: str,
        row: int | None,
        column: str,
        value: str | None,
        code: Code,
        text: str,
        *,
        because: str | None = None,
    ) -> None:
        """``text`` says what is wrong and what to do; where it is stands before it."""
        self.errors.append(Finding(sheet, row, column, value, code, _located(sheet, row, column, text), because))
        if len(self.errors) >= MOST_ERRORS:
            raise TooManyErrors

    def warn(self, sheet: str, row: int | None, column: str, value: str | None, code: Code, text: str) -> None:
        self.warnings.append(Finding(sheet, row, column, value, code, _located(sheet, row, column, text)))


def _located(sheet: str, row: int | None, column: str, text: str) -> str:
    if row is None:
        return _("Sheet %(sheet)s: %(text)s") % {"sheet": sheet, "text": text} if sheet else text
    if not column:
        return _("%(sheet)s, row %(row)s: %(text)s") % {"sheet": sheet, "row": row, "text": text}
    return _("%(sheet)s, row %(row)s, %(column)s: %(text)s") % {
        "sheet": sheet,
        "row": row,
        "column": column,
        "text": text,
    }


@dataclass(slots=True)
class Counts:
    """Of the rows of one sheet: what they made, changed or found as they say."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def add(self, *, is_new: bool, is_changed: bool) -> None:
        if is_new:
            self.created += 1
        elif is_changed:
            self.updated += 1
        else:
            self.unchanged += 1

    def document(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a workbook. After a refusal the sheets count their rows only."""

    applied: bool
    sheets: Mapping[str, Counts]
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    def document(self) -> dict[str, Any]:
        """As ``contracts.md`` has it."""
        return {
            "applied": self.applied,
            "sheets": {name: counts.document() for name, counts in self.sheets.items()},
            "errors": [finding.document() for finding in self.errors],
            "warnings": [finding.document() for finding in self.warnings],
        }


def digest(report: Report) -> str:
    """By which a report that somebody was shown is known again."""
    return sha256(json.dumps(report.document(), ensure_ascii=False))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sheet by sheet, from the first row to the last; what has no row comes first."""
    return tuple(sorted(findings, key=lambda each: (_ORDER.get(each.sheet, -1), each.row or 0)))
