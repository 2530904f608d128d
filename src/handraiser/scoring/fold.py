"""At which moments does a lead become an MQL?

The compiled kernel of sections 7 and 8, beside `points`, which sums at one instant. It knows nothing of
agreements or files: rules are rows of number tables, hits are columns sorted by (lead, instant they begin
to count), attributes are states (see `timeline`), and `qualify` is a program (see `registers`). `layout`
makes the tables.

The sums slide along with a bound on their drift; where the drift could change the sixth decimal, the sum
is taken again from the hits, in the same order as `points` does.
Kernels work on a range of leads without the GIL, so that threads can share the leads out.
"""

from __future__ import annotations

import math

import numpy as np

from handraiser.scoring.compiling import kernel
from handraiser.scoring.hits import BITS, OCCURRED, RULES, trailing
from handraiser.scoring.registers import (
    AT_LEAST,
    CLOSES,
    ENGAGEMENT,
    FALSE,
    FIT,
    FOREVER,
    HALF_LIFE,
    HIGH,
    KIND,
    LEAST,
    LINEAR,
    LOW,
    NEVER,
    NONE,
    OVER,
    PERCENT,
    RECYCLES,
    STEPS,
    TRUE,
    UNIT,
    WEIGHED,
    WEIGHT,
    WITHIN,
    clamped,
    decay,
    evaluate,
    rounded,
    state_into,
    states_into,
    total,
)

__all__ = ["episodes"]


