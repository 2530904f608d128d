"""Does one lead qualify, given bounds on what its hits add up to? The kernels behind `outlook`."""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import kernel
from handraiser.scoring.registers import (
    AT_LEAST,
    FALSE,
    HIGH,
    KIND,
    LEAST,
    LOW,
    OVER,
    PERCENT,
    TRUE,
    WEIGHT,
    clamped,
    decay,
    evaluate,
    joined,
    rounded,
    state_into,
    total,
    two_sum,
)

__all__ = ["decay_factors", "qualifies", "sums_apart", "sums_in_order"]


@kernel
def qualifies(raw_low, raw_high, counts, quiet, row, states, rules, silences, totals, program):
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
    for points in (low, high):
        total(n_rules + quiet.shape[0], groups, pr, gr, group_low, group_high, bounds, points, may, sums)
    evaluate(code, low, high, may)
    return may[roots[3]]


@kernel
def sums_apart(at, rule, occurred, weight, rules, positive, negative):
    """Add up the hits of each rule at an instant, those of positive and of negative weight apart."""
    ri, rf = rules
    positive[:] = 0.0
    negative[:] = 0.0
    for k in range(rule.shape[0]):
        r = rule[k]
        d = weight[k] * decay(ri[r, KIND], ri[r, OVER], rf[r, PERCENT], at - occurred[k])
        if d > 0.0:
            positive[r] += d
        else:
            negative[r] += d


@kernel
def sums_in_order(at, rule, occurred, weight, rules, acc):
    """Add up the hits of each rule at an instant in their order, as `points_at` does."""
    ri, rf = rules
    acc[:] = 0.0
    lost = np.zeros(acc.shape[0])
    for k in range(rule.shape[0]):
        r = rule[k]
        term = weight[k] * decay(ri[r, KIND], ri[r, OVER], rf[r, PERCENT], at - occurred[k])
        acc[r], lost[r] = two_sum(acc[r], lost[r], term)
    for r in range(acc.shape[0]):
        acc[r] = joined(acc[r], lost[r])


@kernel
def decay_factors(kind, over, percent, ages):
    out = np.empty(ages.shape[0])
    for k in range(ages.shape[0]):
        out[k] = decay(kind, over, percent, ages[k])
    return out
