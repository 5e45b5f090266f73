"""What an import would do: the workbook read, checked, and compared with what is recorded. Writes nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhibu.apps.imports.changes import Changes
from zhibu.apps.imports.checking.check import check
from zhibu.apps.imports.comparing.appointments import compare_appointments
from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.comparing.dating import Dating
from zhibu.apps.imports.comparing.honors import compare_honors
from zhibu.apps.imports.comparing.ledger import compare_ledger
from zhibu.apps.imports.comparing.organizations import compare_organizations
from zhibu.apps.imports.comparing.people import compare_people
from zhibu.apps.imports.comparing.rosters import compare_roster, compare_shifts
from zhibu.apps.imports.comparing.settling import settle
from zhibu.apps.imports.comparing.windows import compare_window_posts
from zhibu.apps.imports.facts import Facts
from zhibu.apps.imports.findings import MOST_ERRORS, Code, Counts, Finding, Findings, Report, TooManyErrors, in_order
from zhibu.apps.imports.gathering.book import gather
from zhibu.apps.imports.known import Known
from zhibu.documents.workbooks.layout import LAYOUTS
from zhibu.documents.workbooks.limits import DEFAULT, MEBIBYTE, TOO_BIG, Limits, Reason, WorkbookRefused
from zhibu.documents.workbooks.reading import Book, read


@dataclass(frozen=True, slots=True)
class Options:
    """``month``: of the roster, any day of it; ``complete``: who is not in the file has gone."""

    as_of: dt.date
    month: dt.date | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """``changes`` is ``None`` where there are errors: then nothing may be written."""

    report: Report
    changes: Changes | None


def plan(data: bytes, options: Options, *, at: dt.datetime, limits: Limits = DEFAULT) -> Plan:
    """What this workbook would change, as of now, which is ``at``."""
    try:
        book = read(data, wanted=[layout.name for layout in LAYOUTS], limits=limits)
    except WorkbookRefused as refusal:
        return Plan(refused(refusal), None)
    findings = Findings()
    counts: dict[str, Counts] = {}
    try:
        changes = _changes(book, options, at, findings, counts)
    except TooManyErrors:
        changes = None
        findings.errors.append(_too_many())
    return Plan(
        Report(
            applied=False,
            sheets=counts,
            errors=in_order(findings.errors),
            warnings=in_order(findings.warnings),
        ),
        changes,
    )


def _changes(
    book: Book, options: Options, at: dt.datetime, findings: Findings, counts: dict[str, Counts]
) -> Changes | None:
    facts = gather(book, as_of=options.as_of, month=options.month, findings=findings)
    counts.update({told.sheet: Counts(rows=len(told.facts)) for told in facts.told()})
    known = Known()
    check(facts, known, findings, complete=options.complete, at=at)
    if findings.errors:
        return None
    compared = _compare(facts, known, options, findings)
    if findings.errors:
        return None
    counts.update(compared.counts)
    return compared.changes


def _compare(facts: Facts, known: Known, options: Options, findings: Findings) -> Comparison:
    to = Comparison(
        facts=facts,
        known=known,
        dating=Dating(as_of=options.as_of, first=known.first_import, last=known.last_import),
        complete=options.complete,
        findings=findings,
        counts={told.sheet: Counts(rows=len(told.facts)) for told in facts.told()},
    )
    compare_organizations(to)
    compare_window_posts(to)
    compare_people(to)
    compare_appointments(to)
    compare_shifts(to)
    compare_roster(to)
    compare_honors(to)
    compare_ledger(to)
    if not findings.errors:
        settle(to)
    return to


def _too_many() -> Finding:
    text = _("There are more than %(most)s errors. Mend these first; the others show when they are gone.")
    return Finding("", None, "", None, Code.TOO_BIG, text % {"most": MOST_ERRORS})


def refused(refusal: WorkbookRefused) -> Report:
    """The report on a file that was not even opened."""
    code = Code.TOO_BIG if refusal.reason in TOO_BIG else Code.BAD_VALUE
    message = _refusals()[refusal.reason] % {"limit": refusal.limit, "megabytes": (refusal.limit or 0) // MEBIBYTE}
    return Report(applied=False, sheets={}, errors=(Finding("", None, "", None, code, message),))


def _refusals() -> dict[Reason, str]:
    return {
        Reason.EMPTY: _("The file is empty. Choose the workbook again."),
        Reason.NOT_A_WORKBOOK: _(
            "This is no Excel workbook, whatever its name says. Open it in WPS or Excel and save it as .xlsx."
        ),
        Reason.OTHER_FORMAT: _(
            "This kind of file can not be read here. Open it in WPS or Excel and save it as .xlsx."
        ),
        Reason.PASSWORD: _("The workbook is locked with a password. Save a copy without one."),
        Reason.DAMAGED: _("The workbook is damaged. Open it in WPS or Excel, save it as a new .xlsx and try that."),
        Reason.DISGUISED: _(
            "The file holds something beside the workbook and was not opened. Save the workbook as a new .xlsx."
        ),
        Reason.UNSAFE_NAME: _(
            "The workbook holds parts with unsafe names and was not opened. Save it as a new .xlsx."
        ),
        Reason.UNSAFE_XML: _(
            "The workbook holds definitions that could do harm and was not opened. Save it as a new .xlsx."
        ),
        Reason.PACKED: _("The file is larger than %(megabytes)s MB. Split it, or take pictures out of it."),
        Reason.UNPACKED: _(
            "Unpacked, the workbook is larger than %(megabytes)s MB. Split it, or take pictures out of it."
        ),
        Reason.FILES: _("The workbook holds more than %(limit)s files. Take pictures and other things out of it."),
        Reason.ROWS: _("A sheet reaches beyond row %(limit)s. Delete the rows below the table, or split it."),
        Reason.CELLS: _("The sheets reach over too many cells. Delete the rows and columns beside the tables."),
    }
