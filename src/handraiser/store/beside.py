"""Whom does what runs beside find, day by day, whom what is live does not, and the other way round?"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handraiser.store.bulk import query

__all__ = ["Beside", "Day", "beside"]

_BEGUN = """
SELECT person.root_id, episode.shadow, min(episode.begun_at) FROM store_episode AS episode
JOIN store_person AS person ON person.id = episode.lead_id
WHERE episode.agreement = %s AND episode.begun_at >= %s AND episode.begun_at < %s
GROUP BY person.root_id, episode.shadow
"""


class Day(NamedTuple):
    """How many leads became an MQL on a day by each, and how many of these never did by the other."""

    day: date
    live: int
    shadow: int
    live_alone: int
    shadow_alone: int


class Beside(NamedTuple):
    """The days, and who was found by one alone: numbers of leads and instants; the latest first."""

    days: list[Day]
    live_alone: list[tuple[int, int]]
    shadow_alone: list[tuple[int, int]]


def beside(name: str, *, since: int, until: int, zone: str) -> Beside:
    """Return how what runs beside under a name compares with what is live, from one instant to another.

    A lead counts once for each, on the day in that zone on which it became an MQL first.
    """
    begun: dict[bool, dict[int, int]] = {True: {}, False: {}}
    for lead, shadow, at in query(_BEGUN, [name, since, until]):
        begun[bool(shadow)][lead] = at
    alone = {
        side: sorted(
            ((lead, at) for lead, at in begun[side].items() if lead not in begun[not side]),
            key=lambda found: -found[1],
        )
        for side in (True, False)
    }
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for side, word in ((True, "shadow"), (False, "live")):
        for at in begun[side].values():
            counts[_day(at, zone)][word] += 1
        for _, at in alone[side]:
            counts[_day(at, zone)][f"{word}_alone"] += 1
    days = [
        Day(day, *(counts[day][word] for word in Day._fields[1:])) for day in sorted(counts, reverse=True)
    ]
    return Beside(days, alone[False], alone[True])


def _day(at: int, zone: str) -> date:
    return datetime.fromtimestamp(at / 1e6, UTC).astimezone(ZoneInfo(zone)).date()
