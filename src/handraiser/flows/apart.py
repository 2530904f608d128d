"""Something cannot be done with one lead of many, by a mistake of ours: how does it keep no other waiting?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, Error, IntegrityError, transaction

__all__ = ["apart", "of_all"]

_log = logging.getLogger(__name__)


def of_all(error: Exception) -> bool:
    """Return whether an error says that nothing can be done now: the database is away, or has no room.

    What it does not take of one lead, such as a text with a NUL, it takes of others.
    """
    return isinstance(error, Error) and not isinstance(error, (DataError, IntegrityError))


@contextmanager
def apart(says: str) -> Iterator[None]:
    """Do what is within all or not at all. Where it cannot be done, that is logged, and others come next.

    Raises what is no mistake of ours: what the database could not do with others either, and what could not
    even begin.
    """
    begun = False
    try:
        with transaction.atomic():
            begun = True
            yield
    except Exception as error:
        if not begun or of_all(error):
            raise
        _log.exception("%s", says)
