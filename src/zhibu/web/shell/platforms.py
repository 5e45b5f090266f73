"""The platforms behind the port, as the settings have them: made once a process."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.conf import settings

from zhibu.domain.terms import AccountApp
from zhibu.wechat.official import OfficialAccount, Secrets
from zhibu.wechat.port import Platform
from zhibu.wechat.relay.inner import Relay

#: The profiles: nothing of WeChat, what is public alone, everything.
NONE, PUBLIC, FULL = "none", "public", "full"


class Pause:
    """A platform that is away is left alone for a while: what waits is not tried one by one."""

    LASTS = dt.timedelta(seconds=30)

    def __init__(self) -> None:
        self._until: dt.datetime | None = None

    def begin(self, at: dt.datetime) -> None:
        self._until = at + self.LASTS

    def holds(self, at: dt.datetime) -> bool:
        """Whether it lasts at ``at``; the clock of a demo begins its day anew, which ends it too."""
        return self._until is not None and self._until - self.LASTS <= at < self._until

    def end(self) -> None:
        self._until = None


#: The one of this process, for whatever it sends.
PAUSE = Pause()


@cache
def platform_of(app: AccountApp) -> Platform | None:
    """``None`` where the unit has no such account, or one that can not be called (订阅号)."""
    match app:
        case AccountApp.OFFICIAL if settings.WECHAT_PROFILE != NONE and settings.WECHAT_SECRET:
            secrets = Secrets(settings.WECHAT_APP_ID, settings.WECHAT_SECRET, settings.WECHAT_TEMPLATE)
            base, authorize = settings.WECHAT_API, settings.WECHAT_AUTHORIZE
            return OfficialAccount(secrets, base=base, authorize=authorize, line=relay())
        case _:
            return None


def has_account() -> bool:
    """Whether the unit has an official account at all."""
    return bool(settings.WECHAT_PROFILE != NONE)


def relay() -> Relay | None:
    """A new line to the relay; ``None`` where this server is called itself."""
    if settings.WECHAT_PROFILE == NONE or not settings.WECHAT_RELAY:
        return None
    return Relay(settings.WECHAT_RELAY, settings.WECHAT_RELAY_SECRET)


def knows_people() -> bool:
    """Whether phones are bound: in the full profile alone."""
    return bool(settings.WECHAT_PROFILE == FULL)


def has_labels() -> bool:
    """Whether people can have a menu of their own: a verified service account in the full profile alone."""
    return knows_people() and settings.WECHAT_KIND == "service"
