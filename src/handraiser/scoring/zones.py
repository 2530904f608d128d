"""Which calendar bucket does an instant fall into, in a named time zone?

A zone becomes a table of instants at which its offset changes, so that kernels can look offsets up. A
bucket is a number; equal numbers, same bucket. An hour that daylight saving repeats is two buckets.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from handraiser.scoring.compiling import kernel

__all__ = ["BUCKETS", "Zone", "bucket_of", "zone_table"]

# The order in which kernels know the buckets; 0 is no bucket.
BUCKETS = {"hour": 1, "day": 2, "week": 3, "month": 4}

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Zone = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@lru_cache(maxsize=32)
def zone_table(name: str, first_year: int, last_year: int) -> Zone:
    """Return the zone as (instants, offsets): from each instant on, its offset holds; microseconds.

    Offsets are probed day by day over the years asked for (both included, with a margin of days), and
    the changes found by bisection to the second.
    """
    zone = ZoneInfo(name)

    def offset(second: int) -> int:
        found = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
        assert found is not None  # noqa: S101  an aware datetime has an offset
        return round(found.total_seconds() * 1_000_000)

    first = int((datetime(first_year, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) - 3 * 86_400
    last = int((datetime(last_year + 1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) + 3 * 86_400
    instants, offsets = [first], [offset(first)]
    for day in range(first + 86_400, last, 86_400):
        now = offset(day)
        if now != offsets[-1]:
            low, high = day - 86_400, day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(middle) == now else (middle, high)
            instants.append(high)
            offsets.append(now)
    return np.array(instants, dtype=np.int64) * 1_000_000, np.array(offsets, dtype=np.int64)


@kernel
def bucket_of(instant, kind, instants, offsets):
    """Return the number of the bucket of `kind` (see BUCKETS) that holds the instant."""
    low, high = 0, instants.shape[0]
    while high - low > 1:
        middle = (low + high) // 2
        if instants[middle] <= instant:
            low = middle
        else:
            high = middle
    offset = offsets[low]
    local = instant + offset
    if kind == 1:
        # Hours of a local day, told apart by their offset: a repeated hour has two.
        return (local // _HOUR) * 1_000 + (offset // 60_000_000) % 1_000
    day = local // _DAY
    if kind == 2:
        return day
    if kind == 3:
        return (day + 3) // 7  # 1970-01-01 was a Thursday; weeks start on Monday
    # Civil month of a day number: years from March, so that a leap day ends one.
    shifted = day + 719_468
    era = shifted // 146_097
    day_of_era = shifted - era * 146_097
    year = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    return (era * 400 + year) * 12 + (5 * day_of_year + 2) // 153
