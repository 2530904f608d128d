"""How does a user's text get into SQL? Only through here, as a quoted name or a quoted literal."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

__all__ = ["literal", "literals", "quoted"]


def quoted(name: str) -> str:
    """Return a name as a quoted identifier."""
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def literal(text: str) -> str:
    """Return a text as a string literal."""
    return exp.Literal.string(text).sql("duckdb")


def literals(texts: Iterable[str]) -> str:
    """Return texts as a list of string literals."""
    return "[" + ", ".join(map(literal, texts)) + "]"
