"""What do one lead's hits of each rule add up to, at many moments?

The hits of a rule stand by when they occurred in a run of `occurred`, `begins` and `run`, and beside each the
sum of all before it, so that what counts at an instant is a difference of two. Sums are compensated: their
error does not grow with the number of hits. Half-lives are summed in a frame of their own, as if all was
brought back to one origin, so that no sum has to be decayed: a moment costs one power for each half-life.

A rule is swept over a block of moments at once, which keeps what it needs in registers. `points` sums at one
instant, hit by hit; where a sum's error could change the sixth decimal, that one is asked instead (`fold`).
"""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.registers import (
    AT_LEAST,
    FALSE,
    FOREVER,
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
    TRUE,
    UNIT,
    WEIGHT,
    WITHIN,
    clamped,
    decay,
    rounded,
    two_sum,
)

__all__ = [
    "BLOCK_OF",
    "BAR",
    "HEAD",
    "ITS_WEIGHT",
    "MIXED",
    "MORE",
    "TAIL",
    "clear_sums",
    "longest_block",
    "lower_bars",
    "new_sums",
    "put_late_hit",
    "raise_bar",
    "sweep",
]

# Columns of `marks`. Places in the run of a rule: the oldest hit that counts; the oldest not yet at zero
# (linear decay); where the sums beside the hits begin; up to where they are taken; up to where hits have
# begun to count; where the run ends. Then the rule whose frame it shares, the origin of that, the block and
# the instant its factors are of; and whether the rule has hits of negative weight.
HEAD, LIVE, BASE, DONE, SEEN, TAIL, CLOCK, ORIGIN, BLOCK_OF, FACTOR_AT, MIXED = range(11)
# Columns of `sizes`: the absolute terms summed; one by the length of the decay; the points without hits;
# upper bounds on the sum and on the points, until there is a further hit; what brings the frame to an
# instant.
SIZE, RATE, IDLE, RAW_BAR, BAR, FACTOR = range(6)
# Bounds are sums of floats too: so much more than they say.
MORE = 1.0 + 1e-9
# Columns of `run`: a hit's weight, the sum of what stands before it in two parts, a second such sum.
ITS_WEIGHT, SUM, LOST, SUM2, LOST2 = range(5)
# So many half-lives from its origin a frame is given up, and older hits than so many add nothing to it.
_FAR, _GONE = 256.0, 1200.0
# With fewer hits than this, steps are summed hit by hit.
_FEW = 16


@kernel
def new_sums(ri, rf):
    """Return marks and sizes for the rules: CLOCK is the first rule of the same half-life, else itself."""
    n_rules = ri.shape[0]
    marks = np.zeros((max(1, n_rules), 11), dtype=np.int64)
    sizes = np.zeros((max(1, n_rules), 6))
    for r in range(n_rules):
        sizes[r, RATE] = 1.0 / ri[r, OVER]
        sizes[r, IDLE] = rounded(clamped(0.0, rf[r, LOW], rf[r, HIGH]))
        marks[r, CLOCK] = r
        for other in range(r - 1, -1, -1):
            both = ri[r, KIND] == HALF_LIFE and ri[other, KIND] == HALF_LIFE
            if both and ri[other, OVER] == ri[r, OVER]:
                marks[r, CLOCK] = other
    return marks, sizes


@kernel
def longest_block(ri):
    """Return how far apart the first and the last moment of a block may be, for frames to hold both."""
    longest = FOREVER
    for r in range(ri.shape[0]):
        if ri[r, KIND] in (HALF_LIFE, LINEAR):
            longest = min(longest, ri[r, OVER] * np.int64(_FAR / 2))
    return longest


@borrowing
def clear_sums(room, marks, sizes, run):
    """Begin a lead: the run of each rule lies where those before it leave `room` for."""
    at = 0
    for r in range(room.shape[0]):
        for mark in range(HEAD, TAIL + 1):
            marks[r, mark] = at
        marks[r, ORIGIN] = marks[r, FACTOR_AT] = NEVER
        sizes[r, SIZE] = sizes[r, RAW_BAR] = 0.0
        sizes[r, BAR] = max(0.0, sizes[r, IDLE])
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
def put_late_hit(r, when, now, weight, marks, sizes, occurred, begins, run):
    """Put a hit that others overtook in its place; what stands after it has to be summed again.

    All hits there have begun to count, and no moment before `now` is to be asked any more.
    """
    to = marks[r, TAIL]
    marks[r, TAIL] = marks[r, SEEN] = to + 1
    while to > marks[r, HEAD] and occurred[to - 1] > when:
        occurred[to] = occurred[to - 1]
        begins[to] = begins[to - 1]
        run[to, ITS_WEIGHT] = run[to - 1, ITS_WEIGHT]
        to -= 1
    occurred[to] = when
    begins[to] = now
    run[to, ITS_WEIGHT] = weight
    if to < marks[r, LIVE]:
        marks[r, LIVE] += 1
    if to < marks[r, BASE]:
        _restart(r, to, marks, sizes, run)
    elif to < marks[r, DONE]:
        marks[r, DONE] = to


