"""What the worker does so that the platform shows the menus that were set, and to bound phones their own."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from django.conf import settings
from django.urls import reverse

from zhibu.apps.account_content.actions import menus as deeds
from zhibu.apps.account_content.models import Binding, Labeled, Menu
from zhibu.apps.account_content.queries import menus, menus_to_send, phones_to_label, phones_to_unlabel
from zhibu.domain.menus import Line
from zhibu.domain.terms import AccountApp, MenuAudience, Sending
from zhibu.web.shell.platforms import PAUSE, Pause, has_labels, platform_of
from zhibu.wechat.errors import MaybeSent, PlatformAway, PlatformRefused
from zhibu.wechat.port import LABELED_AT_ONCE, Button, Platform

#: What the label of bound phones is called on the platform.
LABEL = "zhibu"

#: How a line of a menu that opens a page begins; all else is a word that is answered like one that is written.
PAGE = "page:"

#: An account that lost the right to labels is asked again after a while; answers and notices go on meanwhile.
_NO_LABELS = Pause()

_log = logging.getLogger(__name__)


def set_menus_due(now: Callable[[], dt.datetime], is_over: Callable[[], bool] = lambda: False) -> int:
    """Send the menus that wait, then label phones. Returns how much was looked at."""
    platform = platform_of(AccountApp.OFFICIAL)
    if platform is None or PAUSE.holds(now()):
        return 0
    waiting = menus_to_send(now())
    for menu in waiting:
        if is_over() or PAUSE.holds(now()):
            return len(waiting)
        _send(menu, platform, now)
    return len(waiting) + _label_phones(platform, now)


def _send(menu: Menu, platform: Platform, now: Callable[[], dt.datetime]) -> None:
    deeds.note_sending(menu)
    try:
        label = platform.label(LABEL) if menu.word is MenuAudience.BOUND else None
        platform.set_menu([button_of(line) for line in deeds.lines_of(menu)], label=label)
    except PlatformRefused as refusal:
        _log.warning("A menu was not taken: %s", refusal.code)
        deeds.note_refused(menu, str(refusal))
    except PlatformAway as away:
        _log.warning("The platform is away: %s", away)
        deeds.note_away(menu, at=now(), maybe_sent=isinstance(away, MaybeSent))
        PAUSE.begin(now())
    else:
        deeds.note_taken(menu)


def button_of(line: Line) -> Button:
    below = tuple(button_of(one) for one in line.below)
    if line.does.startswith(PAGE):
        return Button(line.name, url=settings.URL + reverse(line.does.removeprefix(PAGE)))
    return Button(line.name, key=line.does, below=below)


# --- Who sees the menu of bound phones -----------------------------------------------------------------------------


def _label_phones(platform: Platform, now: Callable[[], dt.datetime]) -> int:
    """A label on every bound phone while there is a menu for them; off those that are bound to nobody any more."""
    if _NO_LABELS.holds(now()):
        return 0
    menu = menus().get(MenuAudience.BOUND)
    has_menu = menu is not None and bool(menu.lines) and has_labels()
    gone = phones_to_unlabel(all_of_them=not has_menu, most=LABELED_AT_ONCE)
    new = phones_to_label(most=LABELED_AT_ONCE) if menu is not None and has_menu and menu.way is Sending.SENT else []
    if not gone and not new:
        return 0
    try:
        label = platform.label(LABEL)
        _refused_of(platform, label, gone, is_on=False)
        deeds.note_not_labeled(gone)
        refused = _refused_of(platform, label, new, is_on=True)
        deeds.note_labeled([one for one in new if one.sender not in refused], is_put=True)
        deeds.note_labeled([one for one in new if one.sender in refused], is_put=False)
    except PlatformRefused as refusal:
        _log.warning("Phones were not labeled: %s", refusal)
        _NO_LABELS.begin(now())
    except PlatformAway as away:
        _log.warning("The platform is away: %s", away)
        PAUSE.begin(now())
    return len(gone) + len(new)


def _refused_of(
    platform: Platform, label: int, phones: Sequence[Binding] | Sequence[Labeled], *, is_on: bool
) -> set[str]:
    """Those that the platform does not take, such as one that has left: it refuses all for one, so each is asked."""
    people = [one.sender for one in phones]
    if not people:
        return set()
    try:
        platform.put_label(label, people, is_on=is_on)
    except PlatformRefused:
        return {one for one in people if not _is_taken(platform, label, one, is_on=is_on)}
    return set()


def _is_taken(platform: Platform, label: int, one: str, *, is_on: bool) -> bool:
    try:
        platform.put_label(label, [one], is_on=is_on)
    except PlatformRefused:
        return False
    return True
