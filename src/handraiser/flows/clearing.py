"""Somebody was forgotten: is nothing of them left in the pages of the database's file either?

SQLite leaves what was deleted where it was until something else is written there. PostgreSQL does too, until
its own vacuum comes by, which nobody has to ask for.
"""

from __future__ import annotations

import logging

from django.db import OperationalError, connection

from handraiser.store.bulk import query, statement
from handraiser.store.models import Erasure

__all__ = ["clear_away"]

_log = logging.getLogger(__name__)


def clear_away(now: int) -> bool:
    """Have an SQLite be written anew without what was erased; return whether that is done.

    Not within a transaction. Others who write wait meanwhile; while they do, it is left for another time.
    """
    waiting = list(Erasure.objects.filter(cleared_at=None).values_list("pk", flat=True))
    if not waiting:
        return True
    if connection.vendor == "sqlite":
        try:
            statement("VACUUM")
            ((busy, *_),) = query("PRAGMA wal_checkpoint(TRUNCATE)")
        except OperationalError as error:
            _log.info("What was erased is cleared away another time: %s", error)
            return False
        if busy:
            return False
    Erasure.objects.filter(pk__in=waiting).update(cleared_at=now)
    return True
