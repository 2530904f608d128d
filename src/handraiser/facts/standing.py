"""How is the same asked of new rows again and again, without DuckDB planning it each time?

A table that stands keeps its name and its columns while its rows change; to DuckDB nothing has, so that what
it made of a query holds. For a few rows that is nearly all of the time that a query takes.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

__all__ = ["Standing"]

_MOST = 64  # queries that are remembered, the latest


class Standing:
    """Tables that stand on a connection, and what is asked of them. One thread at a time may use it.

    DuckDB 2.0 keeps about a kilobyte for each answer that joins tables until the connection is closed:
    whoever runs for days begins anew with another connection after some thousand batches.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._tables: dict[str, _Rows] = {}
        self._names: dict[str, str] = {}
        self._made = 0

    def put(self, name: str, rows: pa.Table) -> None:
        """Let a table have these rows and no others."""
        there = self._tables.get(name)
        if there is not None and there.table.schema == rows.schema:
            there.table = rows
            return
        self._tables[name] = _Rows(rows)
        self.con.register(name, self._tables[name])

    def answer(self, query: str) -> dict[str, np.ndarray[Any, Any]]:
        """Return the columns of the answer to a query; those with NULL are masked."""
        if query not in self._names:
            if len(self._names) >= _MOST:
                self.con.execute(f"DEALLOCATE {self._names.pop(next(iter(self._names)))}")
            self._made += 1
            name = f"standing_{self._made}"
            self.con.execute(f"PREPARE {name} AS {query}")
            self._names[query] = name
        answer: dict[str, np.ndarray[Any, Any]] = self.con.execute(
            f"EXECUTE {self._names[query]}"
        ).fetchnumpy()
        return answer


class _Rows:
    """What DuckDB asks for its rows, whenever it reads the table."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_schema__(self) -> object:
        return self.table.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)
