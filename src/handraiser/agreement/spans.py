"""Where in the text of an agreement does each value stand, to the character?

Whoever changes one value of a text has to leave every other character as it is: comments, blanks, quotes and
order are somebody's work. So nothing is written anew here; what is read keeps where it begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import structs
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from handraiser.agreement.codes import Code
from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = [
    "Items",
    "Keys",
    "Path",
    "Value",
    "Word",
    "column_of",
    "entry",
    "found",
    "line_end",
    "line_start",
    "new_line",
    "spans",
]

Path = tuple[str | int, ...]  # from the top: keys, and places in lists from 0

_BREAKS = "\n\r\x85\u2028\u2029"  # where YAML begins a new line
_BEFORE_ALL = "\ufeff"
_DEEPEST = 64  # nobody writes as deep, and YAML's time grows with the cube of it


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A single value, from where to before where it stands, and on which line from 1 it begins.

    style   `'`, `"`, `|` or `>`; nothing where it is written as it is
    shared  it is an anchor, an alias or has a tag: it is not this place's alone, or not what it looks like
    """

    text: str
    start: int
    end: int
    line: int
    style: str = ""
    shared: bool = False


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """A list; `flow` says whether it stands in brackets."""

    items: tuple[Value, ...]
    start: int
    end: int
    line: int
    flow: bool
    shared: bool = False


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Keys and values in the order written; `flow` says whether they stand in braces."""

    entries: tuple[tuple[Word, Value], ...]
    start: int
    end: int
    line: int
    flow: bool
    shared: bool = False


Value = Word | Items | Keys


@lru_cache(maxsize=16)
def spans(text: str) -> Keys:
    """Return what stands in a text and where. Raises Mistakes where it is no YAML of keys with values."""
    if max(map(_depth, text.splitlines()), default=0) > _DEEPEST:
        raise _unreadable(1, 1)
    try:
        growth = _Growth(text)
        root = growth.document()
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        raise _unreadable(mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from error
    except (ValueError, OverflowError) as error:  # an escape of a character that does not exist
        raise _unreadable(1, 1) from error
    if not isinstance(root, Keys) or root.shared:
        raise _unreadable(1, 1)
    return root


def _depth(line: str) -> int:
    return line.count("[") + line.count("{")


def _unreadable(line: int, column: int) -> Mistakes:
    at = Place("<text>", line, column)
    says, fix = "The text is no YAML of keys with values.", "Mend it at this line."
    return Mistakes([Diagnostic(code=Code.BAD_YAML.value, at=at, says=says, fix=fix)])


def entry(keys: Value | None, key: str) -> tuple[Word, Value] | None:
    """Return a key and what stands under it, as the language reads it: the first of that name."""
    entries = keys.entries if isinstance(keys, Keys) else ()
    return next(((word, value) for word, value in entries if word.text == key), None)


def found(value: Value | None, path: Path) -> Value | None:
    """Return what stands at a path, None where there is nothing."""
    for step in path:
        if isinstance(step, str):
            at = entry(value, step)
            value = at[1] if at else None
        else:
            items = value.items if isinstance(value, Items) else ()
            value = items[step] if 0 <= step < len(items) else None
    return value


# ---- lines


def line_start(text: str, at: int) -> int:
    """Return where the line begins in which a character stands."""
    while at and text[at - 1] not in _BREAKS and not (at == 1 and text[0] == _BEFORE_ALL):
        at -= 1
    return at


def line_end(text: str, at: int) -> int:
    """Return where the line ends in which a character stands: before its break."""
    while at < len(text) and text[at] not in _BREAKS:
        at += 1
    return at


def column_of(text: str, at: int) -> int:
    """Return how many characters stand before one in its line."""
    return at - line_start(text, at)


def new_line(text: str) -> str:
    """Return how lines end in a text."""
    return "\r\n" if "\r\n" in text else "\n"


# ---- reading


class _Growth:
    """What the parser says of a text, as it says it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))
        self._anchors: dict[str, Value] = {}
        self._depth = 0

    def document(self) -> Value | None:
        """Return what the one document of the text is; None for none, or for several."""
        read: list[Value] = [
            self._value(event)
            for event in self._events
            if not type(event).__name__.startswith(("Stream", "Document"))
        ]
        return read[0] if len(read) == 1 else None

    def _value(self, event: Any) -> Value:
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event)
        value: Value
        if kind == "ScalarEvent":
            value = self._word(event)
        else:
            self._depth += 1
            if self._depth > _DEEPEST:
                raise ValueError("too deep")
            value = self._items(event) if kind == "SequenceStartEvent" else self._keys(event)
            self._depth -= 1
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _word(self, event: Any) -> Word:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        while style in ("|", ">") and end > start and self._text[end - 1] in _BREAKS + " \t":
            end -= 1  # the parser looks for what comes next
        return Word(
            text=event.value, start=start, end=end, line=event.start_mark.line + 1, style=style,
            shared=event.anchor is not None or event.tag is not None,
        )  # fmt: skip

    def _alias(self, event: Any) -> Value:
        start, end, line = event.start_mark.index, event.end_mark.index, event.start_mark.line + 1
        known = self._anchors.get(event.anchor)
        if known is None:
            return Word(text=f"*{event.anchor}", start=start, end=end, line=line, shared=True)
        return structs.replace(known, start=start, end=end, line=line, shared=True)

    def _items(self, opening: Any) -> Items:
        read = []
        event = next(self._events)
        while type(event).__name__ != "SequenceEndEvent":
            read.append(self._value(event))
            event = next(self._events)
        start = opening.start_mark.index
        return Items(
            items=tuple(read), start=start, end=self._end(opening, event, read[-1:]),
            line=opening.start_mark.line + 1, flow=bool(opening.flow_style), shared=_is_shared(opening),
        )  # fmt: skip

    def _keys(self, opening: Any) -> Keys:
        entries: list[tuple[Word, Value]] = []
        event = next(self._events)
        while type(event).__name__ != "MappingEndEvent":
            key, value = self._value(event), self._value(next(self._events))
            if not isinstance(key, Word):
                key = Word(text="", start=key.start, end=key.end, line=key.line, shared=True)
            if isinstance(value, Word) and value.start == value.end:
                value = self._empty(key, value)
            entries.append((key, value))
            event = next(self._events)
        start = opening.start_mark.index
        return Keys(
            entries=tuple(entries), start=start, end=self._end(opening, event, [v for _, v in entries[-1:]]),
            line=opening.start_mark.line + 1, flow=bool(opening.flow_style), shared=_is_shared(opening),
        )  # fmt: skip

    def _empty(self, key: Word, value: Word) -> Word:
        """Return nothing where it was left out: behind its key, not where the parser was by then."""
        at = key.end
        while self._text[at : at + 1] in (" ", "\t"):
            at += 1
        at = at + 1 if self._text[at : at + 1] == ":" else key.end
        return structs.replace(value, start=at, end=at, line=key.line)

    def _end(self, opening: Any, closing: Any, last: list[Value]) -> int:
        if opening.flow_style:
            return int(closing.end_mark.index)
        return last[0].end if last else int(opening.start_mark.index)


def _is_shared(event: Any) -> bool:
    return event.anchor is not None or event.tag is not None
