"""Which files does the user mean, and of what kind are they?"""

from __future__ import annotations

import glob
import gzip
import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

import msgspec

from handraiser.errors import Diagnostic, Mistakes, Unavailable
from handraiser.tables.mistakes import DataCode, mistake, nearest

__all__ = ["ENDINGS", "File", "FileKind", "files_of", "kind_of", "opened", "spelled"]


class FileKind(StrEnum):
    """What a file holds, told by its ending."""

    CSV = "csv"
    LINES = "lines"
    PARQUET = "parquet"


ENDINGS = {
    ".csv": FileKind.CSV,
    ".csv.gz": FileKind.CSV,
    ".jsonl": FileKind.LINES,
    ".jsonl.gz": FileKind.LINES,
    ".ndjson": FileKind.LINES,
    ".ndjson.gz": FileKind.LINES,
    ".parquet": FileKind.PARQUET,
}
_SHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")


class File(msgspec.Struct, frozen=True):
    """A file that is there and can be opened; `name` is what its rows are said to be from."""

    path: str
    kind: FileKind
    name: str

    @property
    def zipped(self) -> bool:
        """Whether it is a gzip file, by its ending."""
        return self.path.lower().endswith(".gz")


def opened(file: File) -> IO[bytes]:
    """Return a file's bytes, a gzip file's unpacked."""
    return cast("IO[bytes]", gzip.open(file.path, "rb")) if file.zipped else open(file.path, "rb")


def kind_of(path: str) -> FileKind | None:
    """Return the kind of file that a name's ending says, None for one that is not known."""
    name = os.path.basename(path).lower()
    return next((kind for ending, kind in ENDINGS.items() if name.endswith(ending)), None)


def files_of(paths: Iterable[str | os.PathLike[str]]) -> list[File]:
    """Return the files, globs written out in the order of their names, those given in the order given."""
    found: list[File] = []
    wrong: list[Diagnostic] = []
    for given in paths:
        for path in _written_out(os.fspath(given), wrong):
            if spelled(path) != path:
                wrong.append(_odd_name(path))
                continue
            kind = kind_of(path)
            if kind is None:
                wrong.append(_unknown_ending(path))
            else:
                found.append(File(path, kind, os.path.basename(path)))
    if wrong:
        raise Mistakes(wrong)
    for file in found:
        _openable(file.path)
    return found


def _written_out(given: str, wrong: list[Diagnostic]) -> list[str]:
    # A file may itself be named with the signs of a glob.
    if os.path.isfile(given):
        return [given]
    if os.path.isdir(given):
        wrong.append(
            mistake(
                DataCode.NO_FILE,
                given,
                f"{given} is a folder, not a file.",
                f"Name the files in it, such as {given.rstrip('/')}/*.parquet.",
            )
        )
        return []
    if os.path.lexists(given):
        wrong.append(_no_regular_file(given))
        return []
    matches = sorted(path for path in glob.glob(given, recursive=True) if os.path.isfile(path))
    if not matches:
        wrong.append(_no_file(given))
    return matches


def spelled(path: str) -> str:
    """Return a path in letters; bytes of its name that are not UTF-8 as `\\xff`."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def _odd_name(path: str) -> Diagnostic:
    says = "The name of this file is not UTF-8."
    return mistake(DataCode.NO_FILE, spelled(path), says, "Give it another name.")


def _no_regular_file(given: str) -> Diagnostic:
    if os.path.islink(given):
        says = f"This is a link to {spelled(os.readlink(given))}, which leads to no file."
        return mistake(DataCode.NO_FILE, spelled(given), says, "Mend the link, or name the file itself.")
    says = "This is a pipe or a device, and files are read more than once."
    return mistake(DataCode.NO_FILE, spelled(given), says, "Write what it gives into a file.")


def _no_file(given: str) -> Diagnostic:
    if spelled(given) != given:
        return mistake(DataCode.NO_FILE, spelled(given), "There is no such file.", "Check the name.")
    path = Path(given)
    if glob.has_magic(given):
        return mistake(DataCode.NO_FILE, given, "No file matches it.", "Check the folder and the pattern.")
    try:
        neighbours = sorted(spelled(each.name) for each in path.parent.iterdir())
    except OSError:
        return mistake(
            DataCode.NO_FILE,
            given,
            f"There is no such file, and no folder {path.parent}.",
            "Check the folder.",
        )
    near = nearest(path.name, neighbours)
    fix = f"Did you mean {path.parent / near}?" if near else "Check the name."
    return mistake(DataCode.NO_FILE, given, "There is no such file.", fix)


def _unknown_ending(path: str) -> Diagnostic:
    name, known = os.path.basename(path), ", ".join(ENDINGS)
    if name.lower().endswith(_SHEETS):
        says = f"{name} is a workbook of a spreadsheet, which cannot be read."
        fix = f"Save its sheet as CSV in UTF-8. Files may end in {known}."
    else:
        says = f"The ending of {name} does not say what kind of file it is."
        fix = f"Use one of {known}."
    return mistake(DataCode.UNKNOWN_ENDING, path, says, fix)


def _openable(path: str) -> None:
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise Unavailable(f"{path} cannot be opened: {error.strerror}.") from error
