"""What do one lead's hits of each rule add up to, as time goes on?

The hits of a rule stand by when they occurred in a run of `occurred` and `run`, and beside each the sum of
all before it, so that what counts at an instant is a difference of two. Sums are compensated: their error
does not grow with the number of hits. Half-lives are summed in a frame of their own, as if all was brought
back to one origin, so that no sum has to be decayed: a moment costs one power for each half-life.

`points` sums at one instant, hit by hit; where a sum's error could change the sixth decimal, that one is
asked instead (`fold`).
"""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.registers import (
    AT_LEAST,
    HALF_LIFE,
    HIGH,
    KIND,
    LEAST,
    LINEAR,
    LOW,
    NEVER,
    OVER,
    PERCENT,
    STEPS,
    UNIT,
    WEIGHT,
    WITHIN,
    clamped,
    decay,
    rounded,
    two_sum,
)

__all__ = [
    "ACC",
    "BAR",
    "DRIFT",
    "HEAD",
    "IDLE",
    "ITS_WEIGHT",
    "MIXED",
    "MORE",
    "RAW_BAR",
    "TAIL",
    "clear_sums",
    "new_sums",
    "put_late_hit",
    "sum_up",
]

# Columns of `marks`. Places in the run of a rule: the oldest hit that counts; the oldest not yet at zero
# (linear decay); where the sums beside the hits begin; up to where they are taken; where the run ends.
# Then the frame: the rule whose frame it shares, its origin, the instant of FACTOR; and whether the rule
# has hits of negative weight.
HEAD, LIVE, BASE, DONE, TAIL, CLOCK, ORIGIN, FACTOR_AT, MIXED = range(9)
# Columns of `sizes`: the sum at the latest instant it was asked for, and the error that may have; upper
# bounds on it and on the rule's points until it is asked for again; what brings the frame to that instant;
# the absolute terms summed; one by the length of its decay; the rule's points without hits.
ACC, DRIFT, RAW_BAR, BAR, FACTOR, SIZE, RATE, IDLE = range(8)
# Columns of `run`: a hit's weight, the sum of what stands before it in two parts, a second such sum.
ITS_WEIGHT, SUM, LOST, SUM2, LOST2 = range(5)
# So many half-lives from its origin a frame is given up, and older hits than so many add nothing to it.
_FAR, _GONE = 256.0, 1200.0
# With fewer hits than this, steps are summed hit by hit.
_FEW = 16
# Bounds are sums of floats too: so much more than they say.
MORE = 1.0 + 1e-9


@kernel
def new_sums(ri, rf):
    """Return marks and sizes for the rules: CLOCK is the first rule of the same half-life, else itself."""
    n_rules = ri.shape[0]
    marks = np.zeros((max(1, n_rules), 9), dtype=np.int64)
    sizes = np.zeros((max(1, n_rules), 8))
    for r in range(n_rules):
        sizes[r, RATE] = 1.0 / ri[r, OVER]
        sizes[r, IDLE] = rounded(clamped(0.0, rf[r, LOW], rf[r, HIGH]))
        marks[r, CLOCK] = r
        for other in range(r - 1, -1, -1):
            both = ri[r, KIND] == HALF_LIFE and ri[other, KIND] == HALF_LIFE
            if both and ri[other, OVER] == ri[r, OVER]:
                marks[r, CLOCK] = other
    return marks, sizes


@borrowing
def clear_sums(room, marks, sizes, run):
    """Begin a lead: the run of each rule lies where those before it leave `room` for."""
    at = 0
    for r in range(room.shape[0]):
        for mark in range(HEAD, TAIL + 1):
            marks[r, mark] = at
        marks[r, ORIGIN] = marks[r, FACTOR_AT] = NEVER
        sizes[r, SIZE] = 0.0
        for column in range(SUM, LOST2 + 1):
            run[at, column] = 0.0
        at += room[r] + 1


@borrowing
def _restart(r, base, marks, sizes, run):
    """Take the sums of a rule anew, from a place on."""
    marks[r, BASE] = marks[r, DONE] = base
    sizes[r, SIZE] = 0.0
    for column in range(SUM, LOST2 + 1):
        run[base, column] = 0.0


