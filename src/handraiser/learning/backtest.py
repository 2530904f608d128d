"""What would an agreement have found in the past, and did those people buy?

People are counted, not episodes. A customer is reached when its `mql_at` is before its first `customer`
outcome; precision is reached customers by MQLs, recall reached customers by customers.

Over a period one population is asked, whatever it is asked about: who neither bought before it nor was an MQL
before it under any of the agreements that stand beside each other. Only so is who is an MQL under a stricter
agreement one under the looser too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.learning.breakdown import Breakdown, breakdowns
from handraiser.learning.calendar import month_name, months, week_name, weeks
from handraiser.learning.people import People
from handraiser.learning.replay import Replay, Run
from handraiser.learning.targets import Stage, Target, targets
from handraiser.reports.intervals import ENOUGH, Rate, Spread, rate, spread
from handraiser.scoring.registers import NEVER
from handraiser.scoring.thresholds import first_by_threshold, threshold

__all__ = [
    "Backtest",
    "Counted",
    "Month",
    "Point",
    "Population",
    "Stage",
    "Week",
    "backtest",
    "count",
    "population",
]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_DAY = 86_400_000_000
_RUNGS = 41  # thresholds of a curve


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """The people who became an MQL in a month, and how many of them bought since.

    open  whether more of them may still buy: whether nine tenths of the customers took longer than the data
          reach beyond the month; null where too few bought to tell
    """

    month: str
    mqls: int
    customers: int
    conversion: Rate
    open: bool | None


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """How many MQLs a week, from its Monday on, would have given to sales; of all episodes, each of them."""

    week: str
    mqls: int


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What sales would have had to do, week by week; the mean is over all whole and begun weeks.

    Weeks run from that of the first MQL or the beginning of the period, but not from before the first event:
    who qualifies by fit alone may reach back for years in which nothing was recorded.
    """

    mean: float | None
    median: float | None
    most: int
    weeks: list[Week]


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
    first_event: datetime | None
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


class Population(NamedTuple):
    """Who is asked in a period: the leads known by its end, but for who was MQL or customer before it."""

    leads: Flags
    before: Flags


class Counted(NamedTuple):
    """MQLs, customers and those reached among a population."""

    mqls: Flags
    customers: Flags
    reached: Flags


def backtest(
    replay: Replay,
    run: Run,
    people: Population,
    *,
    until: int,
    since: int | None = None,
    episodes: str = "first",
    who: People | None = None,
    curves: bool = True,
    shares: bool = True,
) -> Backtest:
    """Return the figures of a run over a population, both up to `until`.

    since, until  the period, microseconds; since None has no beginning
    who           what is known of the people, where not all of it is to count
    curves        whether other thresholds are asked for too
    shares        whether people are told apart by what is known of them
    """
    agreement, zone = run.agreement, run.agreement.timezone
    who = replay.people(until) if who is None else who
    counted = count(run.mql_at, who, people)
    mql_at, bought_at = run.mql_at, who.customer
    to_win = spread((bought_at - mql_at)[counted.reached] / _DAY)
    timed = counted.mqls & (who.start != NEVER) & (who.start <= mql_at)
    to_mql = spread((mql_at - who.start)[timed] / _DAY)
    n = {name: int(flags.sum()) for name, flags in (people._asdict() | counted._asdict()).items()}
    points, scores = _curves(replay, run, who, people, until=until) if curves else ([], [])
    by_month = _months(mql_at, bought_at, counted, zone, seen_until=who.last)
    recorded = _recorded(who, since)
    funnel = _funnel(mql_at, who, people, counted)
    return Backtest(
        agreement=agreement.name,
        title=agreement.title,
        fingerprint=agreement.fingerprint,
        since=None if since is None else _moment(since),
        until=_moment(until),
        episodes=episodes,
        timezone=zone,
        first_event=None if who.tracked == NEVER else _moment(who.tracked),
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
        per_week=_load(run, counted, recorded, begins=since is not None),
        funnel=funnel,
        by=breakdowns(run, who, replay.inputs, counted=people.leads, until=until) if shares else [],
        threshold=threshold(agreement),
        curve=points,
        scores=scores,
        targets=targets(agreement, _whole_months(by_month, recorded, zone), funnel),
    )


