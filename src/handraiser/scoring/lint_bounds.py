"""What can `qualify` come to, whatever the data are like?

The program that asks of every lead whether it qualifies is asked of bounds instead: the least and the most
that rules can give, alone and together. What is not true of the bounds is true of no lead that will ever be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, Bucket, DecayKind, EventRule, FitRule, Limits, Sql
from handraiser.scoring import registers as op
from handraiser.scoring.layout import Layout, StateColumn, layout, limits_of, silence_rules
from handraiser.scoring.match import event_rules, microseconds
from handraiser.scoring.registers import ENGAGEMENT, FALSE, FIT, NULL, SCORE, TRUE, VALUE
from handraiser.scoring.score import grade_names
from handraiser.scoring.weighing import factors

__all__ = ["Bounds", "FitGiven", "HitsGiven", "Range", "bounds", "every_fit", "every_hits", "fit_rules"]

Range = tuple[float, float]
_ANY = (-np.inf, np.inf)
_HOUR = 3_600_000_000
# No bucket is shorter: an hour that a zone shifts by half of it, a day that daylight saving cuts.
_SHORTEST = {
    Bucket.HOUR: _HOUR // 2,
    Bucket.DAY: 22 * _HOUR,
    Bucket.WEEK: (7 * 24 - 2) * _HOUR,
    Bucket.MONTH: (28 * 24 - 2) * _HOUR,
}
_BUCKETS = 100_000  # of a rule that are added up one by one


class FitGiven(NamedTuple):
    """What a fit rule may give before its limits, and whether it may hold (TRUE, FALSE or both)."""

    points: Range
    holds: int


class HitsGiven(NamedTuple):
    """How many hits of an event rule there may be, and what their decay factors may add up to."""

    number: Range
    factors: Range


class Bounds(NamedTuple):
    """What the answer may be (see `registers`), and between what the sums and counts lie.

    `named` has a range for fit, engagement, score, the groups, `points(rule)` and `count(rule)`.
    """

    answer: int
    named: dict[str, Range]


def fit_rules(agreement: Agreement) -> list[FitRule]:
    """Return the rules of `fit`."""
    return [rule for rule in agreement.fit.rules if isinstance(rule, FitRule)]


def every_fit(agreement: Agreement) -> list[FitGiven]:
    """Return what each fit rule may give to a lead of which nothing is known."""
    return [FitGiven(_hull([0.0, *_band_points(rule)]), TRUE | FALSE) for rule in fit_rules(agreement)]


def every_hits(agreement: Agreement) -> list[HitsGiven]:
    """Return how many hits each event rule may have, as far as its limits say."""
    return [_most_hits(rule) for rule in event_rules(agreement)]


def bounds(agreement: Agreement, fit: Sequence[FitGiven], hits: Sequence[HitsGiven]) -> Bounds:
    """Return what `qualify` may come to if fit rules and hits are as given, and all else is unknown."""
    plan = layout(agreement)
    return _Registers(agreement, plan).answered(_Fit(agreement, fit), hits)


def _hull(values: Sequence[float]) -> Range:
    return min(values), max(values)


def _band_points(rule: FitRule) -> list[float]:
    """Return the points of a rule's bands; of one that is an expression, any number."""
    given = [band.points for band in rule.bands]
    known = [points for points in given if not isinstance(points, Sql)]
    return known if len(known) == len(given) else [*known, *_ANY]


