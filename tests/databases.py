"""Where do tests put many small inputs? Into one DuckDB: to begin another takes longer than a case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count

import duckdb

_NUMBERS = count()


@cache
def _instance() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": "1"})


@contextmanager
def empty_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database of its own, gone afterwards; its time zone is UTC, as `open_inputs` has it."""
    name = f"case_{next(_NUMBERS)}"
    con = _instance().cursor()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"ATTACH ':memory:' AS {name}")
    con.execute(f"USE {name}")
    try:
        yield con
    finally:
        con.close()
        _instance().execute(f"DETACH {name}")
