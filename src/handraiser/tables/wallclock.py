"""Which instant does a wall clock show, in a named zone?

Where daylight saving repeats an hour the first of the two is meant, and a time in the gap is read with the
offset before it: Python's `fold=0`, from the same time zone data as everything else here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["FIRST_YEAR", "LAST_YEAR", "utc"]

FIRST_YEAR, LAST_YEAR = 1900, 2200
_EPOCH = datetime(1970, 1, 1)
# The shortest that any zone has kept an offset in these years is three days (Freetown, 1939).
_STEP = 2 * 86_400


def utc(name: str, zone: str) -> str:
    """Return the SQL of a time column in UTC; `<name>_local` beside it says which rows are wall clock times.

    A binary search written as CASE: DuckDB's own conversion is ten times slower, and takes the second of
    two hours.
    """
    steps = _steps(zone)
    if len(steps) == 1 and not steps[0][1]:
        return f'"{name}"'
    return f'CASE WHEN {name}_local THEN "{name}" - ({_offset(name, steps)}) ELSE "{name}" END'


def _offset(name: str, steps: tuple[tuple[int, int], ...]) -> str:
    if len(steps) == 1:
        return str(steps[0][1] * 1_000_000)
    middle = len(steps) // 2
    before, after = _offset(name, steps[:middle]), _offset(name, steps[middle:])
    return f'CASE WHEN "{name}" < {steps[middle][0] * 1_000_000} THEN {before} ELSE {after} END'


@lru_cache(maxsize=8)
def _steps(zone: str) -> tuple[tuple[int, int], ...]:
    """The zone as (second of the wall clock from which on, offset in seconds)."""
    info = ZoneInfo(zone)

    def offset(second: int) -> int:
        found = (_EPOCH + timedelta(seconds=second)).replace(tzinfo=info).utcoffset()
        return 0 if found is None else int(found.total_seconds())

    first = int((datetime(FIRST_YEAR, 1, 1) - _EPOCH).total_seconds()) - _STEP
    last = int((datetime(LAST_YEAR + 1, 1, 1) - _EPOCH).total_seconds()) + _STEP
    steps = [(first, offset(first))]
    for low in range(first, last, _STEP):
        high = low + _STEP
        after = offset(high)
        if after == steps[-1][1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if offset(middle) == after else (middle, high)
        steps.append((high, after))
    return tuple(steps)
