"""Which files of a folder did an export leave there? A small file beside them says so.

Without it a file called `leads.csv` is somebody's own, and is never written over.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from handraiser.tables.paths import FileKind

__all__ = ["MANIFEST", "Manifest", "left_here", "others_there"]

MANIFEST = "handraiser-export.json"


class Manifest(msgspec.Struct, frozen=True):
    """What an export wrote: in which format, as of which instant (ISO 8601, UTC), into which files."""

    format: str
    at: str
    files: list[str]

    def text(self) -> str:
        """Return it as it stands in its file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode() + "\n"


def left_here(folder: str | os.PathLike[str], tables: Collection[str]) -> frozenset[str]:
    """Return the names of what an export of these tables left in a folder, its manifest among them.

    None where there is no manifest, or one that no export can have written: it may name nothing but tables.
    """
    possible = {f"{table}.{kind.value}" for table in tables for kind in (FileKind.CSV, FileKind.PARQUET)}
    try:
        found = msgspec.json.decode(Path(folder, MANIFEST).read_bytes(), type=Manifest)
    except (
        FileNotFoundError,
        NotADirectoryError,
        IsADirectoryError,
        msgspec.DecodeError,
        UnicodeDecodeError,
    ):
        return frozenset()
    return frozenset({MANIFEST, *found.files}) if possible.issuperset(found.files) else frozenset()


def others_there(folder: str | os.PathLike[str], names: Iterable[str], own: Collection[str]) -> list[str]:
    """Return the paths of files that are there under these names and are not an export's own."""
    paths = [Path(folder, name) for name in names if name not in own]
    return [os.fspath(path) for path in paths if os.path.lexists(path)]
