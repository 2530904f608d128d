"""How sure can one be of a share or of a median that few cases gave?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = ["ENOUGH", "Rate", "Spread", "rate", "spread", "wilson"]

# Below so many cases a share says nothing: even 5 of 10 could stand for 24 % or for 76 %.
ENOUGH = 20
_Z = NormalDist().inv_cdf(0.975)


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A share: `hits` of `of` cases.

    value      the share, null on too few cases
    low, high  between which it lies with 95 % confidence, by Wilson's interval; null with it
    needs      how many further cases it would take for a share to be given; 0 where one is
    """

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None
    needs: int = 0


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the middle of some values.

    low, high  between which the median lies with 95 % confidence; null where the values are too few for that
    quarter, three_quarters  below which a quarter and three quarters of the values lie
    """

    of: int
    median: float | None
    low: float | None
    high: float | None
    quarter: float | None
    three_quarters: float | None


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, JASA 22:209); (0, 1) without any case."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    # At the ends the formula gives 0 and 1 but for the last digit.
    low = 0.0 if hits == 0 else middle - half
    high = 1.0 if hits == of else middle + half
    return low, high


def rate(hits: int, of: int) -> Rate:
    """Return the share with its interval, without either on too few cases."""
    if of < ENOUGH:
        return Rate(hits=hits, of=of, value=None, low=None, high=None, needs=ENOUGH - of)
    low, high = wilson(hits, of)
    return Rate(hits=hits, of=of, value=hits / of, low=low, high=high)


def spread(values: Sequence[float] | npt.NDArray[np.float64]) -> Spread:
    """Return the median of the values and the interval of it that order statistics give.

    Of n values the median lies between the k-th smallest and the k-th greatest with 95 % confidence, k being
    the greatest for which a fair coin shows fewer than k heads in n throws with at most 2.5 % probability.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    if not n:
        return Spread(of=0, median=None, low=None, high=None, quarter=None, three_quarters=None)
    k = _outside(n)
    quarter, median, three_quarters = (float(each) for each in np.quantile(ordered, [0.25, 0.5, 0.75]))
    return Spread(
        of=n,
        median=median,
        low=float(ordered[k - 1]) if k else None,
        high=float(ordered[n - k]) if k else None,
        quarter=quarter,
        three_quarters=three_quarters,
    )


def _outside(n: int) -> int:
    """Return the greatest k with P(fewer than k heads in n throws) ≤ 0.025, 0 for none."""
    if n > 1_000:
        # The normal approximation is then within one rank.
        return max(0, math.floor((n - _Z * math.sqrt(n)) / 2))
    below, term, k = 0.0, 0.5**n, 0
    while below + term <= 0.025:
        below += term
        term *= (n - k) / (k + 1)
        k += 1
    return k
