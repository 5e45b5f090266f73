"""The relay as a server runs it: put together from the environment, nothing else of zhibu is needed there.

The same names as on the main server (``docs/settings.md``); each may be given as ``NAME_FILE``, the path of a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from zhibu.wechat.calls import Begin, Environ
from zhibu.wechat.line import Line
from zhibu.wechat.official import BASE
from zhibu.wechat.relay.outer import Outer
from zhibu.wechat.relay.signing import SHORTEST_SECRET
from zhibu.wechat.relay.store import Store

#: The file below the folder; whether messages come in the clear, as ``zhibu wechat relay --plain`` says.
FILE, PLAIN = "relay.sqlite3", "ZHIBU_RELAY_PLAIN"


def outer_of(environment: Mapping[str, str]) -> Outer:
    """Raises ``ValueError`` with the setting that is wrong."""

    def given(name: str, default: str = "") -> str:
        file = environment.get(f"{name}_FILE")
        return Path(file).read_text().strip() if file else environment.get(name, default)

    account, token, secret = (given(f"ZHIBU_WECHAT_{name}") for name in ("APP_ID", "TOKEN", "RELAY_SECRET"))
    if not account:
        raise ValueError("Setting ZHIBU_WECHAT_APP_ID: give the AppID of the account.")
    if not token:
        raise ValueError("Setting ZHIBU_WECHAT_TOKEN: give the token of the account.")
    if len(secret) < SHORTEST_SECRET:
        raise ValueError("Setting ZHIBU_WECHAT_RELAY_SECRET: give 32 characters or more, the same on both sides.")
    return Outer(
        account,
        token,
        secret,
        Store(Path(given("ZHIBU_DATA_DIR")) / FILE),
        Line(given("ZHIBU_WECHAT_API", BASE)),
        is_plain=PLAIN in environment,
    )


def application(environ: Environ, begin: Begin) -> Iterable[bytes]:
    """What the server calls."""
    return _outer()(environ, begin)


#: Put together once, in the process that answers; nothing that was asked for before it began is answered.
_outer = cache(lambda: outer_of(os.environ))
