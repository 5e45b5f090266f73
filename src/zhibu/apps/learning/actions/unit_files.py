"""Pictures, recordings and papers of a unit: what they are is read off their content, and nothing else is taken."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.learning.actions.unit_drafts import being_written
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import UnitFile, UnitVersion
from zhibu.documents import media
from zhibu.documents.pictures import PictureFault, PictureRefused, drawn_anew
from zhibu.domain.captions import CaptionsRefused, read_captions, written
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.learning import MediaKind
from zhibu.domain.seal import Canonical

#: Files of one version, and the folder in which they are kept.
MOST_FILES = 20
FOLDER = "units"

#: Bytes of a file by its kind. A video of five minutes as a phone sends it fits.
_MB = 1024 * 1024
LARGEST = {MediaKind.PICTURE: 20 * _MB, MediaKind.AUDIO: 20 * _MB, MediaKind.VIDEO: 60 * _MB, MediaKind.PDF: 20 * _MB}
LARGEST_OF_ALL = max(LARGEST.values())

LONGEST_SAID, LONGEST_TRANSCRIPT, LONGEST_CAPTIONS = 120, 20_000, 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A file as it is handed in, with what is said about it: see ``UnitFile``."""

    name: str
    content: bytes
    said: str = ""
    transcript: str = ""
    captions: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that is taken: ``content`` is what is kept of it."""

    kind: MediaKind
    name: str
    media_type: str
    content: bytes
    size: tuple[int, int] | None = None


@transaction.atomic
def attach(version: UnitVersion, *, brought: Brought, actor: Actor, at: dt.datetime) -> UnitFile:
    """Refused by its name where it is none of the kinds, too large, or can not be understood without sound."""
    version = being_written(version)
    if version.files.count() >= MOST_FILES:
        raise LearningRefusal(_("%(number)s files are attached already; more do not fit.") % {"number": MOST_FILES})
    looked = looked_at(brought)
    facts = said_about(looked.kind, brought)
    last = version.files.aggregate(last=Max("position"))["last"] or 0
    file = put(version, looked, facts, last + 1)
    version.revision += 1
    version.save(update_fields=["revision"])
    record("unit_file_added", version.unit_id, actor=actor, at=at, document=_document(file))
    return file


def put(version: UnitVersion, looked: Looked, facts: dict[str, str], position: int) -> UnitFile:
    """Keep the bytes, once however often the same come, and the row."""
    digest = hashlib.sha256(looked.content).hexdigest()
    files.keep(FOLDER, files.Kept(looked.name, "", digest, len(looked.content)), looked.content)
    width, height = looked.size or (None, None)
    return UnitFile.objects.create(
        version=version,
        kind=looked.kind.value,
        position=position,
        name=looked.name,
        media_type=looked.media_type,
        sha256=digest,
        size=len(looked.content),
        width=width,
        height=height,
        **facts,
    )


@transaction.atomic
def detach(file: UnitFile, *, actor: Actor, at: dt.datetime) -> None:
    """Taken off a draft; what a published version holds stays with that version."""
    version = being_written(file.version)
    file.delete()
    version.revision += 1
    version.save(update_fields=["revision"])
    record("unit_file_removed", version.unit_id, actor=actor, at=at, document=_document(file))
    forget_unused({file.sha256})


def _document(file: UnitFile) -> dict[str, Canonical]:
    return {"version": file.version.number, "name": file.name, "sha256": file.sha256, "size": file.size}


def forget_unused(digests: set[str]) -> None:
    """Files that no version has any more are deleted once the deed stands."""
    used = set(UnitFile.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    for digest in digests - used:
        transaction.on_commit(partial(files.forget, FOLDER, digest))


# --- What a file is ------------------------------------------------------------------------------------------------


def looked_at(brought: Brought) -> Looked:
    """By its content. A picture is drawn anew; where and with what it was taken stays outside."""
    name, content = _name(brought.name), brought.content
    if len(content) > LARGEST_OF_ALL:
        raise _too_large(name, LARGEST_OF_ALL)
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF")) and content[8:12] != b"WAVE":
        return _picture(name, content)
    if content.startswith(b"%PDF-"):
        _refuse_odd_pdf(name, content)
        return _whole(MediaKind.PDF, name, "pdf", files.MEDIA_TYPES["pdf"], content)
    kind = media.kind_of(content)
    if kind is None:
        raise LearningRefusal(
            _(
                "“%(name)s” is none of jpg, png, webp, mp3, m4a, ogg, wav, mp4, webm and pdf, or something else is "
                "hidden in it. Save it as one of these and attach that."
            )
            % {"name": name}
        )
    word = MediaKind.AUDIO if kind in media.AUDIO else MediaKind.VIDEO
    return _whole(word, name, kind, media.MEDIA_TYPES[kind], content)


def _whole(word: MediaKind, name: str, ending: str, media_type: str, content: bytes) -> Looked:
    if len(content) > LARGEST[word]:
        raise _too_large(name, LARGEST[word])
    return Looked(word, _ended(name, ending), media_type, content)


def _too_large(name: str, most: int) -> LearningRefusal:
    return LearningRefusal(
        _("“%(name)s” is larger than %(most)s MB. Save it smaller or cut it in two.")
        % {"name": name, "most": most // _MB}
    )


def _picture(name: str, content: bytes) -> Looked:
    if len(content) > LARGEST[MediaKind.PICTURE]:
        raise _too_large(name, LARGEST[MediaKind.PICTURE])
    try:
        drawn = drawn_anew(content)
    except PictureRefused as refusal:
        if refusal.fault is PictureFault.TOO_MANY_PIXELS:
            says = _("“%(name)s” has too many pixels. Take a smaller picture, or a screenshot of it.")
        else:
            says = _("“%(name)s” can not be read as a picture. Save it again as jpg or png.")
        raise LearningRefusal(says % {"name": name}) from refusal
    return Looked(MediaKind.PICTURE, _ended(name, "jpg"), "image/jpeg", drawn.content, (drawn.width, drawn.height))


#: What makes a paper act by itself, or carries another file.
_ACTS = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")


def _refuse_odd_pdf(name: str, content: bytes) -> None:
    tail = content[-1024:].rstrip()
    if not tail.endswith(b"%%EOF") or b"PK\x05\x06" in content[-70_000:] or any(act in content for act in _ACTS):
        raise LearningRefusal(
            _("“%(name)s” holds scripts or other files, or is cut off. Print it to a new pdf and attach that.")
            % {"name": name}
        )


def _name(name: str) -> str:
    """The last part of a path, in one line."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")[:110] or "zhibu"


