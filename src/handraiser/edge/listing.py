"""How does a command show a short list and an instant in it, and refuse a word that is none of a few?"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec
import typer

from handraiser.facts.instants import iso

__all__ = ["FORMATS", "listed", "one_of", "to_second", "write_json"]

FORMATS = ("text", "json")


def listed(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under their heads, each column as wide as its longest word."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = (
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in (head, *rows)
    )
    return "\n".join(line.rstrip() for line in lines)


def one_of(option: str, word: str, words: Sequence[str]) -> None:
    """Raise BadParameter if a word is none of these."""
    if word not in words:
        raise typer.BadParameter(f"{option} is {', '.join(words[:-1])} or {words[-1]}, not {word}.")


def to_second(at: int) -> str:
    """Return an instant in ISO 8601, without a fraction."""
    return iso(at - at % 1_000_000)


def write_json(told: msgspec.Struct | None) -> None:
    """Write what is told for programs, as the API answers it."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
