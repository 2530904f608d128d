"""What does a `qualify` program answer, when its inputs are numbers, and when they are only bounds?

The register machine of the fold. A register holds an interval, not a number: [low, high] and what
else it may be (TRUE, FALSE, NULL). With low = high a program gives its exact answer; with bounds it
says "cannot be true", which is what lets most moments be skipped. With exact numbers, low and high may be
one array. `layout` writes the programs.

Arrays given to a call are reference-counted with atomics: whoever calls these from several threads gives
each thread copies of its own.
"""

from __future__ import annotations

import numpy as np

from handraiser.facts.instants import FOREVER as FOREVER
from handraiser.facts.instants import NEVER as NEVER
from handraiser.scoring.compiling import borrowing

# What a register may hold: for a truth any of the first three, for a number VALUE or NULL.
FALSE, TRUE, NULL, VALUE = 1, 2, 4, 8

UNIT = 2.0**-52

# Instructions: (op, target, a, b, c).
AND, OR, NOT, HOLDS, LT, LE, EQ, NE, ADD, SUB, MUL, NEG, IS_NULL, TRUTHY, CHOOSE = range(15)
# Kinds of event rules; AT_LEAST is not a decay but takes its place.
NONE, HALF_LIFE, LINEAR, STEPS, AT_LEAST = range(5)
# Columns of the integer and the float table of rules.
KIND, OVER, WITHIN, LEAST, WEIGHED = range(5)
WEIGHT, PERCENT, LOW, HIGH = range(4)
# What an outcome does to a lead.
NOTHING, CLOSES, RECYCLES, REOPENS = range(4)
# The first registers.
FIT, ENGAGEMENT, SCORE = range(3)

# Kleene's tables over sets of truth values: row and column are sets (bits FALSE, TRUE, NULL).


def _kleene(conjunction: bool) -> np.ndarray:
    weak = FALSE if conjunction else TRUE
    strong = TRUE if conjunction else FALSE
    table = np.zeros((8, 8), dtype=np.uint8)
    for left in range(8):
        for right in range(8):
            for a in (FALSE, TRUE, NULL):
                for b in (FALSE, TRUE, NULL):
                    if left & a and right & b:
                        one = weak if weak in (a, b) else strong if a == b == strong else NULL
                        table[left, right] |= one
    return table


_AND = _kleene(True)
_OR = _kleene(False)


@borrowing
def rounded(x):
    """Return x to six decimals as section 6 defines it: floor(x * 10^6 + 0.501) / 10^6."""
    return np.floor(x * 1e6 + 0.501) / 1e6


@borrowing
def clamped(x, low, high):
    return min(max(x, low), high)


