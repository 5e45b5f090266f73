"""The port: what zhibu asks of a platform, whichever it is. Settings alone choose what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody is told without having asked: only what a locked screen may show.

    ``id``: the same for each try, by which the platform drops a repeated one. ``word``: why they are told, such as
    会议通知; ``day``: when it was written, as text; ``url``: where the rest is read, behind the log-in.
    """

    id: str
    to: str
    word: str
    day: str
    url: str


@dataclass(frozen=True, slots=True)
class Button:
    """A line of the menu: says ``key``, or opens ``url``; or holds others."""

    name: str
    key: str = ""
    url: str = ""
    below: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """An article as the platform keeps it: ``html`` is plain, ``url`` where the original is read."""

    title: str
    digest: str
    html: str
    url: str


#: So many people get a label by one call.
LABELED_AT_ONCE = 50


class Platform(Protocol):
    """Every call raises ``PlatformAway`` (not sent), ``MaybeSent``, or ``PlatformRefused``."""

    def tell(self, note: Note) -> None:
        """Write to somebody who did not ask (模板消息, 应用消息)."""

    def say(self, to: str, text: str) -> None:
        """Answer somebody who wrote in the last 48 hours (客服消息)."""

    def who(self, code: str) -> str:
        """Whose phone a log-in page was opened on (网页授权, snsapi_base)."""

    def authorize_url(self, redirect: str, state: str) -> str:
        """Where a page inside WeChat is sent to learn that."""

    def set_menu(self, buttons: Sequence[Button], *, label: int | None = None) -> None:
        """The menu of everybody, or of those with a label; without buttons there is none any more. Twice is once."""

    def label(self, name: str) -> int:
        """The number of the label of this name, which is made where there is none."""

    def put_label(self, label: int, people: Sequence[str], *, is_on: bool = True) -> None:
        """Put a label on people, at most ``LABELED_AT_ONCE``, or take it off."""

    def draft(self, piece: Piece) -> str:
        """Put an article among the drafts of the account; returns its number there."""

    def close(self) -> None:
        """Hang up; the next call opens a line again."""
