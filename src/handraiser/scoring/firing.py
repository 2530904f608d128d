"""How often did each event rule give somebody something, in a stretch of time?

A rule *fires* with a hit that is kept if it holds as the hit begins to count: with `at_least: 3` the third
fires, and each after it while there are three in the window. What came too late for its window fires nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.hits import BITS, OCCURRED, PER_MASK, RULES, trailing
from handraiser.scoring.registers import LEAST, NEVER, WEIGHED, WEIGHT, WITHIN
from handraiser.scoring.score import Prepared, fold_inputs

__all__ = ["Fired", "fired"]

Ints = npt.NDArray[np.int64]


class Fired(NamedTuple):
    """Per event rule how often it fired, and for how many leads; per silence rule for how many it holds."""

    times: Ints
    leads: Ints
    silent: Ints


def fired(prepared: Prepared, *, since: int, until: int, hidden: npt.NDArray[np.bool_]) -> Fired:
    """Return what fired after one instant and up to another (microseconds), and who is silent at the latter.

    hidden  who is left out
    """
    hits, lead, _, _, rules, silences, _, _ = fold_inputs(prepared)
    events, quiet = len(prepared.layout.rules[0]), len(prepared.layout.silences[0])
    found = Fired(*(np.zeros(size, dtype=np.int64) for size in (events, events, quiet)))
    _fired(since, until, hidden, hits, lead[0], rules, silences[0], tuple(found))
    return found


@borrowing
def _enough(r, k, start, rows, begin, kept, ri):
    """Return whether a rule's hits in its window are as many as it asks for, as a lead's row begins to count.

    What begins at the same instant and stands behind it is not counted for it, but for the next.
    """
    at = rows[k, begin]
    since = at - ri[r, WITHIN]
    many = 0
    for other in range(k, start - 1, -1):
        if rows[other, begin] <= since:
            break  # it occurred no later than it began to count
        first = rows[other, RULES] >> 32
        if not first <= r < first + PER_MASK:
            continue
        bits = rows[other, RULES] & BITS
        if kept.shape[0]:
            bits &= np.int64(kept[other])
        if bits >> (r - first) & 1 and rows[other, OCCURRED] > since:
            many += 1
            if many >= ri[r, LEAST]:
                return True
    return False


@kernel
def _fired(since, until, hidden, hits, created, rules, silent_for, results):
    offsets, rows, begin, weights, weight_of, kept = hits
    ri, rf = rules
    times, leads, silent = results
    n_rules = ri.shape[0]
    seen = np.full(n_rules, -1, dtype=np.int64)
    for i in range(offsets.shape[0] - 1):
        if hidden[i]:
            continue
        last = NEVER
        for k in range(offsets[i], offsets[i + 1]):
            if rows[k, begin] > until:
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
                if rows[k, begin] <= since or occurred <= rows[k, begin] - ri[r, WITHIN]:
                    continue
                if kept.shape[0] and not kept[k] >> np.uint32(place) & np.uint32(1):
                    continue
                if ri[r, LEAST] > 1 and not _enough(r, k, offsets[i], rows, begin, kept, ri):
                    continue
                times[r] += 1
                if seen[r] != i:
                    seen[r] = i
                    leads[r] += 1
        for s in range(silent_for.shape[0]):
            ago = until - silent_for[s]
            if last <= ago and (created[i] == NEVER or created[i] <= ago):
                silent[s] += 1
