"""How does the text of an agreement stand line by line, and where did a mended line's words stand?

A syntax error would hide everything after it. So a line with a known trap is mended (a quote put
where one belongs) and the text is read again; every place still means the text as the user wrote it.
"""

from __future__ import annotations

import re

from handraiser.errors import Place

__all__ = ["Source"]

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where YAML's marks begin a new line


class Source:
    """The lines of a text, which can be mended. Lines and columns here begin at 0."""

    def __init__(self, text: str, *, file: str) -> None:
        self.file = file
        self.lines = _LINE_BREAK.split(text.removeprefix("\ufeff"))
        self._origins: dict[int, list[int]] = {}

    @property
    def text(self) -> str:
        """The text as mended so far."""
        return "\n".join(self.lines)

    def place(self, line: int, column: int) -> Place:
        """Where this character of the mended text stands in what the user wrote."""
        origins = self._origins.get(line)
        if origins is not None:
            column = origins[min(column, len(origins) - 1)]
        return Place(self.file, line + 1, column + 1)

    def rest(self, line: int, column: int) -> str:
        """What the line says from this column on."""
        return self.lines[line][column:] if line < len(self.lines) else ""

    def indentation(self, line: int) -> int:
        """By how many blanks the line is indented."""
        return len(self.lines[line]) - len(self.lines[line].lstrip(" "))

    def replace(self, line: int, start: int, end: int, chars: str) -> None:
        """Put other characters in the place of those from `start` to before `end`."""
        old = self.lines[line]
        origins = self._origins.setdefault(line, list(range(len(old) + 1)))
        origins[start:end] = [origins[start]] * len(chars)
        self.lines[line] = old[:start] + chars + old[end:]

    def quote(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Put quotes around what stands from `start` to before `end`, so that YAML reads it as one text."""
        inside = [
            self.lines[n][start[1] if n == start[0] else 0 : end[1] if n == end[0] else None]
            for n in range(start[0], end[0] + 1)
        ]
        mark = "'" if any(c in line for line in inside for c in '"\\') else '"'
        if mark == "'":
            for number, line in zip(range(start[0], end[0] + 1), inside, strict=True):
                first = start[1] if number == start[0] else 0
                for offset in reversed([i for i, c in enumerate(line) if c == "'"]):
                    self.replace(number, first + offset, first + offset, "'")
            end = (end[0], end[1] + inside[-1].count("'"))
        self.replace(end[0], end[1], end[1], mark)
        self.replace(start[0], start[1], start[1], mark)
