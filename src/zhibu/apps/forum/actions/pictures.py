"""Pictures of a post: taken when they come, and forgotten when no post has them any more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive import files
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Picture, Post
from zhibu.documents.pictures import Drawn, PictureFault, PictureRefused, drawn_anew
from zhibu.domain.forum import MOST_PICTURES

#: Bytes of a picture as it comes in.
LARGEST = 12 * 1024 * 1024

#: The folder in which the pictures of the forum are kept.
FOLDER = "forum"

#: A file as it came: the name that its sender gave it, and its bytes.
Sent = tuple[str, bytes]


def drawn(sent: Sequence[Sent], *, already: int = 0) -> list[Drawn]:
    """Each picture anew; refused by the name of the file where one can not be taken. Nothing is kept yet."""
    if already + len(sent) > MOST_PICTURES:
        raise ForumRefusal(
            _("%(number)s pictures are too many; %(most)s are possible. Send the others with another post.")
            % {"number": already + len(sent), "most": MOST_PICTURES}
        )
    return [_drawn(name, content) for name, content in sent]


def _drawn(name: str, content: bytes) -> Drawn:
    named = {"name": name[-60:], "most": LARGEST // 1024 // 1024}
    if len(content) > LARGEST:
        raise ForumRefusal(_("“%(name)s” is larger than %(most)s MB. Send it smaller.") % named)
    try:
        return drawn_anew(content)
    except PictureRefused as refused:
        raise ForumRefusal(_why(refused.fault) % named) from refused


def _why(fault: PictureFault) -> str:
    if fault is PictureFault.TOO_MANY_PIXELS:
        return _("“%(name)s” has more pixels than can be taken. Send it smaller.")
    return _("“%(name)s” is no picture that can be taken. Send a photo or a screenshot as JPEG or PNG.")


def keep(post: Post, pictures: Iterable[Drawn]) -> None:
    for picture in pictures:
        sha256 = hashlib.sha256(picture.content).hexdigest()
        files.keep(FOLDER, files.Kept(f"{sha256[:8]}.jpg", "jpg", sha256, len(picture.content)), picture.content)
        Picture.objects.create(post=post, sha256=sha256, width=picture.width, height=picture.height)


def drop(pictures: Iterable[Picture]) -> None:
    """They are gone, and so are the files that no other post has, once the deed stands."""
    digests = set()
    for picture in pictures:
        digests.add(picture.sha256)
        picture.delete()
    used = set(Picture.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    for digest in digests - used:
        transaction.on_commit(partial(files.forget, FOLDER, digest))
