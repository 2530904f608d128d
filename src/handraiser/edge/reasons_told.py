"""How is it said whether a lead qualifies, until when, and what is missing?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import tzinfo

from handraiser.agreement.model import Agreement, EventRule, Rule
from handraiser.agreement.wording import apart, instant, joined, number, readable
from handraiser.edge.page import Page, unbroken
from handraiser.lifecycle.stages import ENDED, OUTCOMES
from handraiser.scoring.explanation import Condition, Explanation

__all__ = ["tell_conditions", "verdict"]

_MARKS = {True: "✓", False: "✗", None: "?"}
_JOINED = {"and": "all of", "or": "one of", "not": "not"}
_WAYS = 3  # ways to qualify that are named
_NEAR = 10  # further hits that may still be called near


def verdict(why: Explanation, zone: tzinfo, agreement: Agreement) -> str:
    """Return whether the lead is an MQL and qualifies, until when, and what it needs, in sentences."""
    was = _latest(why, zone)
    if why.qualified:
        lasts = "It stays so" if why.until is None else f"It stays so until {instant(why.until, zone)}"
        begun = (
            f"{was}, and qualifies."
            if was
            else "It qualifies, but is no MQL: that begins when something happens to a lead that is open."
        )
        return f"{begun} {lasts}, if nothing new happens."
    begun = f"{was}, but it does not qualify now." if was else "Not an MQL."
    return " ".join(filter(None, (begun, *_obstacles(why, agreement))))


def _latest(why: Explanation, zone: tzinfo) -> str:
    """Return since when the lead is an MQL, or has last been one, and what sales said then; empty: never."""
    if not why.episodes:
        return ""
    latest = why.episodes[-1]
    since = f"{instant(latest.mql_at, zone)}{' by raising its hand' if latest.hand_raise else ''}"
    ends = [each for each in why.outcomes if each.at > latest.mql_at and OUTCOMES.get(each.stage) in ENDED]
    if not ends:
        return f"MQL since {since}"
    return f"It was an MQL from {since} until {instant(ends[0].at, zone)} ({ends[0].stage})"


def _obstacles(why: Explanation, agreement: Agreement) -> Iterable[str]:
    """Return what keeps the lead from qualifying, in sentences."""
    barred = _true_leaves(why.never) if why.never is not None and why.never.holds else []
    if barred:
        yield f"Barred by never: {joined([each.text for each in barred], 'and')}."
    titles = {rule.rule: readable(rule.rule, rule.title) for rule in why.rules}
    # What a limit from below hides must be made up for, too.
    hidden = {each.name: max(0.0, each.points - each.sum) for each in why.sums}
    # Who has raised a hand needs nothing of `mql`.
    raised = why.hand_raise is not None and why.hand_raise.holds
    needs = [] if raised else _needs(why.mql, titles, hidden)
    if needs:
        yield f"It {'also ' if barred else ''}needs {joined(needs, 'and')}."
    ways = _ways(why.missing, titles, {rule.name: _counting(rule) for rule in agreement.engagement.rules})
    if ways:
        yield f"Would do by itself: {joined(ways, 'or')}."


def _true_leaves(condition: Condition) -> list[Condition]:
    if condition.joined not in ("and", "or"):
        return [condition]
    return [leaf for part in condition.parts if part.holds for leaf in _true_leaves(part)]


def _needs(
    condition: Condition, titles: Mapping[str, str], hidden: Mapping[str, float], *, alone: bool = True
) -> list[str]:
    """Return what is wanting for the condition, one by one where all of it is needed."""
    if condition.holds:
        return []
    if condition.joined == "and":
        failing = [part for part in condition.parts if not part.holds]
        alone = alone and len(failing) == 1
        return [need for part in failing for need in _needs(part, titles, hidden, alone=alone)]
    if condition.joined == "or" and all(part.text in titles for part in condition.parts):
        return [f"one of {joined([titles[part.text] for part in condition.parts], 'or')}"]
    name = (re.match(r"\w*", condition.text) or [""])[0]
    if name in hidden and condition.sign in (">", ">=") and condition.distance is not None:
        return [_points_short(condition, name, condition.distance + hidden[name])]
    text = titles.get(condition.text, condition.text)
    # Beside what else is needed, `a or b` would be read as far as that goes.
    return [f"({text})" if condition.joined == "or" and not alone else text]


def _points_short(condition: Condition, name: str, short: float) -> str:
    more = "over " if condition.sign == ">" else ""
    points = "point" if short == 1 else "points"
    return f"{more}{number(short)} more {points}{'' if name == 'score' else f' of {name}'}"


def _ways(
    missing: Mapping[str, int | None], titles: Mapping[str, str], counting: Mapping[str, str]
) -> list[str]:
    found = sorted((count, rule) for rule, count in missing.items() if count)
    near = [way for way in found if way[0] <= _NEAR] or found[:1]
    return [
        f"{'one' if count == 1 else f'{count} ×'} {titles[rule]}{counting[rule]}"
        for count, rule in near[:_WAYS]
    ]


def _counting(rule: Rule) -> str:
    """Return which further hits would count: those that are missing are ones that the rule keeps."""
    if not isinstance(rule, EventRule):
        return ""
    most = f"at most {rule.at_most.count} per {rule.at_most.per} counts" if rule.at_most else ""
    each = f"{'for each' if most else 'each'} {rule.distinct}{'' if most else ' counts once'}"
    told = " ".join(filter(None, (most, each if rule.distinct else "")))
    return f" ({told})" if told else ""


# ---- the conditions, part by part


def tell_conditions(page: Page, why: Explanation) -> None:
    """Add `mql`, `hand_raise` and `never` to the page, each part with its mark and how far it is off."""
    page.heading("Conditions", space=True)
    bars = why.never is not None and why.never.holds
    never = "never, so it does not qualify" if bars else "never"
    for name, condition in (("mql", why.mql), ("hand_raise", why.hand_raise), (never, why.never)):
        if condition is not None:
            _tell(page, condition, name, depth=1)


def _tell(page: Page, condition: Condition, name: str, *, depth: int) -> None:
    first = f"{'  ' * depth}{_MARKS[condition.holds]} "
    label = f"{name}, " if name else ""
    if _is_leaf(condition):
        page.words(f"{name}: {_leaf(condition)}" if name else _leaf(condition), first=first)
        return
    simple = all(_is_leaf(part) and part.distance is None for part in condition.parts)
    how = f"{label}{_JOINED[condition.joined]}:"
    page.words(f"{how} {_in_line(condition.parts)}" if simple else how, first=first)
    if not simple:
        for part in condition.parts:
            _tell(page, part, "", depth=depth + 2)


def _is_leaf(condition: Condition) -> bool:
    return condition.joined == "" or (condition.joined == "not" and not condition.parts[0].parts)


def _in_line(parts: Iterable[Condition]) -> str:
    return "  ".join(unbroken(f"{_MARKS[part.holds]} {' '.join(part.text.split())}") for part in parts)


def _leaf(condition: Condition) -> str:
    """Return a condition with the value it has and by how much it holds or fails."""
    text = " ".join(condition.text.split())
    if condition.value is None or condition.bound is None:
        return text
    value, bound = apart(condition.value, condition.bound)
    against = "" if re.search(rf"(?<![\w.]){re.escape(bound)}(?![\w.])", text) else f" against {bound}"
    return ", ".join(filter(None, (f"{text}: {value}{against}", _distance(condition))))


def _distance(condition: Condition) -> str:
    off = number(condition.distance or 0.0)
    if not condition.distance:
        return "" if condition.holds else "just not enough" if condition.sign == ">" else "just too much"
    if condition.holds:
        return f"{off} to spare" if condition.sign in ("<", "<=", ">", ">=") else ""
    if condition.sign in ("=", "<>"):
        return f"{off} off"
    return f"{off} short" if condition.sign in (">", ">=") else f"{off} too much"
