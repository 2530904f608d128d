"""How far was a value meant to reach that YAML ended early?"""

from __future__ import annotations

import re

from handraiser.agreement.source import Source
from handraiser.agreement.tree import Leaf

__all__ = ["end_of_value", "open_quote", "scan"]


def open_quote(text: str) -> str:
    """The quote that a condition opens and does not close, empty where all are closed."""
    return scan(text, 0, flow=False)[1]


def scan(text: str, start: int, *, flow: bool, quote: str = "", depth: int = 0) -> tuple[int, str, int]:
    """How far an SQL expression reaches in a line: its end, the quote and the brackets still open there."""
    for index in range(start, len(text)):
        char = text[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif (flow and depth == 0 and char in ",]}") or _begins_comment(text, index):
            return index, quote, depth
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
    return len(text), quote, depth


def _begins_comment(text: str, index: int) -> bool:
    return text[index] == "#" and index > 0 and text[index - 1] in " \t"


def end_of_value(source: Source, leaf: Leaf) -> tuple[int, int]:
    """Where the value that begins at the leaf was meant to end, on the leaf's last line."""
    line = source.lines[leaf.end[0]]
    _, quote, depth = scan(leaf.scalar.text, 0, flow=False)
    end, quote, depth = scan(line, leaf.end[1], flow=leaf.flow, quote=quote, depth=depth)
    if quote or (leaf.flow and depth > 0):  # not an expression: a plain text with an apostrophe, say
        pattern = r"\s+#|,\s|[}\]]" if leaf.flow else r"\s+#"
        found = re.compile(pattern).search(line, leaf.end[1])
        end = found.start() if found else len(line)
    return leaf.end[0], len(line[:end].rstrip())
