"""Which rows of a CSV file can still be read where its quotation marks or ends of lines are in disorder?

A row is cells divided by the delimiter; one in quotation marks may hold anything, a mark being doubled, and
ends with them. A line with which no such row begins is put aside, and reading goes on with the next: what one
wrong mark can cost is its own line. The rows are written to a new file, in place of a line put aside an empty
one, so that lines keep their numbers.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from typing import IO

from handraiser.tables.paths import File, FileKind
from handraiser.tables.textfiles import Unread, opened, shown

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
    row = _row(re.escape(delimiter.encode()), rb"\r?\n" if end == b"\n" else rb"\r")
    aside = []
    position, number = 0, 0
    while position < len(content):
        number += 1
        found = row.match(content, position)
        if found is not None:
            target.write(found["row"])
            position = found.end()
        else:
            stop = content.find(end, position) + 1 or len(content)
            aside.append(Unread(f"{name} line {number}", _REASON, shown(content[position:stop])))
            position = stop
        target.write(b"\n")
    return aside


def _row(delimiter: bytes, end: bytes) -> re.Pattern[bytes]:
    quoted = rb'\x20*+"(?:[^"]|"")*+"'
    plain = rb'(?!\x20*")[^\r\n' + delimiter + rb"]*+"
    cell = rb"(?:" + quoted + rb"|" + plain + rb")"
    return re.compile(rb"(?P<row>" + cell + rb"(?:" + delimiter + cell + rb")*+)(?:" + end + rb"|\Z)")
