"""At which moments does a lead become an MQL?

The compiled kernel of sections 7 and 8, beside `points`, which sums at one instant. It knows nothing of
agreements or files: rules are rows of number tables, hits are columns sorted by (lead, instant they begin
to count), attributes are states (see `timeline`), and `qualify` is a program (see `registers`). `layout`
makes the tables.

Most moments are never asked: bounds on what the hits could add up to show that the lead cannot qualify
(`_prospects`, and the bars of the walk). Where the error of a sum could change the sixth decimal, the sum
is taken again from the rows, as `points` does.
Kernels work on a range of leads without the GIL, so that threads can share the leads out.
"""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.hits import BITS, OCCURRED, RULES, trailing
from handraiser.scoring.points import hold_silences, sum_of_rows
from handraiser.scoring.registers import (
    AT_LEAST,
    CLOSES,
    ENGAGEMENT,
    FALSE,
    FIT,
    FOREVER,
    HIGH,
    KIND,
    LEAST,
    LOW,
    NEVER,
    RECYCLES,
    TRUE,
    UNIT,
    WEIGHED,
    WEIGHT,
    WITHIN,
    clamped,
    evaluate,
    rounded,
    state_into,
    states_into,
    total,
)
from handraiser.scoring.sums import (
    ACC,
    BAR,
    DRIFT,
    HEAD,
    IDLE,
    ITS_WEIGHT,
    MIXED,
    MORE,
    RAW_BAR,
    TAIL,
    clear_sums,
    new_sums,
    put_late_hit,
    sum_up,
)

__all__ = ["episodes"]

# Columns of what a lead's hits of a rule weigh, whenever they count.
POSITIVE, NEGATIVE = range(2)


@borrowing
def _count_hits(a, b, until, rows, begin, weights, weight_of, kept, rules, room, weighed):
    """Fill how many hits of each rule a lead's rows a..b hold until an instant, and what they weigh."""
    ri, rf = rules
    n_rules = ri.shape[0]
    for r in range(n_rules):
        room[r] = 0
        weighed[r, POSITIVE] = weighed[r, NEGATIVE] = 0.0
    limited = kept.shape[0] > 0
    for k in range(a, b):
        if rows[k, begin] > until:
            break
        bits = rows[k, RULES] & BITS
        first = rows[k, RULES] >> 32
        if limited:
            bits &= np.int64(kept[k])
        while bits:
            r = first + trailing(bits)
            bits &= bits - 1
            if r < n_rules:
                room[r] += 1
                if ri[r, WEIGHED]:
                    w = weights[k, weight_of[r]]
                    weighed[r, POSITIVE] += max(0.0, w)
                    weighed[r, NEGATIVE] += min(0.0, w)
    for r in range(n_rules):
        if not ri[r, WEIGHED]:
            weighed[r, POSITIVE] = room[r] * max(0.0, rf[r, WEIGHT])
            weighed[r, NEGATIVE] = room[r] * min(0.0, rf[r, WEIGHT])


@borrowing
def _prospects(room, weighed, given, rules, silences, totals, program, candidates, low, high, may):
    """Return the engagement that a lead's moments need at least, infinite if none of them can qualify.

    `candidates` (register, constant) are the comparisons that may turn out indispensable for this lead. The
    registers of its states are filled; nothing else of it is known but how many hits there are of each
    rule, and their weights (POSITIVE, NEGATIVE). `given` is what the rest could add to engagement.
    """
    ri, rf = rules
    silent_for, silence = silences
    groups, group_low, group_high, bounds = totals
    code, layout, sums = program
    candidate_register, candidate_value = candidates
    pr, hr, cr, gr = layout[0], layout[1], layout[2], layout[3]
    n_rules, n_silences = ri.shape[0], silent_for.shape[0]
    most_given = given
    for r in range(n_rules):
        enough = room[r] >= ri[r, LEAST]
        least, most = weighed[r, NEGATIVE], weighed[r, POSITIVE]
        if ri[r, KIND] == AT_LEAST:
            least = min(0.0, rf[r, WEIGHT]) if enough else 0.0
            most = max(0.0, rf[r, WEIGHT]) if enough else 0.0
        low[pr + r] = rounded(clamped(least * MORE, rf[r, LOW], rf[r, HIGH]))
        high[pr + r] = rounded(clamped(most * MORE, rf[r, LOW], rf[r, HIGH]))
        low[cr + r] = 0.0
        high[cr + r] = room[r]
        may[hr + r] = TRUE | FALSE if enough else FALSE
        most_given += max(0.0, high[pr + r])
    for s in range(n_silences):
        idle = rounded(clamped(0.0, silence[s, 1], silence[s, 2]))
        quiet = rounded(clamped(silence[s, 0], silence[s, 1], silence[s, 2]))
        low[pr + n_rules + s] = min(idle, quiet)
        high[pr + n_rules + s] = max(idle, quiet)
        may[hr + n_rules + s] = TRUE | FALSE
    total(n_rules + n_silences, groups, pr, gr, group_low, group_high, bounds, low, may, sums)
    total(n_rules + n_silences, groups, pr, gr, group_low, group_high, bounds, high, may, sums)
    if not evaluate(code, low, high, may) & TRUE:
        return np.inf
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
    slack = 1e-6 * (n_rules + n_silences + group_low.shape[0] + 4)
    return need - slack - 1e-9 * most_given


