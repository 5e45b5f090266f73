"""Two deeds on what one organization owes at the same moment. On PostgreSQL, where transactions run side by side."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from tests import world
from tests.meetings import DONE, announced
from tests.world import AT, DAY
from zhibu.apps.meetings.actions import filing, minutes, roll
from zhibu.apps.oversight import live
from zhibu.apps.oversight.models import Cell, Counter
from zhibu.domain.terms import MeetingKind

pytestmark = pytest.mark.django_db(transaction=True)

NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _where_transactions_run_side_by_side(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: BEGIN IMMEDIATE")


def approved(house, day):
    """A theme day whose record is ready to be filed."""
    starts = dt.datetime.combine(day, dt.time(8), AT.tzinfo)
    meeting = announced(house, MeetingKind.THEME_DAY, starts=starts, late_reason="码头没有信号")
    roll.mark_all_present(meeting.sessions.get(), **DONE)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    return meeting


def at_once(*deeds):
    """Each in a thread and a transaction of its own that stays open for a while after the deed."""

    def run(deed):
        try:
            with transaction.atomic():
                deed()
                time.sleep(0.5)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        list(pool.map(run, deeds))


def counted(house):
    counter = Counter.objects.get(organization=house.root, rule="theme_day", first=NOVEMBER)
    return counter.owed, counter.met


def test_two_records_of_one_month_filed_at_once_are_counted_once():
    house = world.bureau()
    live.rebuild(DAY)
    owed, _met = counted(house)
    first, second = approved(house, dt.date(2026, 11, 10)), approved(house, dt.date(2026, 11, 12))
    at_once(lambda: filing.file_meeting(first, **DONE), lambda: filing.file_meeting(second, **DONE))
    assert counted(house) == (owed, 1)
    cell = Cell.objects.get(organization=house.inspection, rule="theme_day", first=NOVEMBER)
    assert cell.evidence.count() == 2


def test_a_record_filed_while_the_cells_are_made_anew_is_not_lost():
    house = world.bureau()
    live.rebuild(DAY)
    meeting = approved(house, dt.date(2026, 11, 10))
    at_once(
        lambda: filing.file_meeting(meeting, **DONE),
        lambda: live.refresh({house.inspection.pk}, DAY),
        lambda: live.refresh({house.inspection.pk}, DAY),
    )
    assert counted(house)[1] == 1
