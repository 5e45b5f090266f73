"""Who signed a call, and when.

Source: 微信公众平台 · 接入指南: SHA-1 over token, timestamp and nonce (and the sealed text) in the order of the
alphabet. The digest is theirs; that it is compared in constant time and that old calls are refused is ours.
"""

from __future__ import annotations

import hashlib
import hmac

#: So many seconds a call may be older than now, or younger.
FRESH_FOR = 300

_LONGEST_INSTANT = 11


def signature_of(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Compared in constant time, whatever characters were sent."""
    return hmac.compare_digest(signature_of(*parts).encode(), signature.encode(errors="replace"))


def is_fresh(timestamp: str, at: float) -> bool:
    """Whether a call of that time (seconds since 1970, as it was sent) is at most five minutes from ``at``."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_INSTANT):
        return False
    return abs(int(timestamp) - at) <= FRESH_FOR
