"""What would an agreement have found in the past, and did those people buy?

People are counted, not episodes. A customer is reached when its `mql_at` is before its first `customer`
outcome; precision is reached customers by MQLs, recall reached customers by customers. Over a period, an MQL
counts that begins in it and a customer that buys in it; who was either before it is not asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement
from handraiser.learning.breakdown import Breakdown, breakdowns
from handraiser.learning.calendar import month_name, months, week_name, weeks
from handraiser.learning.people import People
from handraiser.learning.replay import Replay, Run
from handraiser.learning.targets import Target, targets
from handraiser.reports.intervals import ENOUGH, Rate, Spread, rate, spread
from handraiser.scoring.registers import NEVER
from handraiser.scoring.thresholds import first_by_threshold, threshold

__all__ = ["Backtest", "Counted", "Month", "Point", "Stage", "Week", "backtest", "count"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_DAY = 86_400_000_000
_RUNGS = 41  # thresholds of a curve


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """The people who became an MQL in a month, and how many of them bought since.

    open  whether more of them may still buy: nine tenths of the customers took less time than has passed
    """

    month: str
    mqls: int
    customers: int
    conversion: Rate
    open: bool


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """How many MQLs a week, from its Monday on, would have given to sales."""

    week: str
    mqls: int


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What sales would have had to do, week by week; the mean is over all whole and begun weeks."""

    mean: float | None
    median: float | None
    most: int
    weeks: list[Week]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """How many people came so far: those after `mqls` since they were an MQL."""

    stage: str
    people: int
    of_before: Rate


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What another threshold would give, everything else as it is. `present` marks the agreement's own."""

    threshold: float
    present: bool
    mqls: int
    customers_reached: int
    precision: Rate
    recall: Rate


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """How many people pass a threshold and not the next, and how many of them bought after that."""

    over: float
    people: int
    customers: int


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement over all history. Days run from `created_at`, else from the first event."""

    agreement: str
    title: str
    fingerprint: str
    since: datetime | None
    until: datetime
    episodes: str
    timezone: str
    leads: int
    mqls: int
    customers: int
    customers_reached: int
    precision: float | None
    recall: float | None
    median_days_to_mql: float | None
    precision_rate: Rate
    recall_rate: Rate
    base_rate: Rate
    days_to_mql: Spread
    days_to_win: Spread
    hand_raised: int
    episodes_begun: int
    before: int
    by_month: list[Month]
    per_week: Load
    funnel: list[Stage]
    by: list[Breakdown]
    threshold: float | None
    curve: list[Point]
    scores: list[Scores]
    targets: list[Target]


class Counted(NamedTuple):
    """Who is counted in a period: leads; MQLs, customers and those reached among them; who was before it."""

    leads: Flags
    mqls: Flags
    customers: Flags
    reached: Flags
    before: Flags


def backtest(
    replay: Replay,
    agreement: Agreement,
    *,
    until: int,
    since: int | None = None,
    episodes: str = "first",
    names: Sequence[str] = (),
    curves: bool = True,
) -> tuple[Backtest, Run]:
    """Return the figures of an agreement, and the run they are of.

    since, until  the period, microseconds: nothing after `until` is looked at; since None has no beginning
    names         further agreements whose outcomes count
    curves        whether other thresholds are asked for too
    """
    who = replay.people(until, names=names)
    run = replay.run(agreement, until=until, episodes=episodes)
    counted = count(run.mql_at, who, since=since, until=until)
    zone = agreement.timezone
    mql_at, bought_at = run.mql_at, who.customer
    to_win = spread((bought_at - mql_at)[counted.reached] / _DAY)
    timed = counted.mqls & (who.start != NEVER) & (who.start <= mql_at)
    to_mql = spread((mql_at - who.start)[timed] / _DAY)
    n = {name: int(flags.sum()) for name, flags in counted._asdict().items()}
    points, scores = _curves(replay, run, who, since=since, until=until) if curves else ([], [])
    by_month = _months(mql_at, bought_at, counted, zone, until=until)
    load = _load(mql_at[counted.mqls], zone, since=since)
    funnel = _funnel(mql_at, who, counted)
    found = Backtest(
        agreement=agreement.name,
        title=agreement.title,
        fingerprint=agreement.fingerprint,
        since=None if since is None else _moment(since),
        until=_moment(until),
        episodes=episodes,
        timezone=zone,
        leads=n["leads"],
        mqls=n["mqls"],
        customers=n["customers"],
        customers_reached=n["reached"],
        precision=n["reached"] / n["mqls"] if n["mqls"] else None,
        recall=n["reached"] / n["customers"] if n["customers"] else None,
        median_days_to_mql=to_mql.median,
        precision_rate=rate(n["reached"], n["mqls"]),
        recall_rate=rate(n["reached"], n["customers"]),
        base_rate=rate(n["customers"], n["leads"]),
        days_to_mql=to_mql,
        days_to_win=to_win,
        hand_raised=int((run.by_hand & counted.mqls).sum()),
        episodes_begun=int(run.episodes[counted.mqls].sum()),
        before=n["before"],
        by_month=by_month,
        per_week=load,
        funnel=funnel,
        by=breakdowns(run, who, replay.inputs, counted=counted.leads, until=until),
        threshold=threshold(agreement),
        curve=points,
        scores=scores,
        targets=targets(agreement, [month.mqls for month in by_month], funnel),
    )
    return found, run


def count(mql_at: Ints, who: People, *, since: int | None, until: int) -> Counted:
    """Return who counts in the period; see the top of this page."""
    is_mql, bought = mql_at != NEVER, who.customer != NEVER
    start = -(2**62) if since is None else since
    before = (is_mql & (mql_at < start)) | (bought & (who.customer < start))
    leads = ~before & ((who.start == NEVER) | (who.start <= until) | is_mql | bought)
    return Counted(
        leads=leads,
        mqls=leads & is_mql,
        customers=leads & bought,
        reached=leads & is_mql & bought & (mql_at < who.customer),
        before=before,
    )


def _months(mql_at: Ints, bought_at: Ints, counted: Counted, zone: str, *, until: int) -> list[Month]:
    """Return the months from the first MQL to the last, those without any too."""
    if not counted.mqls.any():
        return []
    month = months(mql_at[counted.mqls], zone)
    first = int(month.min())
    size = int(month.max()) - first + 1
    mqls = np.bincount(month - first, minlength=size)
    customers = np.bincount(months(mql_at[counted.reached], zone) - first, minlength=size)
    took = np.sort((bought_at - mql_at)[counted.reached])
    patience = int(took[int(0.9 * (len(took) - 1))]) if len(took) >= ENOUGH else None
    return [
        Month(
            month=month_name(first + k),
            mqls=int(mqls[k]),
            customers=int(customers[k]),
            conversion=rate(int(customers[k]), int(mqls[k])),
            open=patience is None or _end_of_month(first + k) + patience > until,
        )
        for k in range(size)
    ]


def _end_of_month(month: int) -> int:
    return int(np.datetime64(month + 1, "M").astype("datetime64[us]").astype(np.int64))


def _load(mql_at: Ints, zone: str, *, since: int | None) -> Load:
    if not len(mql_at):
        return Load(mean=None, median=None, most=0, weeks=[])
    week = weeks(mql_at, zone)
    first = int(week.min())
    if since is not None:
        first = min(first, int(weeks(np.array([since]), zone)[0]))
    counts = np.bincount(week - first)
    return Load(
        mean=float(counts.mean()),
        median=float(np.median(counts)),
        most=int(counts.max()),
        weeks=[Week(week=week_name(first + k), mqls=int(each)) for k, each in enumerate(counts)],
    )


def _funnel(mql_at: Ints, who: People, counted: Counted) -> list[Stage]:
    mqls = counted.mqls
    steps = [
        ("leads", counted.leads),
        ("mqls", mqls),
        *((stage, mqls & who.went_on(stage, mql_at)) for stage in ("accepted", "sql", "opportunity")),
        ("customers", counted.reached),
    ]
    sizes = [int(flags.sum()) for _, flags in steps]
    return [
        Stage(stage=name, people=size, of_before=rate(size, sizes[max(0, k - 1)]))
        for k, ((name, _), size) in enumerate(zip(steps, sizes, strict=True))
    ]


def _curves(
    replay: Replay, run: Run, who: People, *, since: int | None, until: int
) -> tuple[list[Point], list[Scores]]:
    """Return what other thresholds would give, and how high people get."""
    values = _rungs(threshold(run.agreement), run)
    if not values:
        return [], []
    found, by_hand = first_by_threshold(run.prepared, values, until, threads=replay.threads)
    present = threshold(run.agreement)
    points = []
    for k, value in enumerate(values):
        counted = count(found[:, k], who, since=since, until=until)
        mqls, reached = int(counted.mqls.sum()), int(counted.reached.sum())
        customers = int(counted.customers.sum())
        points.append(
            Point(
                threshold=value,
                present=value == present,
                mqls=mqls,
                customers_reached=reached,
                precision=rate(reached, mqls),
                recall=rate(reached, customers),
            )
        )
    return points, _heights(values, found, by_hand, who)


def _heights(values: Sequence[float], found: Ints, by_hand: Flags, who: People) -> list[Scores]:
    """Return how many people reach each threshold and not the next, up to when they raised a hand."""
    reached = ((found != NEVER) & ~by_hand).sum(axis=1)
    bought = (who.customer != NEVER) & (found[:, 0] < who.customer)
    people = np.bincount(reached, minlength=len(values) + 1)
    customers = np.bincount(reached[bought], minlength=len(values) + 1)
    return [
        Scores(over=value, people=int(people[k + 1]), customers=int(customers[k + 1]))
        for k, value in enumerate(values)
    ]


def _rungs(present: float | None, run: Run) -> list[float]:
    """Return thresholds around the present one, up to where hardly anyone gets; in round steps."""
    if present is None:
        return []
    most = max(2.0 * present, 10.0) if present > 0 else 10.0
    step = max(1.0, float(np.ceil(most / (_RUNGS - 1))))
    return sorted({*(step * k for k in range(_RUNGS)), present})


def _moment(at: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