def population(runs: Sequence[Run], who: People, *, since: int | None, until: int) -> Population:
    """Return whom to ask in a period about runs that stand beside each other; see the top of this page."""
    bought = who.customer != NEVER
    known = (who.start == NEVER) | (who.start <= until) | bought
    before = np.zeros(len(bought), dtype=bool) if since is None else bought & (who.customer < since)
    for run in runs:
        is_mql = run.mql_at != NEVER
        known |= is_mql
        if since is not None:
            before |= is_mql & (run.mql_at < since)
    return Population(leads=known & ~before, before=before)


def count(mql_at: Ints, who: People, of: Population) -> Counted:
    """Return who of a population became an MQL at all, bought, and was reached.

    Under another threshold some of it were MQLs before the period. They count: else a lower threshold could
    have fewer MQLs than a higher one.
    """
    mqls = (mql_at != NEVER) & ~of.before
    customers = (who.customer != NEVER) & ~of.before
    return Counted(mqls=mqls, customers=customers, reached=mqls & customers & (mql_at < who.customer))


def _recorded(who: People, since: int | None) -> int | None:
    """Return since when there is something to count by time: the first event, or the period after it."""
    return max((at for at in (who.tracked, since) if at is not None and at != NEVER), default=None)


def _whole_months(by_month: Sequence[Month], recorded: int | None, zone: str) -> list[int]:
    """Return the MQLs of the months that are surely whole: neither the first nor the last, all recorded."""
    begun = "" if recorded is None else month_name(int(months(np.array([recorded]), zone)[0]))
    return [month.mqls for month in by_month[1:-1] if month.month > begun]


def _months(mql_at: Ints, bought_at: Ints, counted: Counted, zone: str, *, seen_until: int) -> list[Month]:
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
            open=None if patience is None else _end_of_month(first + k) + patience > seen_until,
        )
        for k in range(size)
    ]


def _end_of_month(month: int) -> int:
    return int(np.datetime64(month + 1, "M").astype("datetime64[us]").astype(np.int64))


def _load(run: Run, counted: Counted, recorded: int | None, *, begins: bool) -> Load:
    """Return the episodes of the MQLs by week; `begins` says that the weeks run from `recorded` on."""
    zone = run.agreement.timezone
    lead, at = run.begun
    week = weeks(at[counted.mqls[lead]], zone)
    begun = None if recorded is None else int(weeks(np.array([recorded]), zone)[0])
    if begun is not None:
        week = week[week >= begun]
    if not len(week):
        return Load(mean=None, median=None, most=0, weeks=[])
    first = begun if begins and begun is not None else int(week.min())
    counts = np.bincount(week - first)
    return Load(
        mean=float(counts.mean()),
        median=float(np.median(counts)),
        most=int(counts.max()),
        weeks=[Week(week=week_name(first + k), mqls=int(each)) for k, each in enumerate(counts)],
    )


def _funnel(mql_at: Ints, who: People, people: Population, counted: Counted) -> list[Stage]:
    mqls = counted.mqls
    steps = [
        ("leads", people.leads),
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
    replay: Replay, run: Run, who: People, people: Population, *, until: int
) -> tuple[list[Point], list[Scores]]:
    """Return what other thresholds would give, and how high people get."""
    values = _rungs(threshold(run.agreement), run)
    if not values:
        return [], []
    found, by_hand = first_by_threshold(run.prepared, values, until, threads=replay.threads)
    present = threshold(run.agreement)
    points = []
    for k, value in enumerate(values):
        counted = count(found[:, k], who, people)
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
    return points, _heights(
        values, found[~people.before], by_hand[~people.before], who.customer[~people.before]
    )


def _heights(values: Sequence[float], found: Ints, by_hand: Flags, customer: Ints) -> list[Scores]:
    """Return how many people reach each threshold and not the next, up to when they raised a hand."""
    reached = ((found != NEVER) & ~by_hand).sum(axis=1)
    bought = (customer != NEVER) & (found[:, 0] < customer)
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
