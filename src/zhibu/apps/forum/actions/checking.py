"""What is looked at before anything that somebody sends is kept."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from zhibu.apps.forum.errors import BearsMark, ForumRefusal
from zhibu.domain.guidance import UNREADABLE, kept
from zhibu.domain.markings import inside_words, secret_marks


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


def refuse_marks(texts: Iterable[str], *, is_no_mark: bool) -> None:
    """Nothing that bears a mark of secrecy is sent here; the name of a file, without its ending, is a text as well.

    ``is_no_mark``: the writer says of words such as “内部资料” that they are none; of a degree nobody says so.
    """
    said = "\n".join(texts)
    if secret := secret_marks(said):
        raise BearsMark(
            _("“%(mark)s” stands in it. What bears such a mark must not be sent here. Change it, or do not send it.")
            % {"mark": "”、“".join(secret)},
            may_confirm=False,
        )
    inside = inside_words(said)
    if inside and not is_no_mark:
        raise BearsMark(
            _("“%(mark)s” stands in it. If it is a mark of secrecy, do not send it; else say below that it is none.")
            % {"mark": "”、“".join(inside)},
            may_confirm=True,
        )
