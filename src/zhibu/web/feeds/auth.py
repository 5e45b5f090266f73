"""Who calls the JSON API: ``Authorization: Bearer TOKEN``, and nothing else; cookies are not looked at.

Nothing is written when a token is used: when and how often somebody calls is nobody's business. Calls are counted
for a minute, in memory, per account and per failed try.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from ninja.errors import Throttled
from ninja.security import HttpBearer

from zhibu.apps.people.access import Asker
from zhibu.apps.people.actions.accounts import token_digest
from zhibu.apps.people.models import Account, ApiToken
from zhibu.apps.people.queries import asker_of
from zhibu.apps.rules.queries import use_edition
from zhibu.web.shell import clock


class ApiRequest(HttpRequest):
    """A request with a valid token, as the calls receive it."""

    auth: Account
    asker: Asker


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in a minute of the clock."""

    name: str
    at_most: int

    def count(self, whom: str, at: dt.datetime) -> None:
        """Count one more; raises ``Throttled`` with the seconds to wait when there are too many."""
        key, wait = self._minute(whom, at)
        cache.add(key, 0, timeout=120)
        try:
            counted = cache.incr(key)
        except ValueError:  # pushed out of a full cache between the two lines
            return
        if counted > self.at_most:
            raise Throttled(wait=wait)

    def refuse_further(self, whom: str, at: dt.datetime) -> None:
        """Raises ``Throttled`` where all of this minute are used up; counts nothing."""
        key, wait = self._minute(whom, at)
        if cache.get(key, 0) >= self.at_most:
            raise Throttled(wait=wait)

    def _minute(self, whom: str, at: dt.datetime) -> tuple[str, int]:
        """Where this minute is counted, and the seconds until the next."""
        minute, second = divmod(int(at.timestamp()), 60)
        return f"feeds:{self.name}:{minute}:{whom}", 60 - second


#: Twenty a second, for hours: a page that polls a roll needs one every two seconds.
CALLS = Limit("calls", 1200)
#: Wrong tokens from one address. A right one from the same address passes: a whole bureau may sit behind it.
FAILURES = Limit("failures", 60)
#: Codes of an account that were wrong: the spoken one has six digits only and must not be guessed.
WRONG_CODES = Limit("codes", 20)


class BearerToken(HttpBearer):
    """Unknown, expired and revoked tokens and those of closed accounts are told apart by nobody: one look-up each."""

    def authenticate(self, request: HttpRequest, token: str) -> Account | None:
        at = clock.now()
        try:
            kept = ApiToken.objects.select_related("account").get(digest=token_digest(token))
        except ApiToken.DoesNotExist:
            kept = None
        if kept is None or at >= kept.expires_at or not kept.account.is_active:
            FAILURES.count(_address(request), at)
            return None
        CALLS.count(str(kept.account_id), at)
        _with_asker(request, kept.account, at.date())
        return kept.account


def _with_asker(request: HttpRequest, account: Account, on: dt.date) -> None:
    """Makes it an ``ApiRequest``. The asker is gathered when first used: signing in does not need one."""
    cast("ApiRequest", request).asker = cast("Asker", SimpleLazyObject(lambda: _asker(account, on)))


def _asker(account: Account, on: dt.date) -> Asker:
    asker = asker_of(account, on)
    use_edition(asker.edition)
    return asker


def _address(request: HttpRequest) -> str:
    """Where the call comes from; one name for all where the server can not tell."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "unknown"
