"""What are the words of an agreement, before anything is made of them?

The nodes keep every word as it was written, with its place and style: whether `no` is a text is for
the reader of a field to say, who knows what belongs there.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from handraiser.errors import Place

__all__ = ["Listing", "Mapping", "Node", "Scalar", "Style", "under"]


class Style(Enum):
    """How a text was written."""

    PLAIN = "plain"
    QUOTED = "quoted"
    BLOCK = "block"
    ALIAS = "alias"  # `*name` without an anchor of that name


class Scalar(msgspec.Struct, frozen=True, kw_only=True):
    """A single value: its words, where it stands, and where its first word stands.

    `comment` is what follows behind ` #` on its last line, None without a comment.
    """

    text: str
    at: Place
    text_at: Place
    style: Style = Style.PLAIN
    comment: str | None = None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list and its items."""

    items: tuple[Node, ...]
    at: Place


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """Keys and values in the order written."""

    entries: tuple[tuple[Scalar, Node], ...]
    at: Place


Node = Scalar | Listing | Mapping


def under(node: Node, key: str) -> Node | None:
    """What stands under a key, None where the node is no mapping or has no such key."""
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((value for word, value in entries if word.text == key), None)
