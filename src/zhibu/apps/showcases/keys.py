"""The key that this installation signs its playbooks with: made of the secret key, so that it is kept nowhere else.

The same on every machine of the installation; with another secret key it is another (decision 0022).
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"zhibu playbook signature 1"


def signing_key() -> Ed25519PrivateKey:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(settings.SECRET_KEY.encode())
    return Ed25519PrivateKey.from_private_bytes(made)
