"""How surprising is it that some leads share something, had they been drawn by chance?

Four things are said of it:

*   how likely so many of as many leads, drawn at random, have it: the one-sided exact test of R. A. Fisher
    (The Design of Experiments, 1935);
*   for a range made to fit them, how likely as many random numbers lie as close together: of n numbers of
    which all places are as likely, the part between the least and the greatest is beta(n − 1, 2)
    distributed (H. A. David, H. N. Nagaraja, Order Statistics, 2003);
*   as very many things are tried, how likely any of them is as striking in a random draw: at most the sum
    over all of them of the likelihood that each is. What only few have cannot be shared by chance, and adds
    nothing (R. E. Tarone, Biometrics 46, 1990, 515–522);
*   how many times as often they have it as others, at least: the lower end of the one share by the upper
    end of the other, 95 % each (E. B. Wilson, JASA 22, 1927, 209–212).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from math import comb

from handraiser.reports.intervals import wilson

__all__ = ["Draws", "at_least_times"]


class Draws:
    """Drawing some leads of many at random.

    sizes  of each thing that could be asked, how many have it; those that the same have count once
    """

    def __init__(self, drawn: int, of: int, sizes: Iterable[int]) -> None:
        self._drawn, self._of = drawn, of
        self._sizes = Counter(sizes)
        self._found: dict[int, list[float]] = {}

    def likely(self, shared_by: int, having: int) -> float:
        """Return how likely at least so many of those drawn have what so many of all have."""
        return self._tails(having)[min(shared_by, self._drawn)]

    def likely_range(self, shared_by: int, having: int) -> float:
        """Return the same for a range of numbers that was made to fit those who share it."""
        if shared_by < 2:
            return self.likely(shared_by, having)
        part, n = having / self._of, shared_by
        close: float = n * part ** (n - 1) - (n - 1) * part**n
        return min(1.0, comb(self._drawn, n) * close)

    def striking(self, likelihood: float, *, besides: int) -> float:
        """Return how likely a random draw shares anything as unlikely as that, at most.

        besides  so many further things are made to fit whoever is drawn
        """
        least = likelihood * (1 + 1e-9)  # the last digit of a sum decides nothing
        total = besides * likelihood
        for having, many in self._sizes.items():
            total += many * max((each for each in self._tails(having) if each <= least), default=0.0)
        return min(1.0, total)

    @cached_property
    def _ways(self) -> int:
        return comb(self._of, self._drawn)

    def _tails(self, having: int) -> list[float]:
        """Return by number how likely at least so many of those drawn are among those who have it."""
        if having not in self._found:
            exactly = [
                comb(having, k) * comb(self._of - having, self._drawn - k) for k in range(self._drawn + 1)
            ]
            tails, total = [0.0] * (self._drawn + 1), 0
            for k in range(self._drawn, -1, -1):
                total += exactly[k]
                tails[k] = total / self._ways
            # What is impossible is no draw that could strike anybody.
            self._found[having] = tails
        return self._found[having]


def at_least_times(hits: int, of: int, others: int, of_others: int) -> float:
    """Return how many times as often some have something as others do, at least; 0 where nothing is sure."""
    high = wilson(others, of_others)[1]
    return wilson(hits, of)[0] / high if high else 0.0
