"""Can a lead of this agreement begin to qualify without anything happening to it that counts?

Rules decide not only who qualifies, but also when that is asked: each kept hit is a moment. Where an
agreement is calm, fewer moments lose nobody: who qualifies at an instant qualified at the last moment before.
It is calm where time can only take away, and where nobody qualifies without a hit. (After a recycle a lead
waits, whatever it is; that is left aside, as a back-test leaves it aside.)
"""

from __future__ import annotations

import math

from handraiser.agreement.expression import (
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Literal,
    Logic,
    Name,
    Negation,
    Not,
)
from handraiser.agreement.model import Agreement, DecayKind, EventRule, Section
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import bare
from handraiser.agreement.proving.leaning import Leanings, leanings
from handraiser.agreement.proving.reach import (
    Reach,
    clamped,
    rule_reach,
    signs_of,
    sum_reach,
    weight_reach,
)
from handraiser.agreement.proving.signs import DOWN, NONE, Signs, times

__all__ = ["is_calm"]


def is_calm(agreement: Agreement) -> bool:
    """Whether a lead that qualifies surely did so at the last moment of this agreement before."""
    return _time_only_takes_away(agreement) and _needs_a_hit(agreement)


def _time_only_takes_away(agreement: Agreement) -> bool:
    leaning = leanings(agreement, {})
    rules = [rule for rule in agreement.engagement.rules if isinstance(rule, EventRule)]
    moved = [_as_time_passes(rule, leaning) for rule in rules]
    moved.append(leaning.silence)  # silence comes with time
    # A dropped hit is no moment, and ends a silence all the same.
    if any((rule.distinct or rule.at_most) and weight_reach(rule)[1] > 0 for rule in rules):
        moved.append(times(DOWN, leaning.silence))
    return all(1 not in signs for signs in moved)


def _as_time_passes(rule: EventRule, leaning: Leanings) -> Signs:
    """How a rule moves `qualify` while its hits grow old and leave its window."""
    ends = rule.within is not None
    if not ends and rule.decay.kind is DecayKind.NONE:
        return NONE
    asked = leaning.of_points(rule.name, "engagement", rule.group)
    fewer = leaning.holding.get(rule.name, NONE) | leaning.counts.get(rule.name, NONE)
    return times(DOWN, times(signs_of(weight_reach(rule)), asked) | (fewer if ends else NONE))


# ---- does it take a hit?

Truths = frozenset[bool | None]
_ANY_TRUTH: Truths = frozenset({True, False, None})
_ANYTHING: Reach = (-math.inf, math.inf)


def _needs_a_hit(agreement: Agreement) -> bool:
    """Whether no lead without a hit that counts can qualify."""
    without = _Without(agreement)
    ways = (agreement.qualify.mql, agreement.qualify.hand_raise)
    return all(
        True not in without.truth(bare(parse(way.text), names={}, lists={}))
        for way in ways
        if way is not None
    )


class _Without:
    """What may be so of a lead without any hit."""

    def __init__(self, agreement: Agreement) -> None:
        self.events = {rule.name for rule in agreement.engagement.rules if isinstance(rule, EventRule)}
        self.rules: dict[str, Reach] = {}
        self.sums: dict[str, Reach] = {}
        for name, section in (("fit", agreement.fit), ("engagement", agreement.engagement)):
            self._section(name, section)
        both = sum_reach(self.sums["fit"], self.sums["engagement"])
        self.sums["score"] = clamped(both, agreement.score)

    def _section(self, name: str, section: Section) -> None:
        for rule in section.rules:
            nothing = clamped((0.0, 0.0), rule.limits)
            self.rules[rule.name] = nothing if isinstance(rule, EventRule) else rule_reach(rule)
        for group in section.groups:
            inside = [self.rules[rule.name] for rule in section.rules if rule.group == group.name]
            self.sums[group.name] = clamped(sum_reach(*inside), group.limits)
        alone = [self.rules[rule.name] for rule in section.rules if rule.group is None]
        groups = [self.sums[group.name] for group in section.groups]
        self.sums[name] = clamped(sum_reach(*alone, *groups), section.limits)

    def truth(self, part: Expression) -> Truths:
        match part:
            case Literal(bool() | None as value):
                return frozenset({value})
            case Not(operand):
                return frozenset(None if each is None else not each for each in self.truth(operand))
            case Logic(word, operands):
                return _joined(word, [self.truth(operand) for operand in operands])
            case Name("", name) if name in self.events:
                return frozenset({False})
            case Comparison(sign, left, right):
                return _compared(sign, self.number(left), self.number(right))
        return _ANY_TRUTH

    def number(self, part: Expression) -> Reach:
        match part:
            case Literal(float(value)):
                return value, value
            case Name("", name) if name in self.sums:
                return self.sums[name]
            case Call("count", (Name("", name),)):
                return 0.0, 0.0
            case Call("points", (Name("", name),)):
                return self.rules[name]
            case Negation(operand):
                low, high = self.number(operand)
                return -high, -low
            case Arithmetic("+", left, right):
                return sum_reach(self.number(left), self.number(right))
            case Arithmetic("-", left, right):
                return sum_reach(self.number(left), self.number(Negation(right)))
        return _ANYTHING


def _joined(word: str, parts: list[Truths]) -> Truths:
    """What may come of truth values joined: the strong one decides, the weak one needs all."""
    strong = word == "or"
    found: set[bool | None] = set()
    if any(strong in part for part in parts):
        found.add(strong)
    if all((not strong) in part for part in parts):
        found.add(not strong)
    if any(None in part for part in parts):
        found.add(None)
    return frozenset(found)


def _compared(sign: str, left: Reach, right: Reach) -> Truths:
    """What a comparison may give; it may always be unknown."""
    if sign in ("<", "<="):
        left, right = right, left
    may = {
        "=": left[0] <= right[1] and right[0] <= left[1],
        "<>": not left[0] == left[1] == right[0] == right[1],
    }.get(sign, left[1] > right[0] or (left[1] == right[0] and sign in (">=", "<=")))
    return frozenset({True, False, None}) if may else frozenset({False, None})
