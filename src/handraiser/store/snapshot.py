"""How are many questions answered as of one moment, while others write?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from handraiser.store.bulk import statement, written_together

__all__ = ["as_of_now"]


@contextmanager
def as_of_now() -> Iterator[None]:
    """Have all that is read be as it is at the beginning. Nothing can be written within."""
    if connection.vendor == "sqlite":
        # One that only reads keeps nobody from writing; `atomic` would.
        statement("BEGIN DEFERRED")
        try:
            yield
        finally:
            statement("ROLLBACK")
        return
    with transaction.atomic():
        with written_together(0):
            statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # To compile a question takes longer than to answer any of ours.
            statement("SET LOCAL jit = off")
        yield
