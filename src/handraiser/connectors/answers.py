"""What came of telling somebody something?"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Answer", "Outcome", "answer_of", "failed", "one_line", "seconds_asked_for"]

_BUSY = (429, 502, 503, 504)
_GONE = 410
_LETTERS = 200  # of what they say
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Outcome(StrEnum):
    """
    DELIVERED  they have it
    FAILED     they do not, and may have it later
    BUSY       nor anything else for a while
    REFUSED    they will never take this message
    GONE       they will never take any
    """

    DELIVERED = "delivered"
    FAILED = "failed"
    BUSY = "busy"
    REFUSED = "refused"
    GONE = "gone"


class Answer(NamedTuple):
    """What came of it, in words too.

    retry_after  for how many seconds they want to be left alone, None where they did not say
    """

    outcome: Outcome
    says: str
    retry_after: int | None = None


def failed(says: str) -> Answer:
    """Return that they may have it later."""
    return Answer(Outcome.FAILED, one_line(says))


def answer_of(status: int, *, body: str = "", location: str = "", retry_after: str = "", at: int) -> Answer:
    """Return what a status of HTTP means; body is the beginning of what came with it, at now in seconds."""
    said = f": {one_line(body)}" if one_line(body) else ""
    if 200 <= status < 300:
        return Answer(Outcome.DELIVERED, str(status))
    if 300 <= status < 400:
        to = f" to {one_line(location)}" if location else ""
        return failed(f"{status}: it redirects{to}, and nobody follows")
    after = seconds_asked_for(retry_after, at=at)
    if status == _GONE:
        return Answer(Outcome.GONE, f"410, gone{said}")
    if status in _BUSY:
        return Answer(Outcome.BUSY, f"{status}{said}", after)
    return Answer(Outcome.FAILED, f"{status}{said}", after)


def seconds_asked_for(text: str, *, at: int) -> int | None:
    """Return for how long `Retry-After` asks, None where it does not say so in either of its two ways."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError):
        return None
    if until.tzinfo is None:
        return None
    return max(0, int(until.timestamp()) - at)


def one_line(text: str) -> str:
    """Return the beginning of what somebody says, in one line."""
    line = " ".join(_CONTROLS.sub(" ", text).split())
    return line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…"
