"""What is looked at before anything that somebody sends is kept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.forum.errors import ForumRefusal
from zhibu.domain.guidance import UNREADABLE, kept


def said(text: str, *, most: int, empty: str) -> str:
    """``text`` as it is kept. Refused where it is empty (in the words ``empty``), too long or unreadable."""
    plain = kept(text)
    if not plain:
        raise ForumRefusal(empty)
    if len(plain) > most:
        raise ForumRefusal(
            _("This has %(length)s characters, %(most)s are possible. Shorten it, or write two posts.")
            % {"length": len(plain), "most": most}
        )
    if UNREADABLE in plain:
        raise ForumRefusal(_("Some characters could not be read and stand as �. Type them anew."))
    return plain
