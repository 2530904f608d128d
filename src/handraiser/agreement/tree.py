"""What does YAML read in a text, word for word, and where did it give up?

Nothing is resolved and nothing raised: the tree is all that could be read, and beside it stands what
those need who look for traps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from handraiser.agreement.nodes import Listing, Mapping, Node, Scalar, Style
from handraiser.agreement.source import Source
from handraiser.errors import Place

__all__ = ["Breakdown", "Leaf", "Tree", "grow", "root_of"]

_ANCHOR_AND_TAG = re.compile(r"(?:[&!]\S*\s+)*")
_TEXT_TAG = "tag:yaml.org,2002:str"


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A scalar as it stands in the mended text (lines and columns from 0), for those who look for traps."""

    scalar: Scalar
    key: str | None  # the key it is the value of
    is_key: bool
    start: tuple[int, int]
    end: tuple[int, int]
    flow: bool  # inside { } or [ ]
    anchor: str | None = None
    tag: str | None = None


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """Where and why YAML gave up."""

    problem: str
    context: str
    line: int
    column: int
    began: tuple[int, int] | None  # where the thing it was reading began


class Tree(msgspec.Struct, kw_only=True):
    """All that could be read of a text.

    flows      where each finished { } or [ ] began and ended
    unclosed   where each { or [ began that was still open where YAML gave up
    strangers  keys that are no words, and collections with a tag
    """

    root: Node | None = None
    second: tuple[int, int] | None = None  # where a second document begins
    leaves: list[Leaf] = []
    flows: list[tuple[tuple[int, int], tuple[int, int]]] = []
    unclosed: list[tuple[int, int]] = []
    strangers: list[tuple[str, Place]] = []
    aliases: set[str] = set()
    breakdown: Breakdown | None = None


class _Open:
    """A collection whose end has not been seen."""

    def __init__(self, event: Any, *, at: Place, mapping: bool) -> None:
        self.at = at
        self.mapping = mapping
        self.flow = bool(event.flow_style)
        self.anchor: str | None = event.anchor
        self.start = (event.start_mark.line, event.start_mark.column)
        self.items: list[Node] = []

    @property
    def awaits_value(self) -> bool:
        return self.mapping and len(self.items) % 2 == 1


