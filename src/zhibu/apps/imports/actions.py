"""A workbook comes in, whole or not at all; and is taken back, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

from django.db import connection, transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.imports.errors import PlanChanged, UndoRefused
from zhibu.apps.imports.findings import Report, digest
from zhibu.apps.imports.models import Import
from zhibu.apps.imports.plan import Options, plan
from zhibu.apps.imports.taking_back import TakingBack
from zhibu.apps.meetings.actions.indexing import unindex_records
from zhibu.apps.meetings.actions.ledger import enter_from_ledger, record_taken_back
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.actions import rebuild_paths
from zhibu.documents.workbooks.limits import DEFAULT, Limits


@transaction.atomic
def bring_in(
    data: bytes,
    *,
    file_name: str,
    options: Options,
    actor: Actor,
    at: dt.datetime,
    shown: str | None = None,
    limits: Limits = DEFAULT,
) -> tuple[Report, Import | None]:
    """Apply a workbook, or report what is wrong with it and write nothing.

    A workbook that says what is recorded already is applied and changes nothing; there is no ``Import`` to undo
    then. ``shown`` is the digest of the report that somebody confirmed: where it is another now, ``PlanChanged``.
    """
    _one_at_a_time()
    planned = plan(data, options, at=at, limits=limits)
    if shown is not None and digest(planned.report) != shown:
        raise PlanChanged(
            _("Meanwhile something was recorded that changes what this workbook would do. Look at it again.")
        )
    if planned.changes is None:
        return planned.report, None
    report = replace(planned.report, applied=True)
    if not planned.changes:
        return report, None
    planned.changes.write(at=at)
    rebuild_paths()
    for row in enter_from_ledger(planned.changes.ledger, actor=actor, at=at):
        planned.changes.make(row)
    file_sha256 = hashlib.sha256(data).hexdigest()
    imported = Import.objects.create(
        file_name=file_name[:200],
        file_sha256=file_sha256,
        as_of=options.as_of,
        is_complete=options.complete,
        actor=actor,
        recorded_at=at,
        report=report.document(),
        changes=planned.changes.record(),
    )
    record(
        "workbook_imported",
        imported.pk,
        actor=actor,
        at=at,
        document={
            "file_sha256": file_sha256,
            "as_of": options.as_of.isoformat(),
            "complete": options.complete,
            "sheets": {name: counts.document() for name, counts in report.sheets.items()},
        },
    )
    _tell_planner()
    return report, imported


def _tell_planner() -> None:
    """PostgreSQL learns of thousands of rows now, not when its cleaner comes; until then a list may take minutes.

    Source: PostgreSQL manual, “Populating a Database”, run ANALYZE afterwards.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _one_at_a_time() -> None:
    """Two imports at once would both plan on the same ground. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Import._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


@transaction.atomic
def undo(imported: Import, *, actor: Actor, at: dt.datetime) -> None:
    """Take back exactly what an import did. Raises ``UndoRefused`` once something rests on it."""
    _one_at_a_time()
    imported.refresh_from_db()
    if imported.undone_at is not None:
        raise UndoRefused(_("This import has been undone already."))
    later = Import.objects.standing().filter(pk__gt=imported.pk).order_by("-pk").first()
    if later is not None:
        raise UndoRefused(_("“%(file)s” was imported after it. Undo that one first.") % {"file": later.file_name})
    taking_back = TakingBack(imported.changes)
    taking_back.refuse_if_used()
    unindex_records(taking_back.keys_of(Meeting))
    taking_back.write(of=imported.recorded_at)
    rebuild_paths()
    record_taken_back(taking_back.keys_of(Meeting), source=imported.file_sha256, actor=actor, at=at)
    imported.undone_at = at
    imported.save(update_fields=["undone_at"])
    record(
        "import_undone",
        imported.pk,
        actor=actor,
        at=at,
        document={"file_sha256": imported.file_sha256, "as_of": imported.as_of.isoformat()},
    )
