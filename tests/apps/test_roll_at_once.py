"""The recorder marks the rest while somebody signs in. On PostgreSQL, where transactions really run side by side."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from tests import gatherings, world
from tests.gatherings import DONE
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.meetings.actions import roll, sign_in
from zhibu.apps.meetings.models import Attendance
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import AbsenceReason

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _where_transactions_run_side_by_side(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: BEGIN IMMEDIATE")


def somebody_waits():
    """Whether another transaction waits for the end of this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def while_chen_signs_in(house, session, deed):
    """``deed`` is begun when Chen's sign-in is written and not committed yet."""

    def run():
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            sign_in.sign_in(session=session, person=house.chen.pk, nonce="n", **DONE)
            told = pool.submit(run)
            for _each in range(500):
                if somebody_waits():
                    break
                time.sleep(0.01)
            else:
                pytest.fail("the recorder never met the sign-in")
        return told.result(10)


def test_who_signs_in_while_the_rest_is_marked_as_absent_was_there():
    house = world.bureau()
    session = gatherings.opened(house)
    absent = {"status": Presence.ABSENT, "reason": AbsenceReason.SHIFT}
    marked = while_chen_signs_in(house, session, lambda: roll.mark_rest(session, **absent, **DONE))
    assert marked == 1
    marks = Attendance.objects.values_list("person__name", "status", "reason", "nonce")
    assert set(marks) == {("陈星", "present", "", "n"), ("林悦", "absent", "shift", "")}
    told = Document.objects.get(sha256=Event.objects.get(type="roll_marked").document_sha256).text
    assert str(house.lin.pk) in told
    assert str(house.chen.pk) not in told
