"""Is what somebody sees still as it was drawn, so that it need not be drawn anew?

A page asks every few seconds, with the mark of what it shows. Looking whether anything has happened is a few
short questions; to draw it all takes longer. What no mark tells, such as that a lead is called otherwise, is
seen when the mark has grown old.
"""

from __future__ import annotations

import hashlib
import re

__all__ = ["mark", "still"]

_OLDEST = 60  # seconds
_SECOND = 1_000_000
_MARK = re.compile(r"([0-9a-f]{8})([0-9a-f]{8})", re.ASCII)


def mark(facts: object, *, now: int) -> str:
    """Return the mark of what is drawn now: of the facts that it shows, and of when it was drawn."""
    return f"{_told(facts)}{now // _SECOND:08x}"


def still(asked: str, facts: object, *, now: int) -> bool:
    """Return whether what was marked so shows these facts, and not for too long."""
    found = _MARK.fullmatch(asked)
    return found is not None and found[1] == _told(facts) and now // _SECOND - int(found[2], 16) < _OLDEST


def _told(facts: object) -> str:
    return hashlib.blake2b(repr(facts).encode(), digest_size=4).hexdigest()