@kernel
def episodes(
    start, stop, until, first_only, hits, lead, states, outcomes, rules, silences, totals, program,
    candidates, results,
):  # fmt: skip
    """Find where the episodes of leads start..stop begin, at or before `until`.

    Fills results = (offsets of room per lead, instants, hand-raise flags, number found). Without
    bounds every moment of every lead is a full question; `candidates` (register, constant) are the
    comparisons that may turn out indispensable for a lead: then its moments below the bar are skipped.
    """
    offsets, rows, begin_at, weights, weight_of, kept = hits
    created, floor = lead
    state_offsets, state_start, moment, state, state_may = states
    outcome_offsets, outcome_at, effect, block, forgets = outcomes
    ri, rf = rules
    silent_for, silence = silences
    groups, group_low, group_high, bounds = totals
    code, low0, high0, may0, layout, roots = program
    candidate_register, candidate_value = candidates
    room, found_at, found_hand_raise, found = results
    pr, hr, cr, gr, xr = layout[0], layout[1], layout[2], layout[3], layout[4]
    n_rules = ri.shape[0]
    n_silences = silent_for.shape[0]
    n_groups = group_low.shape[0]
    low, high, may = low0.copy(), high0.copy(), may0.copy()
    code, groups, bounds = code.copy(), groups.copy(), bounds.copy()
    group_low, group_high = group_low.copy(), group_high.copy()
    sums = np.zeros(max(1, n_groups))
    size = max(1, n_rules)
    # The hits of one lead, unpacked from its rows.
    most = 16
    begin = np.empty(most, dtype=np.int64)
    occurred = np.empty(most, dtype=np.int64)
    rule = np.empty(most, dtype=np.int64)
    weight = np.empty(most)
    keep = np.empty(most, dtype=np.uint8)
    after = np.empty(most, dtype=np.int64)  # the next kept hit of the same rule
    chain_end = np.empty(size, dtype=np.int64)
    head = np.empty(size, dtype=np.int64)  # the oldest hit that counts
    fresh = np.empty(size, dtype=np.int64)  # the oldest hit not yet summed
    live = np.empty(size, dtype=np.int64)  # linear decay: the oldest hit not yet at zero
    n = np.empty(size, dtype=np.int64)
    stamp = np.empty(size, dtype=np.int64)  # the instant the sum is of
    in_order = np.empty(size, dtype=np.uint8)
    mixed = np.empty(size, dtype=np.uint8)
    acc = np.empty(size)
    drift = np.empty(size)
    slope = np.empty(size)  # linear decay: sum of weight * (instant - origin)
    flat = np.empty(size)  # linear decay: sum of weights
    flat_drift = np.empty(size)
    slope_drift = np.empty(size)
    positive = np.empty(size)
    negative = np.empty(size)
    bar = np.empty(size)  # upper bound on the rule's points until it is summed again
    raw_bar = np.empty(size)
    # Rules of one half-life brought from one instant to another share the factor.
    same_as = np.empty(size, dtype=np.int64)
    for r in range(n_rules):
        same_as[r] = r
        for other in range(r):
            if ri[other, OVER] == ri[r, OVER] and same_as[r] == r:
                same_as[r] = other
    factor = np.empty(size)
    factor_from = np.empty(size, dtype=np.int64)
    factor_to = np.full(size, NEVER, dtype=np.int64)
    # What groups and silence can add whatever the hits do.
    given = 0.0
    for g in range(n_groups):
        given += max(0.0, group_low[g])
    for s in range(n_silences):
        given += max(0.0, max(clamped(0.0, silence[s, 1], silence[s, 2]),
                              clamped(silence[s, 0], silence[s, 1], silence[s, 2])))  # fmt: skip
    slack = 1e-6 * (n_rules + n_silences + n_groups + 4)

    for i in range(start, stop):
        found[i] = 0
        s0 = state_offsets[i]
        s1 = state_offsets[i + 1]
        while s1 - 1 > s0 and state_start[s1 - 1] > until:
            s1 -= 1

        # 1. Sum what the hits of each rule could give at most and at least.
        for r in range(n_rules):
            n[r] = 0
            positive[r] = negative[r] = 0.0
        room_needed = 0
        for k in range(offsets[i], offsets[i + 1]):
            if rows[k, begin_at] > until:
                break
            bits = rows[k, RULES] & BITS
            first = rows[k, RULES] >> 32
            while bits:
                place = trailing(bits)
                bits &= bits - 1
                r = first + place
                if r >= n_rules:
                    continue
                room_needed += 1
                if kept.shape[0] and not kept[k] >> np.uint32(place) & np.uint32(1):
                    continue
                n[r] += 1
                w = weights[k, weight_of[r]] if ri[r, WEIGHED] else rf[r, WEIGHT]
                if w > 0.0:
                    positive[r] += w
                else:
                    negative[r] += w

        # 2. Can the lead qualify at all?
        most_given = given
        for r in range(n_rules):
            enough = n[r] >= ri[r, LEAST]
            if ri[r, KIND] == AT_LEAST:
                positive[r] = max(0.0, rf[r, WEIGHT]) if enough else 0.0
                negative[r] = min(0.0, rf[r, WEIGHT]) if enough else 0.0
            low[pr + r] = rounded(clamped(negative[r] * (1.0 + 1e-9), rf[r, LOW], rf[r, HIGH]))
            high[pr + r] = rounded(clamped(positive[r] * (1.0 + 1e-9), rf[r, LOW], rf[r, HIGH]))
            low[cr + r] = 0.0
            high[cr + r] = n[r]
            may[hr + r] = TRUE | FALSE if enough else FALSE
            most_given += max(0.0, high[pr + r])
        for s in range(n_silences):
            idle = rounded(clamped(0.0, silence[s, 1], silence[s, 2]))
            quiet = rounded(clamped(silence[s, 0], silence[s, 1], silence[s, 2]))
            low[pr + n_rules + s] = min(idle, quiet)
            high[pr + n_rules + s] = max(idle, quiet)
            may[hr + n_rules + s] = TRUE | FALSE
        states_into(s0, s1, state, state_may, xr, low, high, may)
        total(n_rules + n_silences, groups, pr, gr, group_low, group_high, bounds, low, high, may, sums)
        if not evaluate(code, low, high, may) & TRUE:
            continue

        # 3. Which sum of engagement is indispensable?
        need = -np.inf
        for c in range(candidate_register.shape[0]):
            x = candidate_register[c]
            value = candidate_value[c]
            if value < bounds[0 if x == ENGAGEMENT else 2] or low[x] > value:
                continue
            least_needed = value if x == ENGAGEMENT else value - high[FIT]
            if least_needed > need:
                old = high[x]
                high[x] = min(old, value)
                if not evaluate(code, low, high, may) & TRUE:
                    need = least_needed
                high[x] = old
        need -= slack + 1e-9 * most_given

        # 4. Unpack the hits and chain those of each rule.
        if room_needed > most:
            most = 2 * room_needed
            begin = np.empty(most, dtype=np.int64)
            occurred = np.empty(most, dtype=np.int64)
            rule = np.empty(most, dtype=np.int64)
            weight = np.empty(most)
            keep = np.empty(most, dtype=np.uint8)
            after = np.empty(most, dtype=np.int64)
        for r in range(n_rules):
            chain_end[r] = head[r] = -1
            in_order[r] = 1
        b = 0
        for k in range(offsets[i], offsets[i + 1]):
            if rows[k, begin_at] > until:
                break
            bits = rows[k, RULES] & BITS
            first = rows[k, RULES] >> 32
            while bits:
                place = trailing(bits)
                bits &= bits - 1
                r = first + place
                if r >= n_rules:
                    continue
                begin[b] = rows[k, begin_at]
                occurred[b] = rows[k, OCCURRED]
                rule[b] = r
                weight[b] = weights[k, weight_of[r]] if ri[r, WEIGHED] else rf[r, WEIGHT]
                keep[b] = 1
                if kept.shape[0] and not kept[k] >> np.uint32(place) & np.uint32(1):
                    keep[b] = 0
                else:
                    last = chain_end[r]
                    if last < 0:
                        head[r] = b
                    else:
                        after[last] = b
                        if occurred[b] < occurred[last]:
                            in_order[r] = 0
                    chain_end[r] = b
                    after[b] = -1
                b += 1

        # 5. Walk through the instants at which something happens.
        upper = given
        for r in range(n_rules):
            fresh[r] = live[r] = head[r]
            n[r] = 0
            stamp[r] = 0
            acc[r] = drift[r] = slope[r] = flat[r] = flat_drift[r] = slope_drift[r] = 0.0
            mixed[r] = negative[r] < 0.0
            raw_bar[r] = 0.0
            bar[r] = max(0.0, clamped(0.0, rf[r, LOW], rf[r, HIGH]))
            upper += bar[r]
        k = 0
        row = s0
        o = outcome_offsets[i]
        state_into(row, state, state_may, xr, low, high, may)
        last_positive = NEVER
        forget = NEVER
        not_before = floor[i]
        created_due = created[i] != NEVER
        in_episode = False
        turn = 0
        while True:
            t = FOREVER
            if k < b:
                t = begin[k]
            if row + 1 < s1 and state_start[row + 1] < t:
                t = state_start[row + 1]
            if o < outcome_offsets[i + 1] and outcome_at[o] < t:
                t = outcome_at[o]
            if created_due and created[i] < t:
                t = created[i]
            if t > until:
                break
            asked = False
            while k < b and begin[k] == t:
                r = rule[k]
                w = weight[k]
                if w > 0.0 and occurred[k] > last_positive:
                    last_positive = occurred[k]
                if keep[k]:
                    asked = True
                    n[r] += 1
                    if ri[r, KIND] == AT_LEAST:
                        raw_bar[r] = rf[r, WEIGHT] if n[r] >= ri[r, LEAST] else 0.0
                    elif w > 0.0:
                        raw_bar[r] += w
                    new = max(0.0, clamped(raw_bar[r] * (1.0 + 1e-9), rf[r, LOW], rf[r, HIGH]))
                    upper += new - bar[r]
                    bar[r] = new
                k += 1
            while row + 1 < s1 and state_start[row + 1] <= t:
                row += 1
                if state_start[row] == t and moment[row]:
                    asked = True
                state_into(row, state, state_may, xr, low, high, may)
            closed = False
            while o < outcome_offsets[i + 1] and outcome_at[o] == t:
                if effect[o] == CLOSES:
                    closed = True
                    break
                if effect[o] == RECYCLES:
                    in_episode = False
                    not_before = max(floor[i], t + block[o])
                    if forgets:
                        forget = t
                o += 1
            if closed:
                break
            if created_due and created[i] == t:
                created_due = False
                asked = True
            if not asked or in_episode or t < not_before or upper <= need:
                continue

            # 6. Bring rule after rule to this instant until the bar is missed.
            missed = False
            for _ in range(n_rules):
                turn += 1
                if turn >= n_rules:
                    turn = 0
                r = turn
                kind = ri[r, KIND]
                over = ri[r, OVER]
                limit = max(t - ri[r, WITHIN], forget)
                if head[r] == fresh[r] and (fresh[r] < 0 or fresh[r] >= k):
                    # Nothing of this rule counts or is about to.
                    acc[r] = drift[r] = 0.0
                elif in_order[r]:
                    if kind == HALF_LIFE and head[r] != fresh[r]:
                        x = (t - stamp[r]) / over
                        c = same_as[r]
                        if factor_to[c] != t or factor_from[c] != stamp[r]:
                            factor[c] = np.exp2(-x)
                            factor_from[c] = stamp[r]
                            factor_to[c] = t
                        acc[r] *= factor[c]
                        drift[r] = drift[r] * factor[c] + abs(acc[r]) * (4.0 + x) * UNIT
                    stamp[r] = t
                    while head[r] != fresh[r] and occurred[head[r]] <= limit:
                        h = head[r]
                        n[r] -= 1
                        w = weight[h]
                        if kind == HALF_LIFE:
                            x = (t - occurred[h]) / over
                            w *= np.exp2(-x)
                            drift[r] += abs(w) * (4.0 + x) * UNIT
                        if kind in (HALF_LIFE, NONE):
                            acc[r] -= w
                            drift[r] += abs(acc[r]) * UNIT
                        if live[r] == h and kind != LINEAR:
                            live[r] = after[h]
                        head[r] = after[h]
                    if kind == LINEAR:
                        gone = max(limit, t - over)
                        while live[r] != fresh[r] and occurred[live[r]] <= gone:
                            h = live[r]
                            w = weight[h]
                            flat[r] -= w
                            flat_drift[r] += abs(flat[r]) * UNIT
                            moment_of = w * (occurred[h] - begin[0])
                            slope[r] -= moment_of
                            slope_drift[r] += (abs(slope[r]) + abs(moment_of)) * UNIT
                            live[r] = after[h]
                        if live[r] == fresh[r]:
                            flat[r] = slope[r] = flat_drift[r] = slope_drift[r] = 0.0
                    if head[r] == fresh[r]:
                        acc[r] = drift[r] = 0.0
                    while fresh[r] >= 0 and fresh[r] < k:
                        h = fresh[r]
                        fresh[r] = after[h]
                        if occurred[h] <= limit:  # so has every hit before it
                            n[r] -= 1
                            head[r] = live[r] = fresh[r]
                            continue
                        w = weight[h]
                        if kind == LINEAR:
                            if occurred[h] <= t - over:
                                live[r] = fresh[r]
                            else:
                                flat[r] += w
                                flat_drift[r] += abs(flat[r]) * UNIT
                                moment_of = w * (occurred[h] - begin[0])
                                slope[r] += moment_of
                                slope_drift[r] += (abs(slope[r]) + abs(moment_of)) * UNIT
                        elif kind == HALF_LIFE:
                            x = (t - occurred[h]) / over
                            w *= np.exp2(-x)
                            drift[r] += abs(w) * (4.0 + x) * UNIT
                        if kind in (HALF_LIFE, NONE):
                            acc[r] += w
                            drift[r] += abs(acc[r]) * UNIT
                    if kind == LINEAR:
                        span = t - begin[0]
                        acc[r] = flat[r] - (flat[r] * span - slope[r]) / over
                        turns = abs(span) / over
                        drift[r] = (
                            flat_drift[r] * (1.0 + turns)
                            + slope_drift[r] / over
                            + (abs(flat[r]) * (1.0 + turns) + abs(slope[r]) / over) * 4.0 * UNIT
                        )
                    elif kind == STEPS:
                        acc[r] = 0.0
                        h = head[r]
                        while h != fresh[r]:
                            w = weight[h]
                            acc[r] += w * decay(kind, over, rf[r, PERCENT], t - occurred[h])
                            h = after[h]
                else:
                    # Late hits: the window is no longer a run of the chain, so take it from its start.
                    acc[r] = drift[r] = 0.0
                    n[r] = 0
                    h = head[r]
                    while h >= 0 and h < k:
                        if occurred[h] > limit:
                            n[r] += 1
                            w = weight[h]
                            if kind != AT_LEAST:
                                acc[r] += w * decay(kind, over, rf[r, PERCENT], t - occurred[h])
                        h = after[h]
                if kind == AT_LEAST:
                    acc[r] = rf[r, WEIGHT] if n[r] >= ri[r, LEAST] else 0.0
                    drift[r] = 0.0
                    raw_bar[r] = acc[r]
                elif not mixed[r]:
                    raw_bar[r] = acc[r] + drift[r]
                new = max(0.0, clamped(raw_bar[r] * (1.0 + 1e-9), rf[r, LOW], rf[r, HIGH]))
                upper += new - bar[r]
                bar[r] = new
                if upper <= need:
                    missed = True
                    break
            if missed:
                continue

            # 7. The full question, exactly.
            for r in range(n_rules):
                kind = ri[r, KIND]
                margin = drift[r] + n[r] * abs(acc[r]) * 2.0 * UNIT
                value = rounded(clamped(acc[r], rf[r, LOW], rf[r, HIGH]))
                # Could the drift change the sixth decimal? Only near the edge of rounding.
                steps = acc[r] * 1e6 + 0.501
                edge = steps - math.floor(steps)
                near = margin * 2e6 + abs(steps) * 4.0 * UNIT
                if kind != AT_LEAST and in_order[r] and (edge <= near or edge >= 1.0 - near):
                    direct = 0.0
                    h = head[r]
                    while h != fresh[r]:
                        w = weight[h]
                        direct += w * decay(kind, ri[r, OVER], rf[r, PERCENT], t - occurred[h])
                        h = after[h]
                    value = rounded(clamped(direct, rf[r, LOW], rf[r, HIGH]))
                low[pr + r] = high[pr + r] = value
                low[cr + r] = high[cr + r] = n[r]
                may[hr + r] = TRUE if n[r] >= ri[r, LEAST] else FALSE
            for s in range(n_silences):
                quiet_since = t - silent_for[s]
                holds = last_positive <= quiet_since and (created[i] == NEVER or created[i] <= quiet_since)
                raw = silence[s, 0] if holds else 0.0
                to = pr + n_rules + s
                low[to] = high[to] = rounded(clamped(raw, silence[s, 1], silence[s, 2]))
                may[hr + n_rules + s] = TRUE if holds else FALSE
            total(n_rules + n_silences, groups, pr, gr, group_low, group_high, bounds, low, high, may, sums)
            if evaluate(code, low, high, may) == TRUE:
                to = room[i] + found[i]
                found_at[to] = t
                found_hand_raise[to] = roots[1] >= 0 and may[roots[1]] == TRUE
                found[i] += 1
                in_episode = True
                if first_only:
                    break