@borrowing
def _exact_points(r, acc, drift, n, rf):
    """Return (points, whether the error of the sum could have changed their sixth decimal)."""
    value = rounded(clamped(acc, rf[r, LOW], rf[r, HIGH]))
    margin = drift + n * abs(acc) * 2.0 * UNIT
    if acc - margin >= rf[r, HIGH] or acc + margin <= rf[r, LOW]:
        return value, False
    steps = acc * 1e6 + 0.501
    edge = steps - np.floor(steps)
    near = margin * 2e6 + abs(steps) * 4.0 * UNIT
    # Written so that what is no number is doubted.
    return value, not (near < edge and edge < 1.0 - near)


@borrowing
def _walk(
    start, stop, until, first_only, hits, lead, states, outcomes, own, silences, candidates, per_rule, run_of,
    results,
):  # fmt: skip
    """Walk through one lead after the other; return the lead that needs more room, and how much."""
    offsets, rows, begin, weights, weight_of, kept = hits
    created, floor = lead
    state_offsets, state_start, moment, state, state_may = states
    outcome_offsets, outcome_at, effect, block, forgets = outcomes
    rules, totals, (code, layout, roots, group_sums), (low, high, may) = own
    ri, rf = rules
    silent_for, silence = silences
    groups, group_low, group_high, bounds = totals
    places, found_at, found_hand_raise, found = results
    room, weighed, marks, sizes = per_rule
    occurred, run = run_of
    pr, hr, cr, gr, xr = layout[0], layout[1], layout[2], layout[3], layout[4]
    n_rules, n_silences = ri.shape[0], silent_for.shape[0]
    limited = kept.shape[0] > 0
    # What groups and silences can add whatever the hits do.
    given = 0.0
    for g in range(group_low.shape[0]):
        given += max(0.0, group_low[g])
    for s in range(n_silences):
        given += max(0.0, max(clamped(0.0, silence[s, 1], silence[s, 2]),
                              clamped(silence[s, 0], silence[s, 1], silence[s, 2])))  # fmt: skip

    for i in range(start, stop):
        found[i] = 0
        s0 = state_offsets[i]
        s1 = state_offsets[i + 1]
        while s1 - 1 > s0 and state_start[s1 - 1] > until:
            s1 -= 1

        # 1. Can the lead qualify at all, and with how much?
        k, end = offsets[i], offsets[i + 1]
        _count_hits(k, end, until, rows, begin, weights, weight_of, kept, rules, room, weighed)
        states_into(s0, s1, state, state_may, xr, low, high, may)
        need = _prospects(
            room, weighed, given, rules, silences, totals, (code, layout, group_sums), candidates, low, high,
            may,
        )  # fmt: skip
        if need == np.inf:
            continue
        wanted = n_rules
        for r in range(n_rules):
            wanted += room[r]
        if wanted > occurred.shape[0]:
            return i, 2 * wanted

        # 2. Walk through the instants at which something happens.
        clear_sums(room[:n_rules], marks, sizes, run)
        upper = given
        for r in range(n_rules):
            marks[r, MIXED] = weighed[r, NEGATIVE] < 0.0
            sizes[r, RAW_BAR] = 0.0
            sizes[r, BAR] = max(0.0, clamped(0.0, rf[r, LOW], rf[r, HIGH]))
            upper += sizes[r, BAR]
        row = s0
        o = outcome_offsets[i]
        state_into(row, state, state_may, xr, low, low, may)
        last_positive = NEVER
        forget = NEVER
        not_before = floor[i]
        created_due = created[i] != NEVER
        in_episode = False
        turn = 0
        while True:
            t = FOREVER
            if k < end:
                t = rows[k, begin]
            if row + 1 < s1 and state_start[row + 1] < t:
                t = state_start[row + 1]
            if o < outcome_offsets[i + 1] and outcome_at[o] < t:
                t = outcome_at[o]
            if created_due and created[i] < t:
                t = created[i]
            if t > until:
                break
            asked = False
            while k < end and rows[k, begin] == t:
                when = rows[k, OCCURRED]
                bits = rows[k, RULES] & BITS
                first = rows[k, RULES] >> 32
                if n_silences and when > last_positive:
                    # Dropped hits break a silence too.
                    left = bits
                    while left:
                        r = first + trailing(left)
                        left &= left - 1
                        if (
                            r < n_rules
                            and (weights[k, weight_of[r]] if ri[r, WEIGHED] else rf[r, WEIGHT]) > 0
                        ):
                            last_positive = when
                            break
                if limited:
                    bits &= np.int64(kept[k])
                while bits:
                    r = first + trailing(bits)
                    bits &= bits - 1
                    if r >= n_rules:
                        continue
                    asked = True
                    if when <= t - ri[r, WITHIN] or when <= forget:
                        continue
                    w = weights[k, weight_of[r]] if ri[r, WEIGHED] else rf[r, WEIGHT]
                    tail = marks[r, TAIL]
                    if tail > marks[r, HEAD] and occurred[tail - 1] > when:
                        put_late_hit(r, when, w, marks, sizes, occurred, run)
                    else:
                        occurred[tail] = when
                        run[tail, ITS_WEIGHT] = w
                        marks[r, TAIL] = tail + 1
                    if need == -np.inf:
                        continue
                    if ri[r, KIND] == AT_LEAST:
                        enough = marks[r, TAIL] - marks[r, HEAD] >= ri[r, LEAST]
                        sizes[r, RAW_BAR] = rf[r, WEIGHT] if enough else 0.0
                    elif w > 0.0:
                        sizes[r, RAW_BAR] += w
                    new = max(0.0, clamped(sizes[r, RAW_BAR] * MORE, rf[r, LOW], rf[r, HIGH]))
                    upper += new - sizes[r, BAR]
                    sizes[r, BAR] = new
                k += 1
            while row + 1 < s1 and state_start[row + 1] <= t:
                row += 1
                if state_start[row] == t and moment[row]:
                    asked = True
                state_into(row, state, state_may, xr, low, low, may)
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

            # 3. Sum rule after rule at this instant until the bar is missed.
            upper, turn = sum_up(t, forget, need, upper, turn, ri, rf, marks, sizes, occurred, run)
            if upper <= need:
                continue

            # 4. The full question, exactly.
            for r in range(n_rules):
                n = marks[r, TAIL] - marks[r, HEAD]
                value = sizes[r, IDLE]
                if sizes[r, ACC] != 0.0 or sizes[r, DRIFT] != 0.0:
                    value, doubtful = _exact_points(r, sizes[r, ACC], sizes[r, DRIFT], n, rf)
                    if doubtful and ri[r, KIND] != AT_LEAST:
                        limit = max(t - ri[r, WITHIN], forget)
                        direct = sum_of_rows(r, t, limit, offsets[i], k, hits, rules)
                        value = rounded(clamped(direct, rf[r, LOW], rf[r, HIGH]))
                low[pr + r] = value
                low[cr + r] = n
                may[hr + r] = TRUE if n >= ri[r, LEAST] else FALSE
            hold_silences(t, last_positive, created[i], silences, pr + n_rules, hr + n_rules, low, may)
            total(n_rules + n_silences, groups, pr, gr, group_low, group_high, bounds, low, may, group_sums)
            if evaluate(code, low, low, may) == TRUE:
                to = places[i] + found[i]
                found_at[to] = t
                found_hand_raise[to] = roots[1] >= 0 and may[roots[1]] == TRUE
                found[i] += 1
                in_episode = True
                if first_only:
                    break
    return stop, 0


