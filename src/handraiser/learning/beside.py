"""What changes for whom when another agreement takes the place of one?

Who is an MQL under one of two only is gained or lost. Somebody may be left out, such as who has been
forgotten since the data were read: then everything is as if there were nobody of the kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.learning.backtest import Backtest, Point, Population, backtest, count, population
from handraiser.learning.people import People
from handraiser.learning.replay import Replay, Run
from handraiser.reports.intervals import rate
from handraiser.scoring.registers import NEVER
from handraiser.scoring.thresholds import first_by_threshold

__all__ = ["Beside", "Rungs", "Shift", "beside", "curve", "left_out", "rungs", "shift"]

Flags = npt.NDArray[np.bool_]


class Shift(NamedTuple):
    """Who is an MQL under the one only, under the other only, and how many sooner or later than under it."""

    gained: Flags
    lost: Flags
    earlier: int
    later: int


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of an agreement, and beside them those of another over the same people.

    gained, lost  how many are MQLs under the agreement only, and under the other only; and how many of
                  these bought
    """

    test: Backtest
    against: Backtest
    gained: int
    lost: int
    gained_customers: int
    lost_customers: int
    earlier: int
    later: int


class Rungs(msgspec.Struct, frozen=True, kw_only=True):
    """How many would be MQLs by some thresholds that rise, and how many of them would be reached."""

    thresholds: list[float]
    mqls: list[int]
    reached: list[int]
    customers: int


def shift(run: Run, other: Run, who: People, asked: Population) -> Shift:
    """Return who is an MQL under one of two runs only, among a population."""
    ours, theirs = (count(each.mql_at, who, asked).mqls for each in (run, other))
    both = ours & theirs
    return Shift(
        gained=ours & ~theirs,
        lost=theirs & ~ours,
        earlier=int(np.count_nonzero(both & (run.mql_at < other.mql_at))),
        later=int(np.count_nonzero(both & (run.mql_at > other.mql_at))),
    )


def left_out(runs: Sequence[Run], who: People, hidden: Flags) -> tuple[list[Run], People]:
    """Return runs and what is known of their people as if some were not there."""
    if not hidden.any():
        return list(runs), who
    lead, stage, at = who.stages
    seen = ~hidden[lead]
    return [_without(run, hidden) for run in runs], who._replace(
        customer=np.where(hidden, NEVER, who.customer), stages=(lead[seen], stage[seen], at[seen])
    )


def _without(run: Run, hidden: Flags) -> Run:
    lead, at = run.begun
    seen = ~hidden[lead]
    return run._replace(
        mql_at=np.where(hidden, NEVER, run.mql_at),
        by_hand=run.by_hand & ~hidden,
        episodes=np.where(hidden, 0, run.episodes),
        begun=(lead[seen], at[seen]),
    )


def beside(replay: Replay, run: Run, other: Run, *, until: int, hidden: Flags) -> Beside:
    """Return the figures of two runs up to an instant, without those of what is asked by attributes.

    hidden  who is left out
    """
    runs, who = left_out([run, other], replay.people(until), hidden)
    found = population(runs, who, since=None, until=until)
    asked = found._replace(leads=found.leads & ~hidden)
    test, against = (
        backtest(replay, each, asked, until=until, who=who, curves=False, shares=False) for each in runs
    )
    moved = shift(runs[0], runs[1], who, asked)
    bought = who.customer != NEVER
    return Beside(
        test=test,
        against=against,
        gained=int(moved.gained.sum()),
        lost=int(moved.lost.sum()),
        gained_customers=int((moved.gained & bought).sum()),
        lost_customers=int((moved.lost & bought).sum()),
        earlier=moved.earlier,
        later=moved.later,
    )


def rungs(replay: Replay, run: Run, thresholds: Sequence[float], *, until: int, hidden: Flags) -> Rungs:
    """Return what thresholds would give in place of the agreement's own, all else as it is."""
    found, _ = first_by_threshold(run.prepared, thresholds, until, threads=replay.threads)
    customer = np.where(hidden, NEVER, replay.people(until).customer)
    bought = customer != NEVER
    mqls, reached = [], []
    for column in found.T:
        is_mql = (column != NEVER) & ~hidden
        mqls.append(int(is_mql.sum()))
        reached.append(int((is_mql & bought & (column < customer)).sum()))
    return Rungs(thresholds=list(thresholds), mqls=mqls, reached=reached, customers=int(bought.sum()))


def curve(ladder: Rungs, test: Backtest) -> list[Point]:
    """Return precision and recall by threshold, with the agreement's own among them."""
    points = [
        _point(value, mqls, reached, ladder.customers, present=False)
        for value, mqls, reached in zip(ladder.thresholds, ladder.mqls, ladder.reached, strict=True)
        if value != test.threshold
    ]
    if test.threshold is not None:
        own = _point(test.threshold, test.mqls, test.customers_reached, test.customers, present=True)
        points.append(own)
    return sorted(points, key=lambda each: each.threshold)


def _point(value: float, mqls: int, reached: int, customers: int, *, present: bool) -> Point:
    return Point(
        threshold=value,
        present=present,
        mqls=mqls,
        customers_reached=reached,
        precision=rate(reached, mqls),
        recall=rate(reached, customers),
    )