@borrowing
def raise_bar(r, weight, ri, rf, marks, sizes):
    """Take one more hit into the bounds of a rule; return by how much that on its points grows."""
    if ri[r, KIND] == AT_LEAST:
        enough = marks[r, TAIL] - marks[r, HEAD] >= ri[r, LEAST]
        sizes[r, RAW_BAR] = rf[r, WEIGHT] if enough else 0.0
    elif weight > 0.0:
        sizes[r, RAW_BAR] += weight
    old = sizes[r, BAR]
    sizes[r, BAR] = max(0.0, clamped(sizes[r, RAW_BAR] * MORE, rf[r, LOW], rf[r, HIGH]))
    return sizes[r, BAR] - old


@borrowing
def _between(start, stop, column, run):
    """Return what stands between two places, from the sums beside them."""
    return (run[stop, column] - run[start, column]) + (run[stop, column + 1] - run[start, column + 1])


@borrowing
def _hold_frames(r, first, last, marks, sizes, occurred, run):
    """See to it that the frame of a rule reaches the instants first..last; it may be one of several rules."""
    c = marks[r, CLOCK]
    if marks[c, ORIGIN] == NEVER or (last - marks[c, ORIGIN]) * sizes[c, RATE] > _FAR:
        marks[c, ORIGIN] = first
        marks[c, FACTOR_AT] = NEVER
        for other in range(marks.shape[0]):
            if marks[other, CLOCK] == c:
                base = marks[other, HEAD]
                while base < marks[other, TAIL] and (first - occurred[base]) * sizes[c, RATE] > _GONE:
                    base += 1
                _restart(other, base, marks, sizes, run)


@borrowing
def _extend(r, stop, kind, origin, rate, marks, sizes, occurred, run):
    """Bring the sums of a rule up to a place; where it decays, of the hits as seen from an origin."""
    for k in range(marks[r, DONE], stop):
        term = run[k, ITS_WEIGHT]
        if kind == HALF_LIFE:
            term *= np.exp2((occurred[k] - origin) * rate)
        elif kind == LINEAR:
            second = term * ((occurred[k] - origin) * rate)
            run[k + 1, SUM2], run[k + 1, LOST2] = two_sum(run[k, SUM2], run[k, LOST2], second)
        run[k + 1, SUM], run[k + 1, LOST] = two_sum(run[k, SUM], run[k, LOST], term)
        sizes[r, SIZE] += abs(term)
    marks[r, DONE] = stop


@borrowing
def lower_bars(t, forget, need, upper, turn, ri, rf, marks, sizes, occurred, run):
    """Lower the bars of the rules, one after the other, as long as all together leave what is needed.

    Returns (sum of the bars, the rule that came last). All hits there have begun to count; those up to
    `forget` do not. Neither instant may be before that of an earlier call. Decays that fall by other laws
    than half-lives are left out, and rules with negative hits keep their bars: what is lower still is never
    asked for in vain, only too often.
    """
    # All in one loop: handing an array to a kernel costs as much as what is done here for a rule.
    for _ in range(ri.shape[0]):
        if upper <= need:
            break
        turn = turn + 1 if turn + 1 < ri.shape[0] else 0
        r = turn
        kind = ri[r, KIND]
        limit = max(t - ri[r, WITHIN], forget)
        head, tail = marks[r, HEAD], marks[r, TAIL]
        while head < tail and occurred[head] <= limit:
            head += 1
        marks[r, HEAD] = head
        bar = 0.0
        if kind == AT_LEAST:
            bar = rf[r, WEIGHT] if tail - head >= ri[r, LEAST] else 0.0
        elif marks[r, MIXED]:
            continue
        elif head < tail:
            c = marks[r, CLOCK]
            rate = sizes[r, RATE]
            if kind in (HALF_LIFE, LINEAR) and (
                marks[c, ORIGIN] == NEVER or (t - marks[c, ORIGIN]) * rate > _FAR
            ):
                _hold_frames(r, t, t, marks, sizes, occurred, run)
            if marks[r, DONE] < head:
                _restart(r, head, marks, sizes, run)
            if marks[r, DONE] < tail:
                _extend(r, tail, kind, marks[c, ORIGIN], rate, marks, sizes, occurred, run)
            first = max(head, marks[r, BASE])
            bar = (run[tail, SUM] - run[first, SUM]) + (run[tail, LOST] - run[first, LOST])
            bar += sizes[r, SIZE] * (tail - head) * 4.0 * UNIT * UNIT
            if kind == HALF_LIFE:
                if marks[c, FACTOR_AT] != t:
                    marks[c, FACTOR_AT] = t
                    sizes[c, FACTOR] = np.exp2((marks[c, ORIGIN] - t) * rate)
                bar *= sizes[c, FACTOR]
        if not bar < np.inf:
            bar = np.inf
        sizes[r, RAW_BAR] = bar
        bar = max(0.0, clamped(bar * MORE, rf[r, LOW], rf[r, HIGH]))
        upper += bar - sizes[r, BAR]
        sizes[r, BAR] = bar
    return upper, turn


