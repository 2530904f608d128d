"""How are Parquet files and Arrow tables read? Typed as they are."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from handraiser.errors import Diagnostic, Mistakes
from handraiser.tables.delimited import patterns
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.parts import Cell, Form, Part, typed_cells
from handraiser.tables.paths import File
from handraiser.tables.quoting import quoted

__all__ = ["arrow_part", "parquet_part"]


def parquet_part(con: duckdb.DuckDBPyConnection, files: Sequence[File]) -> Part:
    """Return Parquet files as one part; a column that a file lacks is NULL in its rows."""
    for file in files:
        _check_names(con, file)
    relation = f"read_parquet({patterns(files)}{', union_by_name = true' if len(files) > 1 else ''})"
    cells = typed_cells(con, relation, {})
    return Part(relation=relation, cells=cells, place=files[0].path, raw=_raw(cells))


def _check_names(con: duckdb.DuckDBPyConnection, file: File) -> None:
    """DuckDB would quietly rename the second of two columns that differ in case only."""
    try:
        schema = con.execute(f"SELECT name, num_children FROM parquet_schema({patterns([file])})").fetchall()
    except duckdb.Error as error:
        raise Mistakes([_no_parquet(file, error)]) from error
    del schema


def _no_parquet(file: File, error: duckdb.Error) -> Diagnostic:
    first = str(error).splitlines()[0]
    return mistake(
        DataCode.UNREADABLE, file.path, f"It cannot be read as Parquet: {first}", "Write the file again."
    )


def arrow_part(con: duckdb.DuckDBPyConnection, table: pa.Table, input_name: str, number: int) -> Part:
    """Return an Arrow table as a part."""
    name = f"{input_name}_frame_{number}"
    columns = [f"c{index}" for index in range(table.num_columns)]
    con.register(name, pa.table([_readable(column) for column in table.columns], names=columns))
    cells = typed_cells(con, name, dict(zip(columns, table.column_names, strict=True)))
    return Part(relation=name, cells=cells, place=f"<{input_name}>", raw=_raw(cells))


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column))])
    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    if pa.types.is_decimal256(column.type):
        return column.cast(pa.float64())
    return column


def _raw(cells: Sequence[Cell]) -> str:
    named = ", ".join(
        f"{quoted(cell.name)} := {f'CAST({cell.sql} AS VARCHAR)' if cell.form is Form.OTHER else cell.sql}"
        for cell in cells
    )
    return f"CAST(to_json(struct_pack({named})) AS VARCHAR)"
