"""Uploaded workbooks between their preview and the yes: for an hour, in a folder that no address leads to.

What they are called and who may go on with them stands in the session of the one who uploaded them.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

LASTS = dt.timedelta(hours=1)

#: When it was put here, and a secret.
_NAME = re.compile(r"(\d{1,12})-[0-9a-f]{32}")


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "waiting-workbooks"


def keep(content: bytes, at: dt.datetime) -> str:
    """Put a workbook aside; returns the name by which it is found again. What is too old goes at the same time."""
    for path in _too_old(at):
        path.unlink(missing_ok=True)
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{int(at.timestamp())}-{secrets.token_hex(16)}"
    with os.fdopen(os.open(_folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return name


def content_of(name: str, at: dt.datetime) -> bytes | None:
    """``None`` where there is no such workbook, or its hour is over."""
    if not is_fresh(name, at):
        return None
    try:
        return (_folder() / name).read_bytes()
    except FileNotFoundError:
        return None


def discard(name: str) -> None:
    if _NAME.fullmatch(name):
        (_folder() / name).unlink(missing_ok=True)


def _too_old(at: dt.datetime) -> Iterator[Path]:
    if _folder().is_dir():
        yield from (path for path in _folder().iterdir() if not is_fresh(path.name, at))


def is_fresh(name: str, at: dt.datetime) -> bool:
    """Both ways: the clock of a demo stays on its day, and at midnight what was put here lies ahead."""
    found = _NAME.fullmatch(name)
    return found is not None and abs(at.timestamp() - int(found[1])) <= LASTS.total_seconds()
