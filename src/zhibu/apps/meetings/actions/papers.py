"""Papers of a meeting: files kept by what is in them. A client's name and type are never believed."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import struct
import unicodedata
import zipfile

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.minutes import reopen_for_change
from zhibu.apps.meetings.actions.stages import locked, require
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Meeting, Paper
from zhibu.domain.terms import MeetingStage

#: Bytes of one file, and files of one meeting.
LARGEST = 20 * 1024 * 1024
MOST = 50

#: Entries of a zip archive; an office file has a few hundred. Each begins so in the list of contents.
MOST_ENTRIES = 5000
_ENTRY = b"PK\x01\x02"

#: What a scanner or a camera makes.
SCANS = ("pdf", "png", "jpg")

TAKES_PAPERS = tuple(stage for stage in MeetingStage if stage not in {MeetingStage.FILED, MeetingStage.NOT_HELD})

_OFFICE = "application/vnd.openxmlformats-officedocument."
#: How names of each kind of file end, and as what it is handed out.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "txt": "text/plain; charset=utf-8",
}
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_SAME = {"jpeg": "jpg"}


def kind_of(content: bytes) -> str | None:
    """What a file is by its content: one of ``MEDIA_TYPES``; ``None`` for anything else."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    return "txt" if content and _is_text(content) else None


def _office_kind(content: bytes) -> str | None:
    if content.count(_ENTRY) > MOST_ENTRIES:  # before the list is read: a million of them fill the memory
        return None
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()  # the list of contents only: nothing is unpacked
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        return None
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    if has_macros or "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _PARTS.items() if part in names), None)


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(char) == "Cc" and char not in "\t\r\n\f" for char in text)
    return False


def place_of(sha256: str) -> str:
    """Where a file is kept: by its digest, so that no name of a client becomes a path."""
    return f"papers/{sha256[:2]}/{sha256}"


def _named(name: str, kind: str) -> str:
    """The name as it is shown and handed out: the last part of a path, in one line, with the ending it deserves."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    stem, _dot, ending = plain.rpartition(".")
    given = _SAME.get(ending.lower(), ending.lower())
    if given != kind:
        raise MeetingRefusal(
            _("“%(name)s” is not what its name says. Save it again as %(kinds)s and attach that.")
            % {"name": plain[:60], "kinds": "、".join(MEDIA_TYPES)}
        )
    return f"{stem[: 119 - len(kind)] or 'zhibu'}.{kind}"


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

    Refused by size, and where the content is none of the kinds known or not what the name says; a scan is a picture
    or a .pdf.
    """
    meeting = locked(meeting.pk)
    require(meeting, *TAKES_PAPERS, *([MeetingStage.FILED] if is_signed_sheet else []))
    if len(content) > LARGEST:
        raise MeetingRefusal(_("The file is larger than 20 MB. Attach it in parts or save it smaller."))
    if meeting.papers.count() >= MOST:
        raise MeetingRefusal(_("%(number)s papers are attached already; more do not fit.") % {"number": MOST})
    kind = kind_of(content)
    if kind is None:
        raise MeetingRefusal(
            _("This file is none of %(kinds)s, or it holds macros. Save it as one of these and attach that.")
            % {"kinds": "、".join(MEDIA_TYPES)}
        )
    if is_signed_sheet and kind not in SCANS:
        raise MeetingRefusal(
            _("The scan of the signed sheet is one of %(kinds)s. Attach other files without that mark.")
            % {"kinds": "、".join(SCANS)}
        )
    digest = hashlib.sha256(content).hexdigest()
    shown = _named(name, kind)
    if not default_storage.exists(place_of(digest)):
        default_storage.save(place_of(digest), ContentFile(content))
    paper = Paper.objects.create(
        meeting=meeting,
        agenda_item=item,
        name=shown,
        media_type=MEDIA_TYPES[kind],
        sha256=digest,
        size=len(content),
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
        document={"paper": str(paper.pk), "name": shown, "sha256": digest, "size": len(content)},
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
        default_storage.delete(place_of(digest))
