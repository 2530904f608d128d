"""Which rules give a lead its score, what is missing, and until when does it qualify?"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import capital, readable, times
from handraiser.scoring.explanation import Explanation

__all__ = ["Proof", "proved"]

_MOST = 5  # ways to qualify that are named


class Rule(NamedTuple):
    """A rule that gives or takes points; `events` is how many, 0 where it is about none."""

    title: str
    points: float
    events: int


class Proof(NamedTuple):
    """How a lead stands under an agreement, and why.

    stands   closed, qualified or open
    until    when it stops qualifying, in microseconds, if nothing new happens; None: never
    missing  what alone would make it qualify: a rule, and how many times more
    """

    name: str
    title: str
    score: float
    fit: float
    engagement: float
    grade: str | None
    stands: str
    until: int | None
    missing: list[str]
    who: list[Rule]
    did: list[Rule]


def proved(agreement: Agreement, why: Explanation) -> Proof:
    """Return the proof of a score for people: rules that give nothing are left out."""
    titles = {
        rule.name: capital(readable(rule.name, rule.title))
        for rule in (*agreement.fit.rules, *agreement.engagement.rules)
    }
    rules = [
        (each.section, Rule(titles[each.rule], each.points, each.count or 0))
        for each in sorted(why.rules, key=lambda each: -abs(each.points))
        if each.points
    ]
    return Proof(
        name=agreement.name,
        title=agreement.title or agreement.name,
        score=why.score,
        fit=why.fit,
        engagement=why.engagement,
        grade=why.grade,
        stands="closed" if why.closed else "qualified" if why.qualified else "open",
        until=_microseconds(why.until) if why.qualified else None,
        missing=[] if why.qualified or why.closed else _missing(why, titles),
        who=[rule for section, rule in rules if section == "fit"],
        did=[rule for section, rule in rules if section != "fit"],
    )


def _missing(why: Explanation, titles: dict[str, str]) -> list[str]:
    least = sorted((count, rule) for rule, count in why.missing.items() if count)
    return [f"{titles[rule]}{f', {times(count)}' if count > 1 else ''}" for count, rule in least[:_MOST]]


def _microseconds(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1e6)