@borrowing
def _steps(head, right, t, over, percent, occurred, run):
    """Return (sum, its absolute terms, how many) of hits that are summed up to `right`."""
    acc = size = 0.0
    count = 0
    while right > head:
        # All hits that have made as many steps as the youngest of those left.
        age = t - occurred[right - 1]
        factor = decay(STEPS, over, percent, age)
        if factor <= 0.0:
            break
        oldest = t - (age // over + 1) * over
        left, end = head, right
        if right - head <= _FEW:
            while end > left and occurred[end - 1] > oldest:
                end -= 1
            left = end
        while left < end:
            middle = (left + end) // 2
            if occurred[middle] <= oldest:
                left = middle + 1
            else:
                end = middle
        term = factor * _between(left, right, SUM, run)
        acc += term
        size += abs(term)
        count += 1
        right = left
    return acc, size, count


@borrowing
def sweep(
    r, block, instants, forget, rule, marks, sizes, hits, factors, points, counts, holds, doubtful
):  # fmt: skip
    """Fill a rule's points, counts and whether it holds at the instants of a block, in their order.

    Returns how many of the points are doubtful, and marks those: the error of their sum could have changed
    the sixth decimal. No instant may be before those of an earlier call; hits up to `forget` do not count.
    """
    ri, rf = rule
    occurred, begins, run = hits
    kind, within, over, least = ri[r, KIND], ri[r, WITHIN], ri[r, OVER], ri[r, LEAST]
    lowest, highest, idle = rf[r, LOW], rf[r, HIGH], sizes[r, IDLE]
    rate = sizes[r, RATE]
    mixed = marks[r, MIXED] != 0
    c = marks[r, CLOCK]
    count = instants.shape[0]
    if kind in (HALF_LIFE, LINEAR):
        _hold_frames(r, instants[0], instants[count - 1], marks, sizes, occurred, run)
    origin = marks[c, ORIGIN]
    if kind == HALF_LIFE and marks[c, BLOCK_OF] != block:
        marks[c, BLOCK_OF] = block
        for m in range(count):
            factors[c, m] = np.exp2((origin - instants[m]) * rate)
    head, live, seen, tail = marks[r, HEAD], marks[r, LIVE], marks[r, SEEN], marks[r, TAIL]
    doubts = 0
    for m in range(count):
        t = instants[m]
        limit = max(t - within, forget[m])
        while seen < tail and begins[seen] <= t:
            seen += 1
        while head < seen and occurred[head] <= limit:
            head += 1
        n = seen - head
        counts[m] = n
        holds[m] = TRUE if n >= least else FALSE
        points[m] = idle
        if n == 0 or (kind == AT_LEAST and n < least):
            continue
        if kind == AT_LEAST:
            points[m] = rounded(clamped(rf[r, WEIGHT], lowest, highest))
            continue
        # What has gone by would count among the errors of what has not.
        if marks[r, DONE] < head or (mixed and head - marks[r, BASE] > n + _FEW):
            _restart(r, head, marks, sizes, run)
        if marks[r, DONE] < seen:
            _extend(r, seen, kind, origin, rate, marks, sizes, occurred, run)
        base, size = marks[r, BASE], sizes[r, SIZE]
        first = max(head, base)
        acc = drift = 0.0
        if kind == HALF_LIFE:
            if first < seen:
                raw = _between(first, seen, SUM, run)
                factor = factors[c, m]
                acc = raw * factor
                span = t - origin
                turns = (span + span + (t - occurred[first])) * rate
                drift = (size if mixed else abs(raw)) * (8.0 + 4.0 * turns) * factor * UNIT
                drift += size * factor * n * 4.0 * UNIT * UNIT
        elif kind == LINEAR:
            live = max(live, first)
            while live < seen and occurred[live] <= t - over:
                live += 1
            if live < seen:
                turns = (t - origin) * rate
                flat = _between(live, seen, SUM, run)
                acc = flat * (1.0 - turns) + _between(live, seen, SUM2, run)
                drift = (size if mixed else abs(flat)) + size * (seen - base) * UNIT
                # No hit that is not yet at zero lies further from the origin than now, or one span back.
                drift *= (2.0 + abs(turns)) * 16.0 * UNIT
        elif kind == STEPS:
            acc, terms, groups = _steps(first, seen, t, over, rf[r, PERCENT], occurred, run)
            drift = (size if mixed else terms) * (8.0 + groups) * 4.0 * UNIT + size * n * 4.0 * UNIT * UNIT
        else:
            acc = _between(first, seen, SUM, run)
            drift = (size if mixed else abs(acc)) * 8.0 * UNIT + size * n * UNIT * UNIT
        points[m] = rounded(clamped(acc, lowest, highest))
        drift += abs(acc) * 8.0 * UNIT
        if acc - drift >= highest or acc + drift <= lowest:
            continue
        steps = acc * 1e6 + 0.501
        edge = steps - np.floor(steps)
        near = drift * 2e6 + abs(steps) * 4.0 * UNIT
        # Written so that what is no number is doubted.
        if not (near < edge and edge < 1.0 - near):
            doubtful[m] = 1
            doubts += 1
    marks[r, HEAD], marks[r, LIVE], marks[r, SEEN] = head, live, seen
    return doubts
