"""Which is the latest hit of each rule that counts for a lead at an instant?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from handraiser.scoring.compiling import kernel
from handraiser.scoring.hits import BITS, OCCURRED, RULES, trailing
from handraiser.scoring.registers import NEVER, WITHIN
from handraiser.scoring.score import Prepared

__all__ = ["latest_hits"]

Ints = npt.NDArray[np.int64]


def latest_hits(prepared: Prepared, leads: Ints, at: Ints) -> Ints:
    """Return when the latest kept hit inside each rule's window occurred: leads × event rules.

    NEVER stands for none. `at` is an instant for every lead of the run; instants are microseconds.
    """
    rules = prepared.layout.rules[0]
    found = np.full((len(leads), len(rules)), NEVER, dtype=np.int64)
    hits = prepared.matched.hits
    _latest(leads, at, hits.offsets, hits.rows, hits.begin, prepared.kept, rules, found)
    return found


@kernel
def _latest(leads, at, offsets, rows, begin, kept, rules, found):
    for n in range(leads.shape[0]):
        i = leads[n]
        for k in range(offsets[i], offsets[i + 1]):
            if rows[k, begin] > at[i]:
                break
            bits = rows[k, RULES] & BITS
            if kept.shape[0]:
                bits &= np.int64(kept[k])
            first = rows[k, RULES] >> 32
            while bits:
                r = first + trailing(bits)
                bits &= bits - 1
                occurred = rows[k, OCCURRED]
                if r < rules.shape[0] and occurred > at[i] - rules[r, WITHIN] and occurred > found[n, r]:
                    found[n, r] = occurred
