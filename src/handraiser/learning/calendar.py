"""In which month and in which week of a time zone does an instant lie?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from handraiser.scoring.zones import zone_table

__all__ = ["months", "month_name", "weeks", "week_name"]

Ints = npt.NDArray[np.int64]
_DAY = 86_400_000_000
_MONDAY = 3  # the epoch was a Thursday


def months(instants: Ints, timezone: str) -> Ints:
    """Return the months of instants (microseconds), counted from January 1970."""
    return _local(instants, timezone).astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)


def weeks(instants: Ints, timezone: str) -> Ints:
    """Return the weeks of instants (microseconds), from Monday on, counted from that of 1 January 1970."""
    days = np.floor_divide(_local(instants, timezone), _DAY)
    found: Ints = np.floor_divide(days + _MONDAY, 7)
    return found


def month_name(month: int) -> str:
    """Return a month as `months` counts them, as in 2026-03."""
    return f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"


def week_name(week: int) -> str:
    """Return the Monday of a week as `weeks` counts them, as in 2026-03-02."""
    return (date(1970, 1, 1) + timedelta(days=int(week) * 7 - _MONDAY)).isoformat()


def _local(instants: Ints, timezone: str) -> Ints:
    if not len(instants):
        return instants
    first, last = (
        datetime.fromtimestamp(int(end) / 1_000_000, tz=UTC).year for end in (instants.min(), instants.max())
    )
    changes, offsets = zone_table(timezone, first, last)
    return instants + offsets[np.searchsorted(changes, instants, side="right") - 1]
