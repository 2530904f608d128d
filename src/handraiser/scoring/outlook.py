"""What is missing for a lead to qualify, and until when does it stay qualified?

Both think ahead from one instant with nothing else happening (section 9). Between the instants at which
something jumps (a window closes, a step falls, silence begins) the points of a rule move smoothly, its
positive hits down and its negative ones up; so the program, asked with bounds, says of a whole stretch
whether it can stop being true, and only undecided stretches are halved.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import DecayKind, EventRule, Sql
from handraiser.scoring.compiling import kernel
from handraiser.scoring.evidence import Evidence, evidence, state_at
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.match import event_rules, microseconds
from handraiser.scoring.registers import (
    AT_LEAST,
    FALSE,
    FOREVER,
    HIGH,
    KIND,
    LEAST,
    LOW,
    NEVER,
    TRUE,
    WEIGHT,
    clamped,
    decay,
    evaluate,
    rounded,
    state_into,
    total,
)
from handraiser.scoring.score import Prepared

__all__ = ["MOST_MISSING", "Outlook", "outlook"]

MOST_MISSING = 100
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Outlook(NamedTuple):
    """missing: per event rule how many more hits now would do, None where up to 100 would not.

    until: the first instant at which the lead no longer qualifies, None where there is none or it does
    not qualify now.
    """

    missing: dict[str, int | None]
    until: int | None


@kernel
def _answer(raw_low, raw_high, counts, quiet, row, states, rules, silences, totals, program):
    """Return what "qualified" may be, given bounds on what each rule's hits add up to."""
    state, state_may = states
    ri, rf = rules
    _silent_for, silence = silences
    groups, group_low, group_high, bounds = totals
    code, low0, may0, layout, roots = program
    low, high, may = low0.copy(), low0.copy(), may0.copy()
    pr, hr, cr, gr, xr = layout[0], layout[1], layout[2], layout[3], layout[4]
    n_rules = ri.shape[0]
    sums = np.zeros(max(1, group_low.shape[0]))
    for r in range(n_rules):
        holds = counts[r] >= ri[r, LEAST]
        a, b = raw_low[r], raw_high[r]
        if ri[r, KIND] == AT_LEAST:
            a = b = rf[r, WEIGHT] if holds else 0.0
        low[pr + r] = rounded(clamped(a, rf[r, LOW], rf[r, HIGH]))
        high[pr + r] = rounded(clamped(b, rf[r, LOW], rf[r, HIGH]))
        low[cr + r] = high[cr + r] = counts[r]
        may[hr + r] = TRUE if holds else FALSE
    for s in range(quiet.shape[0]):
        to = pr + n_rules + s
        raw = silence[s, 0] if quiet[s] else 0.0
        low[to] = high[to] = rounded(clamped(raw, silence[s, 1], silence[s, 2]))
        may[hr + n_rules + s] = TRUE if quiet[s] else FALSE
    state_into(row, state, state_may, xr, low, high, may)
    total(n_rules + quiet.shape[0], groups, pr, gr, group_low, group_high, bounds, low, high, may, sums)
    evaluate(code, low, high, may)
    return may[roots[3]]


@kernel
def _sums(at, rule, occurred, weight, rules, positive, negative):
    """Add up the hits of each rule at an instant, those of positive and of negative weight apart."""
    ri, rf = rules
    positive[:] = 0.0
    negative[:] = 0.0
    for k in range(rule.shape[0]):
        r = rule[k]
        d = weight[k] * decay(ri[r, 0], ri[r, 1], rf[r, 1], at - occurred[k])
        if d > 0.0:
            positive[r] += d
        else:
            negative[r] += d


@kernel
def _sum_in_order(at, rule, occurred, weight, rules, acc):
    """Add up the hits of each rule at an instant in their order, as `points_at` does."""
    ri, rf = rules
    acc[:] = 0.0
    for k in range(rule.shape[0]):
        r = rule[k]
        acc[r] += weight[k] * decay(ri[r, 0], ri[r, 1], rf[r, 1], at - occurred[k])


def outlook(prepared: Prepared, lead: int, at: int) -> Outlook:
    """Return what is missing for the lead at the instant, and until when it stays qualified."""
    ahead = _Ahead(prepared, lead, at)
    return Outlook(ahead.missing(), ahead.until())


