"""Which instant does a text, a date or a datetime mean, and how is one written?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from handraiser.errors import Diagnostic, Mistakes, Place

__all__ = ["FOREVER", "NEVER", "iso", "microseconds_of"]

FOREVER = 1 << 62
"""Later than any instant."""
NEVER = -(1 << 62)
"""Earlier than any."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds_of(at: str | date, *, option: str) -> int:
    """Return an instant in UTC microseconds: of ISO 8601 text, of a datetime, or of a date, its midnight.

    A time without an offset is UTC. Raises `Mistakes` that name the option where it is none of these.
    """
    found: object = at
    if isinstance(at, str):
        try:
            found = datetime.fromisoformat(at.strip())
        except ValueError:
            raise Mistakes([_no_instant(at.strip(), option)]) from None
    elif isinstance(at, date) and not isinstance(at, datetime):
        found = datetime(at.year, at.month, at.day, tzinfo=UTC)
    if not isinstance(found, datetime):
        raise Mistakes([_no_instant(str(at), option)])
    since = (found if found.tzinfo else found.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def iso(at: int) -> str:
    """Return an instant as ISO 8601 in UTC, with a fraction only where there is one.

    >>> iso(1_500_000)
    '1970-01-01T00:00:01.500000Z'
    """
    return (_EPOCH + timedelta(microseconds=at)).replace(tzinfo=None).isoformat() + "Z"


def _no_instant(text: str, option: str) -> Diagnostic:
    return Diagnostic(
        code="HR601",
        at=Place(option, line=0),
        says=f"`{text}` is not an instant.",
        fix="Write ISO 8601, such as 2026-06-30 or 2026-06-30T12:00:00Z.",
    )
