"""What may happen to an organization, and what is refused at the edges of its life."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.world import AT, DAY, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.organizations.actions import dissolve, found, move, rename
from zhibu.apps.organizations.errors import TreeRefusal
from zhibu.apps.people.actions import posts
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.domain.terms import OrganizationKind, PostKind

pytestmark = pytest.mark.django_db

BY = {"actor": OPERATOR, "at": AT}
TOMORROW = DAY + dt.timedelta(days=1)


@pytest.fixture
def bureau(db: None) -> Bureau:
    house = world.bureau()
    house.quay.refresh_from_db()
    return house


def group(bureau: Bureau, under):
    return found(
        code="G-9", name="新组", kind=OrganizationKind.GROUP, parent=under, founded=TOMORROW, began=TOMORROW, **BY
    )


@pytest.mark.parametrize(
    "deed",
    [
        lambda b: dissolve(b.quay, on=TOMORROW, **BY),
        lambda b: move(b.quay, under=b.station, on=TOMORROW, **BY),
        lambda b: rename(b.quay, name="新名", on=TOMORROW, **BY),
        lambda b: group(b, b.quay),
    ],
)
def test_what_is_dissolved_stays_as_it_was(bureau: Bureau, deed):
    dissolve(bureau.quay, on=DAY, **BY)
    with pytest.raises(TreeRefusal, match=str(DAY)):
        deed(bureau)


def test_an_organization_is_not_dissolved_on_the_day_it_is_founded(bureau: Bureau):
    new = found(
        code="Z-9", name="新支部", kind=OrganizationKind.BRANCH, parent=bureau.office, founded=DAY, began=DAY, **BY
    )
    with pytest.raises(TreeRefusal, match=str(DAY)):
        dissolve(new, on=DAY, **BY)
    dissolve(new, on=TOMORROW, **BY)
    assert new.exists_on(DAY)
    assert not new.exists_on(TOMORROW)


def test_nobody_takes_a_post_and_no_term_begins_where_there_is_no_organization(bureau: Bureau):
    dissolve(bureau.quay, on=TOMORROW, **BY)
    posts.begin_term(bureau.quay, on=DAY, ends=None, **BY)
    with pytest.raises(PeopleRefusal, match=str(TOMORROW)):
        posts.begin_term(bureau.quay, on=TOMORROW, ends=None, **BY)
    with pytest.raises(PeopleRefusal, match=str(TOMORROW)):
        posts.appoint(bureau.chen, post=PostKind.SECRETARY, of=bureau.quay, on=TOMORROW, **BY)
