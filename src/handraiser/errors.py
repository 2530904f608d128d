"""What can go wrong, and how it is said.

A mistake in what the user gave is a value, a `Diagnostic`: it has a place, a code, a sentence and a
fix; all of them are collected and shown together. Exceptions are for the end of a road:

    HandraiserError
    ├── Mistakes      what the user gave is wrong; carries every diagnostic   (exit 1)
    └── Unavailable   the world failed: a file, a disk, a server              (exit 3)
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

__all__ = ["Diagnostic", "HandraiserError", "Level", "Mistakes", "Place", "Unavailable", "many"]


class Level(StrEnum):
    """How much a diagnostic matters: a mistake stops the run, a warning does not."""

    MISTAKE = "mistake"
    WARNING = "warning"


class Place(msgspec.Struct, frozen=True, order=True):
    """Where something stands: a file (or `<text>`), a line and a column, both from 1.

    An option of the command line, such as `--at`, has neither: its line is 0.
    """

    file: str = "<text>"
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with what the user gave: where, what, and what would be right."""

    code: str
    at: Place
    says: str
    fix: str
    level: Level = Level.MISTAKE

    def __str__(self) -> str:
        return f"{self.at}: {self.code} {self.says}\n    fix: {self.fix}"


class HandraiserError(Exception):
    """The root of every exception that handraiser raises on purpose."""


class Mistakes(HandraiserError):
    """What the user gave is wrong; `diagnostics` lists every mistake, in the order of the text."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=lambda d: d.at))
        super().__init__("\n".join(str(d) for d in self.diagnostics))


class Unavailable(HandraiserError):
    """The world failed: a file that cannot be opened, a full disk, a server that does not answer."""


def many(count: int, what: str, several: str | None = None) -> str:
    """A number of things, as messages say it: `1 event`, `2,000 events`, `2 companies` where that is told."""
    return f"{count:,} {what if count == 1 else several or f'{what}s'}"
