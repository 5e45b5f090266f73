"""Two ways through the house: each goes down floor by floor and comes back with a value, never up by a call."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from types import FrameType
from typing import Self

import pytest
from django.test import Client

import zhibu
from tests import world
from tests.gatherings import opened
from tests.world import AT, DAY
from zhibu.apps.meetings.actions import sign_in
from zhibu.apps.oversight import live
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

PACKAGE = Path(zhibu.__file__).parent
FLOORS = ("domain", "documents", "apps", "web")


def place_of(frame: FrameType) -> str | None:
    """``web/member/scan`` for a frame of the house; ``None`` for Django's and the library's."""
    file = frame.f_code.co_filename
    return file.removeprefix(f"{PACKAGE}/").removesuffix(".py") if file.startswith(str(PACKAGE)) else None


class Walk:
    """Which rooms were gone through, and each call from a floor to one above it.

    The caller is the nearest frame of the house: what Django does between two of them is nobody's floor.
    """

    def __init__(self) -> None:
        self.places: list[str] = []
        self.climbs: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        sys.setprofile(self._look)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)

    def _look(self, frame: FrameType, event: str, _argument: object) -> None:
        place = place_of(frame) if event == "call" else None
        if place is None or place.partition("/")[0] not in FLOORS:
            return
        self.places.append(place)
        above = frame.f_back
        while above is not None and place_of(above) is None:
            above = above.f_back
        caller = place_of(above) if above is not None else None
        if caller is not None and self._floor(caller) < self._floor(place):
            self.climbs.add((caller, place))

    @staticmethod
    def _floor(place: str) -> int:
        floor = place.partition("/")[0]
        return FLOORS.index(floor) if floor in FLOORS else len(FLOORS)

    def passes(self, *rooms: str) -> bool:
        """Whether the rooms were gone through in this order."""
        left = iter(self.places)
        return all(any(place.startswith(room) for place in left) for room in rooms)


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    return world.bureau()


def test_a_member_scans_the_code(house):
    session = opened(house)
    client = Client()
    client.force_login(world.account(house.chen))
    page = client.get(f"/scan/{session.pk}/{sign_in.current_code(session, AT).long}/").content.decode()
    nonce = page.split('name="nonce"')[1].split('value="')[1].split('"')[0]
    with Walk() as walk:
        answer = client.post(f"/sign-in/{session.pk}/", {"nonce": nonce}, follow=True)
    assert answer.status_code == 200
    assert walk.climbs == set()
    assert walk.passes(
        "web/member/scan", "apps/people/queries", "apps/meetings/actions/sign_in", "domain/seal", "web/"
    )


def test_a_day_is_opened(house):
    live.rebuild(DAY)
    with Walk() as walk:
        live.open_day(dt.date(2027, 1, 1))
    assert walk.climbs == set()
    assert walk.passes("apps/oversight/live", "apps/oversight/facts", "domain/compliance")


def test_a_call_to_a_floor_above_is_seen():
    def told_from_below(call):
        scope = {"call": call}
        exec(compile("def climb():\n    call()\nclimb()", str(PACKAGE / "domain" / "planted.py"), "exec"), scope)

    with Walk() as walk:
        told_from_below(clock.today)
    assert walk.climbs == {("domain/planted", "web/shell/clock")}