def _ended(name: str, ending: str) -> str:
    stem, dot, _given = name.rpartition(".")
    return f"{stem if dot else name}.{ending}"


# --- What is said about it -----------------------------------------------------------------------------------------


def said_about(kind: MediaKind, brought: Brought) -> dict[str, str]:
    """The texts beside a file of this kind, each refused where it is missing or can not be read."""
    said = kept_line(brought.said)
    if len(said) > LONGEST_SAID:
        raise LearningRefusal(
            _("“%(name)s”: what it shows is said in at most %(most)s characters.")
            % {"name": brought.name, "most": LONGEST_SAID}
        )
    facts = {"said": said, "transcript": "", "captions": ""}
    if kind is MediaKind.PICTURE and not said:
        raise LearningRefusal(
            _("Say in a line what “%(name)s” shows: some readers hear it.") % {"name": brought.name}
        )
    if kind is MediaKind.AUDIO:
        facts["transcript"] = _transcript(brought)
    if kind is MediaKind.VIDEO:
        facts["captions"] = _captions(brought)
    return facts


def _transcript(brought: Brought) -> str:
    text = kept(brought.transcript)
    if not text:
        raise LearningRefusal(
            _("“%(name)s” needs its words in writing: at a window nobody can listen. Type or paste the transcript.")
            % {"name": brought.name}
        )
    if len(text) > LONGEST_TRANSCRIPT:
        raise LearningRefusal(
            _("The transcript has %(length)s characters, %(most)s are possible.")
            % {"length": len(text), "most": LONGEST_TRANSCRIPT}
        )
    return text


def _captions(brought: Brought) -> str:
    if not brought.captions.strip():
        raise LearningRefusal(
            _("“%(name)s” needs captions (WebVTT, .vtt): at a window it is watched without sound.")
            % {"name": brought.name}
        )
    if len(brought.captions) > LONGEST_CAPTIONS:
        raise LearningRefusal(
            _("The captions have %(length)s characters, %(most)s are possible.")
            % {"length": len(brought.captions), "most": LONGEST_CAPTIONS}
        )
    try:
        return written(read_captions(brought.captions))
    except CaptionsRefused as refused:
        raise LearningRefusal(
            _("Line %(line)s of the captions: %(fault)s.") % {"line": refused.line, "fault": refused.fault.zh}
        ) from refused
