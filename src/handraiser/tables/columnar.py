"""How are Parquet files and Arrow tables read? Typed as they are."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import msgspec
import pyarrow as pa

from handraiser.errors import Diagnostic, Mistakes
from handraiser.tables.mistakes import DataCode, group_by_case, mistake, same_name
from handraiser.tables.parts import Cell, Form, Part, typed_cells
from handraiser.tables.paths import File
from handraiser.tables.quoting import quoted
from handraiser.tables.textfiles import patterns

__all__ = ["arrow_part", "parquet_part"]


def parquet_part(con: duckdb.DuckDBPyConnection, files: Sequence[File]) -> Part:
    """Return Parquet files as one part; a column that a file lacks is NULL in its rows."""
    for file in files:
        _check_names(con, file)
    relation = f"read_parquet({patterns(files)}{', union_by_name = true' if len(files) > 1 else ''})"
    cells = typed_cells(con, relation, {})
    part = Part(
        relation=relation,
        cells=cells,
        place=files[0].path,
        order=("file_index", "file_row_number"),
        names=tuple(file.name for file in files),
        raw=_raw(cells),
    )
    if {"file_index", "file_row_number"} & {cell.name.lower() for cell in cells}:
        # The file's own columns of these names stand before what DuckDB knows.
        more = f" and {len(files) - 1} more," if len(files) > 1 else ""
        order = ("0", "row_number() OVER () - 1")
        return msgspec.structs.replace(part, order=order, names=(f"{files[0].name}{more}",))
    return part


def _check_names(con: duckdb.DuckDBPyConnection, file: File) -> None:
    """DuckDB quietly renames the second of two columns that differ in case only."""
    try:
        schema = con.execute(f"SELECT name, num_children FROM parquet_schema({patterns([file])})").fetchall()
    except duckdb.Error as error:
        raise Mistakes([_no_parquet(file, error)]) from error
    same = [names for names in group_by_case(_top_level(schema)) if len(names) > 1]
    if same:
        raise Mistakes([same_name(file.path, names) for names in same])


def _top_level(schema: Sequence[tuple[str, int | None]]) -> list[str]:
    """The names of columns, from a schema that lists each before what is inside it."""
    names, inside = [], 0
    for name, children in schema[1:]:
        if inside == 0:
            names.append(name)
        else:
            inside -= 1
        inside += children or 0
    return names


def _no_parquet(file: File, error: duckdb.Error) -> Diagnostic:
    first = str(error).splitlines()[0]
    return mistake(
        DataCode.UNREADABLE, file.path, f"It cannot be read as Parquet: {first}", "Write the file again."
    )


def arrow_part(con: duckdb.DuckDBPyConnection, table: pa.Table, input_name: str, number: int) -> Part:
    """Return an Arrow table as a part."""
    name = f"{input_name}_frame_{number}"
    columns = [f"c{index}" for index in range(table.num_columns)]
    if not columns:
        nothing = "(SELECT NULL AS c0 WHERE FALSE) AS nothing"
        return Part(relation=nothing, cells=(), place=f"<{input_name}>", raw="'{}'")
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
    """The row as JSON; what JSON has no word for stands in it as text."""
    named = ", ".join(
        f"{quoted(cell.name.replace(chr(0), ' ') or ' ')} := "
        + (f"CAST({cell.sql} AS VARCHAR)" if cell.form is Form.OTHER else cell.sql)
        for cell in cells
    )
    return f"CAST(to_json(struct_pack({named})) AS VARCHAR)" if named else "'{}'"