class _Growth:
    """The tree under way: the collections still open, from the outermost in."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree = Tree()
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        """Let one event of the parser grow the tree."""
        match type(event).__name__:
            case "DocumentStartEvent":
                if self.tree.root is not None and self.tree.second is None:
                    self.tree.second = (event.start_mark.line, event.start_mark.column)
            case "MappingStartEvent" | "SequenceStartEvent" as kind:
                at = self._place(event.start_mark)
                if event.tag is not None:
                    self.tree.strangers.append(("tag", at))
                self.open.append(_Open(event, at=at, mapping=kind == "MappingStartEvent"))
            case "MappingEndEvent" | "SequenceEndEvent":
                if self.open[-1].flow:
                    end = (event.end_mark.line, event.end_mark.column)
                    self.tree.flows.append((self.open[-1].start, end))
                self.close()
            case "ScalarEvent":
                self._add(self._scalar(event), event.anchor)
            case "AliasEvent":
                self._add(self._alias(event), None)

    def close(self) -> None:
        """Finish the innermost collection."""
        done = self.open.pop()
        node: Node
        if done.mapping:
            entries = tuple(self._entries(done.items))
            node = Mapping(entries=_merged(entries), at=done.at)
        else:
            node = Listing(items=tuple(done.items), at=done.at)
        self._add(node, done.anchor)

    def distrust_last_word(self) -> None:
        """Forget the word just before the text broke off: it may have swallowed what follows it."""
        if self.open and self.open[-1].items and isinstance(self.open[-1].items[-1], Scalar):
            self.open[-1].items.pop()

    def _entries(self, items: list[Node]) -> Iterator[tuple[Scalar, Node]]:
        for key, value in zip(items[::2], items[1::2], strict=False):
            if isinstance(key, Scalar):
                yield key, value
            else:
                self.tree.strangers.append(("key", key.at))

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1].items.append(node)
        elif self.tree.root is None:
            self.tree.root = node

    def _scalar(self, event: Any) -> Scalar:
        start = (event.start_mark.line, event.start_mark.column)
        end = (event.end_mark.line, event.end_mark.column)
        style = {None: Style.PLAIN, "'": Style.QUOTED, '"': Style.QUOTED}.get(event.style, Style.BLOCK)
        at, text_at = start, self._first_word(event, style)
        if start == end and self.tree.leaves and self.open and self.open[-1].awaits_value:
            # YAML puts an empty value where the next word stands, perhaps lines below its key.
            at = text_at = self.tree.leaves[-1].start
        scalar = Scalar(
            text=event.value,
            at=self.source.place(*at),
            text_at=self.source.place(*text_at),
            style=Style.QUOTED if event.tag == _TEXT_TAG and style is Style.PLAIN else style,
            comment=self._comment(end) if style is Style.PLAIN else None,
        )
        self._leaf(scalar, start, end, anchor=event.anchor, tag=event.tag)
        return scalar

    def _comment(self, end: tuple[int, int]) -> str | None:
        before, found, after = self.source.rest(*end).partition("#")
        return after if found and not before.strip() else None

    def _first_word(self, event: Any, style: Style) -> tuple[int, int]:
        line, column = event.start_mark.line, event.start_mark.column
        if style is Style.BLOCK:
            return self._first_of_block(line)
        if event.anchor is not None or event.tag is not None:
            found = _ANCHOR_AND_TAG.match(self.source.rest(line, column))
            column += len(found.group()) if found is not None else 0
        return line, column + (style is Style.QUOTED)

    def _first_of_block(self, line: int) -> tuple[int, int]:
        for number in range(line + 1, len(self.source.lines)):
            if self.source.lines[number].strip():
                return number, self.source.indentation(number)
        return line, 0

    def _alias(self, event: Any) -> Node:
        known = self.anchors.get(event.anchor)
        if known is not None:
            self.tree.aliases.add(event.anchor)
            return known
        at = self._place(event.start_mark)
        scalar = Scalar(text=f"*{event.anchor}", at=at, text_at=at, style=Style.ALIAS)
        start = (event.start_mark.line, event.start_mark.column)
        self._leaf(scalar, start, (event.end_mark.line, event.end_mark.column))
        return scalar

    def _leaf(
        self,
        scalar: Scalar,
        start: tuple[int, int],
        end: tuple[int, int],
        *,
        anchor: str | None = None,
        tag: str | None = None,
    ) -> None:
        around = self.open[-1] if self.open else None
        key = around.items[-1] if around is not None and around.awaits_value else None
        self.tree.leaves.append(
            Leaf(
                scalar=scalar,
                key=key.text if isinstance(key, Scalar) else None,
                is_key=around is not None and around.mapping and not around.awaits_value,
                start=start,
                end=end,
                flow=any(each.flow for each in self.open),
                anchor=anchor,
                tag=None if tag == _TEXT_TAG else tag,
            )
        )

    def _place(self, mark: Any) -> Place:
        return self.source.place(mark.line, mark.column)


def _merged(entries: tuple[tuple[Scalar, Node], ...]) -> tuple[tuple[Scalar, Node], ...]:
    """Entries with `<<` replaced by those of the mapping it names; a mapping's own keys win."""
    own = [(key, value) for key, value in entries if not _merges(key, value)]
    seen = {key.text for key, _ in own}
    for key, value in entries:
        if isinstance(value, Mapping) and _merges(key, value):
            own += [(k, v) for k, v in value.entries if k.text not in seen]
            seen |= {k.text for k, _ in value.entries}
    return tuple(own)


def _merges(key: Scalar, value: Node) -> bool:
    return key.text == "<<" and key.style is Style.PLAIN and isinstance(value, Mapping)


def grow(source: Source) -> Tree:
    """What YAML reads in the text: all of it, or as much as stands before its first syntax error."""
    growth = _Growth(source)
    try:
        for event in YAML(typ="safe", pure=True).parse(source.text):
            growth.take(event)
            if growth.tree.second is not None:
                break
    except YAMLError as error:
        growth.tree.breakdown = _breakdown(error)
    except (ValueError, OverflowError):  # ruamel lets chr() fail on \U with too great a number
        growth.tree.breakdown = Breakdown(
            problem="found a character number that no character has", context="", line=0, column=0, began=None
        )
    if growth.tree.breakdown is not None:
        growth.tree.unclosed = [each.start for each in growth.open if each.flow]
        growth.distrust_last_word()
    while growth.open:
        growth.close()
    return growth.tree


@lru_cache(maxsize=16)
def root_of(text: str, file: str) -> Node | None:
    """What stands in a text, for whoever looks again at one that has been read: it is kept for a while."""
    return grow(Source(text, file=file)).root


def _breakdown(error: YAMLError) -> Breakdown:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    began = getattr(error, "context_mark", None)
    return Breakdown(
        problem=str(getattr(error, "problem", None) or error),
        context=str(getattr(error, "context", None) or ""),
        line=mark.line if mark is not None else 0,
        column=mark.column if mark is not None else 0,
        began=(began.line, began.column) if began is not None else None,
    )
