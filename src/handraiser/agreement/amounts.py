"""Which number was meant by `1,000`, `1,5`, `5%`, `20 points` or `50k`?"""

from __future__ import annotations

import re

__all__ = ["number_meant"]

_GROUPED = re.compile(r"([-+]?\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+|(?:'\d{3})+|(?:_\d{3})+))(\.\d+)?", re.ASCII)
_GROUPED_BY_POINTS = re.compile(r"([-+]?\d{1,3}(?:\.\d{3})+)(?:,(\d+)|\.\d{3})", re.ASCII)
_COMMA = re.compile(r"([-+]?\d+),(\d+)", re.ASCII)
_UNIT = re.compile(r"([-+]?[\d.,_' ]*\d)\s*(%|[$€£]|[A-Za-z]+\.?)", re.ASCII)
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII)
_THOUSAND = ("k", "K")


def number_meant(words: str) -> str | None:
    """Return the number as the language writes it, None where no number with something about it was written.

    `1,000` is a thousand and `1,5` one and a half; of `20 points` the number is left.
    """
    words = words.strip()
    unit = _UNIT.fullmatch(words)
    if unit is None:
        return _without_signs(words)
    number = unit[1] if _PLAIN.fullmatch(unit[1]) else _without_signs(unit[1])
    if number is None or unit[2] not in _THOUSAND:
        return number
    return f"{float(number) * 1000:.0f}" if len(number) < 10 else None


def _without_signs(words: str) -> str | None:
    """Return a number without what groups its digits, and with a point before its fraction."""
    if grouped := _GROUPED.fullmatch(words):
        return re.sub(r"[,_' ]", "", grouped[1]) + (grouped[2] or "")
    if _GROUPED_BY_POINTS.fullmatch(words):
        whole, _, fraction = words.partition(",")
        return whole.replace(".", "") + (f".{fraction}" if fraction else "")
    comma = _COMMA.fullmatch(words)
    return f"{comma[1]}.{comma[2]}" if comma else None
