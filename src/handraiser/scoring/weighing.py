"""By what factor does age shrink a hit? For people to see; the fold has the same formula inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handraiser.agreement.model import EventRule
from handraiser.scoring.asking import decay_factors
from handraiser.scoring.layout import decay_of

__all__ = ["factors"]


def factors(rule: EventRule, ages: Sequence[int]) -> list[float]:
    """Return d(age) of section 6 for ages in microseconds; 1 for a rule with `at_least`."""
    kind, over, percent = decay_of(rule)
    found: list[float] = decay_factors(kind, over, percent, np.array(ages, dtype=np.int64)).tolist()
    return found
