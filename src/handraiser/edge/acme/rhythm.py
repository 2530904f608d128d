"""When are people at their desks? The working rhythm of days and weeks, in each person's own zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from .catalogue import ZONES
from .dice import DAY, HOUR, SECOND, Bools, Ints, choose

__all__ = ["Rhythm", "in_rhythm", "is_weekend", "next_open", "rhythm_of"]

EPOCH_NOON = datetime(1970, 1, 1, 12)  # a clock on a wall; which wall is asked below
MOVED_OFF_WEEKENDS = 0.80
HOURS = (2, 1, 1, 1, 1, 2, 5, 15, 40, 80, 100, 95, 60, 70, 95, 90, 75, 50, 30, 22, 20, 18, 10, 5)
OPENS, CLOSES = 9 * HOUR, 18 * HOUR


class Rhythm(msgspec.Struct, frozen=True):
    """Each zone's distance from UTC on each day from `first_day` (days since 1970) on."""

    first_day: int
    offsets: Ints


def rhythm_of(first: int, last: int) -> Rhythm:
    """Return the rhythm of all zones for the days between two instants, with a margin on both sides."""
    first_day, days = first // DAY - 2, (last - first) // DAY + 6
    noons = [EPOCH_NOON + timedelta(days=first_day + d) for d in range(days)]
    distance = [[_offset(noon, zone) for noon in noons] for zone in ZONES]
    return Rhythm(first_day, np.array(distance, dtype=np.int64))


def _offset(noon: datetime, zone: str) -> int:
    """Return the zone's distance from UTC at noon: days on which it changes have one distance too."""
    return round((noon.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()) / timedelta(microseconds=1))


def is_weekend(day: Ints) -> Bools:
    """Return which days (since 1970) are Saturdays or Sundays."""
    weekend: Bools = (day + 3) % 7 >= 5
    return weekend


def in_rhythm(rhythm: Rhythm, rng: np.random.Generator, rough: Ints, zone: Ints, not_before: Ints) -> Ints:
    """Return instants on about the days of `rough`, at hours when people of each zone are up.

    None is before `not_before`; most that would fall on a weekend move to the Monday.
    """
    day = rough // DAY
    moves = is_weekend(day) & (rng.random(len(day)) < MOVED_OFF_WEEKENDS)
    day = day + np.where(moves, 7 - (day + 3) % 7, 0)
    of_day = choose(rng, HOURS, len(day)) * HOUR + rng.integers(0, 3_600_000, len(day)) * 1000
    at = day * DAY + of_day - _distance(rhythm, zone, day)
    early = np.maximum(not_before - at, 0)
    on_time: Ints = at + -(-early // DAY) * DAY
    return on_time


def next_open(rhythm: Rhythm, rng: np.random.Generator, at: Ints, zone: Ints) -> Ints:
    """Return the instants themselves where an office of that zone is open, else soon after it opens again."""
    local = at + _distance(rhythm, zone, at // DAY)
    day, of_day = local // DAY, local % DAY
    late = of_day >= CLOSES
    day = day + late
    day = day + np.where(is_weekend(day), 7 - (day + 3) % 7, 0)
    closed = late | (of_day < OPENS) | (day != local // DAY)
    opening = day * DAY + OPENS + rng.integers(60, 5400, len(at)) * SECOND
    return np.where(closed, opening - _distance(rhythm, zone, day), at)


def _distance(rhythm: Rhythm, zone: Ints, day: Ints) -> Ints:
    column = np.clip(day - rhythm.first_day, 0, rhythm.offsets.shape[1] - 1)
    distance: Ints = rhythm.offsets[zone, column]
    return distance
