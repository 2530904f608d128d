"""Would a file be written over that is read?"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = ["spare_inputs"]


def spare_inputs(written: Mapping[str, str | Path | None], read: Iterable[str | Path | None]) -> None:
    """Raise Mistakes if an option names a file to write that is read, or that another option writes.

    `written` is by option; `-`, standard output, may be named by all of them.
    """
    taken = {
        os.path.realpath(path): f"{path} is read"
        for given in read
        if given is not None
        for path in [os.fspath(given), *glob.glob(os.fspath(given), recursive=True)]
    }
    mistakes = []
    for option, path in written.items():
        if path is None or os.fspath(path) == "-":
            continue
        real = os.path.realpath(path)
        if real in taken:
            says = f"{taken[real]}, and would be written over."
            mistakes.append(
                Diagnostic(code="HR603", at=Place(option, line=0), says=says, fix="Name another file.")
            )
        taken[real] = f"{path} is written by {option}"
    if mistakes:
        raise Mistakes(mistakes)
