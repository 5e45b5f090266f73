"""``zhibu worker``: opens the day, reminds, mails, plans.

Killed at any moment it loses nothing: all it has to do is in the database, and done again it changes nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from zhibu.web.operator.planner import Planner
from zhibu.web.operator.terminal import DataFolder, begin_beside, messages, start
from zhibu.web.shell.afterwards import do_what_is_due

#: Seconds between two looks at the outbox, and between two looks at whether it is time to stop.
LOOKS_EVERY, _BLINK = 5.0, 0.2
#: Seconds between two looks at whether a plan waits or is there.
PLANS_EVERY = 0.5
#: Seconds to wait where the mail server or the database does not answer: longer each time, up to the second number.
_AWAY, _AWAY_AT_MOST = 5.0, 300.0
#: Seconds until a day that could not be begun is tried again; mail goes on meanwhile.
_BEGIN_AGAIN = 900.0

_log = logging.getLogger(__name__)

Beside = Annotated[int, typer.Option(hidden=True, help="End when the process of this id has ended.")]


def worker(data: DataFolder = None, *, beside: Beside = 0) -> None:
    """Do what is due without anybody asking: open each day, remind once, mail notices. Runs until stopped."""
    start(data)
    from zhibu.web.operator.alone import Alone

    over = Over(beside)
    with Alone() as alone:
        work(over, alone.taken)


class Over:
    """Whether it is time to stop: a signal came, or the server that the worker stands beside has ended."""

    def __init__(self, beside: int = 0) -> None:
        self._beside = beside
        self._told = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)

    def _tell(self, _number: int, _frame: object) -> None:
        self._told = True

    def __call__(self) -> bool:
        return self._told or bool(self._beside and os.getppid() != self._beside)

    def wait(self, seconds: float) -> None:
        """So long, or until it is time to stop."""
        until = time.monotonic() + seconds
        while not self() and time.monotonic() < until:
            time.sleep(_BLINK)


def work(over: Over, may_work: Callable[[], bool]) -> None:
    """Until it is over. What is away is tried again, later and later; a day at fault keeps no mail waiting."""
    from django.db import InterfaceError, OperationalError, connection

    from zhibu.web.operator.mailing import MailAway, send_due
    from zhibu.web.operator.pushing import tell_due
    from zhibu.web.shell import clock

    planner = Planner()
    opened: dt.date | None = None
    is_first, away, begin_from = True, 0.0, 0.0
    while not over():
        try:
            if not may_work():
                if is_first:
                    messages.print("Another worker is at work; this one takes over when it ends.")
                is_first = False
                over.wait(LOOKS_EVERY)
                continue
            is_first = False
            if opened != clock.today() and time.monotonic() >= begin_from:
                try:
                    opened = begin_day(clock.now())
                except (OperationalError, InterfaceError):
                    raise
                except Exception:  # noqa: BLE001 - whatever it is, mail goes on
                    _log.exception("the day could not be begun")
                    begin_from = time.monotonic() + _BEGIN_AGAIN
            looked = send_due(clock.now, over) + tell_due(clock.now, over)
            plan_meanwhile(planner, over, clock.now, 0.0 if looked else LOOKS_EVERY)
            away = 0.0
        except (MailAway, OperationalError, InterfaceError) as error:
            messages.print(f"{type(error).__name__}: {error}. It is tried again.", markup=False, highlight=False)
            if not isinstance(error, MailAway):
                connection.close()
            away = min(max(_AWAY, away * 2), _AWAY_AT_MOST)
            over.wait(away)
    planner.close()


def plan_meanwhile(planner: Planner, over: Over, now: Callable[[], dt.datetime], seconds: float) -> None:
    """So long, or until it is time to stop, see whether somebody waits for a plan or an answer."""
    until = time.monotonic() + seconds
    while not over():
        planner.step(now)
        do_what_is_due(now, over)
        if time.monotonic() >= until:
            return
        over.wait(PLANS_EVERY)


def begin_day(at: dt.datetime) -> dt.date:
    """What is dated until today is known, reminders are written, old notices go. Done again, nothing changes."""
    from zhibu.apps.account_content.actions.answering import forget_old_messages
    from zhibu.apps.feedback.actions.saying import forget_words
    from zhibu.apps.forum.actions.telling import tell_of_yesterday
    from zhibu.apps.guides.actions.answering import forget_questions
    from zhibu.apps.guides.actions.reminding import remind_of_guides
    from zhibu.apps.learning.actions.receiving import forget_receipts
    from zhibu.apps.notices.actions.telling import forget_old
    from zhibu.apps.oversight.live import open_day
    from zhibu.apps.oversight.reminders import remind

    open_day(at.date())
    remind(at=at, on=at.date())
    remind_of_guides(at=at)
    tell_of_yesterday(at=at)
    forget_old(at=at)
    forget_words(at=at)
    forget_questions(at=at)
    forget_old_messages(at=at)
    forget_receipts(at=at)
    return at.date()


# --- Beside the server ---------------------------------------------------------------------------------------------

#: Seconds before a worker that has ended by itself is started again, and those it has to end when told to.
_START_AGAIN, _TIME_TO_END = 2.0, 20.0

#: Seconds for which a server that starts has the machine to itself.
_SERVER_FIRST = 3.0


@contextmanager
def a_worker_beside() -> Iterator[None]:
    """A worker in a process of its own as long as this lasts; started again where it ends."""
    keeper = _Keeper()
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class _Keeper(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="keeper of the worker", daemon=True)
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        self._over.wait(_SERVER_FIRST)
        while self._begin():
            assert self._worker is not None
            self._worker.wait()
            if not self._over.wait(_START_AGAIN):
                messages.print("The worker has ended; it is started again.")

    def _begin(self) -> bool:
        with self._lock:
            if self._over.is_set():
                return False
            self._worker = begin_beside("worker")
            return True

    def stop(self) -> None:
        self._over.set()
        with self._lock:
            worker = self._worker
        if worker is None:
            return
        worker.terminate()
        try:
            worker.wait(_TIME_TO_END)
        except subprocess.TimeoutExpired:
            worker.kill()
