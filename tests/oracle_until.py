"""When does a lead stop qualifying if nothing new happens? (AGREEMENT.md 9, readings 8 and 9)

Points jump where a window closes, a step ends, a linear decay ends or a silence begins. Between two such
instants every rule's points only fall or only rise, so over a stretch each lies between its values at both
ends. A stretch over which `qualify` is thereby certain is done with; any other is halved. The answer is
found where all points are equal at both ends of a stretch, for there nothing changes within.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from oracle_agreement import Agreement, Limits, Rule
from oracle_expressions import COMPARISONS, evaluate, truth_of
from oracle_score import Lead, QualifyScope, Result, round6
from oracle_values import Truth, both, either, negated

Ask = Callable[[int], Result]
MOST_STRETCHES = 3_000


class TooLongError(Exception):
    """Halving did not end: points that cancel each other all along. Ask about another instant."""


class Range(NamedTuple):
    """Between which two numbers a value lies over a stretch, both included."""

    low: float
    high: float


def first_failure(agreement: Agreement, lead: Lead, t: int, ask: Ask) -> int | None:
    """The first instant after t at which `ask` no longer says qualified."""
    jumps = sorted({at for at in jumping_instants(agreement, lead, t) if at > t})
    starts = [t, *jumps]
    ends = [at - 1 for at in jumps] + [settled(agreement, lead, starts[-1])]
    search = Search(agreement, ask)
    for start, end in zip(starts, ends, strict=True):
        found = search.first_failure(start, end)
        if found is not None:
            return found
    return None


def jumping_instants(agreement: Agreement, lead: Lead, known: int) -> Iterable[int]:
    """Every instant at which a rule's points jump."""
    for rule in agreement.engagement.rules:
        if rule.kind == "silence":
            if lead.created_at is not None:
                yield lead.created_at + rule.silent_for
            yield from (h.occurred_at + rule.silent_for for h in lead.all_hits if h.begins <= known)
            continue
        for hit in lead.kept[rule.name]:
            if hit.begins <= known:
                yield from (hit.occurred_at + age for age in jumping_ages(rule))


def jumping_ages(rule: Rule) -> Iterable[int]:
    if rule.within is not None:
        yield rule.within
    if rule.decay.kind == "linear":
        yield rule.decay.over
    if rule.decay.kind == "steps" and rule.decay.percent > 0:
        yield from (step * rule.decay.over for step in range(1, math.ceil(100 / rule.decay.percent) + 1))


def settled(agreement: Agreement, lead: Lead, last_jump: int) -> int:
    """An instant after which half-lives have nothing left to take away."""
    longest = max((rule.decay.over for rule in agreement.engagement.rules), default=0)
    largest = math.fsum(abs(hit.weight) for hit in lead.all_hits)
    # After log2(largest / 10⁻⁹) half-lives less than 10⁻⁹ is left, which is rounded away.
    return last_jump + longest * math.ceil(math.log2(max(largest, 1) * 1e9)) + 1


@dataclass
class Search:
    """Looks through one smooth stretch after the other, and counts how often it looked."""

    agreement: Agreement
    ask: Ask
    looked: int = 0

    def first_failure(self, start: int, end: int) -> int | None:
        """The first instant from start to end, both included, at which the lead does not qualify."""
        self.looked += 1
        if self.looked > MOST_STRETCHES:
            raise TooLongError
        first, last = self.ask(start), self.ask(end)
        if not first.qualified:
            return start
        if first.points == last.points or not may_fail(self.agreement, first, last):
            return None
        middle = (start + end) // 2
        found = self.first_failure(start, middle)
        return found if found is not None else self.first_failure(middle + 1, end)


# ---- what is certain of `qualify` over a stretch


def may_fail(agreement: Agreement, first: Result, last: Result) -> bool:
    """Whether, by what is known of the stretch, the lead may not qualify somewhere in it."""
    stretch = Stretch.between(agreement, first, last)
    asked = (agreement.mql, agreement.hand_raise, agreement.never)
    mql, hand_raise, never = ({False} if e is None else stretch.truths(e) for e in asked)
    certainly_wanted = mql == {True} or hand_raise == {True}
    return not certainly_wanted or True in never


