"""The fenced blocks of the documentation's pages, and the rows that stand in them."""

from __future__ import annotations

import re
import types
import typing
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])

_FENCED = re.compile(r"^```(?P<info>[^\n`]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: what stands behind its fence, its text, and the line of the page it begins at."""

    info: str
    text: str
    line: int


class _TimesAsText(SafeConstructor):
    """YAML's own reading of times forgets their offsets."""


_TimesAsText.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page in their order; those without a word behind the fence are left out."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found["info"].strip(), found["text"], text.count("\n", 0, found.start()) + 2)
        for found in _FENCED.finditer(text)
    ]


def yaml_of(text: str) -> Any:
    """What a YAML text says, instants as they are written."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _TimesAsText
    return yaml.load(text)


def tables(text: str) -> dict[str, list[list[str]]]:
    """The tables of a page by the heading they stand under, cells as written, heads left out."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").strip("`")
        elif line.startswith("|"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
            found.setdefault(heading, []).append(cells)
    return {heading: rows[2:] for heading, rows in found.items()}


def codes(cell: str) -> list[str]:
    """The words of a cell that stand between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def in_words(kind: Any) -> str:
    """A type as the page calls it."""
    plain = {
        Any: "any value",
        str: "text",
        float: "number",
        int: "number",
        bool: "boolean",
        datetime: "instant",
    }
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "text"
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if kind in plain:
        return plain[kind]
    if origin is list:
        return f"list of {in_words(inside[0])}"
    if origin is dict:
        named = in_words(inside[1])
        return f"{named}, by name"
    if origin is types.UnionType:
        return f"{in_words(inside[0])} or null"
    return f"`{kind.__name__}`"
