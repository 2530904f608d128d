"""What would be if something were done? It is done, looked at, and taken back as if it had never been."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

__all__ = ["supposed"]


@contextmanager
def supposed() -> Iterator[None]:
    """Have all that is done within come to nothing afterwards; what is read within is as if it were so.

    Others who write wait meanwhile. Verbs do nothing that is not in the database, so nothing is left of them.
    """
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
