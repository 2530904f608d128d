"""How are tables written that are too large to be held, so that there is never half of one?"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from handraiser.errors import Mistakes, Unavailable
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.paths import FileKind
from handraiser.tables.writing import readable

__all__ = ["Write", "tables_written"]

Write = Callable[[pa.Table], None]

_ROWS = 100_000  # of a row group: what a reader has to hold at once


@contextmanager
def tables_written(
    folder: str | os.PathLike[str],
    schemas: Mapping[str, pa.Schema],
    kind: FileKind,
    *,
    beside: Mapping[str, str],
    instead_of: Iterable[str],
) -> Iterator[dict[str, Write]]:
    """Yield by name what writes more rows of a table into a file of that name in the folder, which is made.

    beside      further files by their names, with the text of each
    instead_of  the names of files that go when these appear, where these are not called so, too

    All files appear at the end, in place of those that were there; if anything fails, none does. Raises
    Mistakes where the folder is a file, Unavailable where it cannot be written.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        says = "This is a file, not a folder."
        raise Mistakes([mistake(DataCode.NO_FILE, os.fspath(folder), says, "Name a folder.")])
    halves: dict[Path, Path] = {}
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, text in beside.items():
            half = _half(halves, target / name)
            half.write_text(text, encoding="utf-8")
        with ExitStack() as open_files:
            writers = {}
            for name, schema in schemas.items():
                whole = target / f"{name}.{kind.value}"
                writers[name] = _writer(open_files, _half(halves, whole), schema, kind)
            yield writers
        for whole, half in halves.items():
            os.replace(half, whole)
        for name in instead_of:
            if target / name not in halves:
                (target / name).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"{folder} could not be written: {error}") from error
    finally:
        for half in halves.values():
            with suppress(OSError):  # what cannot be there need not be taken away
                half.unlink(missing_ok=True)


def _half(halves: dict[Path, Path], whole: Path) -> Path:
    halves[whole] = whole.with_name(f".{whole.name}.{secrets.token_hex(4)}.tmp")
    return halves[whole]


def _writer(open_files: ExitStack, path: Path, schema: pa.Schema, kind: FileKind) -> Write:
    if kind is FileKind.PARQUET:
        parquet: Any = open_files.enter_context(pa.parquet.ParquetWriter(path, schema))
        return lambda table: parquet.write_table(table, row_group_size=_ROWS)
    text = readable(schema.empty_table())
    csv: Any = open_files.enter_context(pa.csv.CSVWriter(path, text.schema))
    return lambda table: csv.write_table(readable(table))
