"""Deeds that reach the disk together: what several threads want at the same moment becomes one commit.

SQLite lets one write at a time, and each commit waits for the disk. See ``docs/decisions``, 0008.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection, transaction

Answer = TypeVar("Answer")


class _Waiting(Generic[Answer]):
    """A deed in the line, and its answer once that is on the disk."""

    def __init__(self, deed: Callable[[], Answer]) -> None:
        self.deed = deed
        self.answers: list[Answer] = []
        #: Set when the thread may go on: its deed was carried out or tried, or it leads now.
        self.turn = threading.Event()
        self.leads = False


class Line(Generic[Answer]):
    """Where the threads of one process meet that want the same kind of deed."""

    def __init__(self) -> None:
        self._guard, self._by_themselves = threading.Lock(), threading.Lock()
        self._waiting: list[_Waiting[Answer]] = []
        self._is_led = False

    def commit(self, deed: Callable[[], Answer]) -> Answer:
        """Carry out ``deed`` in a transaction; returns after the commit, or raises what deed or commit raised.

        The thread that finds nobody at work leads: it carries out everything that waits in one transaction. Where
        any of it fails, nothing of it is kept, and one after another the threads carry out their own deeds, each as
        if it had been alone; so a deed may be called twice, but only one call is kept. Inside a transaction, and on
        a database that lets several write, there is no line.
        """
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            return _alone(deed)
        mine = self._enter(deed)
        mine.turn.wait()
        if mine.leads:
            self._lead(mine)
        if mine.answers:
            return mine.answers[0]
        with self._by_themselves:
            return _alone(deed)

    def _enter(self, deed: Callable[[], Answer]) -> _Waiting[Answer]:
        mine = _Waiting(deed)
        with self._guard:
            self._waiting.append(mine)
            if not self._is_led:
                self._is_led = True
                self._hand_on()
        return mine

    def _hand_on(self) -> None:
        """The first who waits leads; the guard is held."""
        if self._waiting:
            first = self._waiting[0]
            first.leads = True
            first.turn.set()
        else:
            self._is_led = False

    def _lead(self, mine: _Waiting[Answer]) -> None:
        with self._guard:
            together, self._waiting = self._waiting, []
        try:
            if len(together) > 1:
                _carry_out(together)
            else:
                mine.answers.append(_alone(mine.deed))
        finally:
            with self._guard:
                self._hand_on()  # before the others, so that the disk does not wait for their answers
            for each in together:
                each.turn.set()


def _carry_out(together: list[_Waiting[Answer]]) -> None:
    """All or none: the answers are known once the commit is done."""
    try:
        with transaction.atomic():
            answers = [each.deed() for each in together]
    except Exception:  # noqa: BLE001 - each thread meets its own when it carries out its deed by itself
        return
    for each, answer in zip(together, answers, strict=True):
        each.answers.append(answer)


def _alone(deed: Callable[[], Answer]) -> Answer:
    with transaction.atomic():
        return deed()
