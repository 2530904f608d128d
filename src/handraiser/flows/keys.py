"""What do programs show to be let in? A key is told once, when it is made; only its hash is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import NamedTuple

from django.db import transaction

from handraiser.flows.refusals import FlowCode, refused
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Audit, Key

__all__ = ["NewKey", "make_key", "revoke_key"]

_BYTES = 32
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)  # no database has more


class NewKey(NamedTuple):
    """A key as it is shown, and the number by which it is known afterwards."""

    number: int
    text: str


def make_key(scope: str, *, name: str, who: str, now: int) -> NewKey:
    """Return a new key. What it may do stands at its beginning, so that a lost one tells what it was for."""
    text = f"hr_{scope}_{secrets.token_urlsafe(_BYTES)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        key = Key.objects.create(digest=digest, scope=scope, name=name, created_at=now)
        details = {"scope": scope, "name": name}
        Audit.objects.create(at=now, who=who, did="made a key", subject=f"key {key.pk}", details=details)
    return NewKey(key.pk, text)


def revoke_key(said: str, *, who: str, now: int) -> Key:
    """Return the key, which lets nobody in from now on. Raises Mistakes where there is none to revoke.

    said  its number
    """
    fix = "`handraiser key list` shows which there are."
    if not _NUMBER.fullmatch(said):
        raise refused(FlowCode.NO_SUCH_KEY, "ID", f"`{said}` is not the number of a key.", fix)
    number = int(said)
    with transaction.atomic():
        alone(GOVERNING)
        key: Key | None = Key.objects.filter(pk=number).first()
        if key is None or key.revoked_at is not None:
            says = f"There is no key {number}." if key is None else f"Key {number} has been revoked already."
            raise refused(FlowCode.NO_SUCH_KEY, "ID", says, fix)
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        Audit.objects.create(at=now, who=who, did="revoked a key", subject=f"key {key.pk}")
    return key
