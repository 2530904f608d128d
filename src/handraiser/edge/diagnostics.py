"""How are mistakes shown: each at its place, with the line as it was written and a sign under the spot?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from handraiser.agreement.source import Source
from handraiser.edge.page import visible
from handraiser.errors import Diagnostic, Level, many

__all__ = ["count_of", "headline", "render_diagnostics"]

_WIDEST = 100  # of a line that is shown
_BEFORE = 60  # columns of a longer one that stay to the left of the spot
# What stands in an agreement; other codes are about data and commands, which are not in its text.
_OF_AGREEMENTS = ("HR1", "HR2", "HR3", "HR4")
# These are about a file or a folder as a whole: its first line has nothing to do with it.
_OF_WHOLE_FILES = ("HR227", "HR228", "HR701", "HR702")


def render_diagnostics(diagnostics: Sequence[Diagnostic], *, source_text: str | Mapping[str, str]) -> str:
    """Return the diagnostics as text: place, code and sentence, the line with a caret, the fix; then a count.

    `source_text` is the agreement's text, or the texts by the names of the files they stand in.
    """
    lines: dict[str, list[str]] = {}
    told = []
    for each in diagnostics:
        if each.at.file not in lines:
            lines[each.at.file] = _lines(each, source_text)
        spot = _spot(each, lines[each.at.file])
        told += [visible(headline(each)), *spot, f"    fix: {visible(each.fix)}"]
    return "\n".join([*told, count_of(diagnostics)])


def count_of(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many there are: `3 mistakes, 1 warning`."""
    warnings = sum(each.level is Level.WARNING for each in diagnostics)
    counted = ((len(diagnostics) - warnings, "mistake"), (warnings, "warning"))
    said = [many(count, word) for count, word in counted if count]
    return ", ".join(said) or "no mistakes"


def _lines(diagnostic: Diagnostic, source_text: str | Mapping[str, str]) -> list[str]:
    """Return the lines of the text in which the diagnostic stands; none where it is not at hand."""
    file = diagnostic.at.file
    if isinstance(source_text, str):
        text = source_text if diagnostic.code.startswith(_OF_AGREEMENTS) else ""
    else:
        text = source_text.get(file, "")
    return Source(text, file=file).lines if text else []


def headline(diagnostic: Diagnostic) -> str:
    """Return the place, the code and the sentence of a diagnostic."""
    warning = "warning: " if diagnostic.level is Level.WARNING else ""
    return f"{diagnostic.at}: {diagnostic.code} {warning}{diagnostic.says}"


def _spot(diagnostic: Diagnostic, lines: Sequence[str]) -> list[str]:
    """Return the line that the diagnostic is about, and under it a caret; nothing where the text has none."""
    at = diagnostic.at
    if diagnostic.code in _OF_WHOLE_FILES and (at.line, at.column) == (1, 1):
        return []
    if not 0 < at.line <= len(lines) or not lines[at.line - 1].strip():
        return []
    # A tab is as wide as the terminal likes; a blank is one column everywhere.
    line = "".join(char if char.isprintable() else " " for char in lines[at.line - 1])
    column = min(at.column - 1, len(line))
    begin = max(0, column - _BEFORE) if len(line) > _WIDEST else 0
    shown = ("…" if begin else "") + line[begin : begin + _WIDEST].rstrip()
    if begin + _WIDEST < len(line):
        shown += "…"
    indent = cell_len(("…" if begin else "") + line[begin:column])
    margin = f"{at.line:>6} | "
    return [margin + shown, " " * (len(margin) - 2) + "| " + " " * indent + "^"]
