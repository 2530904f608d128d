"""Which rows of a CSV file can still be read where its quotation marks or ends of lines are in disorder?

A line with which no record of CSV begins is put aside, and reading goes on with the next: what one wrong mark
can cost is its own line. The rows are written to a new file, in place of a line put aside an empty
one, so that lines keep their numbers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from typing import IO

from handraiser.tables.lines import csv_record, shown
from handraiser.tables.paths import File, FileKind, opened
from handraiser.tables.textfiles import Unread

__all__ = ["Folder", "mended"]

_REASON = "a quotation mark is not closed, or text stands beside a quoted cell"


class Folder:
    """A folder that is there as long as somebody holds this, and no longer than the program runs."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="handraiser-")
        self._end = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def mended(files: Sequence[File], delimiter: str, folder: Folder) -> tuple[list[File], list[Unread]]:
    """Return files of the rows that can be read, and the lines that cannot."""
    found: list[File] = []
    aside: list[Unread] = []
    for number, file in enumerate(files):
        path = os.path.join(folder.path, f"{number}.csv")
        with opened(file) as stream, open(path, "wb") as target:
            aside += _mend(stream.read(), delimiter, file.name, target)
        found.append(File(path, FileKind.CSV, file.name))
    return found, aside


def _mend(content: bytes, delimiter: str, name: str, target: IO[bytes]) -> list[Unread]:
    end = b"\n" if b"\n" in content else b"\r"
    record = csv_record(delimiter.encode(), end)
    aside = []
    position, line = 0, 1
    while position < len(content):
        found = record.match(content, position)
        stop = found.end() if found is not None else content.find(end, position) + 1 or len(content)
        if found is not None:
            target.write(found["row"])
        else:
            aside.append(Unread(f"{name} line {line}", _REASON, shown(content[position:stop])))
        target.write(b"\n")
        line += content.count(end, position, stop)
        position = stop
    return aside