@borrowing
def put_late_hit(r, when, weight, marks, sizes, occurred, run):
    """Put a hit that others overtook in its place; what stands after it has to be summed again."""
    to = marks[r, TAIL]
    marks[r, TAIL] = to + 1
    while to > marks[r, HEAD] and occurred[to - 1] > when:
        occurred[to] = occurred[to - 1]
        run[to, ITS_WEIGHT] = run[to - 1, ITS_WEIGHT]
        to -= 1
    occurred[to] = when
    run[to, ITS_WEIGHT] = weight
    if to < marks[r, LIVE]:
        marks[r, LIVE] += 1
    if to < marks[r, BASE]:
        _restart(r, to, marks, sizes, run)
    elif to < marks[r, DONE]:
        marks[r, DONE] = to


@borrowing
def _extend(r, kind, over, marks, sizes, occurred, run):
    """Bring the sums of a rule up to its last hit; where it decays, of the hits seen from its origin."""
    begin = marks[marks[r, CLOCK], ORIGIN]
    for k in range(marks[r, DONE], marks[r, TAIL]):
        term = run[k, ITS_WEIGHT]
        if kind == HALF_LIFE:
            term *= np.exp2((occurred[k] - begin) / over)
        elif kind == LINEAR:
            second = term * ((occurred[k] - begin) / over)
            run[k + 1, SUM2], run[k + 1, LOST2] = two_sum(run[k, SUM2], run[k, LOST2], second)
        run[k + 1, SUM], run[k + 1, LOST] = two_sum(run[k, SUM], run[k, LOST], term)
        sizes[r, SIZE] += abs(term)
    marks[r, DONE] = marks[r, TAIL]


@borrowing
def _between(start, stop, run):
    """Return what stands between two places, from the sums beside them."""
    return (run[stop, SUM] - run[start, SUM]) + (run[stop, LOST] - run[start, LOST])


@borrowing
def _new_origin(c, t, over, marks, sizes, occurred, run):
    """Begin the frame of all rules that share one anew."""
    marks[c, ORIGIN] = t
    marks[c, FACTOR_AT] = NEVER
    for r in range(marks.shape[0]):
        if marks[r, CLOCK] == c:
            base = marks[r, HEAD]
            while base < marks[r, TAIL] and (t - occurred[base]) / over > _GONE:
                base += 1
            _restart(r, base, marks, sizes, run)


@borrowing
def _linear(r, t, over, marks, sizes, occurred, run):
    tail = marks[r, TAIL]
    live = max(marks[r, LIVE], marks[r, HEAD])
    while live < tail and occurred[live] <= t - over:
        live += 1
    marks[r, LIVE] = live
    acc = drift = 0.0
    if live < tail:
        if marks[r, ORIGIN] == NEVER or (t - marks[r, ORIGIN]) / over > _FAR:
            marks[r, ORIGIN] = t
            _restart(r, live, marks, sizes, run)
        _extend(r, LINEAR, over, marks, sizes, occurred, run)
        turns = (t - marks[r, ORIGIN]) / over
        flat = _between(live, tail, run)
        slope = (run[tail, SUM2] - run[live, SUM2]) + (run[tail, LOST2] - run[live, LOST2])
        acc = flat * (1.0 - turns) + slope
        size = sizes[r, SIZE]
        drift = (size if marks[r, MIXED] else abs(flat)) + size * (tail - marks[r, BASE]) * UNIT
        # No hit that is not yet at zero lies further from the origin than now, or one span back.
        drift *= (2.0 + turns) * 16.0 * UNIT
    return acc, drift


@borrowing
def _few_steps(r, t, over, percent, marks, occurred, run):
    acc = size = 0.0
    for k in range(marks[r, HEAD], marks[r, TAIL]):
        term = run[k, ITS_WEIGHT] * decay(STEPS, over, percent, t - occurred[k])
        acc += term
        size += abs(term)
    return acc, size * _FEW * UNIT


