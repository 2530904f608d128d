"""How is a table written to a file, so that there is never half of one?"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import duckdb
import pyarrow as pa

from handraiser.errors import Mistakes, Unavailable
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.paths import ENDINGS, FileKind, kind_of, spelled
from handraiser.tables.quoting import literal, quoted

__all__ = ["check_folder", "check_writable", "readable", "write_table", "write_text"]

_FORMATS = {
    FileKind.CSV: "FORMAT csv, HEADER",
    FileKind.LINES: "FORMAT json",
    FileKind.PARQUET: "FORMAT parquet",
}


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise Mistakes if no table can be written there: better before an hour's work than after it."""
    text = os.fspath(path)
    if text == "-":
        return
    if kind_of(text) is None:
        endings = ", ".join(ENDINGS)
        says = f"The ending of {os.path.basename(text)} does not say what kind of file it is to be."
        raise Mistakes([mistake(DataCode.UNKNOWN_ENDING, text, says, f"Use one of {endings}.")])
    check_folder(text)


def check_folder(path: str | os.PathLike[str]) -> None:
    """Raise Mistakes if there is no folder for a file of this name; `-` needs none."""
    text = os.fspath(path)
    if spelled(text) != text:
        says = "The name of this file is not UTF-8."
        raise Mistakes([mistake(DataCode.NO_FILE, spelled(text), says, "Give it another name.")])
    folder = Path(text).resolve().parent
    if text != "-" and Path(text).is_dir():
        raise Mistakes([mistake(DataCode.NO_FILE, text, "This is a folder.", "Name a file in it.")])
    if text != "-" and not folder.is_dir():
        raise Mistakes(
            [mistake(DataCode.NO_FILE, text, f"There is no folder {folder}.", "Make it, or name another.")]
        )


def write_table(table: pa.Table, path: str | os.PathLike[str]) -> None:
    """Write a table as CSV, JSON Lines or Parquet, by the path's ending; `-` is CSV on standard output.

    CSV and JSON Lines may be gzipped (`.csv.gz`); in them a time is ISO 8601 in UTC, with microseconds only
    where there are any. The file appears whole or not at all.
    """
    check_writable(path)
    text = os.fspath(path)
    if text == "-":
        _print(table)
        return
    zipped = text.lower().endswith(".gz")
    with _replaced(text) as half:
        _copy(table, half, kind_of(text) or FileKind.CSV, zipped=zipped)


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write a text as UTF-8; `-` is standard output. The file appears whole or not at all."""
    if os.fspath(path) == "-":
        _standard_output().write(text)
        _standard_output().flush()
        return
    check_folder(path)
    with _replaced(os.fspath(path)) as half:
        half.write_text(text, encoding="utf-8")


def readable(table: pa.Table) -> pa.Table:
    """Return the table with its times as text: ISO 8601 in UTC, microseconds only where there are any."""
    columns = [f"c{index}" for index in range(table.num_columns)]
    written = [
        f"{_readable(column, field.type)} AS {column}"
        for column, field in zip(columns, table.schema, strict=True)
    ]
    with duckdb.connect() as con:
        con.register("written", table.rename_columns(columns))
        text = con.sql(f"SELECT {', '.join(written)} FROM written").to_arrow_table()
    return text.rename_columns(table.column_names)


@contextmanager
def _replaced(path: str) -> Iterator[Path]:
    """Yield where to write; what is written there takes the place of the file at the end."""
    # Through a link, for the file and not the link is to be replaced.
    target = Path(path).resolve()
    half = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield half
        if target.exists():
            # Who may read it stays as it was.
            half.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(half, target)
    except (duckdb.IOException, OSError) as error:
        raise Unavailable(f"{path} could not be written: {error}") from error
    finally:
        with suppress(OSError):  # what cannot be there need not be taken away
            half.unlink(missing_ok=True)


def _print(table: pa.Table) -> None:
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "table.csv"
            _copy(table, file, FileKind.CSV, zipped=False)
            with file.open(encoding="utf-8", newline="") as lines:
                shutil.copyfileobj(lines, _standard_output())
        _standard_output().flush()
    except duckdb.IOException as error:
        raise Unavailable(f"The table could not be written: {error}") from error


def _standard_output() -> TextIO:
    """Return standard output, for ids in any alphabet whatever the terminal was set to."""
    out: TextIO | None = sys.stdout
    if out is None:
        raise Unavailable("Standard output is closed.")
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(errors="backslashreplace")
    return out


def _copy(table: pa.Table, path: Path, kind: FileKind, *, zipped: bool) -> None:
    columns = [f"c{index}" for index in range(table.num_columns)]
    written = [
        f"{column if kind is FileKind.PARQUET else _readable(column, field.type)} AS {quoted(field.name)}"
        for column, field in zip(columns, table.schema, strict=True)
    ]
    packed = ", COMPRESSION gzip" if zipped else ""
    with duckdb.connect() as con:
        con.register("written", table.rename_columns(columns))
        con.execute(
            f"COPY (SELECT {', '.join(written)} FROM written) TO {literal(str(path))} "
            f"({_FORMATS[kind]}{packed})"
        )


def _readable(column: str, kind: pa.DataType) -> str:
    if not pa.types.is_timestamp(kind):
        return column
    time = f"make_timestamp(epoch_us({column}))"
    return (
        f"CASE WHEN epoch_us({column}) % 1000000 = 0 THEN strftime({time}, '%Y-%m-%dT%H:%M:%SZ') "
        f"ELSE strftime({time}, '%Y-%m-%dT%H:%M:%S.%fZ') END"
    )
