"""On which grid of instants and durations does a generated case play?

Everything of one case lies on few instants, so that ties, exact window edges and calendar edges are
common instead of never. A case plays around one midnight of one zone, most of them next to a change of
daylight saving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from strategies_choice import Choose

MICROSECOND = timedelta(microseconds=1)

# Zone and local midnight. Lord Howe shifts by half an hour, Kolkata lies half an hour off, and of the
# days several are Sundays before a Monday or the last of a month.
PLACES = [
    ("UTC", "2026-03-01"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Asia/Kolkata", "2026-03-01"),
    ("America/New_York", "2026-01-01"),
]
UNITS = [
    ("minutes", timedelta(minutes=10), 10),
    ("minutes", timedelta(minutes=30), 30),
    ("hours", timedelta(hours=2), 2),
    ("hours", timedelta(hours=12), 12),
    ("days", timedelta(days=2), 2),
]
LENGTHS = (1, 2, 3, 5, 8)


@dataclass(frozen=True)
class Grid:
    """The zone, the unit of time and the instants of one case."""

    zone: str
    unit: timedelta
    word: str
    number: int
    pool: tuple[datetime, ...]

    def duration(self, units: int) -> str:
        """So many units as the agreement writes them."""
        return f"{self.number * units} {self.word}"

    def instants(self, none: int = 0) -> list[datetime | None]:
        """Instants to choose from: those of the pool, now and then a microsecond beside or some units later.

        None about so often of ten times.
        """
        later = [at + units * self.unit for at in self.pool for units in LENGTHS]
        beside = [at + aside for at in self.pool for aside in (MICROSECOND, -MICROSECOND)]
        weighted = [*self.pool] * 12 + later + beside
        return [None] * (len(weighted) * none // (10 - none)) + weighted


def grid(choose: Choose) -> Grid:
    zone, day = choose(PLACES)
    word, unit, number = choose(UNITS)
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    steps = {choose(range(-8, 21)) for _ in range(choose(range(3, 9)))}
    return Grid(zone, unit, word, number, tuple(midnight + step * unit for step in sorted(steps)))
