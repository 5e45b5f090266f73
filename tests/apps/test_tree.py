"""The tree of a day is kept for as long as every row of it stays the same, and not a moment longer."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.world import DAY, Bureau
from zhibu.apps.organizations.models import FormerName, Organization, Placement
from zhibu.apps.organizations.queries import House, house_on


@pytest.fixture
def bureau(db: None) -> Bureau:
    return world.bureau()


def names(house: House) -> list[str]:
    return [stand.name for stand in house.standings]


def test_the_tree_of_a_day_is_built_once(bureau: Bureau):
    assert house_on(DAY) is house_on(DAY)


def test_the_tree_of_another_day_is_another_one(bureau: Bureau):
    assert house_on(DAY) is not house_on(DAY - dt.timedelta(days=1))


@pytest.mark.parametrize(
    "change",
    [
        lambda b: Organization.objects.filter(pk=b.quay.pk).update(name="新名"),
        lambda b: Organization.objects.filter(pk=b.quay.pk).update(dissolved=DAY),
        lambda b: Organization.objects.filter(pk=b.quay.pk).update(code="Q-1"),
        lambda b: Placement.objects.filter(organization=b.quay).update(parent=b.office),
        lambda b: Placement.objects.filter(organization=b.quay).update(since=DAY),
        lambda b: FormerName.objects.create(organization=b.quay, name="旧名", until=DAY + dt.timedelta(days=1)),
    ],
)
def test_a_change_by_any_way_is_seen_at_once(bureau: Bureau, change):
    before = house_on(DAY)
    change(bureau)
    assert house_on(DAY) is not before


def test_what_is_taken_back_is_seen_at_once(bureau: Bureau):
    before = names(house_on(DAY))
    Organization.objects.filter(pk=bureau.quay.pk).update(name="新名")
    assert "新名" in names(house_on(DAY))
    Organization.objects.filter(pk=bureau.quay.pk).update(name=bureau.quay.name)
    assert names(house_on(DAY)) == before
