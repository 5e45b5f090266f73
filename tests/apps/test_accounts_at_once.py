"""Two people do the same thing at the same moment. On PostgreSQL, where transactions really run side by side."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from tests import world
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.people.actions import accounts as deeds
from zhibu.apps.people.errors import CodeRefused, PeopleRefusal
from zhibu.apps.people.models import Account, Grant, OneTimeCode
from zhibu.domain.terms import ADMINISTRATORS, Role

pytestmark = pytest.mark.django_db(transaction=True)

PHRASE = "three quiet harbors"


@pytest.fixture(autouse=True)
def _where_transactions_run_side_by_side(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: BEGIN IMMEDIATE")


def at_once(*deeds_):
    """Each in a thread and a transaction of its own, begun together; what each returned or refused with."""
    barrier = Barrier(len(deeds_))

    def run(deed):
        try:
            barrier.wait(5)
            return deed()
        except (PeopleRefusal, CodeRefused) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds_)) as pool:
        return list(pool.map(run, deeds_))


@pytest.mark.parametrize("_again", range(3))
def test_two_security_administrators_who_end_each_other_leave_one(_again):
    grants = [world.grant(world.account(login=name), Role.SECURITY) for name in ("first", "second")]
    answers = at_once(*(lambda held=held: deeds.end_grant(held, on=DAY, actor=OPERATOR, at=AT) for held in grants))
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "PeopleRefusal"]
    assert Grant.objects.on(DAY).filter(role=Role.SECURITY).count() == 1


@pytest.mark.parametrize("_again", range(3))
def test_three_roles_given_at_once_leave_one(_again):
    account = world.account(login="keeper")
    answers = at_once(
        *(lambda role=role: deeds.grant(account, role=role, on=DAY, actor=OPERATOR, at=AT) for role in ADMINISTRATORS)
    )
    assert sum(isinstance(answer, PeopleRefusal) for answer in answers) == 2
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("_again", range(3))
def test_two_sheets_at_once_open_one_account_each_and_leave_one_code_each(_again):
    house = world.bureau()
    people = [house.chen, house.wen]
    sheets = at_once(*[lambda: deeds.hand_out_codes(people, actor=OPERATOR, at=AT)] * 2)
    assert Account.objects.count() == OneTimeCode.objects.count() == 2
    codes = [next(slip.code for slip in sheet if slip.person == house.chen) for sheet in sheets]
    redeemed = 0
    for code in codes:
        try:
            deeds.redeem_code(login=house.chen.staff_number, code=code, password=PHRASE, at=AT)
            redeemed += 1
        except CodeRefused:
            pass
    assert redeemed == 1


@pytest.mark.parametrize("_again", range(3))
def test_a_code_is_redeemed_once_however_often_it_is_sent(_again):
    house = world.bureau()
    (slip,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    answers = at_once(
        *(
            lambda phrase=phrase: deeds.redeem_code(
                login=slip.account.login, code=slip.code, password=phrase, at=AT + dt.timedelta(1)
            )
            for phrase in ("three quiet harbors", "four windy bridges")
        )
    )
    assert sum(isinstance(answer, CodeRefused) for answer in answers) == 1
