"""How does the made company reach a folder, in the kinds of files that handraiser reads?"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from .company import Acme

__all__ = ["EVENT_KINDS", "write_acme"]

EVENT_KINDS = ("parquet", "jsonl", "csv")
ROWS_AT_ONCE = 20_000


def write_acme(acme: Acme, folder: Path, *, events: str = "parquet") -> list[Path]:
    """Return the files written: CSV for everything but events, whose kind is one of EVENT_KINDS."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in ("leads", "companies", "outcomes", "costs", "truth"):
        written.append(_csv(getattr(acme, name), folder / f"{name}.csv"))
    target = folder / f"events.{events}"
    if events == "parquet":
        pq.write_table(acme.events, target, compression="zstd")
    elif events == "jsonl":
        _json_lines(acme.events, target)
    else:
        _csv(acme.events, target)
    return [*written, target]


def rows_of(table: pa.Table) -> Iterator[dict[str, object]]:
    """Return the rows one by one: instants as ISO text with a Z, other values as they are."""
    # Instants without a zone become Python's several times as fast, and all of them are UTC.
    for batch in _without_zones(table).to_batches(max_chunksize=ROWS_AT_ONCE):
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            yield {name: _plain(value) for name, value in zip(table.column_names, row, strict=True)}


def _without_zones(table: pa.Table) -> pa.Table:
    naive = [pa.timestamp("us") if pa.types.is_timestamp(f.type) else f.type for f in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, naive, strict=True))))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        exact = "milliseconds" if value.microsecond else "seconds"
        return value.isoformat(timespec=exact) + "Z"
    return value


def _csv(table: pa.Table, target: Path) -> Path:
    with target.open("w", encoding="utf-8", newline="") as out:
        write_rows(table, out)
    return target


def write_rows(table: pa.Table, out: TextIO) -> None:
    """Write the table as CSV with a head: true and false in small letters, nothing for NULL."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in rows_of(table):
        writer.writerow(str(v).lower() if isinstance(v, bool) else v for v in row.values())


def _json_lines(table: pa.Table, target: Path) -> None:
    """Write one JSON object a line, with what the event has and nothing else."""
    with target.open("w", encoding="utf-8", newline="") as out:
        for row in rows_of(table):
            given = {name: value for name, value in row.items() if value is not None}
            out.write(json.dumps(given, separators=(",", ":")) + "\n")