@borrowing
def decay(kind, over, percent, age):
    """Return the factor d(age) of section 6; ages and `over` in microseconds."""
    if kind == HALF_LIFE:
        return np.exp2(-age / over)
    if kind == LINEAR:
        return max(0.0, 1.0 - age / over)
    if kind == STEPS:
        return max(0.0, 1.0 - percent / 100.0 * (age // over))
    return 1.0


@borrowing
def evaluate(code, low, high, may):
    """Run a program over registers, in place; its answer is what the last target may be."""
    for k in range(code.shape[0]):
        op = code[k, 0]
        to = code[k, 1]
        a = code[k, 2]
        b = code[k, 3]
        if op == AND:
            may[to] = _AND[may[a], may[b]]
        elif op == OR:
            may[to] = _OR[may[a], may[b]]
        elif op == NOT:
            m = may[a]
            may[to] = (m & NULL) | ((m & FALSE) << 1) | ((m & TRUE) >> 1)
        elif op == HOLDS:  # TRUE if TRUE, else FALSE: an unknown condition does not hold
            m = may[a]
            may[to] = (m & TRUE) | (FALSE if m & (FALSE | NULL) else 0)
        elif op <= NE:
            m = (may[a] | may[b]) & NULL
            if may[a] & VALUE and may[b] & VALUE:
                if op == LT:
                    m |= (TRUE if low[a] < high[b] else 0) | (FALSE if high[a] >= low[b] else 0)
                elif op == LE:
                    m |= (TRUE if low[a] <= high[b] else 0) | (FALSE if high[a] > low[b] else 0)
                else:
                    same = low[a] <= high[b] and low[b] <= high[a]
                    other = not (low[a] == high[a] and low[b] == high[b] and low[a] == low[b])
                    if op == NE:
                        same, other = other, same
                    m |= (TRUE if same else 0) | (FALSE if other else 0)
            may[to] = m
        elif op <= MUL:
            if op == ADD:
                x, y = low[a] + low[b], high[a] + high[b]
            elif op == SUB:
                x, y = low[a] - high[b], high[a] - low[b]
            else:
                p, q = low[a] * low[b], low[a] * high[b]
                r, s = high[a] * low[b], high[a] * high[b]
                x, y = min(min(p, q), min(r, s)), max(max(p, q), max(r, s))
                if p != p or q != q or r != r or s != s:  # bounds at infinity times zero
                    x, y = -np.inf, np.inf
            m = ((may[a] | may[b]) & NULL) | (may[a] & may[b] & VALUE)
            if m & VALUE and not (x > -np.inf and y < np.inf):
                # What is no number is NULL (section 3); bounds that overflow say that it may be.
                known = low[a] == high[a] and low[b] == high[b]
                m = NULL if known else m | NULL
                x, y = (x if x == x else -np.inf), (y if y == y else np.inf)
            low[to], high[to], may[to] = x, y, m
        elif op == NEG:
            low[to], high[to] = -high[a], -low[a]
            may[to] = may[a]
        elif op == IS_NULL:
            may[to] = (TRUE if may[a] & NULL else 0) | (FALSE if may[a] & ~NULL else 0)
        elif op == TRUTHY:
            m = may[a] & NULL
            if may[a] & VALUE:
                zero = low[a] <= 0.0 and high[a] >= 0.0
                m |= (FALSE if zero else 0) | (TRUE if low[a] != 0.0 or high[a] != 0.0 else 0)
            may[to] = m
        else:  # CHOOSE: b where a holds, else c
            c = code[k, 4]
            if not may[a] & TRUE:
                low[to], high[to], may[to] = low[c], high[c], may[c]
            elif not may[a] & (FALSE | NULL):
                low[to], high[to], may[to] = low[b], high[b], may[b]
            else:
                low[to], high[to] = min(low[b], low[c]), max(high[b], high[c])
                may[to] = may[b] | may[c]
    return may[code[code.shape[0] - 1, 1]]


@borrowing
def total(slots, groups, first, group_at, group_low, group_high, bounds, points, may, sums):
    """Fill the registers of groups, engagement and score from those of the rules' points.

    `points` are registers (the low or the high ones): from `first` on the points of the engagement rules,
    from `group_at` on the groups; `bounds` is (engagement low, high, score low, high).
    """
    for g in range(group_low.shape[0]):
        sums[g] = 0.0
    engagement = 0.0
    for s in range(slots):
        if groups[s] < 0:
            engagement += points[first + s]
        else:
            sums[groups[s]] += points[first + s]
    for g in range(group_low.shape[0]):
        value = rounded(clamped(sums[g], group_low[g], group_high[g]))
        points[group_at + g] = value
        may[group_at + g] = VALUE
        engagement += value
    engagement = rounded(clamped(engagement, bounds[0], bounds[1]))
    points[ENGAGEMENT] = engagement
    points[SCORE] = rounded(clamped(points[FIT] + engagement, bounds[2], bounds[3]))
    may[ENGAGEMENT] = VALUE
    may[SCORE] = VALUE


@borrowing
def two_sum(high, low, term):
    """Return a sum and what rounding took from it, with one more term (Knuth's two-sum)."""
    added = high + term
    kept = added - high
    return added, low + ((high - (added - kept)) + (term - kept))


@borrowing
def joined(high, low):
    """Return a sum with what rounding took from it; infinite sums have lost that."""
    both = high + low
    return both if both == both else high


@borrowing
def state_into(row, state, state_may, at, low, high, may):
    """Put the numbers and truths that hold of a lead in one state into their registers."""
    low[FIT] = high[FIT] = state[row, 0]
    may[FIT] = VALUE
    for x in range(1, state.shape[1]):
        low[at + x] = high[at + x] = state[row, x]
        may[at + x] = state_may[row, x]


@borrowing
def states_into(first, end, state, state_may, at, low, high, may):
    """Put the hull of several states into their registers."""
    for x in range(state.shape[1]):
        to = FIT if x == 0 else at + x
        low[to], high[to], may[to] = np.inf, -np.inf, 0
        for row in range(first, end):
            may[to] |= state_may[row, x]
            if state_may[row, x] != NULL:
                low[to] = min(low[to], state[row, x])
                high[to] = max(high[to], state[row, x])
