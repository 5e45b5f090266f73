"""安全模式: messages sealed with AES. What is inside names who it is for.

Source: 微信公众平台 · 消息加解密说明: AES-256-CBC, the key of 43 characters in Base64 and its first 16 bytes as IV,
padded to 32 bytes (PKCS #7); inside 16 random bytes, the length in 4 bytes, the text, the id of the receiver.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from zhibu.wechat.errors import Unreadable
from zhibu.wechat.messages import cdata
from zhibu.wechat.signature import signature_of

KEY_LENGTH = 43
_BLOCK, _RANDOM, _LENGTH, _WHOLE = 32, 16, 4, 16


def key_of(text: str) -> bytes:
    """The 32 bytes of an EncodingAESKey. Raises ``ValueError`` where it is none."""
    if len(text) != KEY_LENGTH or not (text.isascii() and text.isalnum()):
        raise ValueError("43 letters and digits")
    return base64.b64decode(text + "=")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What both sides know: the token that signs, the key that seals, and whose messages are inside."""

    token: str
    key: bytes
    receiver: str
    _cipher: Cipher[CBC] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", Cipher(AES(self.key), CBC(self.key[:16])))

    def open(self, sealed: str) -> bytes:
        """The text inside. Raises ``Unreadable`` for what was not sealed with this key for this receiver."""
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unreadable("not Base64") from error
        if not raw or len(raw) % _WHOLE:
            raise Unreadable("not whole blocks")
        opener = self._cipher.decryptor()
        plain = opener.update(raw) + opener.finalize()
        padding = plain[-1]
        if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise Unreadable("sealed with another key")
        content = plain[_RANDOM:-padding]
        length = int.from_bytes(content[:_LENGTH], "big")
        text, receiver = content[_LENGTH : _LENGTH + length], content[_LENGTH + length :]
        if len(text) != length or receiver != self.receiver.encode():
            raise Unreadable("sealed for another receiver")
        return text

    def seal(self, text: bytes) -> str:
        content = secrets.token_bytes(_RANDOM) + len(text).to_bytes(_LENGTH, "big") + text + self.receiver.encode()
        padding = _BLOCK - len(content) % _BLOCK
        sealer = self._cipher.encryptor()
        sealed = sealer.update(content + bytes([padding]) * padding) + sealer.finalize()
        return base64.b64encode(sealed).decode()

    def answer(self, text: str, *, timestamp: str, nonce: str) -> str:
        """An answer as it goes out: sealed and signed."""
        sealed = self.seal(text.encode())
        signature = signature_of(self.token, timestamp, nonce, sealed)
        return (
            f"<xml><Encrypt>{cdata(sealed)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )
