"""How can whoever receives a message tell that it is ours? By Standard Webhooks (HMAC-SHA256)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

__all__ = ["check_secret", "new_secret", "signed"]

_PREFIX = "whsec_"
_BYTES = 32
_LEAST, _MOST = 24, 64


def new_secret() -> str:
    """Return a secret as receivers are given it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def check_secret(secret: str) -> bytes:
    """Return the bytes of a secret. Raises ValueError where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not _LEAST <= len(key) <= _MOST:
        raise ValueError("a secret is `whsec_` and 24 to 64 bytes in base64")
    return key


def signed(key: str, body: bytes, used: Iterable[str], *, at: int) -> dict[str, str]:
    """Return the headers of a message: signed with each secret that is used now, at an instant in seconds.

    key  the same for all attempts
    """
    content = f"{key}.{at}.".encode() + body
    marks = [hmac.new(check_secret(secret), content, hashlib.sha256).digest() for secret in used]
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks),
    }
