"""The code that a room shows for signing in: it turns every twenty seconds and belongs to one session.

The long form goes into the QR code; the short one may be spoken. Neither is secret for longer than two steps, and
neither proves who holds the phone: the recorder's head count is the check (``product.md``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from enum import Enum
from uuid import UUID

#: Seconds of one step, and how many steps a code is good for, its own included.
STEP_SECONDS = 20
GOOD_STEPS = 2
#: How many steps back an honest but late code is told from a wrong one: half an hour.
TOLD_OLD_STEPS = 90
SHORT_DIGITS = 6


class CodeIs(Enum):
    GOOD = "good"
    OLD = "old"
    WRONG = "wrong"


def step_at(timestamp: float) -> int:
    """The step that a POSIX timestamp falls into."""
    return int(timestamp // STEP_SECONDS)


def _mac(key: str, session: UUID, step: int, form: str) -> bytes:
    return hmac.digest(bytes.fromhex(key), f"{form}|{session}|{step}".encode(), hashlib.sha256)


def long_code(key: str, session: UUID, step: int) -> str:
    """120 bits, in 24 letters and digits of base 32."""
    return base64.b32encode(_mac(key, session, step, "long")[:15]).decode()


def short_code(key: str, session: UUID, step: int) -> str:
    """Six digits to be spoken; tries are to be counted by the caller."""
    return str(int.from_bytes(_mac(key, session, step, "short")[:8]) % 10**SHORT_DIGITS).zfill(SHORT_DIGITS)


def judge(code: str, *, key: str, session: UUID, step: int) -> CodeIs:
    """What a code is at ``step``. Each comparison takes the same time whatever the code."""
    offered = code.strip().upper()
    good = [make(key, session, step - back) for back in range(GOOD_STEPS) for make in (long_code, short_code)]
    if any([hmac.compare_digest(offered.encode(), known.encode()) for known in good]):  # noqa: C419 - compare all
        return CodeIs.GOOD
    old = range(GOOD_STEPS, TOLD_OLD_STEPS)
    late = [make(key, session, step - back) for back in old for make in (long_code, short_code)]
    if any([hmac.compare_digest(offered.encode(), known.encode()) for known in late]):  # noqa: C419
        return CodeIs.OLD
    return CodeIs.WRONG
