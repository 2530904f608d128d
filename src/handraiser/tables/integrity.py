"""Is a file of text whole, and has it lines that DuckDB leaves out without a word?

DuckDB notes a line that is longer than it reads, but not one of 8 MB or more that reaches over the end of its
buffer. And it reads a gzip file without looking at the checksum at its end.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from handraiser.errors import Mistakes, Unavailable
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.paths import File, opened

__all__ = ["long_lines", "unpacking"]

_LONG = 4_000_000  # bytes: DuckDB notes lines of more than 2 MB, and some of more than 8 MB not
_MOST = 100_000_000  # bytes of a line that may be kept as a refused row
_STEP = 1 << 21
_PIECE = 1 << 16
_UNPACKED = 1 << 20
_END = re.compile(rb"[\r\n]")


def long_lines(file: File) -> list[int]:
    """Return the bytes, from 0, at which lines of more than 4 MB begin; Mistakes for a broken file."""
    with unpacking(file):
        found = list(_in_stream(file) if file.zipped else _in_file(file))
    for start, end in found:
        if end - start > _MOST:
            says = f"It has a line of {(end - start) // 1_000_000:,} MB."
            fix = "Write a row on each line; JSON Lines are objects, a line each, not one list."
            raise Mistakes([mistake(DataCode.UNREADABLE, file.path, says, fix)])
    return [start for start, _ in found]


@contextmanager
def unpacking(file: File) -> Iterator[None]:
    """Turn what goes wrong with a file inside into `Mistakes` in it, or into `Unavailable`."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        says = f"It is no gzip file, or a broken one: {error}."
        raise Mistakes([mistake(DataCode.UNREADABLE, file.path, says, "Pack it again.")]) from error
    except OSError as error:
        raise Unavailable(f"{file.path} cannot be read: {error}.") from error


def _in_file(file: File) -> Iterator[tuple[int, int]]:
    """Look at one place in 2 MB: a line that is longer than 4 MB has no end behind one of them."""
    size = os.path.getsize(file.path)
    with opened(file) as stream:
        at = 0
        while at < size:
            end = _end(stream, at, size)
            if end - at >= _STEP:
                start = _start(stream, at)
                if end - start > _LONG:
                    yield start, end
            at = max(at + _STEP, end // _STEP * _STEP)


def _end(stream: IO[bytes], at: int, size: int) -> int:
    while at < size:
        stream.seek(at)
        piece = stream.read(_PIECE)
        found = _END.search(piece)
        if found is not None:
            return at + found.start()
        if not piece:
            break
        at += len(piece)
    return size


def _start(stream: IO[bytes], at: int) -> int:
    while at:
        begin = max(0, at - _PIECE)
        stream.seek(begin)
        piece = stream.read(at - begin)
        found = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        if found >= 0:
            return begin + found + 1
        at = begin
    return 0


def _in_stream(file: File) -> Iterator[tuple[int, int]]:
    """Unpack all of it, up to the checksum."""
    start = at = 0
    with opened(file) as stream:
        while piece := stream.read(_UNPACKED):
            found = _END.search(piece)
            if found is not None:
                if at + found.start() - start > _LONG:
                    yield start, at + found.start()
                start = at + max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
            at += len(piece)
    if at - start > _LONG:
        yield start, at
