"""What does a `qualify` program answer at many moments at once?

The same program as in `registers`, run over columns: numbers[register, moment] and truths[register, moment].
Here every register holds one exact value, so that an instruction is a plain loop over the moments.
"""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import borrowing
from handraiser.scoring.registers import (
    ADD,
    AND,
    ENGAGEMENT,
    EQ,
    FALSE,
    FIT,
    HOLDS,
    IS_NULL,
    LE,
    LT,
    MUL,
    NE,
    NEG,
    NOT,
    NULL,
    OR,
    SCORE,
    SUB,
    TRUE,
    TRUTHY,
    VALUE,
    clamped,
    rounded,
)

__all__ = ["evaluate_all", "total_all"]


@borrowing
def total_all(count, slots, groups, first, group_at, group_low, group_high, bounds, numbers):
    """Fill the registers of groups, engagement and score at each moment, as `registers.total` does."""
    for g in range(group_low.shape[0]):
        for j in range(count):
            numbers[group_at + g, j] = 0.0
    for j in range(count):
        numbers[ENGAGEMENT, j] = 0.0
    for s in range(slots):
        to = ENGAGEMENT if groups[s] < 0 else group_at + groups[s]
        for j in range(count):
            numbers[to, j] += numbers[first + s, j]
    for g in range(group_low.shape[0]):
        for j in range(count):
            value = rounded(clamped(numbers[group_at + g, j], group_low[g], group_high[g]))
            numbers[group_at + g, j] = value
            numbers[ENGAGEMENT, j] += value
    for j in range(count):
        engagement = rounded(clamped(numbers[ENGAGEMENT, j], bounds[0], bounds[1]))
        numbers[ENGAGEMENT, j] = engagement
        numbers[SCORE, j] = rounded(clamped(numbers[FIT, j] + engagement, bounds[2], bounds[3]))


@borrowing
def _compare(op, count, to, a, b, numbers, truths):
    for j in range(count):
        x, y = numbers[a, j], numbers[b, j]
        if op == LT:
            holds = x < y
        elif op == LE:
            holds = x <= y
        elif op == EQ:
            holds = x == y
        else:
            holds = x != y
        known = truths[a, j] == VALUE and truths[b, j] == VALUE
        truths[to, j] = NULL if not known else TRUE if holds else FALSE


@borrowing
def _calculate(op, count, to, a, b, numbers, truths):
    for j in range(count):
        x, y = numbers[a, j], numbers[b, j]
        if op == ADD:
            z = x + y
        elif op == SUB:
            z = x - y
        else:
            z = x * y
        known = truths[a, j] == VALUE and truths[b, j] == VALUE and abs(z) < np.inf
        numbers[to, j] = z if known else 0.0
        truths[to, j] = VALUE if known else NULL


@borrowing
def evaluate_all(code, count, numbers, truths):
    """Run a program at each of the moments; its answers are the truths of the last target."""
    for k in range(code.shape[0]):
        op, to, a, b = code[k, 0], code[k, 1], code[k, 2], code[k, 3]
        if op == AND:
            for j in range(count):
                p, q = truths[a, j], truths[b, j]
                truths[to, j] = FALSE if (p | q) & FALSE else p if p == q else NULL
        elif op == OR:
            for j in range(count):
                p, q = truths[a, j], truths[b, j]
                truths[to, j] = TRUE if (p | q) & TRUE else p if p == q else NULL
        elif op == NOT:
            for j in range(count):
                p = truths[a, j]
                truths[to, j] = NULL if p == NULL else TRUE if p == FALSE else FALSE
        elif op == HOLDS:
            for j in range(count):
                truths[to, j] = TRUE if truths[a, j] == TRUE else FALSE
        elif op <= NE:
            _compare(op, count, to, a, b, numbers, truths)
        elif op <= MUL:
            _calculate(op, count, to, a, b, numbers, truths)
        elif op == NEG:
            for j in range(count):
                numbers[to, j] = -numbers[a, j]
                truths[to, j] = truths[a, j]
        elif op == IS_NULL:
            for j in range(count):
                truths[to, j] = TRUE if truths[a, j] == NULL else FALSE
        elif op == TRUTHY:
            for j in range(count):
                truths[to, j] = NULL if truths[a, j] == NULL else TRUE if numbers[a, j] != 0.0 else FALSE
        else:  # CHOOSE: b where a holds, else c
            c = code[k, 4]
            for j in range(count):
                chosen = b if truths[a, j] == TRUE else c
                numbers[to, j] = numbers[chosen, j]
                truths[to, j] = truths[chosen, j]