@borrowing
def _steps(r, t, over, percent, marks, sizes, occurred, run):
    _extend(r, STEPS, over, marks, sizes, occurred, run)
    head, right = marks[r, HEAD], marks[r, TAIL]
    count = right - head
    acc = size = 0.0
    while right > head:
        # All hits that have made as many steps as the youngest of those left.
        age = t - occurred[right - 1]
        factor = decay(STEPS, over, percent, age)
        if factor <= 0.0:
            break
        oldest = t - (age // over + 1) * over
        left, end = head, right
        while left < end:
            middle = (left + end) // 2
            if occurred[middle] <= oldest:
                left = middle + 1
            else:
                end = middle
        term = factor * _between(left, right, run)
        acc += term
        size += abs(term)
        right = left
    if marks[r, MIXED]:
        size = sizes[r, SIZE]
    return acc, (size * (count + 8.0) + sizes[r, SIZE] * count * UNIT) * 4.0 * UNIT


@borrowing
def sum_up(t, forget, need, upper, turn, ri, rf, marks, sizes, occurred, run):
    """Bring one rule after the other to an instant, as long as all bars together leave what is needed.

    Returns (sum of the bars, the rule that came last); with the bars above `need` all rules are of that
    instant. Hits up to `forget` do not count. Neither instant may be before that of an earlier call.
    """
    # All in one loop: handing an array to a kernel costs as much as the sums themselves.
    summed = 0
    while summed < ri.shape[0] and upper > need:
        summed += 1
        turn = turn + 1 if turn + 1 < ri.shape[0] else 0
        r = turn
        kind = ri[r, KIND]
        limit = max(t - ri[r, WITHIN], forget)
        head = marks[r, HEAD]
        tail = marks[r, TAIL]
        while head < tail and occurred[head] <= limit:
            head += 1
        marks[r, HEAD] = head
        mixed = marks[r, MIXED] != 0
        acc = drift = 0.0
        if kind == AT_LEAST:
            acc = rf[r, WEIGHT] if tail - head >= ri[r, LEAST] else 0.0
            mixed = False
        elif head < tail:
            # What has gone by would count among the errors of what has not.
            if marks[r, DONE] < head or (mixed and head - marks[r, BASE] > tail - head + _FEW):
                _restart(r, head, marks, sizes, run)
            if kind == HALF_LIFE:
                c = marks[r, CLOCK]
                rate = sizes[r, RATE]
                span = t - marks[c, ORIGIN]
                if marks[c, FACTOR_AT] != t:
                    if marks[c, ORIGIN] == NEVER or span * rate > _FAR:
                        _new_origin(c, t, ri[r, OVER], marks, sizes, occurred, run)
                        span = 0
                    marks[c, FACTOR_AT] = t
                    sizes[c, FACTOR] = np.exp2(-span * rate)
                if marks[r, DONE] < tail:
                    _extend(r, kind, ri[r, OVER], marks, sizes, occurred, run)
                first = max(head, marks[r, BASE])
                if first < tail:
                    raw = (run[tail, SUM] - run[first, SUM]) + (run[tail, LOST] - run[first, LOST])
                    turns = (span + span + (t - occurred[first])) * rate
                    drift = (sizes[r, SIZE] if mixed else abs(raw)) * (8.0 + 4.0 * turns)
                    drift += sizes[r, SIZE] * (tail - head) * 4.0 * UNIT
                    drift *= UNIT * sizes[c, FACTOR]
                    acc = raw * sizes[c, FACTOR]
            elif kind == LINEAR:
                acc, drift = _linear(r, t, ri[r, OVER], marks, sizes, occurred, run)
            elif kind == STEPS and tail - head <= _FEW:
                acc, drift = _few_steps(r, t, ri[r, OVER], rf[r, PERCENT], marks, occurred, run)
            elif kind == STEPS:
                acc, drift = _steps(r, t, ri[r, OVER], rf[r, PERCENT], marks, sizes, occurred, run)
            else:
                if marks[r, DONE] < tail:
                    _extend(r, kind, 1, marks, sizes, occurred, run)
                acc = (run[tail, SUM] - run[head, SUM]) + (run[tail, LOST] - run[head, LOST])
                drift = (sizes[r, SIZE] if mixed else abs(acc)) * 8.0
                drift = (drift + sizes[r, SIZE] * (tail - head) * UNIT) * UNIT
        sizes[r, ACC] = acc
        sizes[r, DRIFT] = drift
        if need > -np.inf and not mixed:
            bar = acc + drift
            if not bar < np.inf:
                bar = np.inf
            sizes[r, RAW_BAR] = bar
            bar = max(0.0, clamped(bar * MORE, rf[r, LOW], rf[r, HIGH]))
            upper += bar - sizes[r, BAR]
            sizes[r, BAR] = bar
    return upper, turn