@kernel
def episodes(
    start, stop, until, first_only, hits, lead, states, outcomes, rules, silences, totals, program,
    candidates, results,
):  # fmt: skip
    """Find where the episodes of leads start..stop begin, at or before `until`.

    Fills results = (offsets of room per lead, instants, hand-raise flags, number found). Without
    bounds every moment of every lead is a full question; `candidates` are explained at `_prospects`.
    """
    n_rules = max(1, rules[0].shape[0])
    code, low, high, may, layout, roots = program
    groups, group_low, group_high, bounds = totals
    own = (
        (rules[0].copy(), rules[1].copy()),
        (groups.copy(), group_low.copy(), group_high.copy(), bounds.copy()),
        (code.copy(), layout.copy(), roots.copy(), np.zeros(max(1, group_low.shape[0]))),
        (low.copy(), high.copy(), may.copy()),
    )
    marks, sizes = new_sums(*rules)
    per_rule = (np.zeros(n_rules, dtype=np.int64), np.zeros((n_rules, 2)), marks, sizes)
    room = 64
    while start < stop:
        run = (np.empty(room, dtype=np.int64), np.empty((room, 5)))
        start, room = _walk(
            start, stop, until, first_only, hits, lead, states, outcomes, own, silences, candidates, per_rule,
            run, results,
        )  # fmt: skip
