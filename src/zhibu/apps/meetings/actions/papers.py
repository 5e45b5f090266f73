"""Papers of a meeting: files that belong to it, and the scan of the signed sheet."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.meetings.actions.minutes import reopen_for_change
from zhibu.apps.meetings.actions.stages import locked, require
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Meeting, Paper
from zhibu.domain.terms import MeetingStage

#: Files of one meeting, and the folder in which they are kept.
MOST = 50
FOLDER = "papers"

#: What a scanner or a camera makes.
SCANS = ("pdf", "png", "jpg")

TAKES_PAPERS = tuple(stage for stage in MeetingStage if stage not in {MeetingStage.FILED, MeetingStage.NOT_HELD})


@transaction.atomic
def add_paper(
    meeting: Meeting,
    *,
    name: str,
    content: bytes,
    actor: Actor,
    at: dt.datetime,
    item: AgendaItem | None = None,
    is_signed_sheet: bool = False,
) -> Paper:
    """Attach a file. The scan of the signed sheet may also come after filing: it stands beside the record.

    Refused by size, where its name bears a mark of secrecy, and where the content is none of the kinds known or not
    what the name says; a scan is a picture or a .pdf.
    """
    meeting = locked(meeting.pk)
    require(meeting, *TAKES_PAPERS, *([MeetingStage.FILED] if is_signed_sheet else []))
    if meeting.papers.count() >= MOST:
        raise MeetingRefusal(_("%(number)s papers are attached already; more do not fit.") % {"number": MOST})
    refuse_marks([name.rpartition(".")[0] or name], is_no_mark=True)
    kept = files.looked_at(name, content)
    if is_signed_sheet and kept.kind not in SCANS:
        raise MeetingRefusal(
            _("The scan of the signed sheet is one of %(kinds)s. Attach other files without that mark.")
            % {"kinds": "、".join(SCANS)}
        )
    files.keep(FOLDER, kept, content)
    paper = Paper.objects.create(
        meeting=meeting,
        agenda_item=item,
        name=kept.name,
        media_type=kept.media_type,
        sha256=kept.sha256,
        size=kept.size,
        is_signed_sheet=is_signed_sheet,
        added_at=at,
    )
    if not is_signed_sheet:  # it is a copy of what was approved
        reopen_for_change(meeting, actor=actor, at=at)
    record(
        "paper_added",
        meeting.pk,
        actor=actor,
        at=at,
        document={"paper": str(paper.pk), "name": kept.name, "sha256": kept.sha256, "size": kept.size},
    )
    return paper


@transaction.atomic
def remove_paper(paper: Paper, *, actor: Actor, at: dt.datetime) -> None:
    """A paper attached by mistake is taken off before filing; its file goes where no other meeting has it."""
    meeting = locked(paper.meeting_id)
    require(meeting, *TAKES_PAPERS)
    record(
        "paper_removed",
        meeting.pk,
        actor=actor,
        at=at,
        document={"paper": str(paper.pk), "name": paper.name, "sha256": paper.sha256},
    )
    digest, was_signed_sheet = paper.sha256, paper.is_signed_sheet
    paper.delete()
    if not was_signed_sheet:
        reopen_for_change(meeting, actor=actor, at=at)
    transaction.on_commit(lambda: _forget(digest))


def _forget(digest: str) -> None:
    if not Paper.objects.filter(sha256=digest).exists():
        files.forget(FOLDER, digest)
