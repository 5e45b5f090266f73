"""What is wrong with a plan, what keeps somebody away, and what would do where nothing fits: in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhibu.apps.planning.models import PlanSession
from zhibu.apps.planning.queries import ItemLine, hindrance_in_words
from zhibu.domain.roster import FaultCode
from zhibu.domain.roster_relaxations import RelaxationKind


def because(why: Sequence[tuple[PlanSession, str]]) -> list[str]:
    return [f"{localtime(one.starts_at):%m-%d %H:%M} {hindrance_in_words(word)}" for one, word in why]


def broken_in_words(one: dict[str, str], lines: Sequence[ItemLine]) -> str:
    item = next((line.item for line in lines if str(line.item.pk) == one["item"]), None)
    about = item.word.zh if item is not None else one["post"]
    return f"{about}：{FaultCode(one['code']).zh}" if about else FaultCode(one["code"]).zh


def relaxed_in_words(relaxations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why no sitting is possible, then each smallest change that would do, in words; not empty."""
    first, *changes = relaxations
    texts = [
        _("At most %(most)s of %(of)s can sit together at any time; %(needed)s have to.")
        % {"most": first["most"], "of": first["of"], "needed": first["needed"]}
    ]
    for one in changes:
        at = localtime(dt.datetime.fromisoformat(one["at"]))
        facts = {
            "when": f"{at:%m-%d %H:%M}",
            "amount": one["amount"],
            "there": one["there"],
            "posts": "、".join(f"{post} × {number}" for post, number in one["posts"]),
        }
        texts.append(_CHANGES[RelaxationKind(one["kind"])] % facts)
    return texts


_CHANGES = {
    RelaxationKind.COVER: _lazy("Enough would be: somebody covers at %(posts)s on %(when)s; then %(there)s come."),
    RelaxationKind.ONLINE: _lazy(
        "Enough would be, where a rule allows it: on-line from %(when)s; then %(there)s come."
    ),
    RelaxationKind.WINDOW: _lazy("Enough would be: %(amount)s days more; on %(when)s %(there)s come."),
    RelaxationKind.ROOM: _lazy("Enough would be: another room on %(when)s; then %(there)s come."),
    RelaxationKind.LARGER_ROOM: _lazy("Enough would be: %(amount)s more seats on %(when)s; then %(there)s come."),
    RelaxationKind.QUORUM: _lazy("Nearest to it: %(when)s, where %(there)s come, %(amount)s too few."),
}
