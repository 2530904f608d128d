"""How do lines of words become a page for a terminal: not too wide, and good to read without colour?"""

from __future__ import annotations

import textwrap

from rich.text import Text

__all__ = ["WIDTH", "Page", "unbroken", "visible"]

WIDTH = 80
_KEPT = "\u00a0"  # a blank at which no line is broken


class Page:
    """Lines of a text, gathered from the top down."""

    def __init__(self) -> None:
        self._lines: list[Text] = []

    def heading(self, words: str, *, space: bool = False) -> None:
        """Add a line that stands out, with an empty one before it if asked for."""
        if space:
            self.blank()
        self.words(words, style="bold")

    def blank(self) -> None:
        """Add an empty line."""
        self._lines.append(Text())

    def words(self, words: str, *, first: str = "", style: str = "") -> None:
        """Add words behind a first sign; the lines they go on to are indented by its width."""
        wrapped = textwrap.wrap(visible(words), WIDTH - len(first), break_on_hyphens=False) or [""]
        for number, line in enumerate(wrapped):
            lead = first if number == 0 else " " * len(first)
            self._lines.append(Text(f"{lead}{line}".replace(_KEPT, " ").rstrip(), style=style))

    def text(self) -> Text:
        """Return the page, its ✓, ✗ and ? in colour."""
        page = Text("\n").join(self._lines)
        page.highlight_regex("✓", "green")
        page.highlight_regex("✗", "red")
        page.highlight_regex(r"(?<=\s)\?(?=\s)", "yellow")
        return page


def visible(words: str) -> str:
    """Return words without what would command a terminal: they come from visitors, too."""
    return "".join(char if char.isprintable() or char == _KEPT else " " for char in words)


def unbroken(words: str) -> str:
    """Return words that stay together on a line."""
    return words.replace(" ", _KEPT)
