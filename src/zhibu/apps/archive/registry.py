"""The one inversion of the house: who else acts in the transaction of a deed.

Listeners register by event name in ``AppConfig.ready()``; ``archive.actions.record`` calls them in the order of
registration. An exception in a listener rolls the deed back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from zhibu.apps.archive.models import Event
from zhibu.domain.seal import Canonical


class Listener(Protocol):
    def __call__(self, event: Event, document: Mapping[str, Canonical] | None, /) -> None: ...


_listeners: dict[str, list[Listener]] = {}


def listen(type: str, listener: Listener) -> None:  # noqa: A002 - the word of the event
    """Have ``listener`` called with each event of this type. Registering it again changes nothing."""
    waiting = _listeners.setdefault(type, [])
    if listener not in waiting:
        waiting.append(listener)


def listeners(type: str) -> tuple[Listener, ...]:  # noqa: A002
    return tuple(_listeners.get(type, ()))


def all_listeners() -> dict[str, tuple[Listener, ...]]:
    return {name: tuple(waiting) for name, waiting in _listeners.items()}
