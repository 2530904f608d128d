"""How is a piece taken out of the text of an agreement, or put into it, and the rest left as it is?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from handraiser.agreement.spans import Items, Keys, Path, Value, Word, found, line_end, line_start, spans
from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = [
    "behind_colon",
    "cut_from_brackets",
    "cut_lines",
    "end_of_block",
    "is_missing",
    "next_line",
    "not_there",
    "own",
    "refuse_shared",
    "spliced",
]


def spliced(text: str, start: int, end: int, now: str) -> str:
    """Return the text with something in the place of what stands from `start` to before `end`."""
    return text[:start] + now + text[end:]


def next_line(text: str, end: int) -> int:
    """Return where the line begins behind an end of line; the end of the text where there is none."""
    return end + 2 if text[end : end + 2] == "\r\n" else min(end + 1, len(text))


def end_of_block(text: str, end: int, *, column: int) -> int:
    """Return where a line ends, or comments below it do that are indented deeper than a column."""
    end = line_end(text, end)
    while True:
        start = next_line(text, end)
        line = text[start : line_end(text, start)]
        if start == end or not line.strip().startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
            return end
        end = start + len(line)


def cut_lines(text: str, start: int, end: int) -> str:
    """Return the text without whole lines: from a beginning of a line to an end of one, with its break."""
    stop = next_line(text, end)
    if stop == end and start:  # the last line of a text that ends without a break
        start -= 2 if text[start - 2 : start] == "\r\n" else 1
    return text[:start] + text[stop:]


def cut_from_brackets(text: str, places: Sequence[tuple[int, int]], number: int) -> str:
    """Return the text without one of the pieces that stand between commas, and without its comma."""
    start, end = places[number]
    behind = re.compile(r"\s*,").match(text, end)
    if number + 1 < len(places):
        following = places[number + 1][0]
        if behind is None or "#" in text[end:following]:
            return _cut_piece(text, start, behind.end() if behind else end)
        return text[:start] + text[following:]
    before = places[number - 1][1] if number else start
    if "#" not in text[before:start]:
        return text[:before] + text[end:]
    if behind is not None:  # a comma behind the last
        return _cut_piece(text, start, behind.end())
    comma = text.index(",", before)
    return text[:comma] + _cut_piece(text, start, end)[comma + 1 :]


def _cut_piece(text: str, start: int, end: int) -> str:
    """Return the text without a piece, and without its line where it was all of it."""
    if starts_line(text, start) and not text[end : line_end(text, end)].strip():
        return cut_lines(text, line_start(text, start), line_end(text, end))
    return text[:start] + text[end:]


# ---- what may be changed


def own(text: str, path: Path) -> Value:
    """Return what stands at a path and at no other place too. Raises Mistakes where there is nothing."""
    root = spans(text)
    for length in range(len(path) + 1):
        value = found(root, path[:length])
        if value is None:
            raise not_there(path, "There is nothing of that name.")
        refuse_shared(value, path)
    return value or root


def refuse_shared(value: Value, path: Path) -> None:
    """Raise Mistakes for what stands for several places at once, or is not what it looks like."""
    if value.shared:
        raise not_there(path, "It stands for several places at once, or has a tag.")


def not_there(path: Path, why: str) -> Mistakes:
    """Return what is raised of something that cannot be changed."""
    name = ".".join(str(step + 1) if isinstance(step, int) else step for step in path)
    says = f"`{name}` cannot be changed here. {why}"
    return Mistakes([Diagnostic(code="HR606", at=Place(name), says=says, fix="Change it in the text.")])


def is_missing(value: Value | None) -> bool:
    """Whether there is nothing: no key, or a key with nothing behind it."""
    nothing = isinstance(value, Word) and value.start == value.end and not value.shared
    return value is None or nothing


def behind_colon(text: str, key: Word, path: Path) -> int:
    """Return where a key's colon ends. Raises Mistakes where it does not follow the key."""
    colon = re.compile(r"[ \t]*:").match(text, key.end)
    if colon is None:
        raise not_there(path, "It is written in an unusual way.")
    return colon.end()


def is_flow(around: Value) -> bool:
    """Whether what stands in a value stands between brackets or braces."""
    return isinstance(around, Items | Keys) and around.flow


def starts_line(text: str, at: int) -> bool:
    """Whether nothing but blanks stands before a character in its line."""
    return not text[line_start(text, at) : at].strip()
