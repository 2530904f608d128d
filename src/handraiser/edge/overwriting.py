"""Would a file be written over that is read?"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = ["spare_inputs"]


def spare_inputs(
    written: Mapping[str, str | Path | None], printed: str | None, read: Iterable[str | Path | None]
) -> None:
    """Raise Mistakes if an option names a file to write that is read, or that is written anyway.

    `written` is by option; `-` is standard output, where what is `printed` goes.
    """
    taken = {
        os.path.realpath(path): f"{path} is read, and would be written over."
        for given in read
        if given is not None
        for path in [os.fspath(given), *glob.glob(os.fspath(given), recursive=True)]
    }
    if printed is not None:
        taken["-"] = f"Standard output is where {printed} goes."
    mistakes = []
    for option, path in written.items():
        if path is None:
            continue
        name = os.fspath(path)
        real = name if name == "-" else os.path.realpath(path)
        if real in taken:
            fix = "Name another file." if name != "-" else "Name a file."
            mistakes.append(Diagnostic(code="HR603", at=Place(option, line=0), says=taken[real], fix=fix))
        what = "Standard output" if name == "-" else name
        taken[real] = f"{what} is written by {option}, and would be written over."
    if mistakes:
        raise Mistakes(mistakes)
