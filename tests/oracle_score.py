"""How many points has a lead at an instant, and does it qualify? (AGREEMENT.md 6 and 7)

`at` is the instant that is asked about; `known` is the instant up to which anything is known. They differ
only for `until`, which looks ahead with nothing new.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from oracle_agreement import Agreement, Decay, Rule, Section
from oracle_expressions import number_of, truth_of
from oracle_facts import Facts
from oracle_hits import MOST_POINTS, Hit
from oracle_values import BOOLEAN, NUMBER, TEXT, Truth, Typed, Value


@dataclass(frozen=True)
class Contribution:
    """A hit that counts at the instant, its decay factor, and what it gives (None with `at_least`)."""

    hit: Hit
    factor: float | None
    points: float | None


@dataclass(frozen=True)
class Result:
    """A lead at an instant. `points` are those of each rule after its own clamp, rounded."""

    points: dict[str, float]
    holds: dict[str, bool]
    counts: dict[str, int]
    groups: dict[str, float]
    fit: float
    engagement: float
    score: float
    grade: str | None
    mql: Truth
    hand_raise: Truth
    never: Truth
    qualified: bool
    contributions: dict[str, list[Contribution]]
    raw_points: dict[str, float]  # before the rule's own clamp, not rounded
    scope: QualifyScope = field(repr=False)


@dataclass(frozen=True)
class Further:
    """Further hits of one rule, now: what `missing` asks about."""

    rule: str
    number: int
    weight: float


@dataclass(frozen=True)
class Lead:
    """What is known of one lead: attributes, every rule's kept and all its hits, and what was forgotten."""

    attributes: Mapping[str, Value]
    company: Mapping[str, Value]
    created_at: int | None
    kept: Mapping[str, list[Hit]]
    all_hits: list[Hit]
    forgotten_until: float  # hits with `occurred_at` up to this give nothing any more


def round6(x: float) -> float:
    return math.floor(x * 1e6 + 0.501) / 1e6


