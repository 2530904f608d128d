"""On which grid of instants and durations does a generated case play?

Everything of one case lies on few instants, so that ties, exact window edges and calendar edges are
common instead of never. A case plays around one midnight or one change of daylight saving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from strategies_choice import Choose

MICROSECOND = timedelta(microseconds=1)

# Zones and local times around which a case plays: midnights, of which several begin a month or end a week,
# and the hours that daylight saving repeats or skips. Lord Howe shifts by half an hour; Kolkata lies half
# an hour off.
PLACES = [
    ("UTC", "2026-03-01T00:00"),
    ("America/New_York", "2026-03-08T02:00"),
    ("America/New_York", "2026-11-01T00:00"),
    ("America/New_York", "2026-11-01T01:30"),
    ("Europe/Berlin", "2026-03-29T00:00"),
    ("Europe/Berlin", "2026-10-25T02:30"),
    ("Australia/Lord_Howe", "2026-04-05T01:30"),
    ("Australia/Lord_Howe", "2026-10-04T00:00"),
    ("Asia/Kolkata", "2026-03-01T00:00"),
    ("America/New_York", "2026-01-01T00:00"),
]
UNITS = [
    ("minutes", timedelta(minutes=10), 10),
    ("minutes", timedelta(minutes=30), 30),
    ("hours", timedelta(hours=2), 2),
    ("hours", timedelta(hours=12), 12),
    ("days", timedelta(days=2), 2),
]
LENGTHS = (1, 2, 3, 5, 8)


# What a case is about: some of its features are there for certain and work together, the others stay rare.
# Left to chance alone, five features that must meet for a bug to show hardly ever do.
THEMES = [
    *("anything", "recycling", "reopening", "sessions", "order", "customers"),
    *("mail", "hours", "silence", "huge", "mixed"),
]


@dataclass(frozen=True)
class Grid:
    """The theme, the zone, the unit of time and the instants of one case."""

    theme: str
    zone: str
    unit: timedelta
    word: str
    number: int
    pool: tuple[datetime, ...]

    def often(self, theme: str, inside: int, otherwise: int) -> int:
        """How often of ten times something is chosen, inside its theme and otherwise."""
        return inside if self.theme == theme else otherwise

    def buckets(self) -> list[str]:
        """The calendar buckets, those that this grid divides most often."""
        if self.theme == "hours":
            return ["hour"]
        if self.theme == "order":
            return ["month", "week"]
        short = ["hour"] * 3 if self.word == "minutes" else ["week", "month"]
        return ["day", "day", "hour", "week", "month", *short]

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


def grid(choose: Choose, theme: str) -> Grid:
    brief = theme in ("sessions", "hours")
    zone, clock = choose([place for place in PLACES if theme != "hours" or ":30" in place[1]])
    word, unit, number = choose(UNITS[:2] if brief else UNITS)
    middle = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    number_of_instants = choose([2, 3, 4] if theme == "order" else range(3, 9))
    steps = {choose(range(-4, 9) if brief else range(-10, 19)) for _ in range(number_of_instants)}
    pool = tuple(middle + step * unit for step in sorted(steps))
    return Grid(theme, zone, unit, word, number, pool)
