"""Does every rule tell leads apart, by something that no other rule tells already?

A rule that gives everybody the same only moves the threshold, and two that always come together count one
thing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import EventRule, FitRule, Rule, Sql
from handraiser.errors import many
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.lint_beside import ENOUGH, Beside
from handraiser.scoring.lint_bounds import fit_rules
from handraiser.scoring.lint_notes import LintCode, Warnings, shown
from handraiser.scoring.match import event_rules

__all__ = ["always_warnings"]

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class _Rule(NamedTuple):
    """A rule with its points and whether it holds: per lead, as they stand at last."""

    rule: Rule
    points: Floats
    holds: Flags


def always_warnings(beside: Beside, warnings: Warnings) -> None:
    """Warn of rules that hold for every lead, and of two that hold for the same ones."""
    if beside.leads < ENOUGH:
        return
    always = {each.rule.name for each in _standing(beside) if _everybody(each, beside, warnings)}
    for one, other, cases, example in _together(beside):
        if one.name in always or other.name in always:
            continue
        says = (
            f"`{other.name}` always comes together with `{one.name}`: {cases}, {example} for one. What "
            "is one thing counts twice."
        )
        warnings.add(LintCode.TOGETHER, other.at, says, "Keep one of the two, with the points of both.")


def _standing(beside: Beside) -> Iterator[_Rule]:
    standing, fit = beside.standing, beside.prepared.fit
    for place, rule in enumerate(fit_rules(beside.agreement)):
        yield _Rule(rule, fit.points[standing.state, place], fit.holds[standing.state, place])
    slots = [*event_rules(beside.agreement), *silence_rules(beside.agreement)]
    for place, other in enumerate(slots):
        yield _Rule(other, standing.points[:, place], standing.holds[:, place] > 0)


def _everybody(each: _Rule, beside: Beside, warnings: Warnings) -> bool:
    """Warn if a rule holds for all leads and gives all of them the same; return whether it does."""
    if not each.holds.all() or not (each.points == each.points[0]).all():
        return False
    gives = f"each gets {shown(each.points[0])} points, so that it tells none from another"
    says = (
        f"`{each.rule.name}` holds for all {many(beside.leads, 'lead')}, {beside.lead(0)} for one: {gives}."
    )
    fix = "Take it out and lower the thresholds, or ask for what only some of them have."
    warnings.add(LintCode.ALWAYS_HOLDS, each.rule.at, says, fix)
    return True


# ---- together


def _together(beside: Beside) -> Iterator[tuple[FitRule | EventRule, FitRule | EventRule, str, str]]:
    """Yield pairs of rules that always come together, their cases, and one of them."""
    holds, offsets = beside.prepared.fit.holds, beside.matched.states.offsets
    for (a, one), (b, other) in combinations(enumerate(fit_rules(beside.agreement)), 2):
        if not (_gives(one) and _gives(other) and (holds[:, a] == holds[:, b]).all()):
            continue
        leads = np.unique(np.searchsorted(offsets, np.flatnonzero(holds[:, a]), side="right") - 1)
        if len(leads) >= ENOUGH:
            yield one, other, f"for {many(len(leads), 'lead')}", beside.lead(leads[0])
    yield from _events_together(beside)


def _events_together(beside: Beside) -> Iterator[tuple[EventRule, EventRule, str, str]]:
    rules = event_rules(beside.agreement)
    who = {place: beside.hit_leads(place) for place, rule in enumerate(rules) if _gives(rule)}
    for a, b in combinations(who, 2):
        one, other = rules[a], rules[b]
        leads = np.flatnonzero(who[a])
        if len(leads) < ENOUGH or _one_thing_twice_on_purpose(one, other) or (who[a] != who[b]).any():
            continue
        events = beside.hit_rows(a)
        same = np.array_equal(events, beside.hit_rows(b))
        what = f"{many(int(events.sum()), 'event')} of " if same else ""
        yield one, other, f"in {what}{many(len(leads), 'lead')}", beside.lead(leads[0])


def _gives(rule: FitRule | EventRule) -> bool:
    """Return whether a rule gives points; one without is there for `qualify` to name."""
    given = [band.points for band in rule.bands] if isinstance(rule, FitRule) else [rule.points]
    return any(isinstance(points, Sql) or points != 0 for points in given)


def _one_thing_twice_on_purpose(one: EventRule, other: EventRule) -> bool:
    """Return whether two rules count one thing in two ways: each visit and three of them, lately and ever."""

    def asked(rule: EventRule) -> tuple[object, ...]:
        return set(rule.event), rule.where.text if rule.where is not None else ""

    def counted(rule: EventRule) -> tuple[object, ...]:
        return rule.within, rule.at_least, rule.at_most, rule.distinct

    return one.at_least != other.at_least or (asked(one) == asked(other) and counted(one) != counted(other))
