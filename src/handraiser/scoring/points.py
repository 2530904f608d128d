"""What do a lead's hits add up to at one instant?

The compiled kernel of section 6: hit by hit, in their order, keeping beside the sum what rounding takes from
it. It is what every other way of summing is held against.
"""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.hits import BITS, OCCURRED, PER_MASK, RULES, trailing
from handraiser.scoring.registers import (
    AT_LEAST,
    CLOSES,
    ENGAGEMENT,
    FALSE,
    FIT,
    HIGH,
    KIND,
    LEAST,
    LOW,
    NEVER,
    OVER,
    PERCENT,
    RECYCLES,
    REOPENS,
    SCORE,
    TRUE,
    WEIGHED,
    WEIGHT,
    WITHIN,
    clamped,
    decay,
    evaluate,
    joined,
    rounded,
    state_into,
    total,
    two_sum,
)

__all__ = ["hold_silences", "points_at", "sum_of_rows"]


@borrowing
def _first_after(instant, first, end, rows, begin):
    """Return the first of a lead's rows that begins to count after the instant."""
    low, high = first, end
    while low < high:
        middle = (low + high) // 2
        if rows[middle, begin] <= instant:
            low = middle + 1
        else:
            high = middle
    return low


@borrowing
def hold_silences(at, last, created, silences, points, holds, low, may):
    """Fill the registers of silence rules, given when the last hit of positive weight occurred."""
    silent_for, silence = silences
    for s in range(silent_for.shape[0]):
        since = at - silent_for[s]
        quiet = last <= since and (created == NEVER or created <= since)
        raw = silence[s, 0] if quiet else 0.0
        low[points + s] = rounded(clamped(raw, silence[s, 1], silence[s, 2]))
        may[holds + s] = TRUE if quiet else FALSE


@borrowing
def sum_of_rows(r, at, limit, start, stop, hits, rules):
    """Return what one rule's hits among a lead's rows add up to at an instant: as `points_at` does."""
    _offsets, rows, _begin, weights, weight_of, kept = hits
    ri, rf = rules
    acc, lost = 0.0, 0.0
    for k in range(start, stop):
        first = rows[k, RULES] >> 32
        if not first <= r < first + PER_MASK:
            continue
        bits = rows[k, RULES] & BITS
        if kept.shape[0]:
            bits &= np.int64(kept[k])
        occurred = rows[k, OCCURRED]
        if bits >> (r - first) & 1 and occurred > limit:
            w = weights[k, weight_of[r]] if ri[r, WEIGHED] else rf[r, WEIGHT]
            term = w * decay(ri[r, KIND], ri[r, OVER], rf[r, PERCENT], at - occurred)
            acc, lost = two_sum(acc, lost, term)
    return joined(acc, lost)


@kernel
def points_at(
    start, stop, instants, hits, lead, states, outcomes, rules, silences, totals, program, results
):  # fmt: skip
    """Fill `results` with what leads start..stop have, each at its own of the instants, hit by hit.

    results: (score, engagement, fit, truths of the program's roots, state, points, counts, holds);
    the last three are filled where they have rows.
    """
    offsets, rows, begin, weights, weight_of, kept = hits
    created, _floor = lead
    state_offsets, state_start, _moment, state, state_may = states
    outcome_offsets, outcome_at, effect, _block, forgets = outcomes
    ri, rf = rules
    silent_for, _silence = silences
    groups, group_low, group_high, bounds = totals
    code, low0, _high0, may0, layout, roots = program
    scores, engagements, fits, answers, which, points, counts, held = results
    pr, hr, cr, gr, xr = layout[0], layout[1], layout[2], layout[3], layout[4]
    n_rules = ri.shape[0]
    n_silences = silent_for.shape[0]
    low, may = low0.copy(), may0.copy()
    code, groups, bounds = code.copy(), groups.copy(), bounds.copy()
    group_low, group_high = group_low.copy(), group_high.copy()
    sums = np.zeros(max(1, group_low.shape[0]))
    acc, lost = np.zeros(max(1, n_rules)), np.zeros(max(1, n_rules))
    n = np.zeros(max(1, n_rules), dtype=np.int64)
    reach = 0  # how far back a hit can still matter: it begins to count no earlier than it occurs
    for r in range(n_rules):
        reach = max(reach, ri[r, WITHIN])
    for s in range(n_silences):
        reach = max(reach, silent_for[s])
    for i in range(start, stop):
        at = instants[i]
        forget = NEVER
        closed = False
        for k in range(outcome_offsets[i], outcome_offsets[i + 1]):
            if outcome_at[k] > at:
                break
            if effect[k] == CLOSES:
                closed = True
            elif effect[k] == REOPENS:
                closed = False
            elif effect[k] == RECYCLES and not closed and forgets:
                forget = max(forget, outcome_at[k])
        acc[:] = lost[:] = 0.0
        n[:] = 0
        last = NEVER
        for k in range(_first_after(at - reach, offsets[i], offsets[i + 1], rows, begin), offsets[i + 1]):
            if rows[k, begin] > at:
                break
            occurred = rows[k, OCCURRED]
            bits = rows[k, RULES] & BITS
            first = rows[k, RULES] >> 32
            while bits:
                place = trailing(bits)
                bits &= bits - 1
                r = first + place
                if r >= n_rules:
                    continue
                w = weights[k, weight_of[r]] if ri[r, WEIGHED] else rf[r, WEIGHT]
                if w > 0.0 and occurred > last:
                    last = occurred
                if kept.shape[0] and not kept[k] >> np.uint32(place) & np.uint32(1):
                    continue
                if occurred <= forget or occurred <= at - ri[r, WITHIN]:
                    continue
                n[r] += 1
                if ri[r, KIND] != AT_LEAST:
                    term = w * decay(ri[r, KIND], ri[r, OVER], rf[r, PERCENT], at - occurred)
                    acc[r], lost[r] = two_sum(acc[r], lost[r], term)
        row = state_offsets[i]
        while row + 1 < state_offsets[i + 1] and state_start[row + 1] <= at:
            row += 1
        which[i] = row
        state_into(row, state, state_may, xr, low, low, may)
        for r in range(n_rules):
            holds = n[r] >= ri[r, LEAST]
            raw = joined(acc[r], lost[r])
            if ri[r, KIND] == AT_LEAST:
                raw = rf[r, WEIGHT] if holds else 0.0
            low[pr + r] = rounded(clamped(raw, rf[r, LOW], rf[r, HIGH]))
            low[cr + r] = n[r]
            may[hr + r] = TRUE if holds else FALSE
        hold_silences(at, last, created[i], silences, pr + n_rules, hr + n_rules, low, may)
        total(n_rules + n_silences, groups, pr, gr, group_low, group_high, bounds, low, may, sums)
        evaluate(code, low, low, may)
        scores[i], engagements[i], fits[i] = low[SCORE], low[ENGAGEMENT], low[FIT]
        for q in range(roots.shape[0]):
            answers[i, q] = may[roots[q]] if roots[q] >= 0 else FALSE
        if points.shape[0]:
            for s in range(n_rules + n_silences):
                points[i, s] = low[pr + s]
                held[i, s] = may[hr + s] == TRUE
            for r in range(n_rules):
                counts[i, r] = n[r]
