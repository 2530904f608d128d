"""How is a value written so that YAML reads what is meant, and in the way that it was written before?

As it is where that reads as the same, else in quotes: double ones first, as conditions have single ones.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from handraiser.agreement.nodes import Scalar
from handraiser.agreement.scalars import Kind, kind_of
from handraiser.errors import Place

__all__ = ["block_written", "words_written", "written"]

# Keys under which a text is meant: `no` and `12` stand in quotes there.
_TEXTS = frozenset(
    {
        *("agreement", "title", "timezone", "currency", "rule", "group", "event", "distinct", "say"),
        *("nurture", "do", "to"),
    }
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HEADER = re.compile(r"[|>][-+]?(?=[ \t]*(?:#.*)?$)")


def written(value: str, *, key: str, style: str = "", flow: bool = False) -> str:
    """Return a value as it stands behind a key; `style` is how what was there before was quoted."""
    if style == '"':
        return _double(value)
    if style == "'" and value.isprintable():
        return _single(value)
    if _is_plain(value, flow=flow) and (key not in _TEXTS or _is_text(value)):
        return value
    if any(mark in value for mark in '"\\') and "'" not in value and value.isprintable():
        return _single(value)
    return _double(value)


def words_written(values: list[str], *, key: str) -> str:
    """Return several values as a list in brackets."""
    return f"[{', '.join(written(value, key=key, flow=True) for value in values)}]"


def block_written(value: str, *, header: str, indentation: str, end: str) -> str | None:
    """Return a text of lines below `|` or `>` with its header kept; None where it cannot stand there."""
    lines = value.rstrip("\n").split("\n")
    fits = all(line == line.strip() and line.isprintable() for line in lines) and lines[0]
    if not _HEADER.match(header) or not fits or "\r" in value:
        return None
    more = 0 if header[0] == "|" else 1  # of breaks that are folded one is none
    parts = re.split("(\n+)", "\n".join(lines))
    return (
        header
        + end
        + "".join(
            end * (len(part) + more) if part.startswith("\n") else f"{indentation}{part}" for part in parts
        )
    )


def _double(value: str) -> str:
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES or sign.isprintable():
        return _ESCAPES.get(sign, sign)
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _is_text(value: str) -> bool:
    return kind_of(Scalar(text=value, at=Place(), text_at=Place())) is Kind.TEXT


@lru_cache(maxsize=256)
def _is_plain(value: str, *, flow: bool) -> bool:
    """Whether the value, written as it is, is what YAML reads."""
    if not value or not value.isprintable() or value != value.strip():
        return False
    try:
        events = list(YAML(typ="safe", pure=True).parse(f"[{value}]" if flow else f"k: {value}"))
    except (YAMLError, ValueError, OverflowError):
        return False
    read = [event for event in events if type(event).__name__ == "ScalarEvent"]
    expected = 7 if flow else 8  # stream, document and what the value stands in begin and end
    if len(events) != expected or len(read) != expected - 6:
        return False
    last = read[-1]
    return last.value == value and not last.style and last.anchor is None and last.tag is None
