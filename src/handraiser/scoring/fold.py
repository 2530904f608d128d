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

from handraiser.scoring.columns import evaluate_all, total_all
from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.hits import BITS, OCCURRED, RULES, trailing
from handraiser.scoring.points import sum_of_rows
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
    REOPENS,
    TRUE,
    WEIGHED,
    WEIGHT,
    WITHIN,
    clamped,
    evaluate,
    rounded,
    states_into,
    total,
)
from handraiser.scoring.sums import (
    BAR,
    BLOCK_OF,
    HEAD,
    ITS_WEIGHT,
    MIXED,
    MORE,
    TAIL,
    clear_sums,
    longest_block,
    lower_bars,
    new_sums,
    put_late_hit,
    raise_bar,
    sweep,
)

__all__ = ["episodes"]

# Columns of what a lead's hits of a rule weigh, whenever they count.
POSITIVE, NEGATIVE = range(2)
# So many moments are asked together, where bounds can skip none.
BLOCK = 64
# Columns of `moments`: the instant; up to which instant hits are forgotten; the state that holds; the last
# hit of positive weight; where the rows end that have begun to count; how many recycles there were.
AT, FORGET, STATE, POSITIVE_AT, ROWS, RECYCLED = range(6)


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

    `candidates` (register, and that of a constant) are the comparisons that may turn out indispensable for
    this lead. The registers of its states are filled; nothing else of it is known but how many hits there are
    of each rule, and their weights (POSITIVE, NEGATIVE). `given` is what the rest could add to engagement.
    """
    ri, rf = rules
    silent_for, silence = silences
    groups, group_low, group_high, bounds = totals
    code, layout, sums = program
    candidate_register, candidate_constant = candidates
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
        value = low[candidate_constant[c]]
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
def _ask(
    i, block, count, episode_of, enough, moments, hits, created, state_of, own, silences, per_rule,
    run_of, columns, ladder, results,
):  # fmt: skip
    """Ask a lead's moments 0..count, exactly, and write down the episodes that begin, until there are enough.

    Returns what the latest episode is of: so many recycles as there were before it. Until there is one
    more, no other begins. On a ladder it is the next rung that begins, at the same moment perhaps.
    """
    state, state_may = state_of
    rules, totals, (code, layout, roots, _sums), _registers = own
    ri, rf = rules
    groups, group_low, group_high, bounds = totals
    silent_for, silence = silences
    places, found_at, found_hand_raise, found = results
    _room, _weighed, marks, sizes = per_rule
    factors, doubtful, numbers, truths = columns
    climbing, rungs = ladder
    pr, hr, cr, gr, xr = layout[0], layout[1], layout[2], layout[3], layout[4]
    n_rules, n_silences = ri.shape[0], silent_for.shape[0]
    instants, forget = moments[AT, :count], moments[FORGET, :count]
    for r in range(n_rules):
        points = numbers[pr + r]
        doubts = sweep(
            r, block, instants, forget, rules, marks, sizes, run_of, factors, points, numbers[cr + r],
            truths[hr + r], doubtful,
        )  # fmt: skip
        for m in range(count if doubts else 0):
            if doubtful[m]:
                doubtful[m] = 0
                limit = max(instants[m] - ri[r, WITHIN], forget[m])
                direct = sum_of_rows(r, instants[m], limit, hits[0][i], moments[ROWS, m], hits, rules)
                points[m] = rounded(clamped(direct, rf[r, LOW], rf[r, HIGH]))
    for s in range(n_silences):
        idle = rounded(clamped(0.0, silence[s, 1], silence[s, 2]))
        quiet = rounded(clamped(silence[s, 0], silence[s, 1], silence[s, 2]))
        for m in range(count):
            since = instants[m] - silent_for[s]
            holds = moments[POSITIVE_AT, m] <= since and (created == NEVER or created <= since)
            numbers[pr + n_rules + s, m] = quiet if holds else idle
            truths[hr + n_rules + s, m] = TRUE if holds else FALSE
    for m in range(count):
        numbers[FIT, m] = state[moments[STATE, m], 0]
    for x in range(1, state.shape[1]):
        for m in range(count):
            numbers[xr + x, m] = state[moments[STATE, m], x]
            truths[xr + x, m] = state_may[moments[STATE, m], x]
    total_all(count, n_rules + n_silences, groups, pr, gr, group_low, group_high, bounds, numbers)
    evaluate_all(code, count, numbers, truths)
    answer, hand_raise = code[code.shape[0] - 1, 1], roots[1]
    for m in range(count):
        while found[i] < enough and truths[answer, m] == TRUE and moments[RECYCLED, m] != episode_of:
            to = places[i] + found[i]
            found_at[to] = moments[AT, m]
            found_hand_raise[to] = hand_raise >= 0 and truths[hand_raise, m] == TRUE
            found[i] += 1
            if climbing < 0:
                episode_of = moments[RECYCLED, m]
            elif found[i] < enough:
                numbers[climbing] = rungs[found[i]]
                evaluate_all(code, count, numbers, truths)
    return episode_of


@kernel
def _reopened(o, end, effect):
    """Return whether one of some outcomes opens again what was closed."""
    for k in range(o, end):  # noqa: SIM110  kernels have no generators
        if effect[k] == REOPENS:
            return True
    return False


@borrowing
def _walk(
    start, stop, until, enough, hits, lead, states, outcomes, own, silences, candidates, per_rule,
    moments, run_of, columns, ladder, results,
):  # fmt: skip
    """Walk through one lead after the other; return the lead that needs more room, and how much."""
    offsets, rows, begin, weights, weight_of, kept = hits
    created, floor = lead
    state_offsets, state_start, moment, state, state_may = states
    outcome_offsets, outcome_at, effect, bars, forgets = outcomes
    rules, totals, (code, layout, _roots, group_sums), (low, high, may) = own
    ri, rf = rules
    silent_for, silence = silences
    group_low = totals[1]
    found = results[3]
    room, weighed, marks, sizes = per_rule
    occurred, begins, run = run_of
    climbing, rungs = ladder
    xr = layout[4]
    n_rules, n_silences = ri.shape[0], silent_for.shape[0]
    limited = kept.shape[0] > 0
    longest = longest_block(ri)
    for r in range(n_rules):
        marks[r, BLOCK_OF] = 0
    block = 0
    # What groups and silences can add whatever the hits do.
    given = 0.0
    for g in range(group_low.shape[0]):
        given += max(0.0, group_low[g])
    for s in range(n_silences):
        given += max(0.0, max(clamped(0.0, silence[s, 1], silence[s, 2]),
                              clamped(silence[s, 0], silence[s, 1], silence[s, 2])))  # fmt: skip

    for i in range(start, stop):
        found[i] = reached = 0
        if climbing >= 0:
            low[climbing] = high[climbing] = rungs[0]
            columns[2][climbing] = rungs[0]
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
            marks[r, MIXED] = weighed[r, NEGATIVE] < 0.0
        if wanted > occurred.shape[0]:
            return i, 2 * wanted
        clear_sums(room[:n_rules], marks, sizes, run)
        bounded = need > -np.inf
        most = 1 if bounded else BLOCK
        turn = 0
        upper = given
        for r in range(n_rules):
            upper += sizes[r, BAR]

        # 2. Walk through the instants at which something happens, and ask its moments block by block.
        row = s0
        o = outcome_offsets[i]
        last_positive = NEVER
        forget = NEVER
        not_before = floor[i]
        created_due = created[i] != NEVER
        recycled = 0  # and reopened: each ended what was before
        closed = False
        episode_of = -1
        last = until
        count = 0
        while found[i] < enough:
            if climbing >= 0 and found[i] > reached:
                reached = found[i]
                low[climbing] = high[climbing] = rungs[reached]
                if bounded:
                    need = _prospects(
                        room, weighed, given, rules, silences, totals, (code, layout, group_sums), candidates,
                        low, high, may,
                    )  # fmt: skip
                    if need == np.inf:
                        break
            t = FOREVER
            if k < end:
                t = rows[k, begin]
            if row + 1 < s1 and state_start[row + 1] < t:
                t = state_start[row + 1]
            if o < outcome_offsets[i + 1] and outcome_at[o] < t:
                t = outcome_at[o]
            if created_due and created[i] < t:
                t = created[i]
            if count and (count == most or t > last or t - moments[AT, 0] > longest):
                block += 1
                episode_of = _ask(
                    i, block, count, episode_of, enough, moments, hits, created[i],
                    (state, state_may), own, silences, per_rule, run_of, columns, ladder, results,
                )  # fmt: skip
                count = 0
                continue
            if t > last:
                break
            asked = False
            while k < end and rows[k, begin] == t:
                when = rows[k, OCCURRED]
                bits = rows[k, RULES] & BITS
                first = rows[k, RULES] >> 32
                if n_silences and when > last_positive:
                    # Dropped hits break a silence too.
                    rest = bits
                    while rest:
                        r = first + trailing(rest)
                        rest &= rest - 1
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
                        # Overtaken: what waits is asked before the hit finds its place.
                        if count:
                            block += 1
                            episode_of = _ask(
                                i, block, count, episode_of, enough, moments, hits,
                                created[i], (state, state_may), own, silences, per_rule, run_of, columns,
                                ladder, results,
                            )  # fmt: skip
                            count = 0
                        put_late_hit(r, when, t, w, marks, sizes, occurred, begins, run)
                    else:
                        occurred[tail] = when
                        begins[tail] = t
                        run[tail, ITS_WEIGHT] = w
                        marks[r, TAIL] = tail + 1
                    if bounded:
                        upper += raise_bar(r, w, ri, rf, marks, sizes)
                k += 1
            while row + 1 < s1 and state_start[row + 1] <= t:
                row += 1
                if state_start[row] == t and moment[row]:
                    asked = True
            while o < outcome_offsets[i + 1] and outcome_at[o] == t:
                if effect[o] == CLOSES:
                    closed = True
                    if not _reopened(o + 1, outcome_offsets[i + 1], effect):
                        last = NEVER
                        break
                elif effect[o] == REOPENS and closed:
                    closed = False
                    recycled += 1
                    not_before = max(floor[i], t)
                elif effect[o] == RECYCLES and not closed:
                    recycled += 1
                    not_before = max(floor[i], t + bars[o])
                    if forgets:
                        forget = t
                o += 1
            if created_due and created[i] == t:
                created_due = False
                asked = True
            if not asked or closed or recycled == episode_of or t < not_before or upper <= need:
                continue
            if bounded:
                upper, turn = lower_bars(t, forget, need, upper, turn, ri, rf, marks, sizes, occurred, run)
            if upper > need:
                moments[AT, count] = t
                moments[FORGET, count] = forget
                moments[STATE, count] = row
                moments[POSITIVE_AT, count] = last_positive
                moments[ROWS, count] = k
                moments[RECYCLED, count] = recycled
                count += 1
    return stop, 0


@kernel
def episodes(
    start, stop, until, enough, hits, lead, states, outcomes, rules, silences, totals, program,
    candidates, ladder, results,
):  # fmt: skip
    """Find where the episodes of leads start..stop begin, at or before `until`; at most `enough` of each.

    Fills results = (offsets of room per lead, instants, hand-raise flags, number found). Without
    bounds every moment of every lead is a full question; `candidates` are explained at `_prospects`.

    ladder = (register of a constant, its values): where the first episode would begin under each of them,
    `enough` being their number. Each must be at least as strict as the one before. Register −1: no ladder.
    """
    ri, rf = rules
    n_rules = max(1, ri.shape[0])
    code, low, high, may, layout, roots = program
    groups, group_low, group_high, bounds = totals
    # Arrays of its own for each thread: what several read is counted as held and given back by all.
    own = (
        (ri.copy(), rf.copy()),
        (groups.copy(), group_low.copy(), group_high.copy(), bounds.copy()),
        (code.copy(), layout.copy(), roots.copy(), np.zeros(max(1, group_low.shape[0]))),
        (low.copy(), high.copy(), may.copy()),
    )
    marks, sizes = new_sums(ri, rf)
    per_rule = (
        np.zeros(n_rules, dtype=np.int64), np.zeros((n_rules, 2)), marks, sizes,
    )  # fmt: skip
    moments = np.zeros((6, BLOCK), dtype=np.int64)
    numbers = np.zeros((low.shape[0], BLOCK))
    truths = np.zeros((low.shape[0], BLOCK), dtype=np.uint8)
    for register in range(low.shape[0]):
        numbers[register] = low[register]
        truths[register] = may[register]
    columns = (np.zeros((n_rules, BLOCK)), np.zeros(BLOCK, dtype=np.uint8), numbers, truths)
    rungs = ladder[1].copy()
    room = 64
    while start < stop:
        run = (np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64), np.empty((room, 5)))
        start, room = _walk(
            start, stop, until, enough, hits, lead, states, outcomes, own, silences, candidates, per_rule,
            moments, run, columns, (ladder[0], rungs), results,
        )  # fmt: skip
