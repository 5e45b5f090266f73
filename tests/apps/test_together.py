"""Deeds that reach the disk together: one commit for those who wait, and each for itself where one of them fails."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from tests.world import AT
from zhibu.apps.archive.actions import OPERATOR, record
from zhibu.apps.archive.models import Event
from zhibu.apps.archive.together import Line
from zhibu.apps.people.models import ApiToken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]


class Refused(Exception):
    pass


def writes():
    """A deed that is kept; it answers which thread carried it out."""
    record("tried", uuid4(), actor=OPERATOR, at=AT)
    return threading.get_ident()


def is_refused():
    writes()
    raise Refused


def fails_at_the_commit():
    """A key to nowhere, which the database looks for at the commit only."""
    ApiToken.objects.create(account_id=uuid4(), digest="x", label="x", made_at=AT, expires_at=AT)
    return threading.get_ident()


def at_once(deeds):
    """What each of the deeds answered that came while another was at work, all of them before it was done."""
    line, inside, may_end = Line(), threading.Event(), threading.Event()

    def first():
        inside.set()
        may_end.wait(10)
        return writes()

    def commit(deed):
        try:
            return line.commit(deed)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds) + 1) as pool:
        pool.submit(commit, first)
        assert inside.wait(10)
        asked: list[Future[int]] = [pool.submit(commit, deed) for deed in deeds]
        until = time.monotonic() + 10
        while len(line._waiting) < len(deeds) and time.monotonic() < until:
            time.sleep(0.001)
        may_end.set()
    return asked


def test_those_who_wait_are_carried_out_by_one_thread_and_all_are_kept():
    asked = at_once([writes] * 5)
    assert len({each.result() for each in asked}) == 1
    assert Event.objects.count() == 1 + 5


def test_where_one_is_refused_the_others_are_kept_and_it_hears_so_itself():
    refused, *others = at_once([is_refused, writes, writes])
    assert isinstance(refused.exception(), Refused)
    assert len({each.result() for each in others}) == 2  # each by itself
    assert Event.objects.count() == 1 + 2


def test_nobody_is_answered_before_the_commit():
    failed, *others = at_once([fails_at_the_commit, writes, writes])
    assert isinstance(failed.exception(), IntegrityError)
    assert len({each.result() for each in others}) == 2
    assert Event.objects.count() == 1 + 2
    assert not ApiToken.objects.exists()


def test_the_line_goes_on_after_somebody_failed_alone():
    line = Line()
    with pytest.raises(Refused):
        line.commit(is_refused)
    assert line.commit(writes) == threading.get_ident()
    assert Event.objects.count() == 1


def test_inside_a_transaction_a_deed_is_part_of_it():
    with transaction.atomic():
        Line().commit(writes)
        transaction.set_rollback(True)
    assert not Event.objects.exists()