class _Ahead:
    """One lead at one instant, with nothing new to come."""

    def __init__(self, prepared: Prepared, lead: int, at: int) -> None:
        self.at = at
        self.plan = prepared.layout
        self.rules = event_rules(prepared.agreement)
        self.silences = silence_rules(prepared.agreement)
        self.evidence: Evidence = evidence(prepared, lead, at)
        self.created = int(prepared.matched.leads.created[lead])
        self.row = state_at(prepared.matched, lead, at)
        self.states = (prepared.state, prepared.state_may)
        counted = [
            (hit.begin, hit.occurred, number, hit.weight)
            for number, hits in enumerate(self.evidence.hits)
            for hit in hits
            if not hit.fate
        ]
        counted.sort(key=lambda hit: hit[:2])
        self.occurred = np.array([hit[1] for hit in counted], dtype=np.int64)
        self.rule = np.array([hit[2] for hit in counted], dtype=np.int64)
        self.weight = np.array([hit[3] for hit in counted], dtype=np.float64)

    def ask(self, raw_low: Floats, raw_high: Floats, counts: Ints, quiet: npt.NDArray[np.bool_]) -> int:
        plan = self.plan
        program = (plan.code, plan.low, plan.may, plan.places, plan.roots)
        return int(
            _answer(
                raw_low, raw_high, counts, quiet, self.row, self.states,
                plan.rules, plan.silences, plan.totals, program,
            )
        )  # fmt: skip

    def quiet(self, at: int, last_positive: int) -> npt.NDArray[np.bool_]:
        """Return which silence rules hold at an instant."""
        since = [at - microseconds(rule.silent_for) for rule in self.silences]
        return np.array(
            [last_positive <= s and (self.created == NEVER or self.created <= s) for s in since], dtype=np.bool_
        )

    def counts(self, at: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return how many hits of each rule are in its window at an instant, and which hits those are."""
        within = self.plan.rules[0][self.rule, 2] if len(self.rule) else self.rule
        inside = self.occurred > at - within
        return np.bincount(self.rule[inside], minlength=len(self.rules)).astype(np.int64), inside

    def missing(self) -> dict[str, int | None]:
        counts, inside = self.counts(self.at)
        raw = np.zeros(len(self.rules))
        _sum_in_order(
            self.at, self.rule[inside], self.occurred[inside], self.weight[inside], self.plan.rules, raw
        )
        quiet = self.quiet(self.at, self.evidence.last_positive)
        if self.ask(raw, raw, counts, quiet) == TRUE:
            return {rule.name: 0 for rule in self.rules}
        return {rule.name: self._missing_of(r, rule, raw, counts, quiet) for r, rule in enumerate(self.rules)}

    def _missing_of(
        self, r: int, rule: EventRule, raw: Floats, counts: Ints, quiet: npt.NDArray[np.bool_]
    ) -> int | None:
        weight = self._next_weight(r, rule)
        if weight is None:
            return None
        if weight > 0:
            quiet = self.quiet(self.at, self.at)
        raw, counts = raw.copy(), counts.copy()
        for more in range(1, MOST_MISSING + 1):
            raw[r] += weight
            counts[r] += 1
            if self.ask(raw, raw, counts, quiet) == TRUE:
                return more
        return None

    def _next_weight(self, r: int, rule: EventRule) -> float | None:
        if not isinstance(rule.points, Sql):
            return rule.points
        kept = [hit.weight for hit in self.evidence.hits[r] if hit.fate != "dropped"]
        return kept[-1] if kept else None

    def until(self) -> int | None:
        if not self._qualifies(self.at):
            return None
        edges = self._edges()
        for start, end in zip([self.at + 1, *edges], [*(edge - 1 for edge in edges), None], strict=True):
            last = self._settled(start) if end is None else end
            found = self._first_failure(start, last) if start <= last else None
            if found is not None:
                return found
        return None

    def _qualifies(self, at: int) -> bool:
        counts, inside = self.counts(at)
        raw = np.zeros(len(self.rules))
        _sum_in_order(at, self.rule[inside], self.occurred[inside], self.weight[inside], self.plan.rules, raw)
        return self.ask(raw, raw, counts, self.quiet(at, self.evidence.last_positive)) == TRUE

    def _edges(self) -> list[int]:
        """Return the later instants at which something jumps, in order."""
        edges: set[int] = set()
        for k, number in enumerate(self.rule):
            rule = self.rules[number]
            occurred = int(self.occurred[k])
            if rule.within is not None:
                edges.add(occurred + microseconds(rule.within))
            over = microseconds(rule.decay.over)
            if rule.decay.kind is DecayKind.LINEAR:
                edges.add(occurred + over)
            elif rule.decay.kind is DecayKind.STEPS and rule.decay.percent > 0:
                steps = math.ceil(100 / rule.decay.percent) + 1
                edges.update(occurred + step * over for step in range(1, steps + 1))
        for silence in self.silences:
            length = microseconds(silence.silent_for)
            edges.update(since + length for since in (self.evidence.last_positive, self.created) if since > NEVER)
        return sorted(edge for edge in edges if self.at < edge < FOREVER)

    def _settled(self, start: int) -> int:
        """Return an instant from which on every half-life has taken its points to zero."""
        longest = start
        for number, rule in enumerate(self.rules):
            if rule.decay.kind is DecayKind.HALF_LIFE and rule.at_least is None:
                size = float(np.abs(self.weight[self.rule == number]).sum())
                if size > 0:
                    halvings = max(0, math.ceil(math.log2(size / 1e-8)))
                    longest = max(longest, start + microseconds(rule.decay.over) * halvings)
        return longest

    def _first_failure(self, first: int, last: int) -> int | None:
        """Return the first instant of first..last at which the lead does not qualify; nothing jumps within."""
        counts, inside = self.counts(first)
        quiet = self.quiet(first, self.evidence.last_positive)
        hits = (self.rule[inside], self.occurred[inside], self.weight[inside])
        moving = np.array([rule.decay.kind is not DecayKind.NONE for rule in self.rules])
        early_up, early_down, late_up, late_down = (np.zeros(len(self.rules)) for _ in range(4))
        stack = [(first, last)]
        while stack:
            start, end = stack.pop()
            if start == end:
                if not self._qualifies(start):
                    return start
                continue
            _sums(start, *hits, self.plan.rules, early_up, early_down)
            _sums(end, *hits, self.plan.rules, late_up, late_down)
            # Sums of the parts may differ from the sum in order by the last bits.
            margin = np.where(moving, (early_up - late_down - early_down) * 1e-13, 0.0)
            low, high = late_up + early_down - margin, early_up + late_down + margin
            if self.ask(low, high, counts, quiet) == TRUE:
                continue
            middle = (start + end) // 2
            stack += [(middle + 1, end), (start, middle)]
        return None
