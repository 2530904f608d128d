"""What does a chart of a lead's score draw: the course, the threshold, what moved it, and episodes?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import capital, number, readable
from handraiser.edge.web.api.scores import course_of
from handraiser.flows.live import Live
from handraiser.scoring.course import Change, Course
from handraiser.scoring.thresholds import threshold
from handraiser.store.models import Episode

__all__ = ["DAYS", "chart", "marks"]

DAYS = (30, 90, 365)
_DAY = 86_400_000_000
_NAMED = 4  # rules that a mark names


def chart(root: int, live: Sequence[Live], one: Live, *, days: int, now: int, zone: str) -> dict[str, Any]:
    """Return what is drawn of the last days under one of the agreements that are live, ready for JSON.

    Instants are milliseconds, as browsers count; those to be read are told in a zone.
    """
    since = now - days * _DAY
    agreement, course = course_of(
        root, [each.agreement for each in live], live.index(one), since=since, until=now
    )
    bar = threshold(agreement)
    there = ZoneInfo(zone or "UTC")
    begun = Episode.objects.filter(
        lead__root=root, agreement=agreement.name, shadow=False, begun_at__gte=since, begun_at__lte=now
    ).order_by("begun_at")
    return {
        "title": agreement.title or agreement.name,
        "zone": there.key,
        "days": days,
        "threshold": bar,
        "points": [[point.at // 1000, point.score] for point in course.points],
        "turns": marks(agreement, course, there),
        "episodes": [
            {
                "at": each.begun_at // 1000,
                "when": _told(each.begun_at, there),
                "score": each.reasons["score"],
                "says": f"MQL {each.ordinal}{' by asking for sales' if each.hand_raise else ''}",
            }
            for each in begun
        ],
        "says": _summary(agreement, course, bar, days),
    }


def marks(agreement: Agreement, course: Course, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return what moved a score, ready for JSON: when, to what, and by which rules."""
    titles = {
        rule.name: capital(readable(rule.name, rule.title))
        for rule in (*agreement.fit.rules, *agreement.engagement.rules)
    }
    return [
        {
            "at": turn.at // 1000,
            "when": _told(turn.at, zone),
            "score": turn.score,
            "many": turn.many,
            "says": _changes(turn.changes, titles),
            "who": all(change.fit for change in turn.changes),
        }
        for turn in course.turns
    ]


def _changes(changes: Sequence[Change], titles: dict[str, str]) -> list[str]:
    told = [f"{_signed(each.points)} {titles[each.rule]}" for each in changes[:_NAMED]]
    left = len(changes) - _NAMED
    return [*told, f"and {left} more"] if left > 0 else told


def _signed(points: float) -> str:
    return f"{'+' if points > 0 else ''}{number(points)}"


def _summary(agreement: Agreement, course: Course, bar: float | None, days: int) -> str:
    """Return what a chart shows, for those who do not see it."""
    if not course.points:
        return "There is nothing to draw yet."
    scores = [point.score for point in course.points]
    line = "" if bar is None else f" The line is at {number(bar)}."
    return (
        f"Score under {agreement.title or agreement.name} over {days} days: {number(scores[-1])} now, "
        f"between {number(min(scores))} and {number(max(scores))}.{line}"
    )


def _told(at: int, zone: ZoneInfo) -> str:
    there = datetime.fromtimestamp(at / 1e6, UTC).astimezone(zone)
    return f"{there:%-d %b %Y, %H:%M}"
