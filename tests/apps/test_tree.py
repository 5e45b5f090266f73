"""The tree of a day is kept until a deed changes it, and not a moment longer."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Callable

import pytest
from django.db import transaction

from tests import world
from tests.world import AT, DAY, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.organizations import actions
from zhibu.apps.organizations.queries import SHAPING, House, house_on

pytestmark = pytest.mark.django_db(transaction=True)

DONE = {"actor": OPERATOR, "at": AT}


def names(house: House) -> list[str]:
    return [stand.name for stand in house.standings]


def test_the_tree_of_a_day_is_built_once_and_that_of_another_day_is_another_one() -> None:
    world.bureau()
    assert house_on(DAY) is house_on(DAY)
    assert house_on(DAY) is not house_on(DAY - dt.timedelta(days=1))


@pytest.mark.parametrize(
    "change",
    [
        lambda b: actions.rename(b.quay, name="新名", on=DAY, **DONE),
        lambda b: actions.move(b.quay, under=b.office, on=DAY, **DONE),
        lambda b: actions.dissolve(b.quay, on=DAY, **DONE),
        lambda b: world.organization("GZ-A-09", under=b.office, name="新支部"),
    ],
    ids=["renamed", "moved", "dissolved", "founded"],
)
def test_a_deed_is_seen_at_once(change: Callable[[Bureau], object]) -> None:
    bureau = world.bureau()
    before = house_on(DAY)
    change(bureau)
    assert house_on(DAY).standings != before.standings


def test_what_is_taken_back_was_never_kept() -> None:
    bureau = world.bureau()
    before = names(house_on(DAY))
    with transaction.atomic():
        actions.rename(bureau.quay, name="新名", on=DAY, **DONE)
        assert "新名" in names(house_on(DAY))
        transaction.set_rollback(True)
    assert names(house_on(DAY)) == before


def test_a_tree_without_a_deed_is_read_anew_each_time() -> None:
    assert names(house_on(DAY)) == []
    world.bureau()
    assert len(names(house_on(DAY))) > 5


def test_every_deed_of_the_room_is_one_that_builds_the_tree_anew() -> None:
    recorded = set(re.findall(r'record\(\s*"(\w+)"', inspect.getsource(actions)))
    assert recorded
    assert recorded <= set(SHAPING)
