"""Files that people hand in: kept by what is in them. A client's name and type are never believed.

Each room keeps its files in a folder of its own, so that it may forget one that no other needs.
"""

from __future__ import annotations

import hashlib
import io
import struct
import unicodedata
import zipfile
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from zhibu.apps.archive.errors import FileRefused

#: Bytes of one file.
LARGEST = 20 * 1024 * 1024

#: Entries of a zip archive; an office file has a few hundred. Each begins so in the list of contents.
MOST_ENTRIES = 5000
_ENTRY = b"PK\x01\x02"

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


def place_of(folder: str, sha256: str) -> str:
    """Where a file is kept: by its digest, so that no name of a client becomes a path."""
    return f"{folder}/{sha256[:2]}/{sha256}"


def _named(name: str, kind: str) -> str:
    """The name as it is shown and handed out: the last part of a path, in one line, with the ending it deserves."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    stem, _dot, ending = plain.rpartition(".")
    given = _SAME.get(ending.lower(), ending.lower())
    if given != kind:
        raise FileRefused(
            _("“%(name)s” is not what its name says. Save it again as %(kinds)s and attach that.")
            % {"name": plain[:60], "kinds": "、".join(MEDIA_TYPES)}
        )
    return f"{stem[: 119 - len(kind)] or 'zhibu'}.{kind}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken: ``kind`` is one of ``MEDIA_TYPES``, ``name`` as it is shown and handed out."""

    name: str
    kind: str
    sha256: str
    size: int

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.kind]


def looked_at(name: str, content: bytes) -> Kept:
    """What a file is. Refused by size, and where it is none of the kinds known or not what its name says."""
    refuse_too_large(len(content))
    kind = kind_of(content)
    if kind is None:
        raise FileRefused(
            _("This file is none of %(kinds)s, or it holds macros. Save it as one of these and attach that.")
            % {"kinds": "、".join(MEDIA_TYPES)}
        )
    return Kept(_named(name, kind), kind, hashlib.sha256(content).hexdigest(), len(content))


def refuse_too_large(size: int) -> None:
    if size > LARGEST:
        raise FileRefused(_("The file is larger than 20 MB. Attach it in parts or save it smaller."))


def keep(folder: str, kept: Kept, content: bytes) -> None:
    """Put the bytes where ``place_of`` says; once, however often the same come."""
    place = place_of(folder, kept.sha256)
    if not default_storage.exists(place):
        default_storage.save(place, ContentFile(content))


def forget(folder: str, sha256: str) -> None:
    default_storage.delete(place_of(folder, sha256))
