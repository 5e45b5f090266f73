"""Makes a demo in a process of its own: the settings are then those of the folder in which it is made."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import shutil
import sys
from pathlib import Path

from zhibu.web.operator.demo.days import LATEST
from zhibu.web.operator.demo.folder import FolderRefused, being_made, note
from zhibu.web.operator.terminal import DONE, REFUSED, messages, start

#: The rules that the demo bureau has made for itself.
PACKS = Path(__file__).parent / "rules"


def make(folder: Path, today: dt.date | None) -> int:
    """A demo in ``folder`` that lives on ``today``, or on the real date. Returns the exit code of the making."""
    maker = multiprocessing.get_context("spawn").Process(target=_make, args=(folder, today))
    maker.start()
    try:
        maker.join()
    except KeyboardInterrupt:
        maker.join()  # it was interrupted as well, and clears away what it began
        return REFUSED
    return maker.exitcode or DONE


def _make(folder: Path, today: dt.date | None) -> None:
    try:
        with being_made(folder) as beside:
            _fill(beside, today)
    except FolderRefused as refusal:
        messages.print(str(refusal), style="bold", markup=False, highlight=False, soft_wrap=True)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        sys.exit(REFUSED)


def _fill(folder: Path, today: dt.date | None) -> None:
    shutil.copytree(PACKS, folder / "rules")
    start(folder)
    from django.db import connections
    from django.utils.timezone import make_aware
    from rich.progress import Progress

    from zhibu.apps.archive.models import Event
    from zhibu.apps.ballots.actions.ending import settle_due
    from zhibu.web.operator.demo.history import bureau
    from zhibu.web.operator.demo.packs import hand_out
    from zhibu.web.operator.demo.replay import replay
    from zhibu.web.operator.worker import begin_day
    from zhibu.web.shell import clock

    if Event.objects.exists():
        raise FolderRefused("The database of DATABASE_URL is in use. A demo needs an empty one, or none of its own.")
    messages.print("Making two years of a fictional bureau, once; it takes a few minutes.")
    told = bureau(today or min(clock.today(), LATEST))
    with Progress(console=messages, transient=True) as progress:
        task = progress.add_task("Two years of a bureau", total=len(told.story))
        replay(told.story, lambda: progress.advance(task))
    settle_due(Event.objects.latest("sequence").recorded_at + dt.timedelta(seconds=1))  # the box of what was counted
    begin_day(make_aware(dt.datetime.combine(told.today, dt.time.min)))
    hand_out(folder)
    connections.close_all()
    note(folder, told.today.isoformat(), told.accounts)
