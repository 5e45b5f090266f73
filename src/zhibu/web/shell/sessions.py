"""What a log-in leaves behind: an open session, and of its device no more than its owner needs to know it again.

The library would keep the address, the browser's whole description and the last use of each key. Those say when and
from where somebody worked; nothing of it is needed, so nothing of it is written.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import record
from zhibu.apps.people.models import Account
from zhibu.web.shell import clock

#: Stands where the library wants an address.
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - nothing listens on it

#: What a browser's description names, in the order in which it is recognized: each also names its ancestors.
_BROWSERS = {
    "wxwork/": "WeCom",
    "MicroMessenger/": "WeChat",
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "HarmonyOS": "HarmonyOS",
    "OpenHarmony": "HarmonyOS",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def device(description: str) -> str:
    """``Mozilla/5.0 (Windows NT 10.0 …) … Chrome/86.0…`` → ``Chrome · Windows``; empty where nothing is known."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in description), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in description), "")
    return " · ".join(filter(None, [browser, system]))


def in_words(session: UserSession) -> str:
    """The device of a session for its owner."""
    return str(session.user_agent).replace("WeChat", _("WeChat")).replace("WeCom", _("WeCom")) or _("A device")


@receiver(pre_save, sender=UserSession)
def _keep_little_of_a_session(instance: UserSession, **_kwargs: Any) -> None:
    instance.ip = NO_ADDRESS
    if instance._state.adding:  # noqa: SLF001 - Django's documented way to tell
        # From the request: the library cuts the description at 200 letters, and WeChat comes later in it.
        request = context.request
        instance.user_agent = device(request.headers.get("User-Agent", "") if request else "")
        instance.created_at = instance.last_seen_at = clock.now()


@receiver(pre_save, sender=Authenticator)
def _keep_no_use_of_a_key(instance: Authenticator, **_kwargs: Any) -> None:
    instance.last_used_at = None


def _note(deed: str, key: Authenticator) -> None:
    """In the transaction of the deed; the library's own signals come after it.

    Only what the owner does: keys that end because somebody closes the account are part of that deed.
    """
    account: Account = key.user
    request = context.request
    if request is None or request.user.pk != account.pk:
        return
    record(deed, account.pk, actor=account.actor, at=clock.now(), document={"kind": str(key.type)})


@receiver(post_save, sender=Authenticator)
def _note_a_new_key(instance: Authenticator, *, created: bool, **_kwargs: Any) -> None:
    if created:
        _note("second_factor_added", instance)


@receiver(post_delete, sender=Authenticator)
def _note_a_key_less(instance: Authenticator, **_kwargs: Any) -> None:
    _note("second_factor_removed", instance)


def open_sessions(account: Account, at: dt.datetime) -> QuerySet[UserSession]:
    """Those that still let somebody in, the newest first."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    found: QuerySet[UserSession] = UserSession.objects.filter(user=account, session_key__in=alive)
    return found.order_by("-created_at")


def end_other_sessions(account: Account, here: str | None) -> None:
    """Log the account out on every device but the one whose session is ``here``."""
    for session in UserSession.objects.filter(user=account).exclude(session_key=here):
        session.end()


def forget_ended(at: dt.datetime) -> None:
    """Delete sessions that are over, with what was kept of their devices. For the worker, daily."""
    Session.objects.filter(expire_date__lte=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
