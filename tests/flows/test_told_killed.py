"""Notices by the account, while the worker is killed again and again: a small round of the drill, and two faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.faults.notices import Counted, drill

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

NOTICES, KILLS = 240, 6

#: What a worker would do wrong: it writes a notice down before it hands it over, or gives each try an id of its own.
WRITTEN_FIRST = """
    tell = pushing._tell
    def early(word, phone, platform, now):
        pushing.note_told(word.id)
        return tell(word, phone, platform, now)
    pushing._tell = early
    pushing.note_handed_over = lambda _id: None
"""
ANOTHER_ID = """
    import uuid
    from dataclasses import replace
    plain = pushing.note_of
    pushing.note_of = lambda word, phone: replace(plain(word, phone), id=uuid.uuid4().hex)
"""


def test_though_the_worker_is_killed_no_notice_is_missing_and_none_stands_twice(installed: Path) -> None:
    counted = drill(installed, notices=NOTICES, kills=KILLS)
    assert counted == Counted(NOTICES, repeated=counted.repeated, kills=counted.kills)
    # A kill at any moment may meet the worker that the next one was meant for, or one that has just ended.
    assert KILLS - KILLS // 3 <= counted.kills <= KILLS
    assert counted.repeated, "nobody was killed after a notice was taken"


def test_a_worker_that_writes_down_before_it_sends_is_found_out(installed: Path) -> None:
    assert drill(installed, notices=NOTICES, kills=3, fault=WRITTEN_FIRST).missing


def test_a_worker_that_gives_each_try_another_id_is_found_out(installed: Path) -> None:
    assert drill(installed, notices=NOTICES, kills=3, fault=ANOTHER_ID).doubled
