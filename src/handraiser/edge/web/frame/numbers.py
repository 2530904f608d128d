"""Which number stands in an address or a field, if one does?"""

from __future__ import annotations

__all__ = ["number_in"]

_DIGITS = 19  # more has no row of any table


def number_in(said: str | None) -> int | None:
    """Return a number that somebody sent, None where it is none that anything has."""
    return int(said) if said and said.isdecimal() and len(said) < _DIGITS else None