def factor(decay: Decay, age: int) -> float:
    """d(age)"""
    if decay.kind == "half-life":
        return float(2 ** (-age / decay.over))
    if decay.kind == "linear":
        return max(0.0, 1 - age / decay.over)
    if decay.kind == "steps":
        return max(0.0, 1 - decay.percent / 100 * (age // decay.over))
    return 1.0


@dataclass(frozen=True)
class AttributeScope:
    """`lead.X` and `company.X`, in conditions of fit rules and of `qualify`."""

    agreement: Agreement
    facts: Facts
    lead: Lead

    def name(self, table: str, name: str) -> Typed:
        values = self.lead.attributes if table == "lead" else self.lead.company
        return Typed(self.facts.kind(table, name), values.get(name))

    def call(self, function: str, rule: str) -> Typed:
        raise NotImplementedError(function)

    def listed(self, name: str) -> tuple[str, ...]:
        return self.agreement.lists[name]


@dataclass(frozen=True)
class QualifyScope:
    """What `qualify` may name: scores, groups, the grade, rules, and attributes."""

    attributes: AttributeScope
    numbers: Mapping[str, float]
    holds: Mapping[str, bool]
    counts: Mapping[str, int]
    points: Mapping[str, float]
    grade: str | None

    def name(self, table: str, name: str) -> Typed:
        if table:
            return self.attributes.name(table, name)
        if name == "grade":
            return Typed(TEXT, self.grade)
        if name in self.numbers:
            return Typed(NUMBER, self.numbers[name])
        return Typed(BOOLEAN, self.holds[name])

    def call(self, function: str, rule: str) -> Typed:
        return Typed(NUMBER, float({"count": self.counts, "points": self.points}[function][rule]))

    def listed(self, name: str) -> tuple[str, ...]:
        return self.attributes.listed(name)


class Scorer:
    """Scores a lead by one agreement at one instant."""

    def __init__(
        self, agreement: Agreement, facts: Facts, lead: Lead, at: int, known: int, further: Further | None
    ) -> None:
        self.agreement, self.lead, self.at, self.known, self.further = agreement, lead, at, known, further
        self.scope = AttributeScope(agreement, facts, lead)

    def score(self) -> Result:
        """Everything, from the inside out."""
        rules = self.agreement.rules
        judged = {name: self.judge(rule) for name, rule in rules.items()}
        points = {name: round6(rules[name].limits.clamp(raw)) for name, (raw, _) in judged.items()}
        holds = {name: held for name, (_, held) in judged.items()}
        counts = {name: self.count(rule) for name, rule in rules.items() if rule.kind == "event"}
        fit_groups, fit = self.sums(self.agreement.fit, points)
        engagement_groups, engagement = self.sums(self.agreement.engagement, points)
        score = round6(self.agreement.score.clamp(fit + engagement))
        groups = {**fit_groups, **engagement_groups}
        grade = self.grade(fit)
        numbers = {"fit": fit, "engagement": engagement, "score": score, **groups}
        scope = QualifyScope(self.scope, numbers, holds, counts, points, grade)
        asked = (self.agreement.mql, self.agreement.hand_raise, self.agreement.never)
        mql, hand_raise, never = (False if e is None else truth_of(e, scope) for e in asked)
        return Result(
            points=points,
            holds=holds,
            counts=counts,
            groups=groups,
            fit=fit,
            engagement=engagement,
            score=score,
            grade=grade,
            mql=mql,
            hand_raise=hand_raise,
            never=never,
            qualified=(mql is True or hand_raise is True) and never is not True,
            contributions={name: self.contributions(rules[name]) for name in counts},
            raw_points={name: raw for name, (raw, _) in judged.items()},
            scope=scope,
        )

    # ---- one rule: its points before its clamp, and whether it holds

    def judge(self, rule: Rule) -> tuple[float, bool]:
        if rule.kind == "fit":
            return self.judge_fit(rule)
        return self.judge_silence(rule) if rule.kind == "silence" else self.judge_event(rule)

    def judge_fit(self, rule: Rule) -> tuple[float, bool]:
        for when, points in rule.bands:
            if truth_of(when, self.scope) is True:
                given = points if isinstance(points, float) else number_of(points, self.scope)
                return (0.0 if given is None or abs(given) > MOST_POINTS else given), True
        return 0.0, False

    def judge_event(self, rule: Rule) -> tuple[float, bool]:
        if rule.at_least is not None:
            holds = self.count(rule) >= rule.at_least
            assert isinstance(rule.points, float)
            return (rule.points if holds else 0.0), holds
        given = [c.points for c in self.contributions(rule) if c.points is not None]
        if self.further and self.further.rule == rule.name:
            given += [self.further.weight * factor(rule.decay, 0)] * self.further.number
        return math.fsum(given), self.count(rule) >= 1

    def judge_silence(self, rule: Rule) -> tuple[float, bool]:
        assert isinstance(rule.points, float)
        created = self.lead.created_at
        silent = created is None or created <= self.at - rule.silent_for
        for hit in self.lead.all_hits:
            recent = self.at - rule.silent_for < hit.occurred_at <= self.at
            if hit.weight > 0 and hit.begins <= self.known and recent:
                silent = False
        if self.further and self.further.number > 0 and self.further.weight > 0:
            silent = False
        return (rule.points if silent else 0.0), silent

    def counting(self, rule: Rule) -> list[Hit]:
        """H: the kept hits that have begun to count, lie in the window and are not forgotten."""
        return [
            hit
            for hit in self.lead.kept[rule.name]
            if hit.begins <= self.known
            and hit.occurred_at <= self.at
            and (rule.within is None or self.at - rule.within < hit.occurred_at)
            and hit.occurred_at > self.lead.forgotten_until
        ]

    def count(self, rule: Rule) -> int:
        further = self.further.number if self.further and self.further.rule == rule.name else 0
        return len(self.counting(rule)) + further

    def contributions(self, rule: Rule) -> list[Contribution]:
        if rule.at_least is not None:
            return [Contribution(hit, None, None) for hit in self.counting(rule)]
        factors = [(hit, factor(rule.decay, self.at - hit.occurred_at)) for hit in self.counting(rule)]
        return [Contribution(hit, d, hit.weight * d) for hit, d in factors]

    # ---- sums

    def sums(self, section: Section, points: Mapping[str, float]) -> tuple[dict[str, float], float]:
        """The clamped sum of each group of a section, and that of the section."""
        groups = {}
        for name, limits in section.groups.items():
            of_group = [points[rule.name] for rule in section.rules if rule.group == name]
            groups[name] = round6(limits.clamp(sum(of_group)))
        alone = [points[rule.name] for rule in section.rules if rule.group is None]
        return groups, round6(section.limits.clamp(sum(alone) + sum(groups.values())))

    def grade(self, fit: float) -> str | None:
        if not self.agreement.grades:
            return None
        reached = {name: bound for name, bound in self.agreement.grades.items() if bound <= fit}
        return max(reached, key=lambda name: reached[name], default="D")
