"""What a phone keeps to be learned without a network: what is due, named for the script that keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.learning.making_up import Waits, WaitsAs, equals_of_all, waits_for
from zhibu.apps.learning.models import Unit
from zhibu.apps.learning.units import with_keys
from zhibu.web.member.units import learn_crumbs
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import my_id

#: So many lessons and so many units are kept by themselves.
MOST_DUE = 10


@dataclass(frozen=True, slots=True)
class Due:
    """A page that is kept. ``version``: another one is fetched anew; ``sends_to``: where its form is sent."""

    title: str
    url: str
    version: str
    sends_to: str
    place: str = ""
    day: dt.date | None = None
    is_lesson: bool = False


@login_required
@require_safe
def kept(request: AskedRequest) -> HttpResponse:
    """The lessons to make up, the units that stand for them, the units to learn. The rest the phone itself knows."""
    my_id(request)
    waits = waits_for(request.asker, clock.today(), most=MOST_DUE)
    lessons, prescribed = waits[WaitsAs.MISSED], [one.key for one in waits[WaitsAs.UNIT]]
    stands = equals_of_all([one.key for one in lessons])
    context = {
        "lessons": [_lesson(one) for one in lessons],
        "units": list(_units([*stands, *with_keys(prescribed)])),
        "crumbs": learn_crumbs(Crumb(_("Without a network"))),
    }
    return render(request, "member/learn/kept.html", context)


def _lesson(one: Waits) -> Due:
    url = reverse("make_up", args=[one.key])
    return Due(one.title, url, one.state, url, one.place, one.day, is_lesson=True)


def _units(units: Iterable[Unit]) -> Iterator[Due]:
    """Each once."""
    known = {unit.pk: unit for unit in units}
    for key, unit in known.items():
        version = unit.published_at.isoformat() if unit.published_at else ""
        yield Due(unit.title, reverse("unit", args=[key]), version, reverse("unit_study", args=[key]))
