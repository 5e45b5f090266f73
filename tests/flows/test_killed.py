"""An acknowledged sign-in is neither lost nor doubled when the server is killed: one small round of the bench."""

from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from bench.faults.kill import Counted, rounds

from tests.demo import Demo, environment

PEOPLE = 40


def signed_in(folder: Path) -> int:
    """How many sign-ins the archive holds."""
    with closing(sqlite3.connect(folder / "zhibu.sqlite3")) as kept:
        (count,) = kept.execute("SELECT count(*) FROM archive_event WHERE type = 'signed_in'").fetchone()
    return int(count)


@pytest.mark.slow
def test_who_was_told_that_they_signed_in_stands_on_the_roll_once_though_the_server_was_killed(
    demo_folder: Demo, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    shutil.copytree(demo_folder.folder, folder)
    before = signed_in(folder)
    env = environment(ZHIBU_DATA_DIR=str(folder))
    with ThreadPoolExecutor(1) as aside:  # the browser of other tests has a running loop in this thread
        counted = aside.submit(rounds, env, number=1, kills=2, people=PEOPLE, spread=4).result()
    assert counted == Counted(acknowledged=PEOPLE, tries=counted.tries)
    assert counted.tries > PEOPLE, "nobody met a killed server"
    assert signed_in(folder) == before + PEOPLE
