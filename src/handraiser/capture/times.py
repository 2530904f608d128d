"""When did something happen, by our clock, if all we have is a client's?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["in_use", "occurred", "sent_time"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What files may say too: `tables` refuses other years.
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 12, 31, tzinfo=UTC)
_EARLIEST, _LATEST = (_FIRST - _EPOCH) // _MICROSECOND, (_LAST - _EPOCH) // _MICROSECOND


def sent_time(text: str) -> int | None:
    """Return an ISO 8601 time in microseconds since 1970, None where it is none or far from any use.

    Without an offset it is UTC.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return (at - _EPOCH) // _MICROSECOND if _FIRST <= at <= _LAST else None


def in_use(at: int) -> bool:
    """Return whether an instant is one that files may say too."""
    return _EARLIEST <= at <= _LATEST


def occurred(original_at: int | None, sent_at: int | None, received_at: int) -> int:
    """Return when something happened, by our clock; all in microseconds.

    A client's clock may be wrong, but it is wrong alike when it notes an event and when it sends it: what
    lies between is true (`timestamp = receivedAt − (sentAt − originalTimestamp)`, Segment's spec/common).
    Without `sent_at` the time stands as given, as imports need it. Nothing happens after it was received.
    """
    if original_at is None:
        return received_at
    if sent_at is None:
        return min(original_at, received_at)
    return min(received_at, received_at - (sent_at - original_at))
