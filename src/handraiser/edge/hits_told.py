"""What did a lead do, in words: "3 May, Content Downloaded: CRM Implementation Guide, 20 points"?"""

from __future__ import annotations

from datetime import datetime, tzinfo

from handraiser.agreement.conditions import names
from handraiser.agreement.model import EventRule, Sql
from handraiser.agreement.wording import day, number, shortened
from handraiser.edge.page import unbroken
from handraiser.scoring.explanation import HitPoints, RulePoints

__all__ = ["latest", "strongest_hits"]

_SHOWN = 2
# What tells one event of a name from another, where the rule asks for nothing; such a value needs no name.
_TELLING = ("title", "subject", "name", "product", "path", "url", "form_id")
_LONGEST = 40


def strongest_hits(told: RulePoints, rule: EventRule, *, zone: tzinfo, at: datetime) -> list[str]:
    """Return the rule's latest hits in words, the last one first, and how many more there are."""
    ordered = _last_first(told)
    lines = [f"{_what(hit, rule, zone=zone, at=at)}, {_worth(hit)}" for hit in ordered[:_SHOWN]]
    rest = len(ordered) - _SHOWN
    if rest > 0:
        lines[-1] += f"; {unbroken(f'and {rest} more')}"
    return lines


def latest(told: RulePoints, rule: EventRule, *, zone: tzinfo, at: datetime) -> str:
    """Return the rule's last hit in words."""
    last = "last " if len(told.hits) > 1 else ""
    return last + _what(_last_first(told)[0], rule, zone=zone, at=at)


def _last_first(told: RulePoints) -> list[HitPoints]:
    return sorted(told.hits, key=lambda hit: hit.occurred_at, reverse=True)


def _what(hit: HitPoints, rule: EventRule, *, zone: tzinfo, at: datetime) -> str:
    event = f"{day(hit.occurred_at, zone, seen_from=at)}, {hit.event}"
    asked = _asked(rule)
    named = [name for name in asked if name in hit.properties]
    shown = named or [name for name in _TELLING if name in hit.properties][:1]
    values = [
        shortened(hit.properties[name], _LONGEST) if name in _TELLING else f"{name} {hit.properties[name]}"
        for name in shown
    ]
    return f"{event}: {', '.join(values)}" if values else event


def _asked(rule: EventRule) -> list[str]:
    """Return the properties that the rule's conditions and points read."""
    said = [each.text for each in (rule.where, rule.points) if isinstance(each, Sql)]
    return sorted({name for text in said for _, name in names(text)})


def _worth(hit: HitPoints) -> str:
    weight, points = hit.weight or 0.0, hit.points or 0.0
    word = "point" if abs(weight) == 1 else "points"
    whole = f"{number(weight)} {word}"
    return unbroken(whole if number(points) == number(weight) else f"{number(points)} of {whole}")
