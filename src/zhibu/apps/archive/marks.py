"""Marks of secrecy are looked for before anything that somebody sends is kept, in every room in the same way."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from zhibu.apps.archive.errors import BearsMark
from zhibu.domain.markings import inside_words, secret_marks


def refuse_marks(texts: Iterable[str], *, is_no_mark: bool, known: str = "") -> None:
    """Nothing that bears a mark of secrecy is sent here; the name of a file, without its ending, is a text as well.

    ``is_no_mark``: the writer says of words such as “内部资料” that they are none; of a degree nobody says so.
    ``known``: what stood there before: of its words that was said already. Raises ``BearsMark``.
    """
    said = "\n".join(texts)
    if secret := secret_marks(said):
        raise BearsMark(
            _("“%(mark)s” stands in it. What bears such a mark must not be sent here. Change it, or do not send it.")
            % {"mark": "”、“".join(secret)},
            may_confirm=False,
        )
    before = set(inside_words(known))
    inside = [words for words in inside_words(said) if words not in before]
    if inside and not is_no_mark:
        raise BearsMark(
            _("“%(mark)s” stands in it. If it is a mark of secrecy, do not send it; else say below that it is none.")
            % {"mark": "”、“".join(inside)},
            may_confirm=True,
        )
