"""What do agreements give over what has been read, and what of that need not be found out again?"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.changing import but_for_threshold
from handraiser.agreement.model import Agreement
from handraiser.edge.whatif.reading import Known
from handraiser.learning.backtest import Point, population
from handraiser.learning.beside import Beside, Rungs, beside, curve, left_out, rungs, shift
from handraiser.learning.differences import Difference, differences
from handraiser.learning.replay import Replay, Run
from handraiser.learning.yields import Yields, yields
from handraiser.scoring.thresholds import threshold
from handraiser.store.begun import begun_between

__all__ = ["Changed", "Folded"]

Flags = npt.NDArray[np.bool_]
_RUNS = 4  # the agreement that is live among them
_LADDERS = 32
_STEPS = 16  # of a ladder
_LEAST_TOP = 10.0
_DAY = 86_400_000_000
_LOW = 0.1  # of the ladder: so low a threshold is nobody's, and takes longest to find out about


class Changed(NamedTuple):
    """Who is gained or lost: how many, and some of them."""

    of: int
    people: list[Difference]


class Folded:
    """What has been read, under the agreements that were asked last. Several threads may ask."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._lock = threading.Lock()
        self._about: dict[str, Replay] = {}
        self._runs: dict[str, Run] = {}
        self._ladders: dict[tuple[object, ...], Rungs] = {}

    def run(self, agreement: Agreement) -> Run:
        """Return who would be an MQL, and since when."""
        key = agreement.fingerprint
        with self._lock:
            found = self._runs.pop(key, None)
        if found is None:
            found = self._replay(agreement).run(agreement, until=self.known.at)
        with self._lock:
            self._runs[key] = found
            while len(self._runs) > _RUNS:
                del self._runs[next(iter(self._runs))]
        return found

    def rest(self) -> None:
        """Let go of what can be found out again: there is to be room for what is read anew."""
        with self._lock:
            self._runs.clear()

    def beside(self, tested: Agreement, against: Agreement, hidden: Flags) -> Beside:
        """Return the figures of an agreement beside those of the one that it would take the place of."""
        runs = [self.run(each) for each in (against, tested)]
        return beside(self._replay(tested), runs[1], runs[0], until=self.known.at, hidden=hidden)

    def curve(self, tested: Agreement, against: Agreement, hidden: Flags) -> list[Point]:
        """Return precision and recall by threshold; those stay where they are as the agreement's moves."""
        if threshold(tested) is None:
            return []
        test, now = self.beside(tested, against, hidden).test, threshold(against)
        steps = _steps(test.threshold if now is None else now)
        key = (but_for_threshold(tested), steps, hash(hidden.tobytes()))
        ladder = self._ladders.get(key)
        if ladder is None:
            ladder = rungs(self._replay(tested), self.run(tested), steps, until=self.known.at, hidden=hidden)
            with self._lock:
                self._ladders[key] = ladder
                while len(self._ladders) > _LADDERS:
                    del self._ladders[next(iter(self._ladders))]
        return curve(ladder, test)

    def who(
        self, tested: Agreement, against: Agreement, hidden: Flags, *, gained: bool, after: int, most: int
    ) -> Changed:
        """Return who is gained or lost, the latest first: some, after so many."""
        replay, until = self._replay(tested), self.known.at
        runs, who = left_out([self.run(each) for each in (against, tested)], replay.people(until), hidden)
        asked = population(runs, who, since=None, until=until)
        moved = shift(runs[1], runs[0], who, asked)
        one, other = (runs[1], runs[0]) if gained else (runs[0], runs[1])
        numbers = np.flatnonzero(moved.gained if gained else moved.lost)
        shown = numbers[np.argsort(-one.mql_at[numbers], kind="stable")][after : after + most]
        flags = np.zeros(len(hidden), dtype=bool)
        flags[shown] = True
        found = differences(one, other, who, flags, gained=gained, threads=replay.threads)
        return Changed(len(numbers), found[::-1])

    def yields(self, agreement: Agreement, hidden: Flags, *, days: int) -> Yields:
        """Return what the rules of an agreement that decides have done in the last days.

        Raises `django.db.Error`.
        """
        until = self.known.at
        began = begun_between(agreement.name, until - days * _DAY, until)
        replay = self._replay(agreement)
        prepared = replay.prepared(agreement, regardless=False)
        return yields(
            prepared, began, since=until - days * _DAY, until=until, hidden=hidden, threads=replay.threads
        )

    def _replay(self, agreement: Agreement) -> Replay:
        """Return what has been read with the outcomes of this agreement alone, whatever others are live."""
        with self._lock:
            if agreement.name not in self._about:
                self._about[agreement.name] = self.known.replay.about(agreement)
            return self._about[agreement.name]


def _steps(now: float | None) -> tuple[float, ...]:
    """Return thresholds in round steps, up to twice what it is now."""
    top = max(2 * (now or 0.0), _LEAST_TOP)
    step = max(1.0, float(np.ceil(top / _STEPS)))
    return tuple(step * k for k in range(_STEPS + 1) if step * k > _LOW * top)
