"""What is every lead's score at an instant, does it qualify, and since when is it an MQL?

Folding: matched columns and an agreement's numbers in, points and episodes out. Nothing is matched
again here, so a change of points, caps, decay, windows, limits or thresholds costs a fold only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraiser.agreement.model import Agreement, Band, FitRule, Sql
from handraiser.scoring.fold import episodes
from handraiser.scoring.hits import OCCURRED, decide_kept
from handraiser.scoring.layout import Layout, StateColumn, layout, limits_of, silence_rules
from handraiser.scoring.match import Matched, event_rules
from handraiser.scoring.points import points_at
from handraiser.scoring.registers import FALSE, FOREVER, TRUE, VALUE
from handraiser.scoring.room import zeros
from handraiser.scoring.stream import Hits, each
from handraiser.scoring.zones import BUCKETS, zone_table

__all__ = [
    "Episodes",
    "FitPoints",
    "Prepared",
    "Standing",
    "find_episodes",
    "fold_inputs",
    "prepare",
    "score_table",
    "stand",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.uint8]
NO_LADDER = (-1, np.empty(0))


class FitPoints(NamedTuple):
    """Fit per state: points and truth of each rule, clamped sums of the groups, the sum, the grade.

    grade    index into the agreement's grades, their number for D
    """

    points: Floats
    holds: npt.NDArray[np.bool_]
    raw: Floats
    groups: dict[str, Floats]
    total: Floats
    grade: Ints


class Prepared(NamedTuple):
    """An agreement and its columns, ready to be folded."""

    agreement: Agreement
    matched: Matched
    layout: Layout
    fit: FitPoints
    state: Floats
    state_may: Flags
    kept: npt.NDArray[np.uint32]  # per row the bits of the hits kept; empty where no rule drops any


class Standing(NamedTuple):
    """Every lead at one instant. `answers`: mql, hand_raise, never, qualified (see registers)."""

    score: Floats
    engagement: Floats
    fit: Floats
    answers: Flags
    state: Ints
    points: Floats
    counts: Ints
    holds: Flags


class Episodes(NamedTuple):
    """Where episodes begin: per lead `found` of them from `offsets` on."""

    offsets: Ints
    at: Ints
    hand_raise: Flags
    found: Ints


def prepare(agreement: Agreement, matched: Matched, *, threads: int = 1) -> Prepared:
    """Return what the folds of this agreement need."""
    plan = layout(agreement)
    fit = _fit_points(agreement, matched)
    columns = [_state_column(column, agreement, matched, fit) for column in plan.columns]
    return Prepared(
        agreement=agreement,
        matched=matched,
        layout=plan,
        fit=fit,
        state=np.ascontiguousarray(np.stack([values for values, _ in columns], axis=1)),
        state_may=np.ascontiguousarray(np.stack([may for _, may in columns], axis=1)),
        kept=_kept(agreement, matched, threads),
    )


def _rounded(values: Floats) -> Floats:
    return np.floor(values * 1e6 + 0.501) / 1e6


def _fit_points(agreement: Agreement, matched: Matched) -> FitPoints:
    rules = [rule for rule in agreement.fit.rules if isinstance(rule, FitRule)]
    states = len(matched.states.start)
    raw = np.zeros((states, len(rules)))
    points = np.zeros((states, len(rules)))
    for r, rule in enumerate(rules):
        constant = np.array([0.0, *(_constant(band) for band in rule.bands)])
        raw[:, r] = constant[matched.fit.band[:, r]] + matched.fit.points[:, r]
        points[:, r] = _rounded(np.clip(raw[:, r], *limits_of(rule.limits)))
    groups = {}
    total = np.zeros(states)
    for group in agreement.fit.groups:
        members = [r for r, rule in enumerate(rules) if rule.group == group.name]
        groups[group.name] = _rounded(np.clip(_sum(points, members), *limits_of(group.limits)))
        total += groups[group.name]
    total += _sum(points, [r for r, rule in enumerate(rules) if rule.group is None])
    total = _rounded(np.clip(total, *limits_of(agreement.fit.limits)))
    bounds = np.array([bound for _, bound in agreement.grades])
    grade = (
        (total[:, None] < bounds[None, :]).sum(axis=1) if len(bounds) else np.zeros(states, dtype=np.int64)
    )
    return FitPoints(points, matched.fit.band > 0, raw, groups, total, grade.astype(np.int64))


def _constant(band: Band) -> float:
    return 0.0 if isinstance(band.points, Sql) else band.points


def _sum(points: Floats, members: Sequence[int]) -> Floats:
    total = np.zeros(points.shape[0])
    for member in members:
        total += points[:, member]
    return total


def grade_names(agreement: Agreement) -> list[str]:
    """Return the grades from the best down, D for what is below every bound."""
    return [*(name for name, _ in agreement.grades), "D"]


def _state_column(
    column: StateColumn, agreement: Agreement, matched: Matched, fit: FitPoints
) -> tuple[Floats, Flags]:
    states = len(matched.states.start)
    values, may = np.zeros(states), np.full(states, VALUE, dtype=np.uint8)
    if column.of == "fit":
        values = fit.total
    elif column.of == "group":
        values = fit.groups[str(column.key[0])]
    elif column.of == "part":
        place = matched.part_of[column.key]
        values, may = matched.parts[:, place], matched.parts_may[:, place]
    elif column.of == "grade":
        named, negated = cast("tuple[tuple[str, ...], bool]", column.key)
        wanted = [name in named for name in grade_names(agreement)]
        may = np.where(np.array(wanted)[fit.grade] != negated, TRUE, FALSE).astype(np.uint8)
    else:
        names = [rule.name for rule in agreement.fit.rules]
        rule = names.index(str(column.key[0]))
        if column.of == "holds":
            may = np.where(fit.holds[:, rule], TRUE, FALSE).astype(np.uint8)
        else:
            values = fit.points[:, rule]
    return values, may


def _kept(agreement: Agreement, matched: Matched, threads: int) -> npt.NDArray[np.uint32]:
    rules = event_rules(agreement)
    if not any(rule.distinct or rule.at_most for rule in rules):
        return np.empty(0, dtype=np.uint32)
    limits = (agreement.timezone, *((rule.distinct, rule.at_most) for rule in rules))
    if limits not in matched.kept:
        matched.kept[limits] = _decide_kept(agreement, matched.hits, threads)
    return matched.kept[limits]


def _decide_kept(agreement: Agreement, hits: Hits, threads: int) -> npt.NDArray[np.uint32]:
    rules = event_rules(agreement)
    kept = zeros(len(hits.rows), np.uint32)
    kept.fill(np.iinfo(np.uint32).max)
    if not len(hits.rows):
        return kept
    first, last = _years(hits)
    instants, offset_of = zone_table(agreement.timezone, first, last)
    distinct = np.array([rule.distinct is not None for rule in rules], dtype=np.uint8)
    most = np.array([rule.at_most.count if rule.at_most else 0 for rule in rules], dtype=np.int64)
    bucket = np.array([BUCKETS[rule.at_most.per] if rule.at_most else 0 for rule in rules], dtype=np.int64)
    each(
        lambda start, stop: decide_kept(
            start, stop, hits.offsets, hits.rows, hits.keys, hits.key_of,
            distinct, most, bucket, instants, offset_of, kept,
        ),
        hits.offsets, threads,
    )  # fmt: skip
    return kept


def _years(hits: Hits) -> tuple[int, int]:
    """Return the first and the last year that a lead's first or last row could be of.

    Rows are ordered by when they begin to count: an event may have occurred long before, so all are asked
    where there are late ones.
    """
    occurred = hits.rows[:, OCCURRED]
    if hits.begin == OCCURRED:
        filled = hits.offsets[1:] > hits.offsets[:-1]
        ends = (occurred[hits.offsets[:-1][filled]].min(), occurred[hits.offsets[1:][filled] - 1].max())
    else:
        ends = (occurred.min(), occurred.max())
    first, last = (datetime.fromtimestamp(int(end) / 1_000_000, tz=UTC).year for end in ends)
    return first, last


def fold_inputs(prepared: Prepared) -> tuple[tuple[object, ...], ...]:
    """Return what the kernels take: hits, lead, states, outcomes, rules, silences, totals, program."""
    matched, plan = prepared.matched, prepared.layout
    hits, states, outcomes = matched.hits, matched.states, matched.outcomes
    return (
        (hits.offsets, hits.rows, hits.begin, hits.weights, hits.weight_of, prepared.kept),
        (matched.leads.created, matched.floor),
        (states.offsets, states.start, states.moment, prepared.state, prepared.state_may),
        (
            outcomes.offsets, outcomes.at, outcomes.effect, outcomes.bars,
            prepared.agreement.recycle.forget_engagement,
        ),
        plan.rules,
        plan.silences,
        plan.totals,
        (plan.code, plan.low, plan.low.copy(), plan.may, plan.places, plan.roots),
    )  # fmt: skip


def stand(prepared: Prepared, at: int | Ints, *, points: bool, threads: int) -> Standing:
    """Return how every lead stands at an instant (microseconds), or each at its own; points if asked for."""
    leads = len(prepared.matched.leads.ids)
    instants = np.full(leads, at, dtype=np.int64) if isinstance(at, int) else at
    rules = len(event_rules(prepared.agreement))
    slots = rules + len(silence_rules(prepared.agreement))
    rows = leads if points else 0
    found = Standing(
        score=np.zeros(leads),
        engagement=np.zeros(leads),
        fit=np.zeros(leads),
        answers=np.zeros((leads, 4), dtype=np.uint8),
        state=np.zeros(leads, dtype=np.int64),
        points=zeros((rows, slots)),
        counts=zeros((rows, rules), np.int64),
        holds=zeros((rows, slots), np.uint8),
    )
    shared = fold_inputs(prepared)
    each(
        lambda start, stop: points_at(start, stop, instants, *shared, tuple(found)),
        prepared.matched.hits.offsets,
        threads,
    )
    return found


def find_episodes(prepared: Prepared, until: int, *, first_only: bool, threads: int) -> Episodes:
    """Return the episodes that begin at or before an instant (microseconds)."""
    outcomes = prepared.matched.outcomes
    leads = len(prepared.matched.leads.ids)
    # Every further episode needs an outcome that ended the one before.
    room = np.arange(leads + 1) if first_only else np.arange(leads + 1) + outcomes.offsets
    enough = 1 if first_only else FOREVER
    found = Episodes(
        offsets=room.astype(np.int64),
        at=np.zeros(int(room[-1]), dtype=np.int64),
        hand_raise=np.zeros(int(room[-1]), dtype=np.uint8),
        found=np.zeros(leads, dtype=np.int64),
    )
    shared = fold_inputs(prepared)
    each(
        lambda start, stop: episodes(
            start, stop, until, enough, *shared, prepared.layout.candidates, NO_LADDER, tuple(found)
        ),
        prepared.matched.hits.offsets,
        threads,
    )
    return found


def score_table(prepared: Prepared, at: int, *, points: bool, threads: int) -> pa.Table:
    """Return one row per lead in the order of the ids: the columns of `score --out` in docs/contract.md."""
    agreement = prepared.agreement
    standing = stand(prepared, at, points=points, threads=threads)
    begun = find_episodes(prepared, at, first_only=True, threads=threads)
    none = begun.found == 0
    grades = pa.nulls(len(none), pa.string())
    if agreement.grades:
        names = np.array(grade_names(agreement), dtype=object)
        grades = pa.array(names[prepared.fit.grade[standing.state]], type=pa.string())
    columns: dict[str, pa.Array] = {
        "lead_id": prepared.matched.leads.ids,
        "score": pa.array(standing.score),
        "fit": pa.array(standing.fit),
        "engagement": pa.array(standing.engagement),
        "grade": grades,
        "qualified": pa.array(standing.answers[:, 3] == TRUE),
        "mql_at": pa.array(begun.at, mask=none).cast(pa.timestamp("us", tz="UTC")),
    }
    if points:
        for r, rule in enumerate(agreement.fit.rules):
            columns[f"points_{rule.name}"] = pa.array(prepared.fit.points[standing.state, r])
        slots = [*event_rules(agreement), *silence_rules(agreement)]
        place = {rule.name: k for k, rule in enumerate(slots)}
        for written in agreement.engagement.rules:
            columns[f"points_{written.name}"] = pa.array(standing.points[:, place[written.name]])
    return pa.table(columns)
