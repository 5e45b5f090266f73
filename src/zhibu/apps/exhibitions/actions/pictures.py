"""The picture of an exhibit: drawn anew in two sizes, and forgotten where no other exhibit has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhibu.apps.archive import files
from zhibu.apps.exhibitions.errors import ExhibitionRefusal
from zhibu.apps.exhibitions.models import Exhibit
from zhibu.apps.exhibitions.queries import FOLDER
from zhibu.documents.pictures import PictureFault, PictureRefused, drawn_anew

#: Bytes of a picture as it comes in.
LARGEST = 12 * 1024 * 1024

#: Pixels of the longer side on a hall screen and a panel.
LONGEST_LARGE = 1920


@dataclass(frozen=True, slots=True)
class Drawn:
    """Digests of both sizes, and how many pixels the smaller one has."""

    picture: str
    large: str
    width: int
    height: int


def taken(content: bytes) -> Drawn:
    """Refused where it is too large or no picture that is taken."""
    if len(content) > LARGEST:
        raise ExhibitionRefusal(
            _("The picture is larger than %(most)s MB. Send it smaller.") % {"most": LARGEST // 1024 // 1024}
        )
    try:
        small, large = drawn_anew(content), drawn_anew(content, longest=LONGEST_LARGE)
    except PictureRefused as refused:
        raise ExhibitionRefusal(_why(refused.fault)) from refused
    return Drawn(_kept(small.content), _kept(large.content), small.width, small.height)


def _why(fault: PictureFault) -> str:
    if fault is PictureFault.TOO_MANY_PIXELS:
        return _("The picture has more pixels than can be taken. Send it smaller.")
    return _("This is no picture that can be taken. Send a photo or a scan as JPEG or PNG.")


def _kept(content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    files.keep(FOLDER, files.Kept(f"{sha256[:8]}.jpg", "jpg", sha256, len(content)), content)
    return sha256


def forget(digests: Iterable[str]) -> None:
    """The bytes go, but for those that another exhibit shows."""
    for digest in set(digests) - {""}:
        in_use = Exhibit.objects.filter(picture=digest) | Exhibit.objects.filter(large=digest)
        if not in_use.exists():
            files.forget(FOLDER, digest)
