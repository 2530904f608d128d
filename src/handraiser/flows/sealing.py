"""How are secrets kept so that who reads the database cannot use them?

They are encrypted by a key that is not in it: it is made of HANDRAISER_SECRET, or, beside an SQLite, stands
in a file of its own. Without the key they are lost: new ones are made, and receivers told.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import connection

from handraiser.flows.refusals import FlowCode, refused
from handraiser.store.keyfile import key_file

__all__ = ["SealedError", "have_key", "opened", "sealed"]

_PURPOSE = b"handraiser: secrets of destinations"
_ROUNDS = 100_000


class SealedError(Exception):
    """A secret was sealed with another key than there is now, in words."""


def have_key() -> bool:
    """Return whether there is a key; beside an SQLite one is made where there is none."""
    file = key_file(connection.settings_dict)
    if file is None:
        return bool(settings.HANDRAISER_SECRET)
    if not settings.HANDRAISER_SECRET and not file.exists():
        _make(file)
    return True


def sealed(secret: str) -> str:
    """Return a secret as it is kept. Raises Mistakes where there is no key, nor a place to make one."""
    return _keys(new=True).encrypt(secret.encode()).decode()


def opened(kept: str) -> str:
    """Return a secret that is kept. Raises SealedError where this is not the key it was sealed with."""
    try:
        return _keys(new=False).decrypt(kept.encode()).decode()
    except InvalidToken:
        says = "its secret cannot be read: HANDRAISER_SECRET, or the key beside the database, is another one"
        raise SealedError(says) from None


def _keys(*, new: bool) -> MultiFernet:
    """Return the keys there are: what is sealed is sealed with the first."""
    found = []
    if settings.HANDRAISER_SECRET:
        found.append(_derived(settings.HANDRAISER_SECRET))
    file = key_file(connection.settings_dict)
    if file is not None:
        if new and not found and not file.exists():
            _make(file)
        if file.exists():
            found.append(Fernet(file.read_bytes().strip()))
    if not found and new:
        says = "Secrets are kept encrypted, and there is no HANDRAISER_SECRET to do so with."
        fix = (
            "Set it for every process of handraiser, and keep it: `openssl rand -base64 32` makes a good one."
        )
        raise refused(FlowCode.NOTHING_TO_SEAL_WITH, "HANDRAISER_SECRET", says, fix)
    return MultiFernet(found or [Fernet(Fernet.generate_key())])


@lru_cache(maxsize=4)
def _derived(secret: str) -> Fernet:
    key = hashlib.pbkdf2_hmac("sha256", secret.encode(), _PURPOSE, _ROUNDS)
    return Fernet(base64.urlsafe_b64encode(key))


def _make(file: Path) -> None:
    """Make a key that nobody else can read; who comes first has made it."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as writing:
            writing.write(Fernet.generate_key())
            writing.flush()
            os.fsync(writing.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink()