def spread(limits: Limits, ranges: Iterable[Range]) -> Range:
    """The range of a clamped, rounded sum."""
    lows, highs = zip(Range(0.0, 0.0), *ranges, strict=True)
    return Range(round6(limits.clamp(sum(lows))), round6(limits.clamp(sum(highs))))


@dataclass(frozen=True)
class Stretch:
    """Ranges of all that moves over a stretch, and the scope of all that does not."""

    still: QualifyScope
    points: dict[str, Range]
    names: dict[str, Range]

    @classmethod
    def between(cls, agreement: Agreement, first: Result, last: Result) -> Stretch:
        points = {
            name: Range(min(a, last.points[name]), max(a, last.points[name]))
            for name, a in first.points.items()
        }
        section = agreement.engagement
        of_group = {
            name: spread(limits, (points[rule.name] for rule in section.rules if rule.group == name))
            for name, limits in section.groups.items()
        }
        alone = [points[rule.name] for rule in section.rules if rule.group is None]
        engagement = spread(section.limits, [*alone, *of_group.values()])
        score = spread(agreement.score, [Range(first.fit, first.fit), engagement])
        return cls(first.scope, points, {**of_group, "engagement": engagement, "score": score})

    def moves(self, node: exp.Expr) -> bool:
        """Whether anything under this node can change over the stretch."""
        for each in node.walk():
            if isinstance(each, exp.Column) and not each.table and each.name in self.names:
                return True
            if isinstance(each, exp.Anonymous) and each.name.lower() == "points":
                return True
        return False

    def truths(self, node: exp.Expr) -> set[Truth]:
        """The truth values that a condition may have somewhere in the stretch."""
        node = node.unnest()
        if not self.moves(node):
            return {truth_of(node, self.still)}
        if isinstance(node, exp.Not):
            return {negated(a) for a in self.truths(node.this)}
        if isinstance(node, exp.And | exp.Or):
            combine = both if isinstance(node, exp.And) else either
            return {combine(a, b) for a in self.truths(node.left) for b in self.truths(node.right)}
        if type(node) in COMPARISONS:
            return self.compared(type(node), self.range(node.left), self.range(node.right))
        if isinstance(node, exp.Between):
            subject = self.range(node.this)
            low = self.compared(exp.GTE, subject, self.range(node.args["low"]))
            high = self.compared(exp.LTE, subject, self.range(node.args["high"]))
            return {both(a, b) for a in low for b in high}
        if isinstance(node, exp.In):
            subject, found = self.range(node.this), {False}
            for item in node.expressions:
                equal = self.compared(exp.EQ, subject, self.range(item))
                found = {either(a, b) for a in found for b in equal}
            return found
        return {True, False, None}  # anything else: not known, so the stretch is halved

    def compared(self, operator: type[exp.Expr], a: Range | None, b: Range | None) -> set[Truth]:
        if a is None or b is None:
            return {True, False, None}
        if operator is exp.EQ:
            certain = a.low == a.high == b.low == b.high
            return {True} if certain else {False} if a.high < b.low or b.high < a.low else {True, False}
        if operator is exp.NEQ:
            return {negated(truth) for truth in self.compared(exp.EQ, a, b)}
        compare = COMPARISONS[operator]
        return {compare(x, y) for x in a for y in b}  # an order is certain if it is so at the four corners

    def range(self, node: exp.Expr) -> Range | None:
        """Between which numbers an expression lies; None where that is not known."""
        node = node.unnest()
        if not self.moves(node):
            value = evaluate(node, self.still).value
            return Range(value, value) if isinstance(value, float) else None
        if isinstance(node, exp.Column):
            return self.names[node.name]
        if isinstance(node, exp.Anonymous):
            return self.points[node.expressions[0].name]
        if isinstance(node, exp.Neg):
            inner = self.range(node.this)
            return None if inner is None else Range(-inner.high, -inner.low)
        if isinstance(node, exp.Add | exp.Sub | exp.Mul):
            return self.calculated(node)
        return None

    def calculated(self, node: exp.Binary) -> Range | None:
        a, b = self.range(node.left), self.range(node.right)
        if a is None or b is None:
            return None
        operate = {exp.Add: lambda x, y: x + y, exp.Sub: lambda x, y: x - y, exp.Mul: lambda x, y: x * y}
        corners = [operate[type(node)](x, y) for x in a for y in b]
        return Range(min(corners), max(corners))
