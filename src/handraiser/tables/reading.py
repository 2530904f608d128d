"""What does it mean when DuckDB cannot read on: is the file wrong, or the world?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from handraiser.errors import HandraiserError, Mistakes, Unavailable
from handraiser.tables.mistakes import DataCode, mistake

__all__ = ["reading"]


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what DuckDB raises inside into `Mistakes` in `what`, or into `Unavailable`.

    Events are read when the engine asks for them, so whoever runs the engine puts it inside this too.
    """
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        raise  # our own SQL is wrong, whatever the file is
    except duckdb.Error as error:
        raise _explained(error, what) from error


def _explained(error: duckdb.Error, what: str) -> HandraiserError:
    says = next((line for line in str(error).splitlines() if line.strip()), "unknown error")
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException):
        return Unavailable(f"{what} could not be read: {says}")
    if isinstance(error, duckdb.IOException) and not _corrupt(says):
        return Unavailable(f"{what} could not be read: {says}")
    if isinstance(error, duckdb.ConnectionException) and "closed" in says:
        says = "The DuckDB connection that it is from has been closed."
        fix = "Close it afterwards, or give an Arrow table."
        return Mistakes([mistake(DataCode.NOT_DATA, what, says, fix)])
    return Mistakes(
        [
            mistake(
                DataCode.UNREADABLE,
                what,
                f"It cannot be read: {says}",
                "Write the file again, or check that it is what its ending says.",
            )
        ]
    )


def _corrupt(says: str) -> bool:
    """DuckDB calls the contents of a file an IO error, too."""
    world = ("Permission denied", "No such file", "No space left", "Too many open files", "No files found")
    return not any(each in says for each in world)
