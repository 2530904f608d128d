"""Between which numbers may points lie, whatever the data?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product

from handraiser.agreement.expression import (
    Arithmetic,
    Call,
    Case,
    Cast,
    Expression,
    Literal,
    Name,
    Negation,
    Type,
)
from handraiser.agreement.functions import TEXT_FUNCTIONS
from handraiser.agreement.model import EventRule, FitRule, Limits, Rule, SilenceRule, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import All, Bound, Clause, Leaf, Range, bare, read_clause
from handraiser.agreement.proving.signs import DOWN, NONE, UP, Signs

__all__ = [
    "Known",
    "Reach",
    "clamped",
    "hull",
    "points_reach",
    "reach_of",
    "reaches_known",
    "rule_reach",
    "signs_of",
    "sum_reach",
    "weight_reach",
]

Reach = tuple[float, float]
Known = Mapping[Expression, Reach]

_ANYTHING: Reach = (-math.inf, math.inf)
_NOTHING: Reach = (0.0, 0.0)
_TRUTH: Reach = (0.0, 1.0)


def hull(*reaches: Reach) -> Reach:
    """The least reach that holds all of these."""
    return min(low for low, _ in reaches), max(high for _, high in reaches)


def sum_reach(*reaches: Reach) -> Reach:
    """Where the sum lies of numbers that lie there."""
    return sum(low for low, _ in reaches), sum(high for _, high in reaches)


def clamped(reach: Reach, limits: Limits) -> Reach:
    """What is left of a reach between limits."""
    low = -math.inf if limits.min is None else limits.min
    high = math.inf if limits.max is None else limits.max
    return min(max(reach[0], low), high), min(max(reach[1], low), high)


def signs_of(reach: Reach) -> Signs:
    """Whether numbers there may be above zero, and below."""
    return (UP if reach[1] > 0 else NONE) | (DOWN if reach[0] < 0 else NONE)


def rule_reach(rule: Rule) -> Reach:
    """Where the points of a rule lie, after its own limits."""
    match rule:
        case FitRule(bands=bands):
            given = hull(_NOTHING, *(points_reach(band.points, band.when) for band in bands))
        case EventRule(at_least=None):
            low, high = weight_reach(rule)
            given = (-math.inf if low < 0 else 0.0, math.inf if high > 0 else 0.0)
        case EventRule():
            given = hull(_NOTHING, weight_reach(rule))
        case SilenceRule(points=points):
            given = hull(_NOTHING, (points, points))
        case _:
            given = _ANYTHING
    return clamped(given, rule.limits)


def weight_reach(rule: EventRule) -> Reach:
    """Where the weight of one hit lies."""
    return points_reach(rule.points, rule.where)


def points_reach(points: float | Sql, when: Sql | None = None) -> Reach:
    """Where points lie, given a condition under which they are asked for."""
    if not isinstance(points, Sql):
        return points, points
    known = {} if when is None else reaches_known(read_clause(when, names={}, lists={}))
    return reach_of(bare(parse(points.text), names={}, lists={}), known)


def reaches_known(clause: Clause) -> dict[Expression, Reach]:
    """What a condition that holds tells of numbers."""
    if isinstance(clause, All):
        found: dict[Expression, Reach] = {}
        for part in clause.parts:
            for subject, (low, high) in reaches_known(part).items():
                so_far = found.get(subject, _ANYTHING)
                found[subject] = max(low, so_far[0]), min(high, so_far[1])
        return found
    match clause:
        case Leaf(Bound(subject, limit, rising)):
            return {subject: (limit, math.inf) if rising else (-math.inf, limit)}
        case Leaf(Range(subject, low, high, False)):
            return {subject: (low, high)}
    return {}


def reach_of(part: Expression, known: Known) -> Reach:
    """Where the number lies that an expression gives where it gives one."""
    match part:
        case Literal(bool() | float() as value):
            return float(value), float(value)
        case Name():
            return known.get(part, _ANYTHING)
        case Negation(operand):
            low, high = reach_of(operand, known)
            return -high, -low
        case Arithmetic(sign, left, right):
            return _calculated(sign, reach_of(left, known), reach_of(right, known))
        case Case(_, branches, otherwise):
            values = [value for _, value in branches] + ([] if otherwise is None else [otherwise])
            return hull(*(reach_of(value, known) for value in values))
        case Call(function, arguments):
            return _called(function, arguments, [reach_of(each, known) for each in arguments])
        case Cast(operand, Type.NUMBER):
            return reach_of(operand, known)
        case Cast(operand, Type.WHOLE):
            return _rounded(reach_of(operand, known))
        case Literal() | Cast(_, Type.TEXT):
            return _ANYTHING
    return _TRUTH


def _calculated(sign: str, left: Reach, right: Reach) -> Reach:
    match sign:
        case "+":
            return sum_reach(left, right)
        case "-":
            return left[0] - right[1], left[1] - right[0]
        case "*":
            return _corners(left, right)
        case "/" if right[0] > 0 or right[1] < 0:
            return _corners(left, (1 / right[1], 1 / right[0]))
        case "%":  # it has the sign of the dividend
            return (0.0 if left[0] >= 0 else -math.inf), (0.0 if left[1] <= 0 else math.inf)
    return _ANYTHING


def _corners(left: Reach, right: Reach) -> Reach:
    # Nothing times anything is nothing; IEEE says otherwise of 0 times infinity.
    corners = [a * b if a and b else 0.0 for a, b in product(left, right)]
    return min(corners), max(corners)


def _called(function: str, arguments: tuple[Expression, ...], reaches: list[Reach]) -> Reach:
    # What is written out is always there; anything else may be null, which `least` and `greatest` ignore.
    there = [reach for each, reach in zip(arguments, reaches, strict=True) if isinstance(each, Literal)]
    low, high = hull(*reaches)
    match function:
        case "least":
            return low, min([high, *(reach[1] for reach in there)])
        case "greatest":
            return max([low, *(reach[0] for reach in there)]), high
        case "coalesce":
            return low, high
        case "nullif":
            return reaches[0]
        case "abs":
            low, high = reaches[0]
            return max(0.0, low, -high), max(-low, high)
        case "round" | "floor" | "ceil":
            return _rounded(reaches[0])
        case "length":
            return 0.0, math.inf
    return _ANYTHING if function in TEXT_FUNCTIONS else _TRUTH


def _rounded(reach: Reach) -> Reach:
    """Where a number lies that is rounded to some place, of which only the sign is kept."""
    return (0.0 if reach[0] >= 0 else -math.inf), (0.0 if reach[1] <= 0 else math.inf)