def _most_hits(rule: EventRule) -> HitsGiven:
    limit = rule.at_most
    if limit is None or rule.distinct is not None:  # a bucket for each of any number of values
        return HitsGiven((0.0, np.inf), (0.0, np.inf))
    length = _SHORTEST[limit.per]
    endless = rule.within is None
    # The newest bucket and the one before it may both be all of age 0: the one has just begun.
    buckets = _BUCKETS if endless else min(_BUCKETS, microseconds(rule.within) // length + 2)
    count = np.inf if endless or buckets == _BUCKETS else float(limit.count * buckets)
    if rule.decay.kind is DecayKind.NONE or rule.at_least is not None:
        return HitsGiven((0.0, count), (0.0, count))
    ages = [max(0, bucket - 1) * length for bucket in range(buckets)]
    added = factors(rule, ages)
    fades = added[-1] < 1e-12 or count < np.inf
    return HitsGiven((0.0, count), (0.0, limit.count * sum(added) + 1e-6 if fades else np.inf))


class _Fit:
    """Fit and its parts as ranges."""

    def __init__(self, agreement: Agreement, given: Sequence[FitGiven]) -> None:
        rules = fit_rules(agreement)
        self.holds = {rule.name: one.holds for rule, one in zip(rules, given, strict=True)}
        self.points = {
            rule.name: _clamped(one.points, rule.limits) for rule, one in zip(rules, given, strict=True)
        }
        self.groups = {
            group.name: _clamped(
                _sum([self.points[rule.name] for rule in rules if rule.group == group.name]), group.limits
            )
            for group in agreement.fit.groups
        }
        alone = [self.points[rule.name] for rule in rules if rule.group is None]
        self.total = _clamped(_sum([*self.groups.values(), *alone]), agreement.fit.limits)
        self.grades = _grades(agreement, self.total)


def _sum(ranges: Sequence[Range]) -> Range:
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def _clamped(values: Range, limits: Limits) -> Range:
    low, high = (float(np.clip(value, *limits_of(limits))) for value in values)
    return float(np.floor(low * 1e6 + 0.501) / 1e6), float(np.floor(high * 1e6 + 0.501) / 1e6)


def _grades(agreement: Agreement, fit: Range) -> set[str]:
    """Return the grades that a fit in the range may have."""
    edges = [np.inf, *(bound for _, bound in agreement.grades), -np.inf]
    places = range(len(edges) - 1)
    names = grade_names(agreement)
    return {names[k] for k in places if edges[k + 1] <= fit[1] and (fit[0] < edges[k] or k == 0)}


class _Registers:
    """The registers of an agreement, filled with ranges."""

    def __init__(self, agreement: Agreement, plan: Layout) -> None:
        self.agreement, self.plan = agreement, plan
        self.low, self.high, self.may = plan.low.copy(), plan.low.copy(), plan.may.copy()
        self.points, self.holds, self.counts, self.groups, self.columns = (int(at) for at in plan.places)

    def answered(self, fit: _Fit, hits: Sequence[HitsGiven]) -> Bounds:
        self._put(FIT, fit.total, VALUE)
        for place, column in enumerate(self.plan.columns):
            if column.of != "fit":
                self._column(self.columns + place, column, fit)
        events, silences = event_rules(self.agreement), silence_rules(self.agreement)
        for place, (rule, given) in enumerate(zip(events, hits, strict=True)):
            self._event_rule(place, rule, given)
        for place, silence in enumerate(silences, len(events)):
            points = _clamped(_hull([0.0, silence.points]), silence.limits)
            self._put(self.points + place, points, VALUE)
            self.may[self.holds + place] = TRUE | FALSE
        self._total(self.low)
        self._total(self.high)
        answer = int(op.evaluate(self.plan.code, self.low, self.high, self.may))
        return Bounds(answer, self._named(fit))

    def _put(self, register: int, values: Range, may: int) -> None:
        self.low[register], self.high[register] = values
        self.may[register] = may

    def _column(self, register: int, column: StateColumn, fit: _Fit) -> None:
        name = str(column.key[0]) if column.key else ""
        if column.of == "part":
            self._put(register, _ANY, TRUE | FALSE | NULL if column.truth else VALUE | NULL)
        elif column.of == "group":
            self._put(register, fit.groups[name], VALUE)
        elif column.of == "points":
            self._put(register, fit.points[name], VALUE)
        elif column.of == "holds":
            self.may[register] = fit.holds[name]
        else:
            named, negated = cast("tuple[tuple[str, ...], bool]", column.key)
            truths = {(grade in named) != negated for grade in fit.grades}
            self.may[register] = (TRUE if True in truths else 0) | (FALSE if False in truths else 0)

    def _event_rule(self, place: int, rule: EventRule, given: HitsGiven) -> None:
        needed = rule.at_least or 1
        holds = (TRUE if given.number[1] >= needed else 0) | (FALSE if given.number[0] < needed else 0)
        if rule.at_least is not None:
            factor = (float(holds == TRUE), float(bool(holds & TRUE)))
        else:
            factor = given.factors
        weight = _ANY if isinstance(rule.points, Sql) else (rule.points, rule.points)
        # Nothing times anything is nothing, also where no bound is known.
        products = [w * f if w and f else 0.0 for w in weight for f in factor]
        self._put(self.points + place, _clamped(_hull(products), rule.limits), VALUE)
        self._put(self.counts + place, given.number, VALUE)
        self.may[self.holds + place] = holds

    def _total(self, values: npt.NDArray[np.float64]) -> None:
        slots, group_low, group_high, limits = self.plan.totals
        sums = np.zeros(max(1, len(group_low)))
        op.total(
            len(slots), slots, self.points, self.groups, group_low, group_high, limits, values, self.may, sums
        )

    def _named(self, fit: _Fit) -> dict[str, Range]:
        def at(register: int) -> Range:
            return float(self.low[register]), float(self.high[register])

        events = event_rules(self.agreement)
        slots = [*events, *silence_rules(self.agreement)]
        named = {"fit": at(FIT), "engagement": at(ENGAGEMENT), "score": at(SCORE)} | fit.groups
        named |= {f"points({name})": values for name, values in fit.points.items()}
        named |= {group.name: at(self.groups + k) for k, group in enumerate(self.agreement.engagement.groups)}
        named |= {f"points({rule.name})": at(self.points + k) for k, rule in enumerate(slots)}
        return named | {f"count({rule.name})": at(self.counts + k) for k, rule in enumerate(events)}
